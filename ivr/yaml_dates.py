"""Dates as they are written in YAML, read strictly: the year, the month and the day."""

from __future__ import annotations

import re
from datetime import date

from ivr.yaml_file import Value

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_BRITISH = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
"""The library of holidays ends in 2100."""


def date_in(text: str, value: Value) -> date:
    """The date that `text`, a part of `value`, says. Raises FlowError."""
    found = _DATE.fullmatch(text)
    if not found:
        british = _BRITISH.fullmatch(text)
        meant = f"{british[3]}-{british[2]:0>2}-{british[1]:0>2}" if british else "2026-12-24"
        raise value.wrong(f"'{text}' is no date; write the year, the month and the day, like '{meant}'")
    year, month, day = map(int, found.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise value.wrong(f"'{text}' is not from {_FIRST_YEAR} to {_LAST_YEAR}; mend the year")
    try:
        return date(year, month, day)
    except ValueError:
        raise value.wrong(f"there is no '{text}'; mend the month or the day") from None
