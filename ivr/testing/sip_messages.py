"""What aiosipua leaves to its user: a free port, display names, ACKs to refusals, and where sound is to go."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TypeVar

from aiosipua.dialog import Dialog
from aiosipua.header_codec import parse_address
from aiosipua.headers import Address, stringify_uri
from aiosipua.message import SipMessage, SipRequest, SipResponse
from aiosipua.sdp import SdpMessage
from aiosipua.transport import UdpSipTransport
from aiosipua.uac import SipUAC

from ivr.errors import LineError

M = TypeVar("M", bound=SipMessage)
_QUOTED = re.compile(r'^\s*"((?:[^"\\]|\\.)*)"\s*')


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


def sender(invite: SipRequest) -> Address:
    """Who is in the From header: the name without quotes and escapes, which aiosipua leaves in."""
    written = (invite.headers.get("from") or [""])[0]
    quoted = _QUOTED.match(written)
    if quoted is None:
        return parse_address(written)
    name = re.sub(r"\\(.)", r"\1", quoted[1])
    return replace(parse_address(written[quoted.end() :]), display_name=name)


def forget_names(request: SipRequest) -> None:
    """Leave out the quoted names in From and To: aiosipua takes a ``<`` in one for the beginning of the address.

    For requests within a call, which are found by the tags behind those addresses.
    """
    for header in ("From", "To"):
        request.headers.set_single(header, _QUOTED.sub("", (request.headers.get(header.lower()) or [""])[0]))


def sound_address(sdp: SdpMessage) -> tuple[str, int]:
    """Where the other side takes sound. Raises LineError if it takes none."""
    audio = sdp.audio
    where = (audio.connection if audio is not None else None) or sdp.connection
    if audio is None or where is None or audio.port == 0:
        raise LineError("the other side offers no sound")
    return where.address, audio.port
