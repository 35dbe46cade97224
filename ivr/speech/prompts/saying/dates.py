"""Days of the calendar: "22/11/2026" is "the twenty-second of November twenty twenty-six"."""

from __future__ import annotations

import re
from datetime import date

from ivr.speech.prompts.saying.accent import Accent
from ivr.speech.prompts.saying.number_words import cardinal, ordinal, year
from ivr.speech.prompts.saying.rule import END, LONE, rule

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = "|".join(rf"{name}|{name[:3]}\b\.?" for name in MONTHS) + r"|Sept\b\.?"
_DAY = "|".join(rf"{name}|{name[:3]}\b" for name in DAYS) + r"|Tues\b|Thurs?\b"
_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])"
_TH = r"(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\ (?P<year>(?:1[5-9]|20)\d\d)(?![\d,]))?"
_PIVOT = 69
"""A year of two digits is one of this century below it (POSIX, strptime, %y)."""
_LEAP = 2000
"""Stands in for a year that is not written: every day of any year is one of it."""


def _whole(short: str, names: tuple[str, ...]) -> str:
    return next(name for name in names if name.startswith(short[:3]))


def _said(day: int, month: int, written_year: str | None, accent: Accent) -> str | None:
    """The date in words, or None if there is no such day."""
    try:
        date(int(written_year or _LEAP), month, day)
    except ValueError:
        return None
    after = f" {year(int(written_year), accent)}" if written_year else ""
    if accent.day_first:
        return f"the {ordinal(day, accent)} of {MONTHS[month - 1]}{after}"
    return f"{MONTHS[month - 1]} {ordinal(day, accent)}{',' if after else ''}{after}"


def _numbers(found: re.Match[str], accent: Accent) -> str | None:
    given = found.groupdict()
    first, second = int(given["first"]), int(given["second"])
    day, month = (first, second) if accent.day_first or given.get("mark") == "." else (second, first)
    if month > 12:  # written the other country's way
        day, month = month, day
    short = given.get("short")
    written_year = f"{'20' if int(short) < _PIVOT else '19'}{short}" if short else given.get("year")
    return _said(day, month, written_year, accent) if 1 <= month <= 12 else None


def _on(found: re.Match[str], accent: Accent) -> str | None:
    said = _numbers(found, accent)
    return f"{found['before']} {said}" if said else None


def _financial_year(found: re.Match[str], accent: Accent) -> str | None:
    """ "2026/27" runs from April to April; two years that do not follow each other are something else."""
    first = int(found["first"])
    following = first + 1
    if int(found["second"]) not in (following, following % 100):
        return None
    rest = following % 100
    short = rest > 10  # neither is a "two thousand and …"
    return f"{year(first, accent)} to {cardinal(rest, accent) if short else year(following, accent)}"


def _iso(found: re.Match[str], accent: Accent) -> str | None:
    return _said(int(found["day"]), int(found["month"]), found["year"], accent)


def _named(found: re.Match[str], accent: Accent) -> str | None:
    month = MONTHS.index(_whole(found["month"], MONTHS)) + 1
    return _said(int(found["day"]), month, found["year"], accent)


def _days(found: re.Match[str], accent: Accent) -> str | None:
    """ "3-5 May" is "the third to the fifth of May"."""
    month = MONTHS.index(_whole(found["month"], MONTHS)) + 1
    last = _said(int(found["day"]), month, found["year"], accent)
    first = ordinal(int(found["first"]), accent)
    if last is None:
        return None
    if accent.day_first:
        return f"the {first} to {last}"
    return f"{MONTHS[month - 1]} {first} to {last.partition(' ')[2]}"


def _weekdays(found: re.Match[str], accent: Accent) -> str:
    return f"{_whole(found['first'], DAYS)} to {_whole(found['last'], DAYS)}"


def _weekday(found: re.Match[str], accent: Accent) -> str:
    return _whole(found["day"], DAYS)


def _in_year(found: re.Match[str], accent: Accent) -> str:
    return f"{found['before']} {year(int(found['year']), accent)}"


RULES = (
    rule(rf"\b(?P<first>{_DAY})\ ?[-–]\ ?(?P<last>{_DAY})(?!\w)", _weekdays),
    rule(r"\b(?P<day>(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b)\.?(?=,?\ \d)", _weekday),
    rule(rf"{LONE}(?P<year>[12]\d{{3}})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-]){END}", _iso),
    rule(rf"{LONE}(?P<first>\d{{1,2}})(?P<mark>[/.])(?P<second>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){END}", _numbers),
    rule(rf"{LONE}(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/(?P<short>\d\d){END}", _numbers),
    rule(rf"{LONE}(?P<first>\d\d)/(?P<second>\d\d){END}", _numbers),
    rule(rf"\b(?P<before>[Oo]n|{_DAY})\ (?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})(?!\ of\b){END}", _on),
    rule(rf"{LONE}(?P<first>(?:19|20)\d\d)[/–-](?P<second>(?:19|20)?\d\d)(?!-|–){END}", _financial_year),
    rule(
        rf"{LONE}(?:the\ )?(?P<first>{_NUMBER}){_TH}\ ?(?:[-–]|to|and)\ ?(?:the\ )?(?P<day>{_NUMBER}){_TH}\ (?:of\ )?"
        rf"(?P<month>{_MONTH})(?!\w){_YEAR}",
        _days,
    ),
    rule(rf"{LONE}(?:the\ )?(?P<day>{_NUMBER}){_TH}\ (?:of\ )?(?P<month>{_MONTH})(?!\w){_YEAR}", _named),
    rule(rf"\b(?P<month>{_MONTH})\ (?:the\ )?(?P<day>{_NUMBER}){_TH}(?![\w:]|[.,]\d){_YEAR}", _named),
    rule(
        rf"\b(?P<before>in|since|until|till|by|from|before|after|of|year|{_MONTH})\ (?P<year>(?:1[5-9]|20)\d\d)"
        rf"(?!\ (?:pounds|people|homes|days)){END}",
        _in_year,
        ignore_case=True,
    ),
)
