"""What the dialogue needs of the world: a telephone, the agency's knowledge, and a place for events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ivr.call import Answer, CallEvent, Finding, Heard, Hypothesis, Listening, Prompt


class Telephone(Protocol):
    """The caller at the other end, one turn at a time."""

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        """Play `prompts`, listen as `listening` says (None: only play), and return what came of it.

        Raises LineError if the line ends otherwise than by the caller's hang-up.
        """
        ...


class Knowledge(Protocol):
    """The agency's articles."""

    def ask(self, readings: Sequence[Hypothesis]) -> Finding:
        """What the articles say to a question, given as its readings, best first."""
        ...

    def phrasings(self) -> tuple[str, ...]:
        """Every phrasing of every article, as a recogniser would print it."""
        ...

    def answers(self) -> tuple[Answer, ...]:
        """Every article as it is spoken, with confidence 1."""
        ...


class Feed(Protocol):
    """Where events go."""

    def note(self, event: CallEvent) -> None:
        """Take one event; never waits, never raises."""
        ...
