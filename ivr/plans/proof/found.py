"""What is found on journeys through a plan: questions that callers can come to, and what follows each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ivr.call import EndReason
from ivr.plans.proof.moves import Move
from ivr.plans.proof.one_call import Played, Question, Turn
from ivr.plans.proof.scene import Asked, Scene

PROPER = (EndReason.HANDED_OVER, EndReason.HUNG_UP)
"""With a person, or after the plan's goodbye."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """A question that callers can come to, and the call that leads there."""

    question: Question
    start: str
    """Where the calls about it begin: the plan's start, or a step from which on nothing before it matters."""
    opening: Scene
    moves: tuple[tuple[Move, Scene], ...]
    scene: Scene
    way: Way | None
    """How it was reached first; None for the start, and for steps that are explored as if they were reached."""
    assumed: bool
    """Whether the way there begins at such a step."""
    own: bool
    """Whether it is what the step itself asks first, not what is asked back about an answer or a failure."""
    before: tuple[Turn, ...] = ()
    """What was told before the first question of the call."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Way:
    """What follows a question if the caller does one thing, or one thing again and again."""

    origin: State
    move: Move
    scene: Scene
    patient: bool
    played: Played
    to: State | None = None
    """The question that is next; None if the call ended, broke, or was patient."""

    def trail(self) -> Iterator[Turn]:
        """Every turn from the start of the call on."""
        yield from trail_to(self.origin)
        yield from self.played.turns


def trail_to(state: State) -> Iterator[Turn]:
    """Every turn before the question of `state`."""
    ways: list[Way] = []
    at = state
    while at.way is not None:
        ways.append(at.way)
        at = at.way.origin
    yield from at.before
    for way in reversed(ways):
        yield from way.played.turns


@dataclass(slots=True, kw_only=True, repr=False)
class Journeys:
    """Everything that was found."""

    states: list[State] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    openings: list[tuple[str, Scene, Played]] = field(default_factory=list)
    """Calls that ended or broke before the first question: where they began, and in which scene."""
    entered: set[str] = field(default_factory=set)
    assumed: list[str] = field(default_factory=list)
    """Steps that were explored as if they had been reached."""
    asked_world: set[Asked] = field(default_factory=set)
    complete: bool = True
    """False: there were more than MOST_STATES."""
    calls: int = 0
