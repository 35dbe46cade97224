"""What the agency's sources say of a caller, and how sure it is who the caller is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum


class Level(IntEnum):
    """How sure we are who calls; each includes those before it."""

    NONE = 0
    NUMBER = 1
    """The number shown is one of a record. A number can be forged: this is a hint, and nothing personal is said."""
    KNOWLEDGE = 2
    """The caller told what only they are likely to know."""
    PIN = 3

    @property
    def word(self) -> str:
        """As plans and screens write it."""
        return self.name.lower()


LEVELS = {level.word: level for level in Level}
"""Word → level."""


class CheckOutcome(Enum):
    """What came of a check of who calls."""

    PASSED = "passed"
    WRONG = "wrong"
    LOCKED = "locked"
    """Too many failures, in this call or before: nothing was compared, or this was the last try."""
    UNKNOWN = "unknown"
    """Sources are away, so that nobody can tell who calls, or the record lacks what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one source says of one field of a caller's record."""

    name: str
    """The field."""
    value: str = field(repr=False)
    source: str
    as_of: str = ""
    """The day from which the source's record is (ISO 8601); empty if it does not say."""
    old: bool = False
    """It is older than the agency wants to rely on."""
    counts: bool
    """This is the value that the helpline uses; at most one a field."""
    differs: bool = False
    """It contradicts the value that counts."""
    stranger: bool = False
    """The source speaks of somebody else, by the same number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How sure it is who calls, and `by` which fields of the record that was found out (``number``, too)."""

    level: Level = Level.NONE
    by: str = ""
    failed: int = 0
    """Checks in this call that the caller did not pass."""
    locked: bool = False
    """The check is locked for a time, after failures in this call or before."""
