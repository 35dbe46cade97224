"""What is kept of a caller from one call to the next: the last calls, as far as the plan allows, and preferences."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.call.events import EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCall:
    """A call of the same number that is over, as far as its plan allows to keep it."""

    helpline: str
    plan: str
    """Fingerprint of the plan that it was led through."""
    ended_at: float
    """Unix seconds."""
    ended: EndReason
    failed: bool
    """Whether it came to nothing: the line broke, or the caller was not understood."""
    topic: str = ""
    step: str = ""
    """Where it may be gone on with; empty if nowhere."""
    facts: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How a caller wants to be spoken to."""

    language: str = ""
    slower: bool = False
    keys_only: bool = False
    """No speech is listened for where keys do."""
    person_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is kept of a number; `calls` the newest first."""

    calls: tuple[EarlierCall, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)
