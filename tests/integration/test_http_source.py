"""Look-ups at a real web server that is slow, dies, redirects and lies."""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from ivr.errors import LookUpFailed
from ivr.sources import Sources, load_sources

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ABOUT = {"postcode": "SG12 8XY"}


class Service:
    """A web server whose answer is set by a test; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, str], str]] = []
        self.port = 0
        self.answer: Handler = self.open

    async def open(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"result": [{"state": "open", "depth": 3}]})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.raw_path, dict(request.headers), await request.text()))
        return await self.answer(request)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


def roads(
    folder: Path,
    port: int,
    path: str = "/roads?postcode={postcode}",
    *,
    more: str = "",
    take: str = "{state: result.0.state}",
    environment: Mapping[str, str] | None = None,
) -> Sources:
    file = folder / "sources.yaml"
    file.write_text(f'roads:\n  http: "http://127.0.0.1:{port}{path}"\n  take: {take}\n  time_limit_s: 1\n{more}')
    return load_sources(file, environment=environment or {})


async def ask(sources: Sources, asked: Mapping[str, str] = ABOUT) -> Mapping[str, str] | None:
    try:
        return await sources.look_up("roads", asked)
    finally:
        await sources.close()


async def fails(sources: Sources, asked: Mapping[str, str] = ABOUT) -> str:
    """How it fails, which it does in time."""
    began_s = time.monotonic()
    with pytest.raises(LookUpFailed) as raised:
        await ask(sources, asked)
    assert time.monotonic() - began_s < 1.5
    return str(raised.value)


async def test_a_value_is_found_and_what_was_asked_is_encoded(tmp_path: Path, service: Service) -> None:
    asked = {"postcode": "SG12 8XY&admin=1#/../é%"}
    assert await ask(roads(tmp_path, service.port), asked) == {"state": "open"}
    ((method, path, headers, _),) = service.asked
    assert (method, path) == ("GET", "/roads?postcode=SG12%208XY%26admin%3D1%23%2F..%2F%C3%A9%25")
    assert headers["Accept"] == "application/json"


async def test_a_value_stays_within_its_part_of_the_path(tmp_path: Path, service: Service) -> None:
    assert await ask(roads(tmp_path, service.port, "/roads/{postcode}/state"), {"postcode": "../../admin"})
    assert service.asked[0][1] == "/roads/..%2F..%2Fadmin/state"
    assert "part of an address" in await fails(roads(tmp_path, service.port, "/a/{postcode}/b"), {"postcode": ".."})
    assert len(service.asked) == 1


async def test_a_body_is_json_whatever_was_said_and_headers_hold_secrets(tmp_path: Path, service: Service) -> None:
    more = (
        "  headers: {Authorization: 'Bearer {env:TOKEN}'}\n"
        """  body: '{"postcode": "{postcode}", "limit": 1}'\n"""
    )
    sources = roads(tmp_path, service.port, "/", more=more, environment={"TOKEN": "secret-token"})
    assert await ask(sources, {"postcode": '", "admin": "\\\n'}) == {"state": "open"}
    ((method, _, headers, body),) = service.asked
    assert (method, headers["Content-Type"]) == ("POST", "application/json")
    assert headers["Authorization"] == "Bearer secret-token"
    assert body == '{"postcode": "\\", \\"admin\\": \\"\\\\\\n", "limit": 1}'


async def test_a_line_break_cannot_add_a_header(tmp_path: Path, service: Service) -> None:
    sources = roads(tmp_path, service.port, "/", more="  headers: {X-Postcode: '{postcode}'}\n")
    assert "part of a header" in await fails(sources, {"postcode": "A\r\nX-Admin: 1"})
    assert service.asked == []


async def test_a_secret_that_is_not_set_is_a_failure_and_not_sent_as_it_stands(
    tmp_path: Path, service: Service
) -> None:
    sources = roads(tmp_path, service.port, "/{postcode}?key={env:KEY}")
    assert "environment variable KEY is not set" in await fails(sources)
    assert service.asked == []


def status(number: int) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"result": []}, status=number)

    return answer


async def test_a_status_that_says_so_is_nothing_found_and_others_are_failures(tmp_path: Path, service: Service) -> None:
    service.answer = status(404)
    assert await ask(roads(tmp_path, service.port, more="  not_found: [404, 410]\n")) is None
    assert "status 404" in await fails(roads(tmp_path, service.port))
    for number in (400, 401, 500, 503):
        service.answer = status(number)
        assert f"status {number}" in await fails(roads(tmp_path, service.port, more="  not_found: 404\n"))


async def test_an_empty_list_is_nothing_found(tmp_path: Path, service: Service) -> None:
    service.answer = status(200)
    assert await ask(roads(tmp_path, service.port)) is None


async def test_a_server_that_never_answers_fails_at_the_time_limit(tmp_path: Path, service: Service) -> None:
    async def hangs(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    service.answer = hangs
    assert "no answer within 1 s" in await fails(roads(tmp_path, service.port))


async def test_a_body_that_trickles_fails_at_the_time_limit(tmp_path: Path, service: Service) -> None:
    async def trickles(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    service.answer = trickles
    assert "no answer within 1 s" in await fails(roads(tmp_path, service.port))


async def test_a_body_without_end_fails_at_its_limit(tmp_path: Path, service: Service) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"[" * 65536)

    service.answer = endless
    assert "longer than 256 kB" in await fails(roads(tmp_path, service.port))


async def test_a_small_body_cannot_become_a_large_one(tmp_path: Path, service: Service) -> None:
    squeezed = gzip.compress(b" " * 50_000_000)  # before the clock runs

    async def bomb(request: web.Request) -> web.StreamResponse:
        return web.Response(body=squeezed, headers={"Content-Encoding": "gzip"})

    service.answer = bomb
    assert "compressed" in await fails(roads(tmp_path, service.port))


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 40_000, b"<html>down</html>", b"\xff\xfe", b"", b"NaN"])
async def test_what_is_no_json_or_too_deep_is_a_failure(tmp_path: Path, service: Service, body: bytes) -> None:
    async def lies(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    service.answer = lies
    assert "no JSON, or too deeply nested" in await fails(roads(tmp_path, service.port))


async def test_other_json_than_was_agreed_is_a_failure(tmp_path: Path, service: Service) -> None:
    async def lies(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": "maintenance"})

    service.answer = lies
    assert "nothing at 'result.0.state'" in await fails(roads(tmp_path, service.port))


async def test_a_server_that_dies_or_is_not_there_is_a_failure(tmp_path: Path, service: Service) -> None:
    async def dies(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    service.answer = dies
    assert "cannot be asked" in await fails(roads(tmp_path, service.port))
    assert "cannot be asked" in await fails(roads(tmp_path, 1))


def redirect(to: str, number: int = 302) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/new":
            return web.json_response({"result": [{"state": "moved"}]})
        return web.Response(status=number, headers={"Location": to})

    return answer


async def test_a_redirect_is_followed_on_the_same_host(tmp_path: Path, service: Service) -> None:
    service.answer = redirect("/new?x=1")
    assert await ask(roads(tmp_path, service.port)) == {"state": "moved"}


@pytest.mark.parametrize(
    "to", ["http://127.0.0.2:{port}/new", "https://127.0.0.1:{port}/new", "http://127.0.0.1:1/new", "file:///etc/passwd",
           "//evil.example/new", "http://[", ""]
)  # fmt: skip
async def test_a_redirect_to_elsewhere_is_a_failure(tmp_path: Path, service: Service, to: str) -> None:
    service.answer = redirect(to.format(port=service.port))
    said = await fails(
        roads(tmp_path, service.port, more="  headers: {X-Key: '{env:KEY}'}\n", environment={"KEY": "k"})
    )
    assert "another host or scheme" in said or "cannot be asked" in said or "redirects more" in said
    assert {path for _, path, _, _ in service.asked} == {"/roads?postcode=SG12%208XY"}


async def test_redirects_in_a_circle_end(tmp_path: Path, service: Service) -> None:
    service.answer = redirect("/again")
    assert "more than 3 times" in await fails(roads(tmp_path, service.port))
    assert len(service.asked) == 4


async def test_a_body_is_not_sent_again_by_a_redirect_that_asks_for_a_get(tmp_path: Path, service: Service) -> None:
    service.answer = redirect("/new", 302)
    more = """  body: '{"p": "{postcode}"}'\n"""
    assert "status 302" in await fails(roads(tmp_path, service.port, "/", more=more))
    service.answer = redirect("/new", 307)
    assert await ask(roads(tmp_path, service.port, "/", more=more)) == {"state": "moved"}


async def test_neither_what_a_caller_said_nor_a_secret_is_logged_or_told(
    tmp_path: Path, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    about = {"postcode": "canary"}
    texts = []
    with caplog.at_level(logging.INFO):
        for answer, port in ((status(500), service.port), (redirect("http://[canary"), service.port), (status(200), 1)):
            service.answer = answer
            environment = {"KEY": "canary-key"}
            texts.append(await fails(roads(tmp_path, port, "/{postcode}?k={env:KEY}", environment=environment), about))
    ours = [record.__dict__ for record in caplog.records if record.name.startswith("ivr")]
    assert ours and "canary" not in str((texts, ours))


async def test_many_callers_at_once_are_answered(tmp_path: Path, service: Service) -> None:
    sources = roads(tmp_path, service.port)
    answers = await asyncio.gather(*(sources.look_up("roads", ABOUT) for _ in range(40)))
    await sources.close()
    assert answers == [{"state": "open"}] * 40
