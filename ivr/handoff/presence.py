"""Agents' presence: what Asterisk's queues say about their phones, and the three commands that change it.

The truth is queue membership in Asterisk: available is a member, paused a paused member, signed off no member. Every
command may be given twice; that a phone is already (or no longer) there is no fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from ivr.call import clean_text
from ivr.errors import PbxError
from ivr.handoff.agents import Agent
from ivr.handoff.manager import ManagerLine
from ivr.handoff.queue_events import Member, MemberChanged, read_lists

LONGEST_REASON = 40
QUEUES_FILE = "asterisk/queues.conf"


class PresenceState(Enum):
    """Whether calls come to an agent."""

    AVAILABLE = "available"
    PAUSED = "paused"
    SIGNED_OFF = "signed_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """An agent as Asterisk sees them: `queues` they are in now, `reachable` whether their phone can ring."""

    state: PresenceState
    reason: str
    queues: tuple[str, ...]
    reachable: bool


class Roll:
    """Which phones are in which queues, as events say."""

    def __init__(self) -> None:
        self._members: dict[tuple[str, str], Member] = {}

    def apply(self, event: MemberChanged) -> None:
        """Take one change."""
        key = (event.member.queue, event.member.interface)
        if event.gone:
            self._members.pop(key, None)
        else:
            self._members[key] = event.member

    def replace(self, members: Iterable[Member]) -> None:
        """Forget everything and take `members` for true."""
        self._members = {(member.queue, member.interface): member for member in members}

    def serving(self, queue: str) -> frozenset[str]:
        """The phones in `queue` that can ring and are not paused."""
        members = (member for member in self._members.values() if member.queue == queue)
        return frozenset(member.interface for member in members if member.reachable and not member.paused)

    def presence(self, agent: Agent) -> Presence:
        """What the roll says about `agent`."""
        found = [member for member in self._members.values() if member.interface == agent.interface]
        paused = [member for member in found if member.paused]
        if not found:
            state = PresenceState.SIGNED_OFF
        else:
            state = PresenceState.PAUSED if len(paused) == len(found) else PresenceState.AVAILABLE
        return Presence(
            state=state,
            reason=paused[0].reason if state is PresenceState.PAUSED else "",
            queues=tuple(sorted(member.queue for member in found)),
            reachable=all(member.reachable for member in found),
        )


async def make_available(line: ManagerLine, agent: Agent) -> None:
    """Put the agent's phone into each of their queues, unpaused.

    Raises PbxError (one line: a queue is missing, or Asterisk refuses) and LineBroken.
    """
    await _join(line, agent, paused=False)
    await line.action("QueuePause", {"Interface": agent.interface, "Paused": "false"})


async def pause(line: ManagerLine, agent: Agent, reason: str) -> None:
    """Let no call come to the agent, who stays in (or joins) their queues; `reason` is shown to others.

    Raises PbxError and LineBroken.
    """
    await _join(line, agent, paused=True)  # paused from the start: no call slips in between
    await line.action(
        "QueuePause",
        {"Interface": agent.interface, "Paused": "true", "Reason": clean_text(reason, LONGEST_REASON)},
    )


async def sign_off(line: ManagerLine, agent: Agent, also: Iterable[str] = ()) -> None:
    """Take the agent's phone out of each of their queues (and of `also`, queues it is in for other reasons).

    Raises PbxError and LineBroken.
    """
    for queue in dict.fromkeys((*agent.queues, *also)):
        await _tolerant(line, "QueueRemove", {"Queue": queue, "Interface": agent.interface}, "Not there")


async def check_queues(line: ManagerLine, names: Iterable[str]) -> None:
    """Make sure that Asterisk knows every queue in `names`.

    Raises PbxError with one line that names the first missing queue and the file to mend.
    """
    there = read_lists(await line.action("QueueStatus", collect=True), (), ()).queues
    for name in names:
        if name not in there:
            raise missing_queue(name)


def missing_queue(name: str) -> PbxError:
    """The one line about a queue that Asterisk does not have."""
    return PbxError(
        f"Asterisk has no queue '{name}': start 'ivr run' anew, which makes it; to an Asterisk of your own add a "
        f"section [{name}] as in {QUEUES_FILE}, with the extension that 'ivr doctor' names"
    )


async def _join(line: ManagerLine, agent: Agent, *, paused: bool) -> None:
    for queue in agent.queues:
        fields = {
            "Queue": queue,
            "Interface": agent.interface,
            "MemberName": agent.display_name,
            "Paused": "true" if paused else "false",
        }
        try:
            await _tolerant(line, "QueueAdd", fields, "Already there")
        except PbxError as fault:
            if "No such queue" in str(fault):
                raise missing_queue(queue) from None
            raise


async def _tolerant(line: ManagerLine, action: str, fields: Mapping[str, str], fine: str) -> None:
    """Do `action`; a refusal that says `fine` (app_queue.c's own words) means that it was done before."""
    try:
        await line.action(action, fields)
    except PbxError as fault:
        if fine not in str(fault):
            raise
