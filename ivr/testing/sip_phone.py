"""Scripted SIP telephones with real sound: they register, dial and ring.

Signalling is aiosipua's, with what sip_messages.py adds; calls that cross (answer and cancel) are sorted out here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any
from urllib.parse import quote

from aiosipua.auth import SipDigestAuth
from aiosipua.dialog import Dialog, DialogState
from aiosipua.headers import Via, stringify_uri, stringify_via
from aiosipua.incoming_call import IncomingCall
from aiosipua.message import SipRequest, SipResponse
from aiosipua.outgoing_call import OutgoingCall
from aiosipua.registration import Registration
from aiosipua.sdp import SdpMessage, build_sdp, negotiate_sdp
from aiosipua.uas import SipUAS
from aiosipua.utils import generate_branch

from ivr.errors import LineError
from ivr.testing.pace import Pace
from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import EVENTS, PCMU, RtpLine
from ivr.testing.sip_messages import (
    AnyPortTransport,
    NamedCaller,
    acknowledgement,
    copied,
    forget_names,
    sender,
    sound_address,
)

LOOPBACK = "127.0.0.1"
RINGS_MOST = 8
"""Calls that wait for one scripted phone at once; more hear that it is busy."""
ACKNOWLEDGED_S = 5.0
"""So long the PBX may take to acknowledge our answer."""
_UNESCAPED = "-_.!~*'()&=+$,;?/"
"""What may stand unescaped before the @ of a SIP URI (RFC 3261 25.1)."""


class CallRefused(LineError):
    """The other side refused a call or a registration; `status` is the SIP status."""

    code = "call_refused"

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"refused: {status} {reason}")
        self.status = status


class IncomingRing:
    """A call that rings: answer it, reject it, or see it cancelled."""

    def __init__(self, phone: SipPhone, sip: IncomingCall) -> None:
        self.rang_at = asyncio.get_running_loop().time()
        self.cancelled = asyncio.Event()
        self.confirmed = asyncio.Event()
        """The PBX knows that we answered (ACK)."""
        shown = sender(sip.invite)
        self.name = shown.display_name or ""
        """The caller's name as shown on this phone."""
        self.number = shown.uri.user or ""
        """The caller's number as shown on this phone."""
        sip.dialog.remote_uri, sip.dialog.remote_tag = stringify_uri(shown.uri), shown.tag or ""  # for our goodbye
        self._phone = phone
        self._sip = sip

    async def answer(self) -> PhoneCall:
        """Pick up; returns when the PBX knows. Raises LineError if the caller has left, TimeoutError."""
        line = RtpLine(self._phone.pace)
        port = await line.open(self._phone.address)
        offer = self._sip.sdp_offer
        if self.cancelled.is_set() or offer is None:
            line.close()
            raise LineError("the caller left before the phone was answered")
        answer, _ = negotiate_sdp(offer, self._phone.address, port, [PCMU], EVENTS)
        self._sip.accept(answer)
        call = PhoneCall(
            line, f"{self._phone.user} answers", started_at=self.rang_at, goodbye=lambda: self._sip.hangup()
        )
        line.begin(sound_address(offer))
        self._phone.keep(self._sip.call_id, call, answer)
        async with asyncio.timeout(ACKNOWLEDGED_S):  # to hang up before is to have never answered
            await self.confirmed.wait()
        return call

    def reject(self, status: int = 486) -> None:
        """Refuse the call (486 busy, 603 declined)."""
        self._sip.reject(status)


