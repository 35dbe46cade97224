"""The front door over real sockets: who says nothing goes, and a crowd shuts nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
import uvloop

from ivr.front_door import FrontDoor


class Parrot(asyncio.Protocol):
    """Says everything back; whoever says "friend" is known."""

    def __init__(self, house: House) -> None:
        self.house = house

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self.house.inside.append(self)

    def data_received(self, data: bytes) -> None:
        if data == b"friend":
            self.house.door.knows(self)
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.house.inside.remove(self)


class House:
    """A server with a door for three."""

    def __init__(self) -> None:
        self.inside: list[Parrot] = []
        self.door = FrontDoor("test", lambda: Parrot(self), deadline_s=30.0, most=3)
        self.port = 0

    async def visit(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    house = House()
    listener = await asyncio.get_running_loop().create_server(house.door, "127.0.0.1", 0)
    house.port = listener.sockets[0].getsockname()[1]
    yield house
    listener.close()
    house.door.close()
    for protocol in house.inside:
        protocol.transport.abort()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as house:
        yield house


async def says_back(visitor: tuple[asyncio.StreamReader, asyncio.StreamWriter], text: bytes = b"x") -> bool:
    reader, writer = visitor
    try:
        writer.write(text)
        async with asyncio.timeout(5):
            return await reader.read(100) == text
    except ConnectionError:
        return False


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_one_too_many_ends_the_oldest_and_the_newest_is_served(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def main() -> None:
        async with open_house() as house:
            friend = await house.visit()
            assert await says_back(friend, b"friend")
            visitors = [await house.visit() for _ in range(3)]
            for visitor in visitors:
                assert await says_back(visitor)
            newest = await house.visit()
            assert await says_back(newest)
            assert [await says_back(visitor) for visitor in visitors] == [False, True, True]
            assert house.door.strangers == 3
            assert await says_back(friend)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())


async def test_who_is_known_is_neither_counted_nor_ended(house: House) -> None:
    friend = await house.visit()
    assert await says_back(friend, b"friend")
    assert house.door.strangers == 0
    for _ in range(5):
        assert await says_back(await house.visit())
    assert await says_back(friend)


async def test_a_stranger_goes_at_the_deadline_though_it_talks_and_a_friend_stays(house: House) -> None:
    house.door.deadline_s = 0.05
    friend, stranger = await house.visit(), await house.visit()
    assert await says_back(friend, b"friend")
    async with asyncio.timeout(5):
        while await says_back(stranger):
            pass
    assert await says_back(friend)
    assert house.door.strangers == 0


async def test_who_left_makes_room(house: House) -> None:
    _, writer = await house.visit()
    writer.close()
    async with asyncio.timeout(5):
        while house.door.strangers or house.inside:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_one_that_is_turned_out_before_it_was_seen_is_closed_all_the_same(house: House) -> None:
    visitors = await asyncio.gather(*(house.visit() for _ in range(40)))
    assert sum([await says_back(visitor) for visitor in visitors]) == 3
    assert len(house.inside) == 3
