"""A scenario: what a caller does, and what must come of it; each part knows its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.call import EndReason
from ivr.plans.rehearsal.scene import Scene
from ivr.testing.scripted_caller import SURE, Act, Says


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in a file."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Does:
    """The caller does `act`."""

    place: Place
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Hears:
    """The line says `text`, or it is a part of what the line says, since the caller's last act."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtStep:
    """The call is in step `name`."""

    place: Place
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Knows:
    """The fact `name` is known as `value`."""

    place: Place
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter that holds `text` was taken since the caller's last act."""

    place: Place
    text: str


Item = Does | Hears | AtStep | Knows | Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The call ends so; with a `queue` a person comes next, for `reason` if that is said."""

    place: Place
    reason: EndReason
    queue: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop:
    """What the agent sees, as far as a scenario says."""

    place: Place
    intent: str = ""
    facts: Mapping[str, str]
    identity: str = ""
    """How sure it is who calls, as a word."""
    record: Mapping[str, str] = field(default_factory=dict)
    """Field of the caller's record → the value that counts."""
    alerts: tuple[str, ...] = ()
    """Kinds of what the agent is to know first."""
    answers: tuple[str, ...] = ()
    """Articles that were told."""
    failures: tuple[str, ...] = ()
    """Each stands in one of the pop's failures."""
    said: tuple[str, ...] = ()
    """Each stands in what the caller said, as the transcript has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One call with what must come of it."""

    name: str
    place: Place
    scene: Scene
    talk: tuple[Item, ...]
    ends: Ends | None = None
    pop: Pop | None = None

    @property
    def acts(self) -> tuple[Act, ...]:
        """What the caller does."""
        return tuple(item.act for item in self.talk if isinstance(item, Does))

    def only_without_a_line(self) -> str:
        """Why it cannot be a real call; empty if it can."""
        sure = (act.readings[0].confidence for act in self.acts if isinstance(act, Says))
        return "a real recogniser is as sure as it is, not 'confidence'" if any(one != SURE for one in sure) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """The scenarios of one file, all of one plan."""

    file: Path
    plan: Path
    scenarios: tuple[Scenario, ...]
