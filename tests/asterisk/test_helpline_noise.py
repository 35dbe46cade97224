"""Whoever knocks at the service's ports disturbs no call."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from ivr.call import StepEntered
from tests.asterisk.helpline import Helpline

pytestmark = pytest.mark.asyncio(loop_scope="session")

EACH = 250
"""Connections of each of four kinds."""
AT_ONCE_S = 1.0
"""Generous: two cores carry the call, the service and a thousand bad peers."""
HALF_A_HEADER = b"agi_network: yes\nagi_request: agi://127.0.0.1/helpline\nagi_uniqueid: 1"
MEDIA = [
    b"",
    b"GET /media HTTP/1.1\r\nHost: x\r\n",
    b"GET /media?call=guess HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    b"\x00\xff" * 50_000,
]


async def _knock(port: int, data: bytes, *, slowly: bool = False, stays: bool = False) -> None:
    """One bad peer; whatever the service does to it is right."""
    with suppress(ConnectionError, TimeoutError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for piece in (data[at : at + 1] for at in range(len(data))) if slowly else (data,):
                writer.write(piece)
                await writer.drain()
                if slowly:
                    await asyncio.sleep(0.3)  # one byte after the other is what this peer is bad at
            if stays:
                async with asyncio.timeout(10):
                    await reader.read()
        finally:
            writer.close()


async def test_a_thousand_bad_connections_do_not_disturb_a_call(helpline: Helpline) -> None:
    agi, media = helpline.stand.settings.agi_port, helpline.stand.settings.media_port
    caller = await helpline.dial()
    await caller.at("main")
    noise = [
        *(_knock(agi, b"") for _ in range(EACH)),
        *(_knock(agi, HALF_A_HEADER, stays=True) for _ in range(EACH)),
        *(_knock(agi, HALF_A_HEADER, slowly=True) for _ in range(EACH)),
        *(_knock(agi, b"x" * 1_000_000, stays=True) for _ in range(EACH)),
        *(_knock(media, data, stays=True) for data in MEDIA for _ in range(EACH // 10)),
    ]
    knocking = [asyncio.ensure_future(one) for one in noise]
    delays = []
    try:
        for key, step in (("3", "question"), ("#", "main"), ("1", "resident"), ("#", "main"), ("2", "hours")):
            pressed = await caller.presses(key)
            await caller.at(step)
            delays.append(await caller.call.wait_for_sound(since=pressed + 0.05) - pressed)
            await caller.call.say(bytes(16 * 400))  # the prompts of before are over, and a thousand knock on
        await caller.presses("#3")
        await caller.at("question")
        await caller.interrupts("i lost my coat")
        await caller.was_told("Lost property waits")
    finally:
        await asyncio.wait(knocking)
    assert max(delays) < AT_ONCE_S, delays
    assert [one for one in knocking if one.exception() is not None] == []
    again = await helpline.dial()
    await again.at("main")
    assert len(caller.journal.all(StepEntered)) >= 7
    await asyncio.gather(caller.leaves(), again.leaves())
    await helpline.nothing_is_left()
