"""English text as people say it: all that a helpline's prompts write short, in the order that keeps it apart."""

from __future__ import annotations

import re

from ivr.speech.prompts.saying import abbreviations, clock_times, counting, dates, identifiers, money
from ivr.speech.prompts.saying.accent import Accent
from ivr.speech.prompts.saying.rule import applied

_SPELLED = re.compile(r"(?<![\w.,:/£$€@+-])\d(?:,? \d){1,63}(?![\w%:/]|[.,-]\d| [½¼¾])", re.ASCII)
"""Digits that the plan spells already ("9 9 9", "1 2 3, 4 5 6"): engines say them one by one."""
_RULES = (
    *dates.RULES,
    *money.RULES,
    *clock_times.RULES,
    *identifiers.RULES,
    *counting.RULES,
    *abbreviations.RULES,
)


def as_said(text: str, accent: Accent) -> str:
    """`text` in words. What no rule knows stays as it is written: every engine reads plain numbers by itself."""
    said, start = [], 0
    for spelled in _SPELLED.finditer(text):
        said += [applied(_RULES, text[start : spelled.start()], accent), spelled.group()]
        start = spelled.end()
    said.append(applied(_RULES, text[start:], accent))
    return " ".join("".join(said).split())