class SipPhone:
    """A telephone with the account `user` at `pbx` (host, port); `async with` starts and ends it."""

    def __init__(self, user: str, password: str, pbx: tuple[str, int], *, address: str = LOOPBACK) -> None:
        self.user = user
        self.address = address
        self.calls: list[PhoneCall] = []
        """Every call of this phone, ended ones too: evidence of a failed test."""
        self.pace = Pace()
        self._pbx = pbx
        self._auth = SipDigestAuth(user, password)
        self._transport = AnyPortTransport(local_addr=(address, 0))
        self._uac = NamedCaller(self._transport)
        self._uas = SipUAS(self._transport, uac=self._uac)
        self._registration: Registration | None = None
        self._ringing: asyncio.Queue[IncomingRing] = asyncio.Queue(RINGS_MOST)
        self._rings: dict[str, IncomingRing] = {}
        self._answered: dict[str, tuple[PhoneCall, SdpMessage]] = {}
        self._given_up: dict[str, OutgoingCall] = {}
        self._taken_back: set[str] = set()

    async def start(self) -> None:
        """Take a free port and listen."""
        self._uas.on_invite = self._rang
        self._uas.on_reinvite = self._changed
        self._uas.on_bye = lambda call, _request: self._left(call.call_id)
        self._uas.on_cancel = self._cancelled
        await self._uas.start()
        self._pass_on: Callable[[SipRequest | SipResponse, tuple[str, int]], Any] | None = self._transport.on_message
        self._transport.on_message = self._arrived

    async def close(self) -> None:
        """Hang up, forget the registration, and stop listening."""
        for call in self.calls:
            await call.hang_up()
        if self._registration is not None:
            self._registration.unregister()
        await self._uas.stop()

    async def __aenter__(self) -> SipPhone:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def sip_address(self) -> tuple[str, int]:
        """Where this phone listens."""
        return self._transport.local_addr

    async def register(self, timeout_s: float = 5) -> None:
        """Tell the PBX where this phone is, and keep telling it. Raises CallRefused, TimeoutError."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        here = Registration(self._uac, f"sip:{self.user}@{self._pbx[0]}", self._pbx, expires=300, auth=self._auth)

        def on_failed(_here: Registration, status: int, why: str) -> None:
            if not told.done():
                told.set_exception(CallRefused(status, why))

        here.on_registered = lambda _here: None if told.done() else told.set_result(None)
        here.on_failed = on_failed
        here.register()
        async with asyncio.timeout(timeout_s):
            await told
        self._registration = here

    async def dial(
        self, number: str, *, name: str | None = None, number_shown: str | None = None, timeout_s: float = 10
    ) -> PhoneCall:
        """Dial `number` and wait for the answer; cancelling this while it rings is a caller who hangs up early.

        `name` and `number_shown` are presented as the caller's, whatever stands in them (no CR or LF: ValueError).
        Raises CallRefused, TimeoutError.
        """
        loop = asyncio.get_running_loop()
        line = RtpLine(self.pace)
        offer = build_sdp(self.address, await line.open(self.address), PCMU, "PCMU", dtmf_payload_type=EVENTS)
        shown = quote(self.user if number_shown is None else number_shown, safe=_UNESCAPED)
        answered: asyncio.Future[PhoneCall] = loop.create_future()
        host = f"{self._pbx[0]}:{self._pbx[1]}"
        started_at = loop.time()
        self._uac.name = name
        sip = self._uac.send_invite(
            f"sip:{shown}@{self._pbx[0]}" if shown else f"sip:{self._pbx[0]}",
            f"sip:{quote(number, safe=_UNESCAPED)}@{host}",
            self._pbx,
            offer,
            auth=self._auth,
        )

        def on_answer(sip: OutgoingCall) -> None:
            if answered.done() or sip.sdp_answer is None:
                return
            title = f"{self.user} dials {number}"
            call = PhoneCall(line, title, started_at=started_at, goodbye=lambda: sip.hangup(self._uac))
            line.begin(sound_address(sip.sdp_answer))
            self.keep(sip.call_id, call, offer)
            answered.set_result(call)

        def on_rejected(_sip: OutgoingCall, status: int, why: str) -> None:
            if not answered.done():
                answered.set_exception(CallRefused(status, why))

        sip.on_answer, sip.on_rejected = on_answer, on_rejected
        try:
            async with asyncio.timeout(timeout_s):
                return await answered
        except BaseException:
            line.close()
            if sip.dialog.state is DialogState.CONFIRMED:  # answered in the same moment: too late to cancel
                sip.hangup(self._uac)
            elif sip.dialog.state is not DialogState.TERMINATED:
                self._given_up[sip.call_id] = sip
                sip.cancel(self._uac)
            raise

    async def wait_for_call(self, timeout_s: float = 10) -> IncomingRing:
        """The next call that rings here. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            return await self._ringing.get()

    def keep(self, call_id: str, call: PhoneCall, ours: SdpMessage) -> None:
        """Remember an answered call and what we offered for it (IncomingRing calls this)."""
        self._answered[call_id] = (call, ours)
        self.calls.append(call)

    def _rang(self, sip: IncomingCall) -> None:
        ring = IncomingRing(self, sip)
        if self._ringing.full():
            sip.reject(486)
            return
        sip.ringing()
        self._rings[sip.call_id] = ring
        self._ringing.put_nowait(ring)

    def _changed(self, sip: IncomingCall) -> None:
        """The PBX refreshes a call: the same sound as before."""
        if sip.call_id in self._answered:
            sip.accept(self._answered[sip.call_id][1])

    def _left(self, call_id: str) -> None:
        if call_id in self._answered:
            self._answered.pop(call_id)[0].over()

    def _cancelled(self, request: SipRequest, _addr: tuple[str, int]) -> None:
        ring = self._rings.pop(request.call_id or "", None)
        if ring is not None:
            ring.cancelled.set()

    def _arrived(self, message: SipRequest | SipResponse, addr: tuple[str, int]) -> None:
        """Every message, before aiosipua sees it."""
        if isinstance(message, SipRequest) and message.method != "INVITE":
            forget_names(message)
        if isinstance(message, SipResponse) and message.cseq is not None and message.cseq.method == "INVITE":
            if message.status_code >= 300:
                # aiosipua never acknowledges a refusal; without that Asterisk repeats it for half a minute.
                self._transport.send(acknowledgement(message, message.headers.get("via")[0]), addr)
            elif message.status_code >= 200 and message.call_id in self._given_up:
                self._take_back(self._given_up[message.call_id].dialog, message, addr)
                return
        elif isinstance(message, SipRequest) and message.method == "CANCEL" and message.call_id in self._answered:
            # It crossed our answer: it changes nothing (RFC 3261 9.2), though aiosipua would forget the call.
            self._transport.send_reply(copied(SipResponse(status_code=200, reason_phrase="OK"), message))
            return
        elif isinstance(message, SipRequest) and message.method == "ACK" and message.call_id in self._rings:
            self._rings[message.call_id].confirmed.set()
        if self._pass_on is not None:
            self._pass_on(message, addr)

    def _take_back(self, dialog: Dialog, answer: SipResponse, addr: tuple[str, int]) -> None:
        """The other side answered while our cancel was on the way: acknowledge, and hang up at once."""
        here = self._transport.local_addr
        via = stringify_via(Via(host=here[0], port=here[1], params={"branch": generate_branch(), "rport": None}))
        self._transport.send(acknowledgement(answer, via), addr)
        if answer.to_addr is not None and dialog.call_id not in self._taken_back:
            self._taken_back.add(dialog.call_id)
            dialog.remote_tag = answer.to_addr.tag or ""
            dialog.state = DialogState.CONFIRMED  # it was given up, and lives again for as long as a BYE takes
            self._uac.send_bye(dialog, addr)
