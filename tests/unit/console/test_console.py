"""The console over real HTTP on the loopback: who gets in, who does not, and what its answers forbid."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, WSCloseCode, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from ivr.call import CallEvent, Wrapped
from ivr.console import log_ins, passwords
from ivr.console.guard import is_local
from ivr.console.passwords import hash_password
from ivr.console.server import COOKIE, Console
from ivr.console.sessions import LASTS_S
from ivr.errors import SettingsError
from ivr.handoff.agents import Agent
from ivr.handoff.desk import Desk
from ivr.testing.manager_line import ScriptedManagerLine, recorded_scene

RECORDING = Path(__file__).parents[2] / "wire/recordings/app_queue.json"
ALICE = Agent(name="alice", display_name="Alice", interface="Local/alice@agents/n", queues=("operator", "housing"))
PASSWORD = "correct horse"
HASHES = {"alice": hash_password(PASSWORD), "nobody-in-the-list": hash_password(PASSWORD)}


class Notes:
    """A feed that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def note(self, event: CallEvent) -> None:
        self.events.append(event)


@dataclass
class Site:
    """A running console, a browser's worth of client, and a clock that the test moves."""

    console: Console
    line: ScriptedManagerLine
    feed: Notes
    client: ClientSession
    url: str
    ticks: list[float]
    file: Path

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": self.url}

    async def log_in(self, password: str = PASSWORD, name: str = "alice", **headers: str) -> int:
        form = {"name": name, "password": password}
        async with self.client.post(
            self.url + "/log-in", data=form, headers=headers or self.origin, allow_redirects=False
        ) as answer:
            return answer.status

    async def restart(self, agents: Sequence[Agent] = (ALICE,)) -> None:
        """Stop the console and start another on its port, as a restarted service does."""
        port, tick = self.console.port, lambda: self.ticks[0]
        await self.console.close()
        self.console = Console(
            self.console._desk, agents, HASHES, "127.0.0.1", port, sessions=self.file, now=tick, clock=tick
        )
        await self.console.start()

    async def status(self, path: str) -> int:
        async with self.client.get(self.url + path, allow_redirects=False) as answer:
            return answer.status


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    line, feed, ticks = ScriptedManagerLine(), Notes(), [0.0]
    desk = Desk(line, queues=["operator"], agents=[ALICE], feed=feed, spool=tmp_path / "handovers")
    await desk.start()
    await line.log_in()
    file = tmp_path / "sessions.json"
    console = Console(
        desk, [ALICE], HASHES, "127.0.0.1", 0, sessions=file, now=lambda: ticks[0], clock=lambda: ticks[0]
    )
    await console.start()
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        site = Site(console, line, feed, client, f"http://127.0.0.1:{console.port}", ticks, file)
        yield site
        await site.console.close()
    await desk.close()


async def next_json(socket: Any) -> Any:
    async with asyncio.timeout(5):
        return json.loads((await socket.receive()).data)


async def test_the_right_password_opens_the_page_and_log_out_closes_it(site: Site) -> None:
    assert await site.status("/agent") == 303
    assert await site.log_in() == 303
    assert await site.status("/agent") == 200
    assert await site.status("/") == 303, "who is logged in needs no log-in page"
    async with site.client.post(site.url + "/log-out", headers=site.origin, allow_redirects=False) as answer:
        assert answer.status == 303
    assert await site.status("/agent") == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    form = {"name": "alice", "password": PASSWORD}
    async with site.client.post(site.url + "/log-in", data=form, headers=site.origin, allow_redirects=False) as answer:
        cookie = answer.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and len(cookie.value) >= 43


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong"),
        ("alice", ""),
        ("", ""),
        ("bob", PASSWORD),
        ("nobody-in-the-list", PASSWORD),
        ("a", "x" * 300),
    ],
)
async def test_anything_else_is_refused_with_the_same_words(site: Site, name: str, password: str) -> None:
    async with site.client.post(
        site.url + "/log-in", data={"name": name, "password": password}, headers=site.origin
    ) as answer:
        assert answer.status == 401
        assert "Name or password is wrong." in await answer.text()


async def test_after_failures_the_answer_waits_and_the_right_password_is_let_in(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "FIRST_DELAY_S", 1.3)
    monkeypatch.setattr(site.console._door, "deadline_s", 1.0)  # many times what a hash takes, on a busy machine, too
    for _ in range(5):
        assert await site.log_in("wrong") == 401
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await site.log_in() == 303, "a log-in that waits is not cut off by the front door"
    assert loop.time() - began >= 1.3


async def test_too_many_log_ins_that_wait_for_one_name_are_asked_to_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        assert await site.log_in("wrong") == 401
    monkeypatch.setattr(log_ins, "MOST_WAITING_OF_GUESSER", 0)
    assert await site.log_in() == 429
    assert await site.log_in(name="someone-else") == 401, "others are not kept waiting"


async def test_a_session_ends_after_twelve_hours(site: Site) -> None:
    await site.log_in()
    site.ticks[0] += LASTS_S - 1
    assert await site.status("/agent") == 200
    site.ticks[0] += 2
    assert await site.status("/agent") == 303


