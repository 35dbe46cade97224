"""Sums of money: "£24.50" is "twenty-four pounds fifty"."""

from __future__ import annotations

import re

from ivr.speech.prompts.saying.accent import Accent
from ivr.speech.prompts.saying.number_words import cardinal, with_decimals
from ivr.speech.prompts.saying.rule import END, LONE, WHOLE, rule

_COINS = {
    "£": ("pound", "pounds", "penny", "pence"),
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
}
_SCALES = {"k": "thousand", "m": "million", "bn": "billion"}


def _sum(found: re.Match[str], accent: Accent) -> str:
    one, many, cent, cents = _COINS[found["coin"]]
    whole = int(found["whole"].replace(",", ""))
    small = int(found["small"] or 0)
    if whole == 0 and small:
        return f"{cardinal(small, accent)} {cent if small == 1 else cents}"
    said = f"{cardinal(whole, accent)} {one if whole == 1 else many}"
    if not small:
        return said
    if accent.day_first and small >= 10:
        return f"{said} {cardinal(small, accent)}"
    return f"{said} and {cardinal(small, accent)} {cent if small == 1 else cents}"


def _scaled(found: re.Match[str], accent: Accent) -> str:
    scale = found["scale"].lower()
    return f"{with_decimals(found['number'], accent)} {_SCALES.get(scale, scale)} {_COINS[found['coin']][1]}"


def _span(found: re.Match[str], accent: Accent) -> str:
    low, high = (with_decimals(found[name], accent) for name in ("low", "high"))
    return f"{low} to {high} {_COINS[found['coin']][1]}"


def _pence(found: re.Match[str], accent: Accent) -> str:
    number = int(found["number"])
    return f"{cardinal(number, accent)} {'penny' if number == 1 else 'pence'}"


RULES = (
    rule(rf"(?P<coin>[£$€])\ ?(?P<low>{WHOLE})\ ?[-–]\ ?[£$€]?(?P<high>{WHOLE}){END}", _span),
    rule(
        rf"(?P<coin>[£$€])\ ?(?P<number>{WHOLE}(?:\.\d{{1,8}})?)\ ?(?P<scale>k|m|bn|thousand|million|billion)\b",
        _scaled,
        ignore_case=True,
    ),
    rule(rf"(?P<coin>[£$€])\ ?(?P<whole>{WHOLE})(?:\.(?P<small>\d\d))?{END}", _sum),
    rule(rf"{LONE}(?P<number>\d{{1,3}})p{END}", _pence),
)
