"""What is counted: numbers with commas and points, per cent, ordinals, fractions, ranges, temperatures."""

from __future__ import annotations

import re

from ivr.speech.prompts.saying.accent import Accent
from ivr.speech.prompts.saying.number_words import cardinal, ordinal, with_decimals
from ivr.speech.prompts.saying.rule import END, LONE, WHOLE, rule

_NUMBER = rf"{WHOLE}(?:\.\d{{1,8}})?"
_FRACTIONS = {
    "1/2": "half",
    "½": "half",
    "1/4": "quarter",
    "¼": "quarter",
    "3/4": "three quarters",
    "¾": "three quarters",
    "1/3": "third",
    "⅓": "third",
    "2/3": "two thirds",
    "⅔": "two thirds",
}
_UNITS = {
    "km": "kilometres",
    "kg": "kilograms",
    "cm": "centimetres",
    "mm": "millimetres",
    "mph": "miles an hour",
    "hrs": "hours",
    "hr": "hour",
    "mins": "minutes",
    "min": "minutes",
    "°C": "degrees",
    "°F": "degrees Fahrenheit",
    "°": "degrees",
}


def _count(found: re.Match[str], accent: Accent) -> str:
    return with_decimals(found["number"], accent)


def _minus(found: re.Match[str], accent: Accent) -> str:
    unit = f" {_UNITS[found['unit']]}" if found["unit"] else ""
    return f"minus {with_decimals(found['number'], accent)}{unit}"


def _percent(found: re.Match[str], accent: Accent) -> str:
    return f"{with_decimals(found['number'], accent)} {accent.per_cent}"


def _percents(found: re.Match[str], accent: Accent) -> str:
    return f"{with_decimals(found['low'], accent)} to {with_decimals(found['high'], accent)} {accent.per_cent}"


def _range(found: re.Match[str], accent: Accent) -> str:
    return f"{with_decimals(found['low'], accent)} to {with_decimals(found['high'], accent)}"


def _which(found: re.Match[str], accent: Accent) -> str:
    return ordinal(int(found["number"].replace(",", "")), accent)


def _fraction(found: re.Match[str], accent: Accent) -> str:
    said = _FRACTIONS[found["part"]]
    article = "" if " " in said else "a "
    return f"{cardinal(int(found['whole']), accent)} and {article}{said}" if found["whole"] else f"{article}{said}"


def _of(found: re.Match[str], accent: Accent) -> str:
    before = found.groupdict().get("before") or ""
    return f"{before}{cardinal(int(found['low']), accent)} slash {cardinal(int(found['high']), accent)}"


def _unit(found: re.Match[str], accent: Accent) -> str:
    return f"{with_decimals(found['number'], accent)} {_UNITS[found['unit']]}"


def _always(found: re.Match[str], accent: Accent) -> str:
    return "twenty-four seven"


def _number(found: re.Match[str], accent: Accent) -> str:
    return f"number {cardinal(int(found['number']), accent)}"


RULES = (
    rule(rf"{LONE}24/7{END}", _always),
    rule(
        rf"\b(?P<before>(?:flat|unit|room|apartment|page|part|form)\ )(?P<low>\d{{1,5}})/(?P<high>\d{{1,5}}){END}",
        _of,
        ignore_case=True,
    ),
    rule(rf"\bNos?\.\ ?(?P<number>\d{{1,4}}){END}", _number),
    rule(r"(?<![\w.,:/-])(?:(?P<whole>\d{1,3})[ -]?)?(?P<part>[½¼¾⅓⅔])", _fraction),
    rule(rf"{LONE}(?:(?P<whole>\d{{1,3}})\ )?(?P<part>1/2|1/4|3/4|1/3|2/3){END}", _fraction),
    rule(rf"{LONE}(?P<low>{_NUMBER})\ ?%?\ ?[-–]\ ?(?P<high>{_NUMBER})\ ?%", _percents),
    rule(rf"{LONE}(?P<number>{_NUMBER})\ ?%", _percent),
    rule(rf"{LONE}(?P<number>{WHOLE})(?:st|nd|rd|th)(?!\w)", _which, ignore_case=True),
    rule(rf"{LONE}(?P<low>{_NUMBER})\ ?[-–]\ ?(?P<high>{_NUMBER})(?!-|–){END}", _range),
    rule(
        rf"{LONE}(?P<number>{_NUMBER})\ ?(?P<unit>{'|'.join(_UNITS)})(?!\w)",
        _unit,
    ),
    rule(rf"(?:(?<=\s)|^)[-−](?P<number>{_NUMBER})\ ?(?P<unit>{'|'.join(_UNITS)})?{END}", _minus),
    rule(rf"{LONE}(?P<low>\d{{1,5}})/(?P<high>\d{{1,5}}){END}", _of),
    rule(rf"{LONE}(?P<number>{_NUMBER})(?:(?=-[A-Za-z])|{END})", _count),
)