async def test_a_session_outlives_a_restart_until_log_out(site: Site) -> None:
    await site.log_in()
    async with site.client.ws_connect(site.url + "/agent/events", headers=site.origin) as socket:
        await next_json(socket)
        await site.restart()
        async with asyncio.timeout(5):
            assert (await socket.receive()).data == WSCloseCode.GOING_AWAY, "the page comes again, without a log-in"
    async with site.client.ws_connect(site.url + "/agent/events", headers=site.origin) as socket:
        assert (await next_json(socket))["kind"] == "view"
    kept = site.client.cookie_jar.filter_cookies(URL(site.url))[COOKIE].value
    await site.client.post(site.url + "/log-out", headers=site.origin, allow_redirects=False)
    await site.restart()
    site.client.cookie_jar.update_cookies({COOKIE: kept}, URL(site.url))
    assert await site.status("/agent") == 303, "log-out is for good"


async def test_an_agent_who_is_no_longer_listed_loses_the_session(site: Site) -> None:
    await site.log_in()
    await site.restart(agents=())
    assert await site.status("/agent") == 303
    await site.restart()
    assert await site.status("/agent") == 303, "listed again is not logged in again"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "", "://"])
async def test_another_site_can_neither_post_nor_listen(site: Site, origin: str) -> None:
    await site.log_in()
    headers = {"Origin": origin} if origin else {}
    for path in ("/log-in", "/log-out"):
        async with site.client.post(site.url + path, headers=headers, data={}) as answer:
            assert answer.status == 403
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.client.ws_connect(site.url + "/agent/events", headers=headers)
    assert refused.value.status == 403
    assert await site.status("/agent") == 200, "still logged in"


async def test_nobody_listens_without_a_session(site: Site) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.client.ws_connect(site.url + "/agent/events", headers=site.origin)
    assert refused.value.status == 401


@pytest.mark.parametrize("path", ["/", "/pages/agent.js", "/health", "/nothing", "/agent"])
async def test_every_answer_forbids_inline_code_framing_and_storing(site: Site, path: str) -> None:
    async with site.client.get(site.url + path, allow_redirects=False) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "aiohttp" not in answer.headers["Server"]


@pytest.mark.parametrize("path", ["/pages/../server.py", "/pages/..%2fserver.py", "/pages/log-in.html", "/pages/"])
async def test_only_the_listed_pages_are_served(site: Site, path: str) -> None:
    assert await site.status(path) == 404


async def test_a_body_that_is_too_large_or_no_form_is_refused(site: Site) -> None:
    for body, wanted in ((b"x" * 100_000, {413}), (b"\xff\x00=%ff", {400, 401})):
        async with site.client.post(
            site.url + "/log-in",
            data=body,
            headers={**site.origin, "Content-Type": "application/x-www-form-urlencoded"},
        ) as answer:
            assert answer.status in wanted


async def test_the_live_page_shows_the_view_and_obeys(site: Site) -> None:
    await site.log_in()
    async with site.client.ws_connect(site.url + "/agent/events", headers=site.origin) as socket:
        first = await next_json(socket)
        assert first["kind"] == "view" and first["presence"]["state"] == "signed_off" and first["stale_since"] is None
        await socket.send_json({"do": "available", "id": 7})
        seen = [await next_json(socket)]
        while seen[-1]["kind"] != "answer":
            seen.append(await next_json(socket))
        assert seen[-1] == {"kind": "answer", "id": 7, "line": None}
        site.line.play(recorded_scene(RECORDING, "answered_agent_hangs_up"))
        while not (seen[-1]["kind"] == "view" and seen[-1]["pops"]):
            seen.append(await next_json(socket))
        assert seen[-1]["presence"]["state"] == "available"
        [pop] = seen[-1]["pops"]
        await socket.send_json(
            {"do": "wrap_up", "id": 8, "call_id": pop["call_id"], "outcome": "resolved", "note": "done"}
        )
        while seen[-1].get("id") != 8:
            seen.append(await next_json(socket))
        assert seen[-1]["line"] is None
    assert [(e.outcome, e.note) for e in site.feed.events if isinstance(e, Wrapped)] == [("resolved", "done")]


