"""What the dialogue needs of the world: a telephone, the agency's knowledge, and a place for events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ivr.call import (
    Answer,
    By,
    Caller,
    CallEvent,
    CheckOutcome,
    EarlierCall,
    Fate,
    Finding,
    HandOver,
    Heard,
    Hypothesis,
    Letter,
    Level,
    Listening,
    Preferences,
    Prompt,
    Remembered,
    Said,
)
from ivr.errors import LookUpFailed as LookUpFailed


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


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """People in a queue: how many agents serve it, how many of them are free, how many callers wait."""

    agents: int
    free: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a caller left for the people of `queue`; `sound` is 8 kHz, 16 bit, mono."""

    hand_over: HandOver
    sound: bytes = field(repr=False)


class Record(Protocol):
    """What the agency's sources know of one caller, and how sure it is that they are the one."""

    @property
    def known(self) -> bool:
        """Whether there is a record."""
        ...

    @property
    def level(self) -> Level:
        """How sure it is that it is the caller's."""
        ...

    @property
    def by(self) -> str:
        """By which of its fields (or ``number``) that was found out; empty if nothing was."""
        ...

    async def ready(self) -> None:
        """Wait for the sources, a bounded time in all; what comes later still counts."""
        ...

    def value(self, name: str, *, spoken: bool) -> str:
        """The field `name`, to be `spoken` or to be decided by; empty if it is not known, or below its level."""
        ...

    def said(self) -> tuple[Said, ...]:
        """Which source says what; secrets are left out."""
        ...

    def locked(self) -> bool:
        """Whether the check is locked, as far as is known before anything is asked."""
        ...

    async def check(self, level: Level, found_by: Mapping[str, str], told: Mapping[str, str]) -> CheckOutcome:
        """Whether who told `told` (field → value) owns the record; from then on they have `level`.

        The record is the one that is known, or if `found_by` is given, the one that is found by that.
        """
        ...

    async def close(self) -> None:
        """The call is over."""
        ...


class Callers(Protocol):
    """Who may call."""

    def ring(self, caller: Caller) -> Record:
        """Ask the sources about `caller` from now on; does not wait."""
        ...


class Memory(Protocol):
    """What is kept of numbers (E.164, or an extension's digits); nothing of it is ever needed, so nothing raises."""

    async def recollect(self, number: str) -> Remembered:
        """What is kept of `number`."""
        ...

    def note_call(self, number: str, call: EarlierCall) -> None:
        """Keep `call`; returns at once."""
        ...

    async def prefer(self, number: str, preferences: Preferences) -> bool:
        """Keep them from now on; False if that cannot be done, which the caller must be told."""
        ...

    async def forget(self, number: str) -> bool:
        """Delete everything about `number`; False if that cannot be done."""
        ...


class NoMemory:
    """A `Memory` that keeps nothing."""

    async def recollect(self, number: str) -> Remembered:
        """Nothing."""
        return Remembered()

    def note_call(self, number: str, call: EarlierCall) -> None:
        """It is gone."""

    async def prefer(self, number: str, preferences: Preferences) -> bool:
        """It cannot."""
        return False

    async def forget(self, number: str) -> bool:
        """There is nothing to forget."""
        return True


class Outbox(Protocol):
    """What sends letters to callers."""

    @property
    def ways(self) -> frozenset[By]:
        """By what it can send."""
        ...

    @property
    def country(self) -> str:
        """Whose mobile numbers it sends texts to (ISO 3166)."""
        ...

    async def send(self, letter: Letter) -> Fate:
        """Send `letter`, at most once however often it is asked to, and say what became of it. Never raises.

        It comes to an end within a deadline, also if nobody waits for it any more.
        """
        ...


class NoOutbox:
    """An `Outbox` that sends nothing."""

    ways: frozenset[By] = frozenset()
    country = "GB"

    async def send(self, letter: Letter) -> Fate:
        """It cannot."""
        return Fate.FAILED


class World(Protocol):
    """What is true outside this call."""

    @property
    def callers(self) -> Callers:
        """What is known of callers."""
        ...

    @property
    def memory(self) -> Memory:
        """What is kept of earlier calls."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What sends letters."""
        ...

    def now(self) -> datetime:
        """The time in the helpline's own time zone (aware)."""
        ...

    def queue(self, name: str) -> QueueState | None:
        """How it stands in queue `name`; None if nobody knows."""
        ...

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """What `source` knows about `asked` (named values), as named texts; None if it knows nothing.

        Raises LookUpFailed within the source's own time limit.
        """
        ...

    async def keep_message(self, message: Message) -> bool:
        """Keep it for the people of its queue; False if that cannot be done, which the caller must be told."""
        ...


class Feed(Protocol):
    """Where events go."""

    def note(self, event: CallEvent) -> None:
        """Take one event; never waits, never raises."""
        ...
