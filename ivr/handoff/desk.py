"""The desk: callers on their way to a person, and the agents who answer them, kept true by Asterisk's events.

After each log-in everything is read anew (``QueueStatus``, ``CoreShowChannels``). Events that arrive meanwhile are
held back and applied afterwards: they are newer than the lists, and applying one twice changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType

from ivr.call import CallId, HandOver, Wrapped, clean_text
from ivr.errors import LineBroken
from ivr.handoff import presence
from ivr.handoff.agents import Agent
from ivr.handoff.board import Board
from ivr.handoff.keyed_story import keyed_story
from ivr.handoff.manager import Feed, Fields, ManagerLine
from ivr.handoff.queue_events import (
    EVENT_NAMES,
    AgentLeg,
    CallerJoined,
    ChannelGone,
    MemberChanged,
    Party,
    QueueEvent,
    Snapshot,
    read_event,
    read_lists,
)
from ivr.handoff.spool import MOST, Spool
from ivr.handoff.view import AgentView, queue_lines

log = logging.getLogger(__name__)

LONGEST_NOTE = 500
MOST_HELD = 10_000
"""Events held back while the lists are read; beyond it the reading starts again."""
MOST_READINGS = 3
MOST_GONE = 1000
"""Channels that have just left and are remembered; beyond it the oldest is forgotten."""
LIST_DEADLINE_S = 10.0


class WrapUp(Enum):
    """How a call ended, in the agent's words."""

    RESOLVED = "resolved"
    FOLLOW_UP_NEEDED = "follow_up_needed"
    WRONG_QUEUE = "wrong_queue"
    NO_ONE_THERE = "no_one_there"


class Watch:
    """One reader of an agent's view. Its queue holds one place: a reader who is slow gets the newest view next."""

    def __init__(self, view: Callable[[], AgentView], leave: Callable[[Watch], None]) -> None:
        self._view = view
        self._leave = leave
        self._changed = asyncio.Event()
        self._changed.set()

    async def next_view(self) -> AgentView:
        """The view, at once the first time, then whenever it changed since the last one."""
        await self._changed.wait()
        self._changed.clear()
        return self._view()

    def poke(self) -> None:
        """Say that something changed."""
        self._changed.set()

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLoad:
    """`agents` whose phones can ring, those of them who are `free`, and callers `waiting`."""

    agents: int
    free: int
    waiting: int


