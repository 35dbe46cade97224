"""The board: who waits where, whose phone rings for whom, who talks; changed by events alone, it does no I/O.

One call moves on one agent's part of the board like this::

    (nothing) ── phone rings ─▶ RINGING ── answers ─▶ TALKING ── hangs up ─▶ WRAP_UP ── outcome said ─▶ (nothing)
                                   └── no answer, somebody else was faster, caller gone ─▶ (nothing), and a notice
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from ivr.call import AgentAnswered, AgentRang, CallEvent, CallId, HandOver
from ivr.handoff.agents import Agent
from ivr.handoff.queue_events import (
    AgentDone,
    AgentLeg,
    AgentMissed,
    CallerJoined,
    CallerLeft,
    ChannelGone,
    MemberChanged,
    Party,
    QueueEvent,
    Snapshot,
)
from ivr.handoff.screen_pop import unexplained

MOST_POPS = 8
"""Calls on one agent's page (one rings or talks, the others wait for their outcome); beyond it the oldest goes."""


class PopState(Enum):
    """How far a call is with one agent."""

    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class Withdrawn(Enum):
    """Why a pop left an agent's page before they answered."""

    NO_ANSWER = "no_answer"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    CALLER_GONE = "caller_gone"
    STOPPED = "stopped"
    """It rings no more, and Asterisk did not say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop:
    """One call on one agent's page; times are Unix seconds."""

    hand_over: HandOver
    channel_id: str
    leg_id: str
    queue: str
    state: PopState
    rang_at: float
    wait_s: float
    answered_at: float | None = None
    ended_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A pop that was withdrawn from an agent's page."""

    call_id: CallId
    channel_id: str
    reason: Withdrawn
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A caller in a queue."""

    party: Party
    since: float


@dataclass(slots=True)
class Place:
    """One agent's part of the board (mutable: the board owns it)."""

    agent: Agent
    pops: list[Pop] = field(default_factory=list)
    notice: Notice | None = None


