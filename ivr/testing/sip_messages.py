"""What aiosipua leaves to its user: a free port, display names, ACKs to refusals, and where sound is to go."""

from __future__ import annotations

import asyncio
import re
from typing import TypeVar

from aiosipua.dialog import Dialog
from aiosipua.headers import stringify_uri
from aiosipua.message import SipMessage, SipRequest, SipResponse
from aiosipua.sdp import SdpMessage
from aiosipua.transport import UdpSipTransport
from aiosipua.uac import SipUAC

from ivr.errors import LineError

M = TypeVar("M", bound=SipMessage)


class AnyPortTransport(UdpSipTransport, asyncio.DatagramProtocol):
    """UDP on a port that the kernel chose; `local_addr` tells it after `start`.

    It is its own protocol: aiosipua's asserts an asyncio type that Python 3.11 does not have yet.
    """

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._udp_transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self.local_addr)
        self.local_addr = self._udp_transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._dispatch(data, addr)


class NamedCaller(SipUAC):
    """Dials with a display name: `name` is taken by the next INVITE and kept for its repetition with a password."""

    name: str | None = None

    def _build_invite(self, dialog: Dialog, *, sdp_offer: SdpMessage | None, user_agent: str | None) -> SipRequest:
        invite = super()._build_invite(dialog, sdp_offer=sdp_offer, user_agent=user_agent)
        known = self._calls.get(dialog.call_id)
        if known is not None:
            invite.headers.set_single("From", known.invite.headers.get("from")[0])
        elif self.name is not None:
            quoted = self.name.replace("\\", "\\\\").replace('"', '\\"')
            invite.headers.set_single("From", f'"{quoted}" <{dialog.local_uri}>;tag={dialog.local_tag}')
        return invite


def acknowledgement(response: SipResponse, via: str) -> SipRequest:
    """An ACK to `response`: `via` is its own for a refusal (RFC 3261 17.1.1.3), a new one for an answer (13.2.2.4)."""
    target = response.contact[0] if response.contact else response.to_addr
    assert target is not None
    assert response.cseq is not None
    ack = copied(SipRequest(method="ACK", uri=stringify_uri(target.uri)), response)
    ack.headers.set_single("Via", via)
    ack.headers.set_single("CSeq", f"{response.cseq.seq} ACK")
    ack.headers.set_single("Max-Forwards", "70")
    return ack


def copied(message: M, source: SipMessage) -> M:
    """`message` with the headers of `source` that say which transaction it belongs to."""
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        for value in source.headers.get(name):
            message.headers.append(name, value)
    return message


def display_name(invite: SipRequest) -> str:
    """The name in the From header without quotes and escapes, which aiosipua leaves in."""
    quoted = re.match(r'\s*"((?:[^"\\]|\\.)*)"', (invite.headers.get("from") or [""])[0])
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted[1])
    shown = invite.from_addr
    return (shown.display_name or "") if shown is not None else ""


def sound_address(sdp: SdpMessage) -> tuple[str, int]:
    """Where the other side takes sound. Raises LineError if it takes none."""
    audio = sdp.audio
    where = (audio.connection if audio is not None else None) or sdp.connection
    if audio is None or where is None or audio.port == 0:
        raise LineError("the other side offers no sound")
    return where.address, audio.port
