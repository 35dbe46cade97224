"""The media server over real sockets: tokens, peers that behave and peers that do not."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest

from ivr import front_door
from ivr.call import CallId
from ivr.errors import LineBroken
from ivr.media import playing
from ivr.media import server as media_server
from ivr.media.audio import Audio, Key, LineEnded
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from ivr.testing.fake_asterisk_media import FakeMediaChannel, FakeMediaLine

VOICE = b"\x01\x02" * 160
START: list[str] = []
FakeMediaChannel(START.append).start()


@pytest.fixture
async def server() -> AsyncIterator[MediaServer]:
    media = MediaServer(host="127.0.0.1", port=0)
    await media.start()
    yield media
    await media.close()
    await asyncio.sleep(0)
    left = {task.get_name() for task in asyncio.all_tasks()} & {"probe a media line", "feed a long prompt"}
    assert not left


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def url(server: MediaServer, token: str) -> str:
    return f"http://127.0.0.1:{server.port}/media?call={token}"


async def line(server: MediaServer) -> tuple[MediaSession, FakeMediaLine]:
    ticket = server.expect(CallId("1.1"))
    asterisk = await FakeMediaLine.connect(server.port, ticket.token)
    return await ticket.session(2.0), asterisk


async def until_end(session: MediaSession) -> LineEnded:
    async with asyncio.timeout(5):
        while True:
            item = await session.next_input()
            if isinstance(item, LineEnded):
                return item


async def still_works(session: MediaSession, asterisk: FakeMediaLine) -> bool:
    before = len(asterisk.channel.heard)
    played = await (await session.play(VOICE)).finished()
    return played.completed and bytes(asterisk.channel.heard[before:]) == VOICE


async def test_a_call_goes_both_ways_and_ends_with_the_callers_hang_up(server: MediaServer) -> None:
    session, asterisk = await line(server)
    assert session.call_id == "1.1"
    asterisk.say(VOICE)
    asterisk.press("5")
    seen = [await session.next_input() for _ in range(6)]
    assert Audio(VOICE) in seen
    assert Key("5") in seen
    prompt = VOICE * 20
    assert (await (await session.play(prompt)).finished()).completed
    assert bytes(asterisk.channel.heard) == prompt
    await asterisk.hang_up()
    assert await until_end(session) == LineEnded("closed")


async def test_our_hang_up_closes_the_connection(server: MediaServer) -> None:
    session, asterisk = await line(server)
    await session.hang_up()
    assert asterisk.channel.hung_up
    assert await until_end(session) == LineEnded("hung_up")


async def test_an_asterisk_that_dies_ends_prompt_and_line(server: MediaServer) -> None:
    session, asterisk = await line(server)
    prompt = await session.play(VOICE * 1000)
    await asterisk.vanish()
    assert not (await prompt.finished()).completed
    assert await until_end(session) == LineEnded("broken")


async def test_closing_the_server_ends_every_session(server: MediaServer) -> None:
    lines = [await line(server) for _ in range(3)]
    waiting = server.expect(CallId("2.2"))
    prompt = await lines[0][0].play(VOICE * 1000)
    await server.close()
    assert not (await prompt.finished()).completed
    for session, asterisk in lines:
        await until_end(session)
        await asterisk.hang_up()
    with pytest.raises(LineBroken):
        await waiting.session(1.0)


async def test_a_wrong_missing_used_or_withdrawn_token_is_refused_and_nobody_is_disturbed(
    server: MediaServer, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = server.expect(CallId("1.1"))
    asterisk = await FakeMediaLine.connect(server.port, ticket.token)
    session = await ticket.session(2.0)
    withdrawn = server.expect(CallId("2.2"))
    withdrawn.withdraw()
    with caplog.at_level(logging.WARNING):
        for token in ("", "wrong", ticket.token, withdrawn.token, "x" * 5000):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(url(server, token))
            assert refused.value.status == 403
    assert [record.message for record in caplog.records] == ["media connection refused"] * 5
    assert ticket.token not in caplog.text
    assert await still_works(session, asterisk)
    await asterisk.hang_up()


async def test_of_two_connections_at_once_one_gets_the_line(server: MediaServer, client: aiohttp.ClientSession) -> None:
    ticket = server.expect(CallId("1.1"))
    results = await asyncio.gather(
        *(client.ws_connect(url(server, ticket.token)) for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(result, aiohttp.WSServerHandshakeError) for result in results) == 1


async def test_a_token_expires(
    server: MediaServer, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_server, "TOKEN_LIFE_S", 0.01)
    ticket = server.expect(CallId("1.1"))
    with pytest.raises(LineBroken, match="withdrawn"):
        await ticket.session(2.0)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.ws_connect(url(server, ticket.token))


async def test_a_connection_that_does_not_come_is_a_broken_line(server: MediaServer) -> None:
    ticket = server.expect(CallId("1.1"))
    with pytest.raises(LineBroken, match="no media connection"):
        await ticket.session(0.01)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await FakeMediaLine.connect(server.port, ticket.token)


async def test_a_session_that_nobody_took_is_dropped_with_its_ticket(
    server: MediaServer, client: aiohttp.ClientSession
) -> None:
    ticket = server.expect(CallId("1.1"))
    async with client.ws_connect(url(server, ticket.token)) as peer:
        await peer.send_str(START[0])
        await asyncio.wait_for(asyncio.shield(ticket._arrival), 5)
        ticket.withdraw()
        message = await peer.receive(5)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


async def test_what_comes_before_media_start_is_ignored(server: MediaServer, client: aiohttp.ClientSession) -> None:
    ticket = server.expect(CallId("1.1"))
    async with client.ws_connect(url(server, ticket.token)) as peer:
        await peer.send_bytes(VOICE)
        await peer.send_str("MEDIA_START connection_id:ivr")
        await peer.send_str('{"event":"DTMF_END","digit":"1"}')
        await peer.send_str(START[0])
        await peer.send_str('{"event":"DTMF_END","digit":"2"}')
        session = await ticket.session(2.0)
        assert await session.next_input() == Key("2")


@pytest.mark.parametrize("says", ["nothing", "sound", "ulaw"])
async def test_a_peer_without_a_fitting_media_start_is_dropped(
    server: MediaServer, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    monkeypatch.setattr(media_server, "START_DEADLINE_S", 0.05)
    ticket = server.expect(CallId("1.1"))
    async with client.ws_connect(url(server, ticket.token)) as peer:
        if says == "sound":
            for _ in range(media_server.MOST_BEFORE_START):
                await peer.send_bytes(VOICE)
        elif says == "ulaw":
            await peer.send_str(START[0].replace('"slin"', '"ulaw"'))
        message = await peer.receive(5)
        assert message.type is aiohttp.WSMsgType.CLOSE
    with pytest.raises(LineBroken):
        await ticket.session(2.0)


async def test_bad_messages_in_a_session_are_ignored_and_too_many_or_too_large_ones_end_only_it(
    server: MediaServer, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    good, asterisk = await line(server)
    bad_ticket = server.expect(CallId("6.6"))
    async with client.ws_connect(url(server, bad_ticket.token), max_msg_size=0) as peer:
        await peer.send_str(START[0])
        bad = await bad_ticket.session(2.0)
        for nonsense in (b"abc", b"", bytes(5000)):
            await peer.send_bytes(nonsense)
        for text in ("DTMF_END digit:5", "{", "[]", '{"event":"STATUS"}', "\x00", "é" * 100):
            await peer.send_str(text)
        await peer.send_bytes(VOICE)
        assert await bad.next_input() == Audio(VOICE)
        assert await still_works(good, asterisk)
        await peer.send_bytes(bytes(media_server.LARGEST_MESSAGE + 1))
        assert await until_end(bad) == LineEnded("broken")
    assert await still_works(good, asterisk)
    assert "Traceback" not in caplog.text
    await asterisk.hang_up()


NOT_OURS = [
    b"",
    b"\x00\xff\x00\xff\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /media?call=x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /media?call=%zz HTTP/1.1\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
    b"GET /" + b"x" * 100_000,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    b"POST /media HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc",
]


async def test_strangers_of_every_kind_leave_no_trace_and_disturb_nobody(
    server: MediaServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server._door, "deadline_s", 0.05)
    session, asterisk = await line(server)
    for _ in range(20):
        for greeting in NOT_OURS:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(greeting)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /media HTTP/1.1\r\n")
    async with asyncio.timeout(5):
        with pytest.raises(ConnectionError):
            while await reader.read(1000) != b"":
                pass
            raise ConnectionError("closed")
    writer.close()
    assert await still_works(session, asterisk)
    await asterisk.hang_up()
    assert "Traceback" not in caplog.text
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    "greeting", [b"", b"GET /media", b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"]
)
async def test_a_crowd_of_strangers_shuts_no_call_out_and_ends_none(server: MediaServer, greeting: bytes) -> None:
    session, asterisk = await line(server)
    crowd = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(front_door.MOST_STRANGERS + 5)]
    for _, writer in crowd:
        writer.write(greeting)
    newcomer, its_asterisk = await line(server)
    assert await still_works(newcomer, its_asterisk)
    assert await still_works(session, asterisk)
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            while await crowd[0][0].read(1000):  # until the end that has to come
                pass
    for _, writer in crowd:
        writer.transport.abort()
    await its_asterisk.hang_up()
    await asterisk.hang_up()


async def test_a_refused_request_whose_body_never_comes_does_not_linger(server: MediaServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
    async with asyncio.timeout(1):
        assert b" 404 " in await reader.read()
    assert server._door.strangers == 0
    writer.close()


async def test_a_caller_whose_sound_nobody_takes_is_read_all_the_same(server: MediaServer) -> None:
    ticket = server.expect(CallId("1.1"))
    async with aiohttp.ClientSession() as client, client.ws_connect(url(server, ticket.token)) as peer:
        await peer.send_str(START[0])
        session = await ticket.session(2.0)
        async with asyncio.timeout(10):
            for _ in range(20_000):  # 6.4 MB, more than both sockets hold
                await peer.send_bytes(VOICE)
            await peer.send_str('{"event":"DTMF_END","digit":"9"}')
            while True:
                item = await session.next_input()
                if item == Key("9"):
                    break


async def test_an_asterisk_that_does_not_read_breaks_only_its_own_line(
    server: MediaServer, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_server, "SEND_DEADLINE_S", 0.05)
    monkeypatch.setattr(playing, "STATUS_DEADLINE_S", 0.01)
    good, asterisk = await line(server)
    ticket = server.expect(CallId("6.6"))
    quick = aiohttp.ClientWSTimeout(ws_close=0.1)
    async with client.ws_connect(url(server, ticket.token), timeout=quick) as peer:
        await peer.send_str(START[0])
        stuck = await ticket.session(2.0)
        peer._response.connection.transport.pause_reading()  # type: ignore[union-attr]
        async with asyncio.timeout(10):
            while not stuck.ended:  # a new prompt flushes the old one, but this peer takes neither
                await (await stuck.play(bytes(640_000))).cut()
        assert await until_end(stuck) == LineEnded("broken")
    assert await still_works(good, asterisk)
    await asterisk.hang_up()
