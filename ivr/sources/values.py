"""Values on their way from a source to a caller: as texts that can be spoken, and as texts that can be compared."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from unicodedata import normalize

from ivr.sources.source import Unusable

LONGEST_VALUE = 1200
"""Characters: more than a minute of speech."""


def as_text(value: object) -> str:
    """`value` as a plan writes it: days as 2026-05-03, times as 14:30, yes and no; empty for none.

    Raises Unusable for what is no single value, or too long to be spoken.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            text = value
        case float():
            text = repr(value).removesuffix(".0")
        case datetime():
            text = value.strftime("%Y-%m-%d %H:%M")
        case date():
            text = value.isoformat()
        case time():
            text = value.strftime("%H:%M")
        case Decimal():
            text = format(value, "f")
        case int() | uuid.UUID():
            text = str(value)
        case _:
            raise Unusable("a value is neither text nor number, day, time or yes and no")
    if len(text) > LONGEST_VALUE:
        raise Unusable(f"a value is longer than {LONGEST_VALUE} characters")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def comparable(text: str) -> str:
    """`text` as it is compared: "sg12 8xy" is "SG12 8XY" and "SG128XY", "12 345" is "12345"."""
    return "".join(normalize("NFKC", text).casefold().split())
