"""When two values of a field mean the same, and whether what a caller told is what the record holds."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from unicodedata import combining, normalize

from ivr.callers_file import CallersFile, Kind
from ivr.phone_numbers import full_number

_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y", "%Y/%m/%d", "%Y%m%d")
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}.*$")
_THIS_PROCESS = secrets.token_bytes(32)
"""Values are compared by their hashes under this key, which take as long whatever they are."""


def comparable(text: str, kind: Kind, country: str = "GB") -> str:
    """`text` as it is compared: case, blanks, accents and punctuation make no difference; empty if nothing is left.

    Dates are compared as days, however they are written (the day before the month), phone numbers with their country.
    """
    if kind is Kind.DATE:
        day = as_day(text)
        if day is not None:
            return day.isoformat()
    if kind is Kind.PHONE:
        return full_number(text, country)
    plain = normalize("NFKD", text).casefold()
    return "".join(one for one in plain if one.isalnum() and not combining(one))


def as_day(text: str) -> date | None:
    """The day in `text`, which may have a time of day, too; None if there is none."""
    plain = " ".join(text.split())
    try:
        return datetime.fromisoformat(plain).date()
    except ValueError:
        plain = _TIME.sub("", plain)
    for form in _DAY_FIRST:
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    return None


def all_right(file: CallersFile, told: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Whether all that was `told` is what is `held`; which of it was not makes no difference in time either."""
    right = bool(told)
    for name, value in told.items():
        kind = file.fields[name].kind
        mine = comparable(value, kind, file.country)
        theirs = comparable(held.get(name, ""), kind, file.country)
        right &= hmac.compare_digest(_hashed(mine), _hashed(theirs)) & bool(mine)
    return right


def _hashed(text: str) -> bytes:
    return hmac.new(_THIS_PROCESS, text.encode(), hashlib.sha256).digest()
