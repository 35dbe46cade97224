"""From a key to the next prompt, and from a key to silence when it cuts a prompt."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import PACKET_S
from tests.bench.figures import Aim, Figure, Measured
from tests.bench.stage import HELPLINE, NATIVE, Stage
from tests.bench.tones import SHORT_MS, asks, first, replies, silent_at

LINES = 2
PRESSES = 20
"""A line; two lines to each side press at the same time, so that both meet the same machine."""

_Sample = Callable[[PhoneCall, float], Awaitable[tuple[float, float]]]
"""Presses once; milliseconds that it took, and from when on the next prompt may come."""


async def measure(stage: Stage) -> Measured:
    """Keys in silence, then keys into a long tone."""
    stage.native_prompt("short")
    next_ms = await _both(stage, None, _press_in_silence)
    stage.native_prompt("long")
    cut_ms = await _both(stage, "3", _press_into_prompt)
    figures = [
        Figure(
            name="key → next prompt",
            unit="ms",
            values=next_ms[HELPLINE],
            floor=next_ms[NATIVE],
            floor_is="native menu",
            aims=[Aim(percentile=95, most=20)],
        ),
        Figure(
            name="key barge-in → silence",
            unit="ms",
            values=cut_ms[HELPLINE],
            floor=cut_ms[NATIVE],
            floor_is="native menu",
            aims=[Aim(percentile=95, most=60)],
        ),
    ]
    return Measured(figures=figures, evidence={})


async def _both(stage: Stage, choose: str | None, sample: _Sample) -> dict[str, list[float]]:
    numbers = [HELPLINE, NATIVE] * LINES
    brought = await asyncio.gather(*(_line(stage, number, choose, sample) for number in numbers))
    taken: dict[str, list[float]] = {HELPLINE: [], NATIVE: []}
    for number, values in zip(numbers, brought, strict=True):
        taken[number] += values
    return taken


async def _line(stage: Stage, number: str, choose: str | None, sample: _Sample) -> list[float]:
    call, _ = await stage.dial(number)
    try:
        since = call.answered_at
        if choose and number == HELPLINE:
            await first(call, asks, since=since)
            since = await call.press(choose) + 0.1
        taken = []
        for _ in range(PRESSES):
            call.line.shift(
                random.uniform(0, PACKET_S)
            )  # else the phone stays at one distance to Asterisk's 20 ms tick
            took_ms, since = await sample(call, since)
            taken.append(took_ms)
        return taken
    finally:
        await call.hang_up()


async def _press_in_silence(call: PhoneCall, since: float) -> tuple[float, float]:
    await first(call, asks, since=since)
    await asyncio.sleep(SHORT_MS / 1000 + random.uniform(0.1, 0.2))
    pressed_at = await call.press("1")
    heard_at = await first(call, replies, since=pressed_at)
    return 1000 * (heard_at - pressed_at), heard_at


async def _press_into_prompt(call: PhoneCall, since: float) -> tuple[float, float]:
    asked_at = await first(call, asks, since=since)
    await asyncio.sleep(random.uniform(0.4, 0.6))
    pressed_at = await call.press("1")
    heard_at = await first(call, replies, since=pressed_at)
    return 1000 * (silent_at(call, since=asked_at, until=heard_at) - pressed_at), heard_at
