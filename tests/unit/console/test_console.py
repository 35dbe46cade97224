"""The console over real HTTP on the loopback: who gets in, who does not, and what its answers forbid."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, WSMsgType, WSServerHandshakeError

from ivr.call import CallEvent, Wrapped
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

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": self.url}

    async def log_in(self, password: str = PASSWORD, name: str = "alice", **headers: str) -> int:
        form = {"name": name, "password": password}
        async with self.client.post(
            self.url + "/log-in", data=form, headers=headers or self.origin, allow_redirects=False
        ) as answer:
            return answer.status

    async def status(self, path: str) -> int:
        async with self.client.get(self.url + path, allow_redirects=False) as answer:
            return answer.status


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    line, feed, ticks = ScriptedManagerLine(), Notes(), [0.0]
    desk = Desk(line, queues=["operator"], agents=[ALICE], feed=feed, spool=tmp_path)
    await desk.start()
    await line.log_in()
    console = Console(desk, [ALICE], HASHES, "127.0.0.1", 0, now=lambda: ticks[0])
    await console.start()
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        yield Site(console, line, feed, client, f"http://127.0.0.1:{console.port}", ticks)
    await console.close()
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


async def test_after_five_failures_guessing_is_slow_and_a_success_forgives(site: Site) -> None:
    for _ in range(5):
        assert await site.log_in("wrong") == 401
    assert await site.log_in() == 429, "even the right password has to wait now"
    assert await site.log_in(name="someone-else") == 401, "others are not kept waiting"
    site.ticks[0] += 2.1
    assert await site.log_in("wrong") == 401
    site.ticks[0] += 2.1
    assert await site.log_in() == 429, "the delay doubles"
    site.ticks[0] += 2.1
    assert await site.log_in() == 303
    assert await site.log_in("wrong") == 401


async def test_a_session_ends_after_twelve_hours(site: Site) -> None:
    await site.log_in()
    site.ticks[0] += LASTS_S - 1
    assert await site.status("/agent") == 200
    site.ticks[0] += 2
    assert await site.status("/agent") == 303


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
        assert (answer.status, await answer.json()) == (200, {"ok": True, "reasons": []})
    site.line.lose()
    async with site.client.get(site.url + "/health") as answer:
        assert answer.status == 503
        assert (await answer.json())["reasons"] == ["no connection to Asterisk's manager interface"]


async def test_a_port_that_is_taken_is_one_line(site: Site) -> None:
    second = Console(site.console._desk, [ALICE], HASHES, "127.0.0.1", site.console.port)
    with pytest.raises(SettingsError, match="IVR_CONSOLE_PORT"):
        await second.start()
