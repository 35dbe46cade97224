"""The codec from manager events and lists of app_queue (Asterisk 22) to frozen values; it does no I/O.

Two traps of Asterisk stand behind the small functions here: an empty caller id is sent as ``<unknown>``, and names in
channel snapshots are C-escaped (``O\\'Hara``, see ``ast_escape_c_alloc`` in manager_channels.c) but those in a
``QueueEntry`` are not (app_queue.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.call import Caller

EVENT_NAMES = frozenset(
    {
        "QueueCallerJoin",
        "QueueCallerLeave",
        "QueueCallerAbandon",
        "AgentCalled",
        "AgentConnect",
        "AgentRingNoAnswer",
        "AgentComplete",
        "QueueMemberAdded",
        "QueueMemberStatus",
        "QueueMemberPause",
        "QueueMemberRemoved",
        "Hangup",
    }
)
ANSWERED_ELSEWHERE = "26"
"""Hang-up cause of an agent's leg when another agent was faster (AST_CAUSE_ANSWERED_ELSEWHERE)."""
UNREACHABLE_STATUS = frozenset({"4", "5"})
"""Device states of a phone that cannot ring: invalid, unavailable (devicestate.h)."""

_VARIABLES, _TOLD = "ChanVariable", "IVR_TOLD="
"""The header of the variables that manager.conf names (``channelvars``), and the one that a native plan sets."""
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A caller's channel in a queue: `channel_id` is its unique id, `linked_id` that of the call it belongs to."""

    channel_id: str
    linked_id: str
    queue: str
    caller: Caller
    told: str = ""
    """What the plan in Asterisk alone has learnt of the caller: ``reason=asked&intent=bins&urgent=yes``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One phone in one queue."""

    queue: str
    interface: str
    paused: bool
    reason: str
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerJoined:
    """A caller waits in a queue; `wait_s` seconds so far."""

    party: Party
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLeft:
    """A caller waits no more: answered, timed out, or (`gave_up`) hung up while waiting."""

    channel_id: str
    gave_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLeg:
    """The call from a queue to one agent's phone: `leg_id` is the unique id of that phone's channel.

    `talking` False while it rings; `wait_s` is known (whole seconds) once the agent answered.
    """

    party: Party
    interface: str
    leg_id: str
    talking: bool
    wait_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMissed:
    """An agent's phone rang in vain, was busy or refused."""

    channel_id: str
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDone:
    """Agent and caller talk no more."""

    channel_id: str
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGone:
    """Any channel hung up: a caller's, an agent's leg, or one that is none of our business."""

    channel_id: str
    answered_elsewhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged:
    """A phone joined a queue, left it (`gone`), or changed its state there."""

    member: Member
    gone: bool


