"""Prompts that can be told apart to one packet: pure tones as recordings, and an ear for them."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ivr.errors import LineError
from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import PACKET_S, Packet
from ivr.testing.sound import RATE_HZ, SOUND_DBFS, pcm_from_ulaw, silence, speak, tone, write_wav

ASKS_HZ = 400.0
REPLIES_HZ = 1000.0
SHORT_MS, LONG_MS, REPLY_MS = 300, 8000, 300
PURE = 0.7
"""So much of a packet's power lies at a tone's frequency if it is that tone; of speech or another tone far less."""
MENU = (
    "You can say bin collection, council tax, housing repairs, or opening hours. "
    "For anything else, say another question."
)
"""As in tests/flows/plans/council.yaml."""

Wanted = Callable[[Packet], bool]


async def write_recordings(folder: Path, voices: Path) -> None:
    """The recordings that plans/bench.yaml names."""
    write_wav(folder / "short.wav", tone(ASKS_HZ, SHORT_MS))
    write_wav(folder / "long.wav", tone(ASKS_HZ, LONG_MS))
    write_wav(folder / "reply.wav", tone(REPLIES_HZ, REPLY_MS))
    write_wav(folder / "spoken.wav", await speak(MENU, cache=voices))


def line_noise(duration_ms: int, level: float = -65.0) -> bytes:
    """What a telephone sends while nobody speaks."""
    samples = np.random.default_rng(1).normal(0, 32768 * 10 ** (level / 20), duration_ms * RATE_HZ // 1000)
    return samples.astype("<i2").tobytes() or silence(20)


def loud(packet: Packet) -> bool:
    """Whether anything is heard."""
    return packet.level_dbfs > SOUND_DBFS


def asks(packet: Packet) -> bool:
    """Whether it is the tone of a prompt that asks."""
    return loud(packet) and _share(packet, ASKS_HZ) > PURE


def replies(packet: Packet) -> bool:
    """Whether it is something else than that: our reply, or the beep of Asterisk's own menu."""
    return loud(packet) and _share(packet, ASKS_HZ) < 1 - PURE


async def first(call: PhoneCall, wanted: Wanted, *, since: float, timeout_s: float = 10) -> float:
    """When the first packet after `since` arrived that is `wanted`.

    Raises TimeoutError, and LineError if the call ends before.
    """
    found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def look(packet: Packet) -> None:
        if packet.arrived_at >= since and not found.done() and wanted(packet):
            found.set_result(packet.arrived_at)

    for packet in call.line.packets[bisect_left(call.line.packets, since, key=lambda packet: packet.arrived_at) :]:
        look(packet)
    stop = call.line.on_packet(look)
    ended: asyncio.Future[Any] = asyncio.ensure_future(call.ended.wait())
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.wait([found, ended], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop()
        ended.cancel()
    if not found.done():
        raise LineError("the call ended before it was heard")
    return float(found.result())


def silent_at(call: PhoneCall, *, since: float, until: float) -> float:
    """When the asking tone had ended between the two: one packet after its last."""
    return max(p.arrived_at for p in call.line.packets if since <= p.arrived_at < until and asks(p)) + PACKET_S


def _share(packet: Packet, hz: float) -> float:
    """Part of the packet's power at `hz`, 0..1."""
    samples = np.frombuffer(pcm_from_ulaw(packet.payload), dtype="<i2").astype(np.float64)
    turn = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE_HZ)
    power = float(samples @ samples)
    return 2 * float(abs(samples @ turn)) ** 2 / (len(samples) * power) if power else 0.0