async def test_a_command_that_fails_is_one_clear_line(site: Site) -> None:
    await site.log_in()
    site.line.refusals["QueueAdd"] = "Unable to add interface to queue: No such queue"
    async with site.client.ws_connect(site.url + "/agent/events", headers=site.origin) as socket:
        await next_json(socket)
        await socket.send_json({"do": "available", "id": 1})
        assert "asterisk/queues.conf" in (await next_json(socket))["line"]
        site.line.lose()
        assert (await next_json(socket))["stale_since"] is not None
        await socket.send_json({"do": "pause", "reason": "Lunch", "id": 2})
        assert "did not answer" in (await next_json(socket))["line"]
        await socket.send_json({"do": "wrap_up", "call_id": "1.1", "outcome": "resolved", "id": 3})
        assert "not over yet" in (await next_json(socket))["line"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"do": "reboot"}',
        '{"do": ["available"]}',
        '{"do": "pause", "reason": 7}',
        '{"do": "pause", "reason": "' + "x" * 100 + '"}',
        '{"do": "wrap_up", "outcome": "great", "call_id": "1"}',
        '{"do": "wrap_up", "outcome": {}, "call_id": "1"}',
        "[" * 8000,
        "x" * 9000,
    ],
)
async def test_what_no_page_of_ours_sends_closes_the_connection_and_changes_nothing(site: Site, text: str) -> None:
    await site.log_in()
    before = len(site.line.actions)
    async with site.client.ws_connect(site.url + "/agent/events", headers=site.origin) as socket:
        await next_json(socket)
        await socket.send_str(text)
        async with asyncio.timeout(5):
            assert (await socket.receive()).type in {WSMsgType.CLOSE, WSMsgType.CLOSED}
    assert len(site.line.actions) == before
    assert await site.status("/agent") == 200


async def test_log_out_closes_live_pages_and_signs_off(site: Site) -> None:
    await site.log_in()
    async with site.client.ws_connect(site.url + "/agent/events", headers=site.origin) as socket:
        await next_json(socket)
        await site.client.post(site.url + "/log-out", headers=site.origin, allow_redirects=False)
        async with asyncio.timeout(5):
            while (message := await socket.receive()).type is WSMsgType.TEXT:
                pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, 4001)
    assert ("QueueRemove", {"Queue": "housing", "Interface": ALICE.interface}) in site.line.actions


async def test_an_agent_has_a_bounded_number_of_live_pages(site: Site) -> None:
    await site.log_in()
    sockets = [await site.client.ws_connect(site.url + "/agent/events", headers=site.origin) for _ in range(8)]
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.client.ws_connect(site.url + "/agent/events", headers=site.origin)
    assert refused.value.status == 429
    for socket in sockets:
        await socket.close()


async def test_health_tells_without_secrets_why_it_is_not_well(site: Site) -> None:
    async with site.client.get(site.url + "/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True, "reasons": [], "loop_lag_ms": {}})
    site.line.lose()
    async with site.client.get(site.url + "/health") as answer:
        assert answer.status == 503
        assert (await answer.json())["reasons"] == ["no connection to Asterisk's manager interface"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_health_tells_strangers_what_ails_and_no_more(site: Site, header: str) -> None:
    passed_on = {header: "for=192.0.2.1"}
    async with site.client.get(site.url + "/health", headers=passed_on) as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True, "reasons": []})
    await site.log_in()
    async with site.client.get(site.url + "/health", headers=passed_on) as answer:
        assert "loop_lag_ms" in await answer.json()


@pytest.mark.parametrize(
    ("peer", "local"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False), ("", False)],
)
def test_only_this_machine_is_local(peer: str, local: bool) -> None:
    assert is_local(make_mocked_request("GET", "/health").clone(remote=peer)) is local


async def hold(site: Site, count: int, greeting: bytes) -> list[asyncio.StreamWriter]:
    """So many connections that say `greeting` and no more."""
    writers = [(await asyncio.open_connection("127.0.0.1", site.console.port))[1] for _ in range(count)]
    for writer in writers:
        writer.write(greeting)
    return writers


UNFINISHED = b"POST /log-in HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: 1000\r\n\r\nname=alice"


@pytest.mark.parametrize("greeting", [b"", b"GET / HT", UNFINISHED])
async def test_a_crowd_that_asks_nothing_shuts_nobody_out_and_goes(
    site: Site, greeting: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    door = site.console._door
    assert door is not None
    monkeypatch.setattr(door, "_most", 20)
    await site.log_in()
    async with site.client.ws_connect(site.url + "/agent/events", headers=site.origin) as socket:
        await next_json(socket)
        monkeypatch.setattr(door, "deadline_s", 0.5)
        crowd = await hold(site, 40, greeting.replace(b"{host}", site.url.removeprefix("http://").encode()))
        assert await site.status("/agent") == 200
        async with asyncio.timeout(5):
            while door.strangers:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await socket.send_json({"do": "available", "id": 7})
        while (await next_json(socket))["kind"] != "answer":
            pass
    for writer in crowd:
        writer.transport.abort()
    assert not any(record.exc_info for record in caplog.records), "strangers write no tracebacks"


async def test_a_connection_gets_one_answer_so_that_nobody_holds_it_by_asking_now_and_then(site: Site) -> None:
    for path in ("/", "/nothing", "/agent", "/health"):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.console.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 2)
        async with asyncio.timeout(5):
            said = await reader.read()
        assert said.count(b"HTTP/1.1") == 1
        assert b"Connection: close" in said
        writer.close()


async def test_a_port_that_is_taken_is_one_line(site: Site) -> None:
    second = Console(site.console._desk, [ALICE], HASHES, "127.0.0.1", site.console.port, sessions=site.file)
    with pytest.raises(SettingsError, match="IVR_CONSOLE_PORT"):
        await second.start()
