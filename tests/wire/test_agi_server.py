"""The FastAGI server on real sockets: good calls, and a thousand connections that are none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from ivr.errors import CallerGone, LineBroken
from ivr.telephony.agi import AgiServer, AgiSession
from ivr.telephony.agi.server import MOST_STRANGERS, is_loopback

HEADER = b"agi_network: yes\nagi_uniqueid: %d.1\nagi_channel: PJSIP/caller-1\n\n"


class Caller:
    """Asterisk's end of one AGI connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self, reply: bytes = b"200 result=0\n") -> bytes:
        """Take the next command and reply to it."""
        command = await self.reader.readline()
        self.writer.write(reply)
        return command

    async def ended(self) -> bool:
        with suppress(ConnectionError):
            return await self.reader.read() == b""
        return True


@asynccontextmanager
async def serving(
    handle: Callable[[AgiSession], Awaitable[None]],
    *,
    header_deadline_s: float = 2.0,
    most_connections: int = 400,
) -> AsyncIterator[AgiServer]:
    server = AgiServer(
        handle, host="127.0.0.1", port=0, header_deadline_s=header_deadline_s, most_connections=most_connections
    )
    await server.start()
    try:
        yield server
    finally:
        await server.close()


async def ring(server: AgiServer, number: int = 1) -> Caller:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HEADER % number)
    return Caller(reader, writer)


async def test_a_call_is_handled_and_then_given_back() -> None:
    seen = []

    async def handle(session: AgiSession) -> None:
        seen.append(session.environment["agi_uniqueid"])
        await session.answer()
        seen.append(await session.get_variable("IVR_NONCE"))

    async with serving(handle) as server:
        caller = await ring(server, 7)
        assert await caller.reply() == b"ANSWER\n"
        assert await caller.reply(b"200 result=1 (abc)\n") == b"GET VARIABLE IVR_NONCE\n"
        assert await caller.ended()
        assert seen == ["7.1", "abc"]
        assert server.calls == 0


async def test_a_hang_up_reaches_the_handler_while_a_command_is_pending() -> None:
    story: list[str] = []
    known = asyncio.Event()

    async def handle(session: AgiSession) -> None:
        pending = asyncio.create_task(session.execute("Dial", "x"))
        await session.hung_up.wait()
        story.append("hung up")
        known.set()
        story.append((await pending).result)
        with pytest.raises(CallerGone):
            await session.answer()
        story.append("refused")

    async with serving(handle) as server:
        caller = await ring(server)
        await caller.reader.readline()
        caller.writer.write(b"HANGUP\n")
        await known.wait()
        caller.writer.write(b"200 result=-1\n")
        assert await caller.ended()
        assert story == ["hung up", "-1", "refused"]


async def test_an_asterisk_that_goes_away_ends_the_handler_with_line_broken() -> None:
    faults: asyncio.Queue[BaseException] = asyncio.Queue(1)

    async def handle(session: AgiSession) -> None:
        try:
            await session.execute("Dial", "x")
        except LineBroken as fault:
            faults.put_nowait(fault)
            raise

    async with serving(handle) as server:
        caller = await ring(server)
        await caller.reader.readline()
        caller.writer.transport.abort()
        assert "closed the connection" in str(await faults.get())


async def test_a_handler_that_fails_is_logged_and_the_next_call_is_served(caplog: pytest.LogCaptureFixture) -> None:
    async def handle(session: AgiSession) -> None:
        if session.environment["agi_uniqueid"] == "1.1":
            raise ZeroDivisionError("a fault of ours")
        await session.answer()

    async with serving(handle) as server:
        assert await (await ring(server, 1)).ended()
        assert "agi handler failed" in caplog.text
        assert "ZeroDivisionError" in caplog.text
        second = await ring(server, 2)
        assert await second.reply() == b"ANSWER\n"


async def test_calls_beyond_the_cap_are_closed_at_once_and_room_is_made_when_one_ends() -> None:
    go_on = asyncio.Event()

    async def handle(session: AgiSession) -> None:
        await go_on.wait()

    async with serving(handle, most_connections=2) as server:
        kept = [await ring(server, n) for n in (1, 2)]
        refused = await ring(server, 3)
        assert await refused.ended()
        assert server.calls == 2
        go_on.set()
        for caller in kept:
            assert await caller.ended()
        again = await ring(server, 4)
        assert await again.ended()


