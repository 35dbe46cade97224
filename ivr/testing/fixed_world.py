"""A world that stands still: a time, queues as they are set, and look-ups that answer what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ivr.call import By, Fate, Letter
from ivr.dialogue.nobody_known import NobodyKnown
from ivr.dialogue.ports import (
    Callers,
    LookUpFailed,
    Memory,
    Message,
    NoMemory,
    NoOutbox,
    Outbox,
    QueueState,
)

A_MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class FixedOutbox:
    """An `Outbox` of the dialogue in which every letter has the same `fate`; keeps them in `letters`."""

    fate: Fate = Fate.SENT
    ways: frozenset[By] = frozenset(By)
    country: str = "GB"
    letters: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> Fate:
        """Into `letters`."""
        self.letters.append(letter)
        return self.fate


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedWorld:
    """A `World` of the dialogue; a queue that is not in `queues` is unknown, a source that is not in `known` fails."""

    at: datetime = A_MONDAY
    queues: Mapping[str, QueueState] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    """Those that callers left."""
    outbox: Outbox = field(default_factory=NoOutbox)
    known: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)
    callers: Callers = field(default_factory=NobodyKnown)
    memory: Memory = field(default_factory=NoMemory)

    def now(self) -> datetime:
        """Always the same."""
        return self.at

    def queue(self, name: str) -> QueueState | None:
        """As it was set."""
        return self.queues.get(name)

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """As it was told, whatever is asked."""
        if source not in self.known:
            raise LookUpFailed(f"source {source} is away")
        return self.known[source]

    async def keep_message(self, message: Message) -> bool:
        """Into `messages`."""
        self.messages.append(message)
        return True
