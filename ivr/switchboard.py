"""One call from ring to goodbye: answer, connect the sound, let the plan talk, hand over or say goodbye.

The rooms come in as Protocols. What the caller loses when something breaks is decided here: `IVR_DONE` is our last
act, done or not, and without it the dialplan looks after the caller (asterisk/extensions.conf).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ivr.call import Answered, Caller, CallEvent, CallId, Ended, EndReason, HandOver, Rang
from ivr.errors import CallerGone, LineBroken, LineError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)

current_call: ContextVar[CallId | None] = ContextVar("call_id", default=None)
"""The call that the running task works for; the log adds it to every line."""

MEDIA_DEADLINE_S = 3.0
"""From the dial to the media socket; on one machine it takes 5 ms (reference), so longer means broken."""
CALLER_HUNG_UP = "-1"
"""Dial's result when its own channel is gone; with option ``g`` it is 0 when the other side ended (app_dial.c)."""
CALLER_CANCELLED = "CANCEL"
"""Dial's status when its own channel was gone before the other side answered (app_dial.c)."""
HANG_UP_DEADLINE_S = 3.0
"""From our hang-up of the media to Asterisk's answer to the AGI command that carried it."""


class Reply(Protocol):
    """Asterisk's answer to a command (telephony.agi)."""

    @property
    def result(self) -> str: ...


class Control(Protocol):
    """The call's control channel (telephony.agi)."""

    environment: Mapping[str, str]

    async def answer(self) -> None: ...
    async def get_variable(self, name: str) -> str | None: ...
    async def set_variable(self, name: str, value: str) -> None: ...
    async def execute(self, application: str, *arguments: str, deadline_s: float | None = None) -> Reply: ...


class SoundOfCall(Protocol):
    """The call's sound, as far as the switchboard cares (media.session)."""

    async def hang_up(self) -> None: ...


S = TypeVar("S", bound=SoundOfCall, covariant=True)


class Ticket(Protocol[S]):
    """A place kept for one media connection (media.server)."""

    token: str

    async def session(self, deadline_s: float) -> S: ...
    def withdraw(self) -> None: ...


class Exchange(Protocol[S]):
    """Where media connections arrive (media.server)."""

    def expect(self, call_id: CallId) -> Ticket[S]: ...


class Conclusion(Protocol):
    """How the conversation ended (dialogue)."""

    @property
    def reason(self) -> EndReason: ...
    @property
    def hand_over(self) -> HandOver | None: ...


class Desk(Protocol):
    """Where callers who need a person go (handoff)."""

    def expect(self, hand_over: HandOver) -> None: ...


class Lifeline(Protocol):
    """What keeps Asterisk's own time limit of a call from passing while we look after it (telephony.lifeline)."""

    @property
    def holds(self) -> bool: ...
    async def keep(self, channel: str) -> None: ...


class Feed(Protocol):
    """Where events go."""

    def note(self, event: CallEvent) -> None: ...


Converse = Callable[[CallId, Caller, S], Awaitable[Conclusion]]
"""The conversation itself: runs the plan with the caller over the sound of the call."""