class Board:
    """Everything the desk knows about calls; `explain` finds the hand-over of a caller's channel."""

    def __init__(self, agents: Iterable[Agent], explain: Callable[[Party], HandOver | None]) -> None:
        self.places = {agent.name: Place(agent=agent) for agent in agents}
        self.waiting: dict[str, Waiting] = {}
        self._by_interface = {place.agent.interface: place for place in self.places.values()}
        self._explain = explain

    def apply(self, event: QueueEvent, now: float) -> list[CallEvent]:
        """Change the board as `event` says at `now` (Unix seconds); returns what is worth a note."""
        match event:
            case CallerJoined(party=party, wait_s=wait_s):
                self.waiting[party.channel_id] = Waiting(party=party, since=now - wait_s)
            case CallerLeft(channel_id=channel_id, gave_up=gave_up):
                self.waiting.pop(channel_id, None)
                if gave_up:
                    self._caller_gone(channel_id, now)
            case AgentLeg():
                return self._leg(event, now)
            case AgentMissed(channel_id=channel_id, interface=interface):
                if place := self._by_interface.get(interface):
                    self._withdraw(place, channel_id, Withdrawn.NO_ANSWER, now)
            case AgentDone(channel_id=channel_id, interface=interface):
                if place := self._by_interface.get(interface):
                    self._end_talk(place, channel_id, now)
            case ChannelGone(channel_id=channel_id, answered_elsewhere=elsewhere):
                self.waiting.pop(channel_id, None)
                self._caller_gone(channel_id, now)
                self._leg_gone(channel_id, Withdrawn.ANSWERED_ELSEWHERE if elsewhere else Withdrawn.STOPPED, now)
            case MemberChanged():
                pass  # presence.py looks after it
        return []

    def replace(self, truth: Snapshot, now: float) -> list[CallEvent]:
        """Make the board agree with `truth` after a gap; returns what is worth a note."""
        self.waiting = {
            joined.party.channel_id: Waiting(party=joined.party, since=now - joined.wait_s) for joined in truth.waiting
        }
        alive = {leg.leg_id for leg in truth.legs}
        for place in self.places.values():
            for pop in list(place.pops):
                if pop.leg_id not in alive:
                    self._leg_gone(pop.leg_id, Withdrawn.STOPPED, now)
        return [note for leg in truth.legs for note in self._leg(leg, now)]

    def busy(self) -> frozenset[str]:
        """The phones of agents that ring for a caller or are in a call from a queue."""
        live = (PopState.RINGING, PopState.TALKING)
        places = self.places.values()
        return frozenset(p.agent.interface for p in places if any(pop.state in live for pop in p.pops))

    def wrap_up(self, agent: str, call_id: CallId) -> Pop | None:
        """Take the finished call `call_id` off the agent's page; None if there is no such call to wrap up."""
        place = self.places[agent]
        for pop in place.pops:
            if pop.hand_over.call_id == call_id and pop.state is PopState.WRAP_UP:
                place.pops.remove(pop)
                return pop
        return None

    def _leg(self, leg: AgentLeg, now: float) -> list[CallEvent]:
        party = leg.party
        notes: list[CallEvent] = []
        place = self._by_interface.get(leg.interface)
        if place is not None:
            known = next((pop for pop in place.pops if pop.leg_id == leg.leg_id), None)
            pop = known or self._fresh(leg, now)
            name, call_id = place.agent.name, pop.hand_over.call_id
            if known is None:
                place.notice = None
                place.pops = [pop, *place.pops][:MOST_POPS]
                notes.append(AgentRang(call_id=call_id, at=now, agent=name, queue=pop.queue, wait_s=pop.wait_s))
            if leg.talking and pop.state is PopState.RINGING:
                # Asterisk's own HoldTime is in whole seconds: good for a pop that we did not see ring.
                wait_s = round(pop.wait_s + now - pop.rang_at, 1) if known or leg.wait_s is None else leg.wait_s
                self._put(place, pop, replace(pop, state=PopState.TALKING, answered_at=now, wait_s=wait_s))
                notes.append(AgentAnswered(call_id=call_id, at=now, agent=name, wait_s=wait_s))
        if leg.talking:
            self.waiting.pop(party.channel_id, None)
            for other in self.places.values():
                if other is not place:
                    self._withdraw(other, party.channel_id, Withdrawn.ANSWERED_ELSEWHERE, now)
        return notes

    def _fresh(self, leg: AgentLeg, now: float) -> Pop:
        party = leg.party
        waiting = self.waiting.get(party.channel_id)
        return Pop(
            hand_over=self._explain(party) or unexplained(party),
            channel_id=party.channel_id,
            leg_id=leg.leg_id,
            queue=party.queue,
            state=PopState.RINGING,
            rang_at=now,
            wait_s=round(now - waiting.since, 1) if waiting else 0.0,
        )

    def _caller_gone(self, channel_id: str, now: float) -> None:
        for place in self.places.values():
            self._withdraw(place, channel_id, Withdrawn.CALLER_GONE, now)
            self._end_talk(place, channel_id, now)
            # Asterisk hangs up the agent's ringing leg first and says afterwards that the caller gave up.
            if place.notice and place.notice.channel_id == channel_id and place.notice.reason is Withdrawn.STOPPED:
                place.notice = replace(place.notice, reason=Withdrawn.CALLER_GONE)

    def _leg_gone(self, leg_id: str, reason: Withdrawn, now: float) -> None:
        for place in self.places.values():
            for pop in [pop for pop in place.pops if pop.leg_id == leg_id]:
                self._withdraw(place, pop.channel_id, reason, now)
                self._end_talk(place, pop.channel_id, now)

    @staticmethod
    def _withdraw(place: Place, channel_id: str, reason: Withdrawn, now: float) -> None:
        for pop in place.pops:
            if pop.channel_id == channel_id and pop.state is PopState.RINGING:
                place.pops.remove(pop)
                place.notice = Notice(call_id=pop.hand_over.call_id, channel_id=channel_id, reason=reason, at=now)
                return

    @classmethod
    def _end_talk(cls, place: Place, channel_id: str, now: float) -> None:
        for pop in place.pops:
            if pop.channel_id == channel_id and pop.state is PopState.TALKING:
                cls._put(place, pop, replace(pop, state=PopState.WRAP_UP, ended_at=now))
                return

    @staticmethod
    def _put(place: Place, old: Pop, new: Pop) -> None:
        place.pops[place.pops.index(old)] = new
