"""The console's web server: log-in, the agents' page with its live connection, and the health of the service."""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from pathlib import Path
from string import Template

from aiohttp import WSCloseCode, web

from ivr.console.guard import add_headers, answer_once, check_origin, is_local
from ivr.console.live import HEARTBEAT_S, LARGEST_COMMAND, serve
from ivr.console.log_ins import LogIns, Verdict
from ivr.console.passwords import LONGEST_PASSWORD, PasswordHash
from ivr.console.sessions import LASTS_S, Session, Sessions
from ivr.errors import LineBroken, PbxError, SettingsError
from ivr.front_door import BACKLOG, FrontDoor
from ivr.handoff.agents import Agent
from ivr.handoff.desk import Desk

log = logging.getLogger(__name__)

COOKIE = "ivr_session"
LARGEST_BODY = 4096
BODY_DEADLINE_S = 5.0
ANSWER_DEADLINE_S = 10.0
"""From the connection to the end of its one answer; live pages and log-ins that have to wait are bounded otherwise."""
STOP_DEADLINE_S = 2.0
SESSION_OVER = 4001
"""Close code of a live connection that tells the page to go to the log-in."""
MOST_PAGES = 8
"""Live pages of one agent at once."""
PAGES = {
    "agent.js": "text/javascript",
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
}
WRONG = "Name or password is wrong."
TOO_OFTEN = "Too many wrong attempts. Wait a moment, then try again."