class Desk:
    """Hand-overs, queues and agents of one helpline. `queues` are those that callers are sent to.

    `recall` tells what is known of a call that reaches a queue without a hand-over of ours (a service that was killed
    had no time for one).
    """

    def __init__(
        self,
        ami: ManagerLine,
        *,
        queues: Iterable[str],
        agents: Iterable[Agent],
        feed: Feed,
        spool: Path,
        recall: Callable[[CallId, str], HandOver | None] = lambda _call_id, _queue: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._line = ami
        self._recall = recall
        self._agents = {agent.name: agent for agent in agents}
        self._queues = tuple(dict.fromkeys((*queues, *(q for a in self._agents.values() for q in a.queues))))
        self._feed = feed
        self._spool = Spool(spool)
        self._now = now
        self._expected: dict[CallId, HandOver] = {}
        self._gone: deque[CallId] = deque(maxlen=MOST_GONE)
        self._board = Board(self._agents.values(), self._explain)
        self._roll = presence.Roll()
        self._watches: dict[str, set[Watch]] = {name: set() for name in self._agents}
        self._held: list[QueueEvent] | None = None
        self._reading = 0
        self.stale_since: float | None = now()

    async def start(self) -> None:
        """Read what an earlier run left on disk, and follow Asterisk from now on (call it before the first log-in)."""
        for hand_over in await self._spool.load(now=self._now()):
            self._expected[hand_over.call_id] = hand_over
        self._line.subscribe(EVENT_NAMES, self._on_event)
        self._line.on_login(self._read_all)
        self._line.on_lost(self._on_lost)
        if self._line.connected:
            await self._read_all()

    async def close(self) -> None:
        """Finish writing; hand-overs of calls that go on stay on disk."""
        await self._spool.close()

    async def check_queues(self, names: Iterable[str] = ()) -> None:
        """Make sure that Asterisk has every queue that callers or agents need (and `names`).

        Raises PbxError with one line: which queue, which file. Raises LineBroken.
        """
        await presence.check_queues(self._line, dict.fromkeys((*names, *self._queues)))

    def expect(self, hand_over: HandOver) -> None:
        """A caller will enter a queue: keep why, until the call is over (which it may be by now)."""
        if hand_over.call_id in self._gone:
            return
        self._expected.pop(hand_over.call_id, None)
        self._expected[hand_over.call_id] = hand_over
        self._spool.keep(hand_over)
        while len(self._expected) > MOST:
            self._forget(next(iter(self._expected)))

    async def available(self, agent: str) -> None:
        """Let calls come to `agent`. Raises PbxError (one line) and LineBroken."""
        await presence.make_available(self._line, self._agents[agent])

    async def pause(self, agent: str, reason: str) -> None:
        """Let no calls come to `agent` for now. Raises PbxError (one line) and LineBroken."""
        await presence.pause(self._line, self._agents[agent], reason)

    async def sign_off(self, agent: str) -> None:
        """Take `agent` out of every queue. Raises PbxError (one line) and LineBroken."""
        who = self._agents[agent]
        await presence.sign_off(self._line, who, self._roll.presence(who).queues)

    def wrap_up(self, agent: str, call_id: str, outcome: WrapUp, note: str = "") -> None:
        """Note how a finished call ended and take it off the agent's page.

        Raises ValueError with one line for the agent: no such call, or a note that is too long.
        """
        if len(note) > LONGEST_NOTE:
            raise ValueError(f"the note is longer than {LONGEST_NOTE} characters")
        pop = self._board.wrap_up(agent, CallId(call_id))
        if pop is None:
            raise ValueError("this call is not over yet, or its outcome was noted before")
        self._feed.note(
            Wrapped(
                call_id=pop.hand_over.call_id,
                at=self._now(),
                agent=agent,
                outcome=outcome.value,
                note=clean_text(note, LONGEST_NOTE),
            )
        )
        self._changed()

    def view(self, agent: str) -> AgentView:
        """What the page of `agent` shows now."""
        place = self._board.places[agent]
        waiting = [(item, self._explain(item.party)) for item in self._board.waiting.values()]
        return AgentView(
            agent=place.agent,
            at=self._now(),
            stale_since=self.stale_since,
            presence=self._roll.presence(place.agent),
            pops=tuple(place.pops),
            notice=place.notice,
            queues=queue_lines(place.agent, waiting),
        )

    def load(self, queue: str) -> QueueLoad | None:
        """How it stands in `queue` now; None while Asterisk is not heard."""
        if self.stale_since is not None:
            return None
        serving = self._roll.serving(queue)
        waiting = sum(item.party.queue == queue for item in self._board.waiting.values())
        return QueueLoad(agents=len(serving), free=len(serving - self._board.busy()), waiting=waiting)

    def subscribe(self, agent: str) -> Watch:
        """Follow the view of `agent`; use it as a context manager."""
        watch = Watch(lambda: self.view(agent), self._watches[agent].discard)
        self._watches[agent].add(watch)
        return watch

    def _explain(self, party: Party) -> HandOver | None:
        return self._expected.get(CallId(party.channel_id)) or self._expected.get(CallId(party.linked_id))

    def _recollect(self, party: Party) -> None:
        """A caller in a queue, or with an agent, whom we did not send there: what is known of them all the same."""
        if self._explain(party) is None:
            story = keyed_story(party) or self._recall(CallId(party.channel_id), party.queue)
            if story is not None:
                self.expect(story)

    def _forget(self, call_id: CallId) -> None:
        if self._expected.pop(call_id, None) is not None:
            self._spool.forget(call_id)

    def _changed(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.poke()

    def _on_lost(self) -> None:
        if self.stale_since is None:
            self.stale_since = self._now()
        self._reading += 1
        self._held = None
        self._changed()

    def _on_event(self, fields: Fields) -> None:
        event = read_event(fields)
        if event is None:
            return
        if self._held is not None:
            if len(self._held) <= MOST_HELD:
                self._held.append(event)
        else:
            self._take(event)
            self._changed()

    def _take(self, event: QueueEvent) -> None:
        if isinstance(event, MemberChanged):
            self._roll.apply(event)
        else:
            if isinstance(event, CallerJoined | AgentLeg):
                self._recollect(event.party)
            for note in self._board.apply(event, self._now()):
                self._feed.note(note)
            if isinstance(event, ChannelGone):
                self._gone.append(CallId(event.channel_id))
                self._forget(CallId(event.channel_id))

    async def _read_all(self) -> None:
        """Read everything anew; the page is stale until it is done.

        Raises PbxError and LineBroken: the manager connection then logs in again later, and this runs again.
        """
        self._reading += 1
        reading = self._reading
        try:
            for _ in range(MOST_READINGS):
                self._held = []
                before = frozenset(self._expected)
                truth = await self._ask()
                if reading != self._reading:  # the connection was lost meanwhile, or a newer reading is under way
                    return
                if len(self._held) <= MOST_HELD:
                    self._agree(truth, before)
                    return
            raise LineBroken("events come faster than the queues can be read")
        finally:
            if reading == self._reading:
                self._held = None

    async def _ask(self) -> Snapshot:
        status = await self._line.action("QueueStatus", collect=True, deadline_s=LIST_DEADLINE_S)
        channels = await self._line.action("CoreShowChannels", collect=True, deadline_s=LIST_DEADLINE_S)
        return read_lists(status, channels, [agent.interface for agent in self._agents.values()])

    def _agree(self, truth: Snapshot, before: frozenset[CallId]) -> None:
        """Make everything agree with `truth`; only hand-overs known `before` it was asked for can be over in it."""
        self._roll.replace(truth.members)
        for call_id in before:
            if call_id not in truth.channel_ids:
                self._forget(call_id)
        for joined in truth.waiting:
            self._recollect(joined.party)
        for leg in truth.legs:  # an agent may have answered while we were away
            self._recollect(leg.party)
        for note in self._board.replace(truth, self._now()):
            self._feed.note(note)
        held, self._held = self._held or [], None
        for event in held:
            self._take(event)
        self.stale_since = None
        log.info("queues, agents and calls were read", extra={"queues": len(truth.queues), "legs": len(truth.legs)})
        self._changed()
