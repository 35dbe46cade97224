"""The FastAGI server: takes Asterisk's connections, and is not disturbed by anybody else's."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
from collections.abc import Awaitable, Callable
from typing import cast

from ivr.errors import CallerGone, LineError
from ivr.telephony.agi.codec import AgiDecoder, AgiEvent, AgiReply, Environment, HangUp, Nonsense, StreamEnded
from ivr.telephony.agi.session import AgiSession

log = logging.getLogger(__name__)

Handle = Callable[[AgiSession], Awaitable[None]]
"""Looks after one call; when it returns, the connection is closed and the dialplan goes on."""

BACKLOG = 128
"""Connections that asyncio accepts in one turn of its loop, before it reads from any of them."""
MOST_STRANGERS = 4 * BACKLOG
"""Connections that may be silent about their call at the same time; one more ends the oldest of them.

Asterisk sends its whole environment within a millisecond, so a real call is read before it can be the oldest.
"""


class AgiServer:
    """Listens on `host`:`port` (0 = any free one) and gives every call to `handle`, as a task of its own.

    AGI has no log-in: peers that are not on this machine are refused unless `any_peer`. A connection must bring its
    environment within `header_deadline_s`; calls beyond `most_connections` are closed at once, and the dialplan
    (AGISTATUS=FAILURE) looks after them. `path`: what the dialplan's ``agi://host:port/path`` must name (None:
    anything), a secret that tells Asterisk from whoever else is on this machine.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        host: str,
        port: int,
        header_deadline_s: float = 2.0,
        most_connections: int = 400,
        any_peer: bool = False,
        path: str | None = None,
    ) -> None:
        self.header_deadline_s = header_deadline_s
        self._handle = handle
        self._host = host
        self._wanted_port = port
        self._most_connections = most_connections
        self._any_peer = any_peer
        self._path = path
        self._listener: asyncio.Server | None = None
        self._strangers: dict[_Connection, None] = {}
        """Connections without an environment so far, oldest first."""
        self._calls: dict[asyncio.Task[None], _Connection] = {}

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: _Connection(self), self._host, self._wanted_port, backlog=BACKLOG, reuse_address=True
        )

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._listener is None or not self._listener.sockets:
            return self._wanted_port
        return int(self._listener.sockets[0].getsockname()[1])

    @property
    def calls(self) -> int:
        """How many calls are in hand."""
        return len(self._calls)

    async def close(self, drain_s: float = 0.0) -> None:
        """Take no more calls, give those in hand `drain_s` to end by themselves, then end them."""
        if self._listener is not None:
            self._listener.close()
        for stranger in list(self._strangers):
            stranger.abort()
        if self._calls and drain_s > 0:
            await asyncio.wait(list(self._calls), timeout=drain_s)
        for task in self._calls:
            task.cancel()
        while self._calls:
            await asyncio.wait(list(self._calls))

    def admit(self, connection: _Connection, peer: str) -> bool:
        """Whether a new connection may stay."""
        if not self._any_peer and not is_loopback(peer):
            log.warning("agi connection from another machine refused", extra={"peer": peer})
            return False
        while len(self._strangers) >= MOST_STRANGERS:
            next(iter(self._strangers)).abort()
        self._strangers[connection] = None
        return True

    def forget(self, connection: _Connection) -> None:
        """A connection is gone, or is no stranger any more."""
        self._strangers.pop(connection, None)

    def begin(self, connection: _Connection, session: AgiSession) -> bool:
        """Give a call to the handler; False if too many are in hand."""
        self.forget(connection)
        if self._path is not None:
            named = session.environment.get("agi_network_script", "")
            if not hmac.compare_digest(named.encode(), self._path.encode()):
                log.warning("agi connection without our path refused")
                return False
        if len(self._calls) >= self._most_connections:
            log.warning("call refused, too many in hand", extra={"calls": len(self._calls)})
            return False
        task = asyncio.get_running_loop().create_task(self._look_after(connection, session), name="agi call")
        self._calls[task] = connection
        task.add_done_callback(self._calls.pop)
        return True

    async def _look_after(self, connection: _Connection, session: AgiSession) -> None:
        call_id = session.environment.get("agi_uniqueid", "")
        try:
            await self._handle(session)
        except CallerGone:
            pass
        except LineError as fault:
            log.warning("agi session broke", extra={"call_id": call_id, "fault": str(fault)})
        except Exception:  # a fault in one call must not end the others
            log.exception("agi handler failed", extra={"call_id": call_id})
        finally:
            session.end("our side of the call has ended")
            connection.close()


class _Connection(asyncio.Protocol):
    """One TCP connection: bytes to the decoder, its events to the session."""

    def __init__(self, server: AgiServer) -> None:
        self._server = server
        self._decoder = AgiDecoder()
        self._session: AgiSession | None = None
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername") or ("",)
        if not self._server.admit(self, str(peer[0])):
            self.abort()
            return
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._server.header_deadline_s, self._too_slow)

    def data_received(self, data: bytes) -> None:
        for event in self._decoder.feed(data):
            self._take(event)

    def eof_received(self) -> bool:
        for event in self._decoder.end():
            self._take(event)
        return False  # asyncio closes our side too

    def connection_lost(self, exc: Exception | None) -> None:
        self._no_stranger()
        if self._session is not None:
            self._session.end("Asterisk closed the connection")

    def abort(self) -> None:
        """Close at once and drop what was not sent."""
        self._no_stranger()
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close after what was written has gone out; Asterisk always reads, a peer that does not is cut off."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.close()
        if self._transport.get_write_buffer_size():
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(self._server.header_deadline_s, self.abort)

    def _take(self, event: AgiEvent) -> None:
        session = self._session
        match event:
            case Environment(fields):
                self._no_stranger()
                self._session = AgiSession(fields, send=self._send, abort=self.abort)
                if not self._server.begin(self, self._session):
                    self.abort()
            case AgiReply() if session is not None:
                session.take_reply(event)
            case HangUp() if session is not None:
                session.caller_left()
            case StreamEnded(early) if session is not None:
                session.end("Asterisk closed the connection" + " in the middle of a line" * early)
            case Nonsense(reason):
                log.warning("nonsense on an agi connection", extra={"reason": reason})
                if session is not None:
                    session.end(f"nonsense on the wire: {reason}")
                self.abort()
            case _:  # the stream of a stranger ended: nobody waits for anything
                self._no_stranger()

    def _send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _too_slow(self) -> None:
        log.info("agi connection brought no environment in time")
        self.abort()

    def _no_stranger(self) -> None:
        self._server.forget(self)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def is_loopback(peer: str) -> bool:
    """Whether an address is this machine's own, also as IPv4 in IPv6 (``::ffff:127.0.0.1``)."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
