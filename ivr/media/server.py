"""The WebSocket server that Asterisk's chan_websocket connects to: one-time tokens, one session a connection."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Final

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError

from ivr.call import CallId
from ivr.errors import LineBroken
from ivr.front_door import BACKLOG, FrontDoor
from ivr.media import codec
from ivr.media.audio import FRAME_BYTES
from ivr.media.session import MediaSession

log = logging.getLogger(__name__)

PATH: Final = "/media"
SUBPROTOCOL: Final = "media"
TOKEN_FIELD: Final = "call"  # noqa: S105 - the name of the query field, not a token

TOKEN_LIFE_S: Final = 15.0
"""Asterisk connects 5 ms after it is told to; a token that nobody used by then is dead."""
REQUEST_DEADLINE_S: Final = 2.0
"""From the connection to a request with a token that is expected."""
START_DEADLINE_S: Final = 2.0
"""From the upgrade to MEDIA_START; Asterisk sends it at once."""
SEND_DEADLINE_S: Final = 2.0
"""Asterisk reads every 20 ms; one that does not read for this long is hung."""
PROBE_EVERY_S: Final = 5.0
"""A connection that was quiet for this long is asked for a sign of life; without one for as long, it is dropped.
(A WebSocket ping would cost a timer's work for every message, and prove less: this proves the channel's thread.)"""
CLOSE_DEADLINE_S: Final = 1.0
LARGEST_MESSAGE: Final = 65_536
"""MEDIA_START carries all channel variables; everything else is smaller."""
MOST_BEFORE_START: Final = 50
"""Messages that are ignored before MEDIA_START; then the peer is no chan_websocket."""


class Ticket:
    """The right of one connection to carry the sound of one call."""

    def __init__(self, server: MediaServer, call_id: CallId) -> None:
        self.call_id = call_id
        self.token = secrets.token_urlsafe(18)
        """For ``v(call=TOKEN)`` in the dialled string: safe in a URL and in the dialplan."""
        self._server = server
        self._taken = False
        loop = asyncio.get_running_loop()
        self._arrival: asyncio.Future[MediaSession | None] = loop.create_future()
        self._expiry = loop.call_later(TOKEN_LIFE_S, self.withdraw)

    async def session(self, deadline_s: float) -> MediaSession:
        """The session, once Asterisk has connected and said MEDIA_START.

        Raises LineBroken if that does not happen within `deadline_s`, or the token expired or was withdrawn.
        """
        try:
            async with asyncio.timeout(deadline_s):
                session = await asyncio.shield(self._arrival)
        except TimeoutError:
            self.withdraw()
            raise LineBroken(f"asterisk opened no media connection within {deadline_s:g} s") from None
        if session is None:
            raise LineBroken("the media connection was withdrawn before asterisk opened it")
        self._taken = True
        return session

    def withdraw(self) -> None:
        """The token is worth nothing any more; a session that nobody took is dropped, any other stays."""
        self._expiry.cancel()
        self._server.forget(self)
        if not self._arrival.done():
            self._arrival.set_result(None)
        session = self._arrival.result()
        if session is not None and not self._taken:
            session.drop("nobody waits for it any more")

    def admit(self, session: MediaSession) -> bool:
        """Give `session` to whoever waits; False if nobody wants it any more."""
        self._expiry.cancel()
        if self._arrival.done():
            return False
        self._arrival.set_result(session)
        return True


class MediaServer:
    """Takes Asterisk's media connections on `host`:`port` (0 = any free port); refuses everybody without a token.

    No peer can make it raise: whoever talks nonsense is refused or dropped with a log line.
    """

    def __init__(self, *, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._tickets: dict[str, Ticket] = {}
        self._live: set[web.WebSocketResponse] = set()
        self._listener: asyncio.Server | None = None
        http_log = logging.getLogger(f"{__name__}.http")
        http_log.addFilter(_without_trace)
        self._http = web.Server(self._answer, access_log=None, logger=http_log, lingering_time=0)
        self._door = FrontDoor("media", self._http, deadline_s=REQUEST_DEADLINE_S)

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._listener is None:
            return self._port
        return int(self._listener.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises OSError if the address is not to be had."""
        self._listener = await asyncio.get_running_loop().create_server(
            self._door, self._host, self._port, backlog=BACKLOG
        )
        log.info("media server listens", extra={"host": self._host, "port": self.port})

    async def close(self) -> None:
        """Stop listening and end every session; Asterisk goes on with the call in the dialplan."""
        if self._listener is None:
            return
        self._listener.close()
        self._door.close()
        for ticket in list(self._tickets.values()):
            ticket.withdraw()
        await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(self._live)))
        await self._http.shutdown(CLOSE_DEADLINE_S)
        self._listener = None

    def expect(self, call_id: CallId) -> Ticket:
        """Make the ticket for one connection; put its token into the string that Asterisk dials."""
        ticket = Ticket(self, call_id)
        self._tickets[ticket.token] = ticket
        return ticket

    def forget(self, ticket: Ticket) -> None:
        """Refuse the token of `ticket` from now on."""
        self._tickets.pop(ticket.token, None)

    # -- a connection ------------------------------------------------------------------------------

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        socket: web.WebSocketResponse = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            timeout=CLOSE_DEADLINE_S,
            compress=False,
            max_msg_size=LARGEST_MESSAGE,
        )
        if request.path != PATH or not socket.can_prepare(request).ok:
            return _refusal(404, "not a media connection")
        ticket = self._tickets.pop(request.query.get(TOKEN_FIELD, ""), None)
        if ticket is None:
            return _refusal(403, "no such token, or used before")
        self._door.knows(request.protocol)
        try:
            await socket.prepare(request)
            self._live.add(socket)
            await self._carry(socket, request, ticket)
        finally:
            self._live.discard(socket)
            ticket.withdraw()
        return socket

    async def _carry(self, socket: web.WebSocketResponse, request: web.BaseRequest, ticket: Ticket) -> None:
        """One connection from the upgrade to its end."""
        extra = {"call_id": ticket.call_id}
        if not await _started(socket, ticket.call_id):
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            return
        session = MediaSession(ticket.call_id, _SocketWire(socket, request))
        if not ticket.admit(session):
            log.warning("media connection dropped", extra=extra | {"why": "nobody waits for it any more"})
            await socket.close(code=WSCloseCode.GOING_AWAY)
            return
        log.info("media line open", extra=extra)
        prober = asyncio.create_task(_probe(session), name="probe a media line")
        try:
            await _read(socket, session)
        finally:
            prober.cancel()
            session.end("closed" if socket.close_code == WSCloseCode.OK else "broken")
            log.info("media line closed", extra=extra | {"close_code": socket.close_code})


