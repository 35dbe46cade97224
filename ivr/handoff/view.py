"""What one agent's page shows: everything at once, so that a page that missed something is right again at the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.call import HandOver
from ivr.handoff.agents import Agent
from ivr.handoff.board import Notice, Pop, Waiting
from ivr.handoff.presence import Presence
from ivr.handoff.screen_pop import screen_pop


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One queue as an agent sees it: who waits, longest first, and why (None: nobody knows)."""

    queue: str
    callers: tuple[tuple[Waiting, HandOver | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """One agent's page at `at` (Unix s); `stale_since` None while Asterisk is heard, else since when it is not."""

    agent: Agent
    at: float
    stale_since: float | None
    presence: Presence
    pops: tuple[Pop, ...]
    notice: Notice | None
    queues: tuple[QueueLine, ...]

    def as_dict(self) -> dict[str, Any]:
        """The view as JSON-able data; each pop holds a screen pop after its schema under ``pop``."""
        return {
            "kind": "view",
            "at": self.at,
            "agent": {"name": self.agent.name, "display_name": self.agent.display_name, "queues": self.agent.queues},
            "stale_since": self.stale_since,
            "presence": {
                "state": self.presence.state.value,
                "reason": self.presence.reason,
                "queues": self.presence.queues,
                "reachable": self.presence.reachable,
            },
            "pops": [_pop(pop) for pop in self.pops],
            "notice": None
            if self.notice is None
            else {"call_id": self.notice.call_id, "reason": self.notice.reason.value, "at": self.notice.at},
            "queues": [
                {"queue": line.queue, "callers": [_waiting(*item) for item in line.callers]} for line in self.queues
            ],
        }


def _pop(pop: Pop) -> dict[str, Any]:
    return {
        "call_id": pop.hand_over.call_id,
        "state": pop.state.value,
        "rang_at": pop.rang_at,
        "answered_at": pop.answered_at,
        "ended_at": pop.ended_at,
        "wait_s": pop.wait_s,
        "pop": screen_pop(
            pop.hand_over,
            queue=pop.queue,
            wait_s=pop.wait_s,
            made_at=pop.rang_at,
        ),
    }


def _waiting(waiting: Waiting, hand_over: HandOver | None) -> Mapping[str, Any]:
    caller = waiting.party.caller if hand_over is None else hand_over.caller
    intent = hand_over.intent.name if hand_over is not None and hand_over.intent is not None else None
    return {"number": caller.number or None, "name": caller.name or None, "since": waiting.since, "intent": intent}


def queue_lines(agent: Agent, waiting: Iterable[tuple[Waiting, HandOver | None]]) -> tuple[QueueLine, ...]:
    """The agent's queues with those of `waiting` who are in them."""
    items = sorted(waiting, key=lambda item: item[0].since)
    return tuple(
        QueueLine(queue=queue, callers=tuple(item for item in items if item[0].party.queue == queue))
        for queue in agent.queues
    )
