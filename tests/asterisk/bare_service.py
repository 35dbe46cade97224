"""A service that does one thing to a call: raw FastAGI, media socket and AMI, for tests of the dialplan alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from ivr.pbx import Ports
from ivr.secrets_file import Secrets

ABSOLUTE_TIMEOUT_S = 5
"""The rolling limit of the tests' Asterisk: the shortest that the settings allow."""


class BareCall:
    """One AGI connection: environment, one command at a time, and every way to end badly."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.environment: dict[str, str] = {}
        self.lines: list[bytes] = []

    async def read_environment(self) -> None:
        while (line := await self.reader.readline()).strip():
            self.lines.append(line)
            name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition(": ")
            self.environment[name] = value

    async def command(self, text: str) -> str:
        self.send(text)
        return (await self.reader.readline()).decode().strip()

    def send(self, text: str) -> None:
        self.writer.write(text.encode() + b"\n")

    async def variable(self, name: str) -> str:
        return (await self.command(f"GET VARIABLE {name}")).partition("(")[2].rstrip(")")

    async def done(self, queue: str = "") -> None:
        """The service's last act, as the dialplan expects it."""
        nonce = await self.variable("IVR_NONCE")
        await self.command(f'SET VARIABLE IVR_QUEUE "{queue}"')
        await self.command(f'SET VARIABLE IVR_DONE "{nonce}"')

    def die(self) -> None:
        """As the kernel ends the connections of a killed process."""
        self.writer.transport.abort()


@contextlib.asynccontextmanager
async def bare_service(port: int, act: Callable[[BareCall], Awaitable[None]]) -> AsyncIterator[list[BareCall]]:
    """A FastAGI server on `port` that does `act` to each call and then closes the connection."""
    calls: list[BareCall] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = BareCall(reader, writer)
        await call.read_environment()
        calls.append(call)
        try:
            await act(call)
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", port)
    try:
        yield calls
    finally:
        server.close()
        for call in calls:
            call.writer.close()


@contextlib.asynccontextmanager
async def bare_media(port: int) -> AsyncIterator[asyncio.Queue[web.WebSocketResponse]]:
    """A media server on `port` that listens and says nothing; each connection is put into the queue."""
    arrived: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()

    async def take(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("media",))
        await socket.prepare(request)
        await arrived.put(socket)
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.router.add_get("/media", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield arrived
    finally:
        await runner.cleanup()


async def ami(ports: Ports, secrets: Secrets, **action: str) -> str:
    """Log in as the service, do one action, and return its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", ports.ami)
    try:
        await reader.readline()
        for fields in ({"Action": "Login", "Username": "ivr", "Secret": secrets.ami, "Events": "off"}, action):
            writer.write("".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n")
            async with asyncio.timeout(3):
                answer = await reader.readuntil(b"\r\n\r\n")
        return answer.decode()
    finally:
        writer.close()
