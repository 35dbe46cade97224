"""Who may hold a connection without having shown what for: how many of them, and for how long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import cast

log = logging.getLogger(__name__)

BACKLOG = 128
"""Connections that asyncio accepts in one turn of its loop, before it reads from any of them."""
MOST_STRANGERS = 4 * BACKLOG
"""A peer that means it is read some turns after it was accepted: before it can be the oldest of so many."""


class FrontDoor:
    """Stands before a server: give it to ``loop.create_server`` in the place of `make`, which makes the protocols.

    A connection is a stranger until the server `knows` it or it is gone. A stranger has `deadline_s`, whatever it
    sends; one more than `most` ends the oldest of them, so that nobody is shut out by a crowd that says nothing.
    `name` says in the log which door it was.
    """

    def __init__(
        self, name: str, make: Callable[[], asyncio.Protocol], *, deadline_s: float, most: int = MOST_STRANGERS
    ) -> None:
        self.deadline_s = deadline_s
        self._name = name
        self._make = make
        self._most = most
        self._strangers: dict[object, _Stranger] = {}
        """By the protocol that the server made, oldest first."""

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        while len(self._strangers) >= self._most:
            self._turn_out(next(iter(self._strangers)), "too many at once")
        protocol = self._make()
        stranger = _Stranger(protocol, gone=lambda: self._forget(protocol))
        self._strangers[protocol] = stranger
        loop = asyncio.get_running_loop()
        stranger.deadline = loop.call_later(self.deadline_s, self._turn_out, protocol, "not done in time")
        return stranger

    @property
    def strangers(self) -> int:
        """How many there are now."""
        return len(self._strangers)

    def knows(self, protocol: object) -> None:
        """The connection that `protocol` was made for is no stranger any more: the server bounds it from here on."""
        stranger = self._forget(protocol)
        if stranger is not None:
            stranger.step_aside()

    def close(self) -> None:
        """End every stranger."""
        for protocol in list(self._strangers):
            self._turn_out(protocol, "the service stops")

    def _forget(self, protocol: object) -> _Stranger | None:
        stranger = self._strangers.pop(protocol, None)
        if stranger is not None and stranger.deadline is not None:
            stranger.deadline.cancel()
        return stranger

    def _turn_out(self, protocol: object, why: str) -> None:
        stranger = self._forget(protocol)
        if stranger is not None:
            log.warning("a connection without a purpose was ended", extra={"door": self._name, "why": why})
            stranger.abort()


class _Stranger(asyncio.Protocol):
    """Passes everything on to `protocol`, and tells when the connection is `gone`."""

    def __init__(self, protocol: asyncio.Protocol, *, gone: Callable[[], object]) -> None:
        self.deadline: asyncio.TimerHandle | None = None
        self._protocol = protocol
        self._gone = gone
        self._transport: asyncio.Transport | None = None
        self._aborted = False

    def abort(self) -> None:
        self._aborted = True
        if self._transport is not None:
            self._transport.abort()

    def step_aside(self) -> None:
        """From here on the transport talks to the protocol itself."""
        if self._transport is not None:
            self._transport.set_protocol(self._protocol)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = cast(asyncio.Transport, transport)
        if self._aborted:  # turned out between the accept and now: the protocol never hears of it
            stream.abort()
            return
        self._transport = stream
        self._protocol.connection_made(stream)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone()
        if self._transport is not None:
            self._protocol.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._protocol.data_received(data)

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()
