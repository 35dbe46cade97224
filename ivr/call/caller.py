"""Who rings: the caller as the line presents them, with text that no terminal, log or page can trip over."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

CallId = NewType("CallId", str)
"""Asterisk's unique id of the caller's channel, e.g. ``1732300000.42``; stable from ring to goodbye."""

LONGEST_TEXT = 80
_BIDI = {0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_ESCAPED = re.compile(r'\\(["\\])')
"""A quoted display name reaches us with its backslashes (RFC 3261 25.1 quoted-pair; PJSIP leaves them in)."""
_WITHHELD = {"", "anonymous", "unknown", "unavailable", "restricted", "private"}
codecs.lookup("unicode_escape")  # Python opens a codec's file at its first use: perhaps when none can be opened


def clean_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """`text` without control, format and bidirectional characters, at most `longest` characters.

    A display name reaches us unchanged from the network (ESC and BEL too, see Asterisk's res_pjsip_caller_id.c).
    """
    kept = (c if c == " " or unicodedata.category(c)[0] not in "CZ" else " " for c in text if ord(c) not in _BIDI)
    return " ".join("".join(kept).split())[:longest]


def shown(text: str) -> str:
    """`text` for a log line or a terminal: control characters as visible escapes, nothing lost."""
    return "".join(c if c.isprintable() and ord(c) not in _BIDI else c.encode("unicode_escape").decode() for c in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller as presented by the network: nothing here is proven."""

    number: str
    """As presented, cleaned; empty if withheld."""
    name: str
    """Display name, cleaned; empty if there is none."""
    dialled: str
    """The number or name that was dialled."""

    @property
    def withheld(self) -> bool:
        """Whether the caller chose not to show a number."""
        return self.number == ""

    @classmethod
    def presented(cls, number: str | None, name: str | None, dialled: str | None) -> Caller:
        """A caller from raw caller-id fields, whatever stands in them."""
        cleaned = clean_text(number or "")
        if cleaned.lower() in _WITHHELD:
            cleaned = ""
        label = clean_text(_ESCAPED.sub(r"\1", name or ""))
        if label.lower() in _WITHHELD:
            label = ""
        return cls(number=cleaned, name=label, dialled=clean_text(dialled or ""))