class Console:
    """The agents' pages on `host`:`port` (0: any free port). `password_hashes`: log-in name → hash.

    `sessions` is the file in which log-ins outlive a restart. `reasons` adds what else of the service is not well to
    ``/health``; each is one line without secrets; `loop_lag_ms` how late the event loop is, which strangers do not
    learn. `now` gives monotonic seconds, `clock` Unix time.
    """

    def __init__(
        self,
        desk: Desk,
        agents: Iterable[Agent],
        password_hashes: Mapping[str, PasswordHash],
        host: str,
        port: int,
        *,
        sessions: Path,
        reasons: Callable[[], Iterable[str]] = tuple,
        loop_lag_ms: Callable[[], Mapping[str, float]] = dict,
        now: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        names = {agent.name for agent in agents}
        self._desk = desk
        hashes = {name: found for name, found in password_hashes.items() if name in names}
        self._host = host
        self._wanted_port = port
        self._reasons = reasons
        self._loop_lag_ms = loop_lag_ms
        self._sessions = Sessions(sessions, hashes, now=clock)
        self._log_ins = LogIns(hashes, now)
        self._live: Counter[str] = Counter()
        folder = resources.files("ivr.console").joinpath("pages")
        self._pages = {name: folder.joinpath(name).read_bytes() for name in PAGES}
        self._log_in_page = Template(folder.joinpath("log-in.html").read_text("utf-8"))
        self._agent_page = folder.joinpath("agent.html").read_text("utf-8")
        self._runner: web.AppRunner | None = None
        self._door: FrontDoor | None = None
        self._listener: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that is really listened on."""
        if self._listener is None:
            raise RuntimeError("the console is not started")
        return int(self._listener.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen; who was logged in still is. Raises SettingsError if the port cannot be had."""
        await self._sessions.load()
        app = web.Application(middlewares=[answer_once, check_origin], client_max_size=LARGEST_BODY)
        app.on_response_prepare.append(add_headers)
        app.add_routes(
            [
                web.get("/", self._front),
                web.post("/log-in", self._log_in),
                web.post("/log-out", self._log_out),
                web.get("/agent", self._agent),
                web.get("/agent/events", self._events),
                web.get("/pages/{name}", self._page),
                web.get("/health", self._health),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_DEADLINE_S)
        await self._runner.setup()
        assert self._runner.server is not None
        self._door = FrontDoor("console", self._runner.server, deadline_s=ANSWER_DEADLINE_S)
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(self._door, self._host, self._wanted_port, backlog=BACKLOG)
        except OSError as fault:
            await self.close()
            why = errno.errorcode.get(fault.errno or 0, "error")
            raise SettingsError(
                f"the console cannot listen on {self._host}:{self._wanted_port} ({why}): "
                "stop what uses it, or set IVR_CONSOLE_PORT"
            ) from None

    async def close(self) -> None:
        """Close the live pages and stop listening; sessions go on with the next start."""
        self._sessions.close()
        self._log_ins.close()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._door is not None:
            self._door.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _session(self, request: web.Request) -> Session | None:
        return self._sessions.find(request.cookies.get(COOKIE))

    def _is_no_stranger(self, request: web.Request) -> None:
        """What bounds the connection of `request` from here on is not the front door."""
        if self._door is not None:
            self._door.knows(request.protocol)

    def _show_log_in(self, message: str = "", status: int = 200) -> web.Response:
        # Only our own fixed sentences come here: nothing to escape.
        text = self._log_in_page.substitute(message=message)
        return web.Response(text=text, content_type="text/html", status=status)

    async def _front(self, request: web.Request) -> web.Response:
        if self._session(request) is not None:
            raise web.HTTPSeeOther("/agent")
        return self._show_log_in()

    async def _log_in(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_DEADLINE_S):
                form = await request.post()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except ValueError:
            raise web.HTTPBadRequest from None
        name, password = form.get("name", ""), form.get("password", "")
        if not isinstance(name, str) or not isinstance(password, str) or len(password) > LONGEST_PASSWORD:
            return self._show_log_in(WRONG, 401)
        verdict = await self._log_ins.weigh(
            request.remote or "", name, password, waits=lambda: self._is_no_stranger(request)
        )
        if verdict is Verdict.TOO_MANY:
            return self._show_log_in(TOO_OFTEN, 429)
        if verdict is Verdict.WRONG:
            log.warning("a log-in failed", extra={"pii_remote": request.remote})
            return self._show_log_in(WRONG, 401)
        session_id = await self._sessions.begin(name)
        log.info("an agent logged in", extra={"agent": name})
        answer = web.Response(status=303, headers={"Location": "/agent"})
        answer.set_cookie(
            COOKIE, session_id, max_age=int(LASTS_S), httponly=True, samesite="Strict", secure=request.secure, path="/"
        )
        return answer

    async def _log_out(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is not None:
            await self._sessions.end(session)
            try:
                await self._desk.sign_off(session.agent)  # nobody's phone shall ring on an empty desk
            except (PbxError, LineBroken) as fault:
                log.warning("an agent who logged out could not be signed off", extra={"fault": str(fault)})
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.del_cookie(COOKIE, path="/")
        return answer

    async def _agent(self, request: web.Request) -> web.Response:
        if self._session(request) is None:
            raise web.HTTPSeeOther("/")
        return web.Response(text=self._agent_page, content_type="text/html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        if session is None:
            raise web.HTTPUnauthorized
        if self._live[session.agent] >= MOST_PAGES:
            raise web.HTTPTooManyRequests
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=LARGEST_COMMAND, timeout=STOP_DEADLINE_S)
        self._live[session.agent] += 1
        self._is_no_stranger(request)
        try:
            await socket.prepare(request)
            await serve(socket, self._desk, session, remaining_s=self._sessions.remaining_s(session))
            over = self._sessions.find(request.cookies.get(COOKIE)) is None
            await socket.close(code=SESSION_OVER if over else WSCloseCode.GOING_AWAY)
        finally:
            self._live[session.agent] -= 1
        return socket

    async def _page(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._pages:
            raise web.HTTPNotFound
        return web.Response(body=self._pages[name], content_type=PAGES[name], charset="utf-8")

    async def _health(self, request: web.Request) -> web.Response:
        """200 if callers and agents are looked after, else 503; the reasons are one line each.

        How late the event loop is learns only who asks on this machine or is logged in: it tells a stranger how much
        their load weighs.
        """
        reasons = list(self._reasons())
        if self._desk.stale_since is not None:
            reasons.append("no connection to Asterisk's manager interface")
        told: dict[str, object] = {"ok": not reasons, "reasons": reasons}
        if is_local(request) or self._session(request) is not None:
            told["loop_lag_ms"] = dict(self._loop_lag_ms())
        return web.json_response(told, status=503 if reasons else 200)