QueueEvent = CallerJoined | CallerLeft | AgentLeg | AgentMissed | AgentDone | ChannelGone | MemberChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that is true now: for the time after a gap in which events were lost."""

    queues: frozenset[str]
    members: tuple[Member, ...]
    waiting: tuple[CallerJoined, ...]
    legs: tuple[AgentLeg, ...]
    channel_ids: frozenset[str]


def read_event(fields: Mapping[str, str]) -> QueueEvent | None:
    """What an event means for queues and agents; None if nothing, or if it lacks what makes it an event."""
    name = fields.get("Event", "")
    if name.startswith("QueueMember"):
        return MemberChanged(member=_member(fields), gone=name == "QueueMemberRemoved")
    channel_id = fields.get("Uniqueid", "")
    interface = fields.get("Interface", "")
    if not channel_id:
        return None
    match name:
        case "QueueCallerJoin":
            return CallerJoined(party=_party(fields))
        case "QueueCallerLeave" | "QueueCallerAbandon":
            return CallerLeft(channel_id=channel_id, gave_up=name == "QueueCallerAbandon")
        case "AgentCalled" | "AgentConnect":
            talking = name == "AgentConnect"
            return AgentLeg(
                party=_party(fields),
                interface=interface,
                leg_id=fields.get("DestUniqueid", ""),
                talking=talking,
                wait_s=_seconds(fields.get("HoldTime")) if talking else None,
            )
        case "AgentRingNoAnswer":
            return AgentMissed(channel_id=channel_id, interface=interface)
        case "AgentComplete":
            return AgentDone(channel_id=channel_id, interface=interface)
        case "Hangup":
            return ChannelGone(channel_id=channel_id, answered_elsewhere=fields.get("Cause") == ANSWERED_ELSEWHERE)
    return None


def read_lists(
    queue_status: Iterable[Mapping[str, str]], channels: Iterable[Mapping[str, str]], interfaces: Iterable[str]
) -> Snapshot:
    """The answers to ``QueueStatus`` and ``CoreShowChannels``; only legs to `interfaces` (``PJSIP/alice``) count."""
    status = list(queue_status)
    lines = [line for line in channels if line.get("Event") == "CoreShowChannel"]
    variables = {line.get("Uniqueid", ""): line.get(_VARIABLES, "") for line in lines}  # a QueueEntry has none
    return Snapshot(
        queues=frozenset(item.get("Queue", "") for item in status if item.get("Event") == "QueueParams"),
        members=tuple(_member(item) for item in status if item.get("Event") == "QueueMember"),
        waiting=tuple(
            CallerJoined(
                party=_party({**item, _VARIABLES: variables.get(item["Uniqueid"], "")}, escaped=False),
                wait_s=_seconds(item.get("Wait")),
            )
            for item in status
            if item.get("Event") == "QueueEntry" and item.get("Uniqueid")
        ),
        legs=tuple(leg for interface in interfaces for leg in _legs(interface, lines)),
        channel_ids=frozenset(line.get("Uniqueid", "") for line in lines),
    )


def _legs(interface: str, lines: list[Mapping[str, str]]) -> Iterable[AgentLeg]:
    """The legs that app_queue (it names itself ``AppQueue`` there) has to `interface`, each with its caller."""
    device = interface.removesuffix("/n")  # an option of Local channels, never part of their name
    for line in lines:
        if line.get("Application") != "AppQueue" or line.get("Channel", "").rpartition("-")[0] != device:
            continue
        bridge = line.get("BridgeId", "")
        caller = next(
            (
                other
                for other in lines
                if other.get("Application") == "Queue"
                and other.get("Linkedid") == line.get("Linkedid")
                and (not bridge or other.get("BridgeId") == bridge)
            ),
            None,
        )
        if caller is None:  # the leg is on its way out
            continue
        queue = caller.get("ApplicationData", "").partition(",")[0]
        party = _party({**caller, "Queue": queue})
        yield AgentLeg(party=party, interface=interface, leg_id=line.get("Uniqueid", ""), talking=bool(bridge))


def _party(fields: Mapping[str, str], *, escaped: bool = True) -> Party:
    number, name = _known(fields.get("CallerIDNum", "")), _known(fields.get("CallerIDName", ""))
    if escaped:
        number, name = _unescaped(number), _unescaped(name)
    channel_id = fields["Uniqueid"]
    return Party(
        channel_id=channel_id,
        linked_id=fields.get("Linkedid", channel_id),
        queue=fields.get("Queue", ""),
        caller=Caller.presented(number, name, fields.get("Exten")),
        told=_told(fields.get(_VARIABLES, "")),
    )


def _told(variables: str) -> str:
    """`_TOLD` among channel variables, one a line; two queues of one call may have sent it twice."""
    found = (line.removeprefix(_TOLD) for line in variables.splitlines() if line.startswith(_TOLD))
    return next(found, "")


def _member(fields: Mapping[str, str]) -> Member:
    return Member(
        queue=fields.get("Queue", ""),
        interface=fields.get("Interface") or fields.get("Location", ""),
        paused=fields.get("Paused") == "1",
        reason=fields.get("PausedReason", ""),
        reachable=fields.get("Status") not in UNREACHABLE_STATUS,
    )


def _known(text: str) -> str:
    return "" if text == "<unknown>" else text


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isascii() and text.isdigit() else 0.0
