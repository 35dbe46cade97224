"""Times of day: "07:30" is "seven thirty", "5pm" is "five P M"."""

from __future__ import annotations

import re

from ivr.speech.prompts.saying.accent import Accent
from ivr.speech.prompts.saying.number_words import cardinal, letters
from ivr.speech.prompts.saying.rule import END, LONE, rule

_HALF = r"(?:[ap]m\b|[ap]\.m\b\.?)"
_AM, _PM = letters("AM"), letters("PM")


def _clock(hour: int, minute: int, half: str, accent: Accent) -> str | None:
    """As people say it: `half` is what is written behind ("am", "pm" or nothing, as in 17:45)."""
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if not half and minute == 0 and hour in (0, 24):
        return "midnight"
    if half:
        after = f" {_AM if half[0] in 'aA' else _PM}"
    else:
        after = f" {_PM}" if hour > 12 else f" {_AM}" if hour == 0 else ""
    said = cardinal(hour % 12 or 12, accent)
    if minute:
        return f"{said} {'oh ' if minute < 10 else ''}{cardinal(minute, accent)}{after}"
    return said + (after or " o'clock")


def _time(found: re.Match[str], accent: Accent) -> str | None:
    given = found.groupdict()
    return _clock(int(given["hour"]), int(given.get("minute") or 0), given.get("half") or "", accent)


def _span(found: re.Match[str], accent: Accent) -> str | None:
    """A span borrows its first half of the day from the second: "9-11am"."""
    given = found.groupdict()
    to_half = given.get("half") or ""
    low = _clock(int(given["from"]), int(given.get("from_minute") or 0), given.get("from_half") or "", accent)
    if not given.get("from_half") and to_half and int(given["from"]) <= 12 and not given.get("from_minute"):
        low = cardinal(int(given["from"]), accent)
    high = _clock(int(given["hour"]), int(given.get("minute") or 0), to_half, accent)
    return f"{low} to {high}" if low and high else None


def _noon(found: re.Match[str], accent: Accent) -> str:
    return f"twelve {found[1].lower()}"


_SPAN = r"\ ?(?:[-–]|\bto\b)\ ?"

RULES = (
    rule(
        rf"{LONE}(?P<from>\d{{1,2}})(?:[:.](?P<from_minute>\d\d))?\ ?(?P<from_half>{_HALF})?{_SPAN}"
        rf"(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?\ ?(?P<half>{_HALF}){END}",
        _span,
        ignore_case=True,
    ),
    rule(
        rf"{LONE}(?P<from>\d{{1,2}}):(?P<from_minute>\d\d){_SPAN}(?P<hour>\d{{1,2}}):(?P<minute>\d\d){END}",
        _span,
    ),
    rule(
        rf"{LONE}(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?\ ?(?P<half>{_HALF})(?!\w)",
        _time,
        ignore_case=True,
    ),
    rule(rf"{LONE}(?P<hour>\d{{1,2}}):(?P<minute>\d\d){END}", _time),
    rule(rf"{LONE}12\ (noon|midnight)\b", _noon, ignore_case=True),
)
