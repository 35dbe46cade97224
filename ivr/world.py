"""What is true outside a call, for the dialogue: the time where the helpline is, its queues, its sources."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

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
from ivr.records.mailbox import Mailbox


class Load(Protocol):
    """How it stands in a queue (handoff.desk)."""

    @property
    def agents(self) -> int: ...
    @property
    def free(self) -> int: ...
    @property
    def waiting(self) -> int: ...


LookUp = Callable[[str, Mapping[str, str]], Awaitable[Mapping[str, str] | None]]
"""Source and named values in, what it knows out (sources)."""


async def no_sources(source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
    """For a helpline that has none."""
    raise LookUpFailed(f"there is no source '{source}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWorld:
    """A `World` of the dialogue."""

    zone: ZoneInfo
    load: Callable[[str], Load | None]
    mailbox: Mailbox
    sources: LookUp = no_sources
    callers: Callers = field(default_factory=NobodyKnown)
    memory: Memory = field(default_factory=NoMemory)
    outbox: Outbox = field(default_factory=NoOutbox)

    def now(self) -> datetime:
        """The time in `zone`."""
        return datetime.now(self.zone)

    def queue(self, name: str) -> QueueState | None:
        """As the desk sees it; None while Asterisk is not heard."""
        load = self.load(name)
        return None if load is None else QueueState(agents=load.agents, free=load.free, waiting=load.waiting)

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """See `ivr.dialogue.ports.World`."""
        return await self.sources(source, asked)

    async def keep_message(self, message: Message) -> bool:
        """See `ivr.dialogue.ports.World`."""
        return await self.mailbox.keep(message.hand_over, message.sound)