class Switchboard(Generic[S]):
    """Looks after every call; `calls` are in our hands just now."""

    def __init__(
        self,
        *,
        helpline: str,
        exchange: Exchange[S],
        converse: Converse[S],
        lifeline: Lifeline,
        desk: Desk,
        feed: Feed,
        most_calls: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._helpline = helpline
        self._exchange = exchange
        self._converse = converse
        self._lifeline = lifeline
        self._desk = desk
        self._feed = feed
        self._most_calls = most_calls
        self._now = now
        self.calls: set[CallId] = set()

    async def take(self, control: Control) -> None:
        """One call, from the dialplan's AGI command to the goodbye; returns when the dialplan may go on."""
        about = control.environment
        call_id = CallId(about.get("agi_uniqueid", ""))
        if not call_id or call_id in self.calls or len(self.calls) >= self._most_calls:
            log.warning("call left to the dialplan", extra={"call_id": call_id, "calls": len(self.calls)})
            return
        current_call.set(call_id)
        self.calls.add(call_id)
        caller = Caller.presented(about.get("agi_callerid"), about.get("agi_calleridname"), about.get("agi_extension"))
        self._feed.note(
            Rang(
                call_id=call_id,
                at=self._now(),
                number=caller.number,
                name=caller.name,
                dialled=caller.dialled,
                helpline=self._helpline,
            )
        )
        reason, detail = EndReason.SERVICE_FAILED, ""
        try:
            reason = await self._look_after(control, call_id, caller)
        except CallerGone:
            reason = EndReason.CALLER_LEFT
        except LineError as fault:
            reason, detail = EndReason.LINE_FAILED, str(fault)
            log.warning("line failed, the dialplan takes over", extra={"fault": str(fault)})
        finally:
            # No await between here and the record: a cancelled call is recorded like any other.
            self.calls.discard(call_id)
            self._feed.note(Ended(call_id=call_id, at=self._now(), reason=reason, detail=detail))

    async def _look_after(self, control: Control, call_id: CallId, caller: Caller) -> EndReason:
        nonce = await control.get_variable("IVR_NONCE")
        if not nonce:
            raise LineBroken("the dialplan set no IVR_NONCE: use the [helpline] context of asterisk/extensions.conf")
        await control.answer()
        if not self._lifeline.holds:  # then the watchdog alone looks after this call, which is better than a cut
            await control.set_variable("TIMEOUT(absolute)", "0")
        async with self._kept_alive(control.environment.get("agi_channel", "")):
            conclusion = await self._talk(control, call_id, caller)
        if conclusion.reason is EndReason.CALLER_LEFT:
            return conclusion.reason
        hand_over = conclusion.hand_over
        if hand_over is not None:
            self._desk.expect(hand_over)
        if conclusion.reason is EndReason.HANDED_OVER and hand_over is not None:
            await control.set_variable("IVR_QUEUE", hand_over.queue)
        if conclusion.reason in (EndReason.HANDED_OVER, EndReason.HUNG_UP):
            await control.set_variable("IVR_DONE", nonce)
        return conclusion.reason

    async def _talk(self, control: Control, call_id: CallId, caller: Caller) -> Conclusion:
        """Connect the sound and run the plan; the AGI command that carries the sound is pending all the while."""
        ticket = self._exchange.expect(call_id)
        dial = f"WebSocket/ivr/c(slin)f(json)v(call={ticket.token})"
        carrier = asyncio.create_task(control.execute("Dial", dial, "10", "g"), name="carry the sound")
        sound: S | None = None
        try:
            sound = await self._connected(ticket, carrier, control)
            self._feed.note(Answered(call_id=call_id, at=self._now()))
            conclusion = await self._converse(call_id, caller, sound)
            await sound.hang_up()
            async with asyncio.timeout(HANG_UP_DEADLINE_S):
                carried = await asyncio.shield(carrier)
            if carried.result == CALLER_HUNG_UP:  # whatever it looked like on the sound's side
                raise CallerGone("the caller hung up while the sound was carried")
            return conclusion
        except TimeoutError:
            raise LineBroken("Asterisk did not give the caller back after the media hang-up") from None
        finally:
            ticket.withdraw()
            if sound is not None:  # while the sound is up, Asterisk's Dial goes on and the caller hears nobody
                with suppress(LineError):
                    await sound.hang_up()
            carrier.cancel()
            await asyncio.wait({carrier})

    async def _connected(self, ticket: Ticket[S], carrier: asyncio.Task[Reply], control: Control) -> S:
        """The sound of the call, or whatever ended the dial before it came."""
        arriving = asyncio.create_task(ticket.session(MEDIA_DEADLINE_S), name="await the media socket")
        try:
            await asyncio.wait({arriving, carrier}, return_when=asyncio.FIRST_COMPLETED)
            if arriving.done():
                return arriving.result()
            carried = carrier.result()  # raises what broke the control channel, if that was it
            status = await control.get_variable("DIALSTATUS")
            if carried.result == CALLER_HUNG_UP or status == CALLER_CANCELLED:
                raise CallerGone("the caller hung up while the sound was being connected")
            raise LineBroken(f"Asterisk could not reach the media server ({status})")
        finally:
            arriving.cancel()
            await asyncio.wait({arriving})

    @asynccontextmanager
    async def _kept_alive(self, channel: str) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._lifeline.keep(channel), name="keep the call alive")
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.wait({keeper})