async def _started(socket: web.WebSocketResponse, call_id: CallId) -> bool:
    """Whether MEDIA_START came in time and offers the sound that we speak."""
    extra = {"call_id": call_id}
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            for _ in range(MOST_BEFORE_START):
                message = await socket.receive()
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    return False
                start = _as_start(message)
                if start is not None:
                    fits = start.format == "slin" and start.frame_bytes == FRAME_BYTES
                    if not fits:
                        log.error("media line has the wrong format: dial with c(slin)", extra=extra)
                    return fits
    except TimeoutError:
        pass
    log.warning("media connection dropped", extra=extra | {"why": "no MEDIA_START"})
    return False


def _as_start(message: WSMessage) -> codec.MediaStart | None:
    if message.type is not WSMsgType.TEXT:
        return None
    try:
        event = codec.decode(message.data)
    except ValueError:
        return None
    return event if isinstance(event, codec.MediaStart) else None


async def _probe(session: MediaSession) -> None:
    while not session.ended:
        await asyncio.sleep(PROBE_EVERY_S)
        await session.probe()


async def _read(socket: web.WebSocketResponse, session: MediaSession) -> None:
    """Every message until the end; never waits for anything else (Asterisk blocks on a peer that does not read)."""
    take_sound, take_text = session.take_sound, session.take_text
    async for message in socket:
        if message.type is WSMsgType.BINARY:
            take_sound(message.data)
        elif message.type is WSMsgType.TEXT:
            take_text(message.data)
        else:  # ERROR: a frame against the protocol, or a message that is too large; the socket is closed already
            log.warning("media connection broken", extra={"call_id": session.call_id, "fault": str(message.data)})
            return


class _SocketWire:
    """The way out: one connection."""

    def __init__(self, socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
        self._socket = socket
        self._request = request

    async def send_text(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_DEADLINE_S):
                await self._socket.send_str(text)
        except (ConnectionError, TimeoutError) as fault:
            self.abort()
            raise LineBroken("media connection lost") from fault

    async def send_sound(self, pcm: bytes) -> None:
        try:
            async with asyncio.timeout(SEND_DEADLINE_S):
                await self._socket.send_bytes(pcm)
        except (ConnectionError, TimeoutError) as fault:
            self.abort()
            raise LineBroken("media connection lost") from fault

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()


def _refusal(status: int, why: str) -> web.Response:
    log.warning("media connection refused", extra={"why": why})
    response = web.Response(status=status, text=why)
    response.force_close()
    return response


def _without_trace(record: logging.LogRecord) -> bool:
    """A peer that speaks no HTTP is one line in the log, not a traceback of ours."""
    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError | ConnectionError):
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True
