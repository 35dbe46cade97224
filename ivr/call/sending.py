"""What is sent to a caller in writing, by which way, and what became of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import Enum

from ivr.call.caller import CallId

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?=.{4,190}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
"""As HTML has it for `input type=email`, with a dot in the host."""


def is_email(text: str) -> bool:
    """Whether `text` is an e-mail address, of ASCII only, as nearly all are."""
    return _EMAIL.fullmatch(text) is not None


class By(Enum):
    """How it reaches the caller."""

    SMS = "sms"
    EMAIL = "email"


class Fate(Enum):
    """What became of a letter."""

    SENT = "sent"
    """The gateway took it."""
    LATER = "later"
    """The gateway did not take it; it is tried again."""
    FAILED = "failed"
    """It was not taken, and is not tried again."""
    UNKNOWN = "unknown"
    """Nobody knows whether it was taken; it is not repeated."""
    TOO_MANY = "too_many"
    """So many were sent already, in this call or to this address today, that this one was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`text`, with the line breaks that it has, to the number (E.164) or e-mail address `to`."""

    call_id: CallId
    by: By
    to: str = field(repr=False)
    text: str = field(repr=False)
    link: str = ""
    """Stands at the end, however much is cut."""
    subject: str = ""
    """Of an e-mail."""

    @property
    def id(self) -> str:
        """The same for the same text to the same address in the same call, which is never sent twice."""
        parts = (self.call_id, self.by.value, self.to, self.subject, self.text, self.link)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