async def test_closing_waits_for_calls_in_hand_and_takes_no_new_ones() -> None:
    ended: list[str] = []
    go_on = asyncio.Event()
    both = asyncio.Semaphore(0)

    async def handle(session: AgiSession) -> None:
        both.release()
        try:
            if session.environment["agi_uniqueid"] == "2.1":
                await asyncio.Event().wait()
            await go_on.wait()
            ended.append("by itself")
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async with serving(handle) as server:
        callers = [await ring(server, n) for n in (1, 2)]
        await both.acquire()
        await both.acquire()
        port = server.port
        closing = asyncio.create_task(server.close(drain_s=0.2))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        go_on.set()
        await closing
        assert ended == ["by itself", "cancelled"]
        for caller in callers:
            assert await caller.ended()


async def test_a_peer_on_another_machine_is_refused_unless_it_is_allowed() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("127.8.8.8")
    assert is_loopback("::1")
    assert is_loopback("::ffff:127.0.0.1")
    assert not is_loopback("10.0.0.1")
    assert not is_loopback("::ffff:10.0.0.1")
    assert not is_loopback("fe80::1%eth0")
    assert not is_loopback("")


async def knock(port: int) -> None:
    """A port probe: connect and close."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def half_a_header(port: int) -> None:
    """Half a header, then silence until the server has had enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        writer.write(b"agi_network: yes\nagi_uni")
        await reader.read()
    writer.close()


async def drip(port: int) -> None:
    """One byte at a time, slower than the deadline allows."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ended = asyncio.create_task(reader.read())
    with suppress(ConnectionError):
        for byte in HEADER % 9:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait({ended}, timeout=0.1)
            if done:
                break
        await ended
    writer.close()


async def megabyte(port: int) -> None:
    """A line of a megabyte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        writer.write(b"agi_network: " + b"x" * 1024 * 1024)
        await writer.drain()
        await reader.read()
    writer.close()


async def test_a_thousand_bad_connections_do_not_disturb_a_call_in_progress(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    stop = asyncio.Event()
    trips_s: list[float] = []
    finished: list[str] = []

    async def handle(session: AgiSession) -> None:
        while session.environment["agi_uniqueid"] == "1.1" and not stop.is_set():
            began = time.perf_counter()
            await session.set_variable("A", "b")
            trips_s.append(time.perf_counter() - began)
            await asyncio.sleep(0.002)
        await session.answer()
        finished.append(session.environment["agi_uniqueid"])

    async def asterisk(caller: Caller) -> None:
        while not (await caller.reply(b"200 result=1\n")).startswith(b"ANSWER"):
            pass
        assert await caller.ended()

    async with serving(handle, header_deadline_s=0.3) as server:
        idle = len(asyncio.all_tasks())
        good = asyncio.create_task(asterisk(await ring(server, 1)))
        gate = asyncio.Semaphore(100)

        async def bad(kind: Callable[[int], Awaitable[None]]) -> None:
            async with gate:
                await kind(server.port)

        kinds = (knock, half_a_header, drip, megabyte)
        storm = asyncio.gather(*(bad(kinds[n % 4]) for n in range(1000)))
        newcomers = []
        for number in range(2, 22):  # new calls get through the storm, too
            await asyncio.sleep(0.02)
            newcomers.append(asyncio.create_task(asterisk(await ring(server, number))))
        await storm
        stop.set()
        await asyncio.gather(good, *newcomers)
        assert sorted(finished) == sorted(f"{n}.1" for n in range(1, 22))
        assert len(trips_s) > 50
        assert sorted(trips_s)[int(len(trips_s) * 0.95)] < 0.25, "the loop was held up by bad connections"
        assert server.calls == 0
        await asyncio.sleep(0.05)
        assert len(asyncio.all_tasks()) == idle


async def test_silent_connections_cannot_fill_the_server() -> None:
    async def handle(session: AgiSession) -> None:
        await session.answer()

    async with serving(handle, header_deadline_s=60.0) as server:
        silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(MOST_STRANGERS + 20)]
        caller = await ring(server)
        assert await caller.reply() == b"ANSWER\n"
        assert await caller.ended()
        assert await silent[0][0].read() == b"", "the oldest had to go"
        for _, writer in silent:
            writer.close()


async def test_half_a_header_ends_at_the_deadline() -> None:
    async def handle(session: AgiSession) -> None:
        raise AssertionError("there was no call")

    async with serving(handle, header_deadline_s=0.05) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"agi_network: yes\n")
        assert await Caller(reader, writer).ended()


async def test_nonsense_in_the_middle_of_a_call_breaks_its_line(caplog: pytest.LogCaptureFixture) -> None:
    async def handle(session: AgiSession) -> None:
        with pytest.raises(LineBroken, match="nonsense on the wire: neither a reply nor HANGUP"):
            await session.answer()
        raise LineBroken("as expected")

    async with serving(handle) as server:
        caller = await ring(server)
        await caller.reply(b"HTTP/1.1 200 OK\r\n")
        assert await caller.ended()
        assert "agi session broke" in caplog.text
