"""Real gateways on this machine for tests: a web server and a mail server that do as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP as Protocol
from aiosmtpd.smtp import Envelope, Session

from ivr.call import By, CallId, Letter
from ivr.outbox import Outbox, load_outbox

NUMBER = "+447700900123"
ADDRESS = "ada@riverton.example"
NOON = 1_780_000_000.0
TEXTS = """\
sms:
  http: http://127.0.0.1:{port}/messages
  body: '{{"to": "{{to}}", "text": "{{text}}", "reference": "{{id}}"}}'
  time_limit_s: 0.5
"""
MAILS = """\
email:
  smtp: 127.0.0.1:{port}
  security: none
  from: Riverton Council <helpline@riverton.example>
  time_limit_s: 0.5
"""


def letter(text: str = "Your bin day is Friday.", by: By = By.SMS, to: str = "", **more: str) -> Letter:
    call_id = CallId(more.pop("call_id", "1.1"))
    return Letter(call_id=call_id, by=by, to=to or (NUMBER if by is By.SMS else ADDRESS), text=text, **more)


@dataclass
class Clock:
    """Unix time as a test sets it."""

    at: float = NOON

    def __call__(self) -> float:
        return self.at


@dataclass
class WebGateway:
    """A web server; `taken` has each request with its body."""

    port: int = 0
    taken: list[tuple[str, Mapping[str, str], str]] = field(default_factory=list)
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.taken.append((request.raw_path, dict(request.headers), await request.text()))
        return await self.answer(request) if self.answer else web.json_response({}, status=202)

    def answers(self, status: int, **more: Any) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, **more)

        self.answer = answer


@asynccontextmanager
async def web_gateway() -> AsyncIterator[WebGateway]:
    made = WebGateway()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


@dataclass
class MailServer:
    """A mail server; `taken` has each message that it answered for, or was about to."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    mail: str = ""
    rcpt: str = ""
    data: str = ""
    """What it answers; empty: as usual. ``drop``: it takes the message and hangs up; ``slow``: it answers too late."""

    async def handle_MAIL(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(
        self, server: Protocol, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Protocol, session: Session, envelope: Envelope) -> str:
        if not self.data or not self.data[0].isdigit():
            self.taken.append(envelope)
        if self.data == "drop":
            assert server.transport is not None
            server.transport.abort()
            return ""
        if self.data == "slow":
            await asyncio.sleep(2)
        return self.data if self.data[:1].isdigit() else "250 OK"


@asynccontextmanager
async def mail_server(**more: Any) -> AsyncIterator[MailServer]:
    """`more` as aiosmtpd's SMTP takes it."""
    made = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(made, loop=loop, **more), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def outbox(
    folder: Path, file: str, *, port: int = 0, now: Clock | None = None, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Outbox]:
    """One that runs, with the gateways of `file`; only `try_due` tries again."""
    path = folder / "outbox.yaml"
    path.write_text(file.format(port=port), encoding="utf-8")
    setup = load_outbox(path, folder, environment=environment or {})
    made = Outbox(folder / "outbox", now=now or Clock())
    made.use(setup)
    await made.start()
    try:
        yield made
    finally:
        await made.close()
        await setup.close()
