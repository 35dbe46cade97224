"""One call from ring to goodbye: what the dialplan is told in every ending, and that every call is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from ivr.call import Caller, CallEvent, CallId, Ended, EndReason, HandOver
from ivr.errors import CallerGone, LineBroken
from ivr.switchboard import Switchboard
from ivr.testing.clock import run

CALL = CallId("1.1")
CALLER = Caller(number="07700900123", name="Ada", dialled="100")
HAND_OVER = HandOver(call_id=CALL, caller=CALLER, queue="housing", reason="asked")


@dataclass
class Carried:
    result: str


@dataclass
class FakeControl:
    """An AGI session whose Dial is pending until the sound is hung up."""

    environment: dict[str, str] = field(
        default_factory=lambda: {"agi_uniqueid": CALL, "agi_callerid": "07700900123", "agi_channel": "PJSIP/caller-1"}
    )
    nonce: str | None = "n-1"
    dial_fails: bool = False
    dial_status: str = "CHANUNAVAIL"
    hung_up_in_dial: bool = False
    gone: bool = False
    stuck: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    dialled: list[tuple[str, ...]] = field(default_factory=list)
    sound_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self) -> None:
        return

    async def get_variable(self, name: str) -> str | None:
        return {"IVR_NONCE": self.nonce, "DIALSTATUS": self.dial_status}.get(name)

    async def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value

    async def execute(self, application: str, *arguments: str, deadline_s: float | None = None) -> Carried:
        self.dialled.append((application, *arguments))
        if self.dial_fails:
            return Carried("-1" if self.gone else "0")
        await self.sound_over.wait()
        if self.stuck:
            await asyncio.Event().wait()
        if self.hung_up_in_dial:
            raise CallerGone("HANGUP")
        return Carried("-1" if self.gone else "0")


@dataclass
class FakeSound:
    control: FakeControl
    hang_ups: int = 0

    async def hang_up(self) -> None:
        self.hang_ups += 1
        self.control.sound_over.set()


@dataclass
class FakeTicket:
    sound: FakeSound | None
    token: str = "T0KEN"
    withdrawn: bool = False

    async def session(self, deadline_s: float) -> FakeSound:
        if self.sound is None:
            await asyncio.sleep(deadline_s)
            raise LineBroken("no media connection came")
        return self.sound

    def withdraw(self) -> None:
        self.withdrawn = True


@dataclass
class FakeExchange:
    ticket: FakeTicket

    def expect(self, call_id: CallId) -> FakeTicket:
        return self.ticket


@dataclass
class FakeLifeline:
    holds: bool = True
    kept: list[str] = field(default_factory=list)

    async def keep(self, channel: str) -> None:
        self.kept.append(channel)
        await asyncio.Event().wait()


@dataclass
class Ending:
    reason: EndReason
    hand_over: HandOver | None = None


@dataclass
class Kept:
    events: list[CallEvent] = field(default_factory=list)
    hand_overs: list[HandOver] = field(default_factory=list)

    def note(self, event: CallEvent) -> None:
        self.events.append(event)

    def expect(self, hand_over: HandOver) -> None:
        self.hand_overs.append(hand_over)


Talk = Callable[[CallId, Caller, FakeSound], Awaitable[Ending]]


def concluding(reason: EndReason, hand_over: HandOver | None = None) -> Talk:
    async def talk(call_id: CallId, caller: Caller, sound: FakeSound) -> Ending:
        return Ending(reason, hand_over)

    return talk


def call(
    control: FakeControl, talk: Talk, *, sound: bool = True, most_calls: int = 10, holds: bool = True
) -> tuple[Kept, FakeTicket]:
    kept, lifeline = Kept(), FakeLifeline(holds)
    ticket = FakeTicket(FakeSound(control) if sound else None)

    async def main() -> None:
        board = Switchboard(
            helpline="riverton",
            exchange=FakeExchange(ticket),
            converse=talk,
            lifeline=lifeline,
            desk=kept,
            feed=kept,
            most_calls=most_calls,
            now=lambda: 0.0,
        )
        await board.take(control)
        assert not board.calls
        assert asyncio.all_tasks() == {asyncio.current_task()}, "a call leaves no task behind"

    run(main())
    return kept, ticket


def ended(kept: Kept) -> Ended:
    last = kept.events[-1]
    assert isinstance(last, Ended)
    return last


def test_a_goodbye_is_told_to_the_dialplan_as_the_last_act() -> None:
    control = FakeControl()
    kept, _ = call(control, concluding(EndReason.HUNG_UP))
    assert control.variables == {"IVR_DONE": "n-1"}
    assert control.dialled == [("Dial", "WebSocket/ivr/c(slin)f(json)v(call=T0KEN)", "10", "g")]
    assert ended(kept).reason is EndReason.HUNG_UP


def test_without_a_lifeline_the_limit_is_lifted_rather_than_the_call_cut() -> None:
    control = FakeControl()
    call(control, concluding(EndReason.HUNG_UP), holds=False)
    assert control.variables["TIMEOUT(absolute)"] == "0"


def test_a_hand_over_reaches_the_desk_before_the_queue_is_named() -> None:
    control = FakeControl()
    kept, _ = call(control, concluding(EndReason.HANDED_OVER, HAND_OVER))
    assert list(control.variables.items()) == [("IVR_QUEUE", "housing"), ("IVR_DONE", "n-1")]
    assert kept.hand_overs == [HAND_OVER]


def test_a_broken_line_leaves_the_caller_to_the_dialplan_but_not_the_story() -> None:
    control = FakeControl()
    kept, _ = call(control, concluding(EndReason.LINE_FAILED, HAND_OVER))
    assert control.variables == {}
    assert kept.hand_overs == [HAND_OVER]
    assert ended(kept).reason is EndReason.LINE_FAILED


def test_a_fault_of_ours_hangs_up_the_sound_and_is_recorded() -> None:
    control = FakeControl()

    async def talk(call_id: CallId, caller: Caller, sound: FakeSound) -> Ending:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        call(control, talk)
    assert control.sound_over.is_set(), "Asterisk's Dial would hold the caller in silence"
    assert control.variables == {}


@pytest.mark.parametrize("reason", [EndReason.CALLER_LEFT])
def test_a_caller_who_left_is_told_to_nobody(reason: EndReason) -> None:
    control = FakeControl()
    kept, _ = call(control, concluding(reason))
    assert control.variables == {}
    assert ended(kept).reason is EndReason.CALLER_LEFT


def test_a_hang_up_seen_by_the_control_channel_is_a_caller_who_left() -> None:
    kept, _ = call(FakeControl(hung_up_in_dial=True), concluding(EndReason.HUNG_UP))
    assert ended(kept).reason is EndReason.CALLER_LEFT


def test_a_sound_that_broke_because_the_caller_hung_up_is_a_caller_who_left() -> None:
    kept, _ = call(FakeControl(gone=True), concluding(EndReason.LINE_FAILED, HAND_OVER))
    assert ended(kept).reason is EndReason.CALLER_LEFT
    assert kept.hand_overs == []


@pytest.mark.parametrize(("gone", "status"), [(True, ""), (False, "CANCEL")])
def test_a_caller_who_hangs_up_while_the_sound_is_connected_is_a_caller_who_left(gone: bool, status: str) -> None:
    control = FakeControl(dial_fails=True, gone=gone, dial_status=status)
    kept, ticket = call(control, concluding(EndReason.HUNG_UP), sound=False)
    assert ended(kept).reason is EndReason.CALLER_LEFT
    assert ticket.withdrawn


def test_a_refused_media_port_is_known_at_once() -> None:
    control = FakeControl(dial_fails=True)
    kept, ticket = call(control, concluding(EndReason.HUNG_UP), sound=False)
    assert ended(kept).reason is EndReason.LINE_FAILED
    assert "could not reach the media server (CHANUNAVAIL)" in ended(kept).detail
    assert control.variables == {}
    assert ticket.withdrawn


def test_an_asterisk_that_never_gives_the_caller_back_is_left() -> None:
    kept, _ = call(FakeControl(stuck=True), concluding(EndReason.HUNG_UP))
    assert ended(kept).reason is EndReason.LINE_FAILED


def test_a_dialplan_without_a_nonce_is_refused_with_the_mend() -> None:
    kept, _ = call(FakeControl(nonce=None), concluding(EndReason.HUNG_UP))
    assert "extensions.conf" in ended(kept).detail


def test_calls_beyond_the_limit_are_left_to_the_dialplan() -> None:
    control = FakeControl()
    kept, _ = call(control, concluding(EndReason.HUNG_UP), most_calls=0)
    assert kept.events == []
    assert control.variables == {}


def test_a_cancelled_call_is_recorded() -> None:
    control, kept = FakeControl(), Kept()
    ticket = FakeTicket(FakeSound(control))

    async def talk(call_id: CallId, caller: Caller, sound: FakeSound) -> Ending:
        await asyncio.sleep(1000)
        return Ending(EndReason.HUNG_UP)

    async def main() -> None:
        board = Switchboard(
            helpline="riverton",
            exchange=FakeExchange(ticket),
            converse=talk,
            lifeline=FakeLifeline(),
            desk=kept,
            feed=kept,
            most_calls=1,
        )
        taken = asyncio.create_task(board.take(control))
        await asyncio.sleep(1)
        taken.cancel()
        await asyncio.wait({taken})

    run(main())
    assert ended(kept).reason is EndReason.SERVICE_FAILED
    assert control.sound_over.is_set()
