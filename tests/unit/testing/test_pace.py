"""Unit tests for ivr/testing/pace.py."""

from __future__ import annotations

import asyncio

import pytest

from ivr.testing.clock import run
from ivr.testing.pace import GRAIN_S, Pace


def test_every_line_is_served_when_it_is_due_and_no_more_once_it_has_ended() -> None:
    async def served() -> dict[str, list[float]]:
        loop, pace = asyncio.get_running_loop(), Pace()
        times: dict[str, list[float]] = {"one": [], "other": []}

        def line(name: str, every_s: float, most: int) -> None:
            def step() -> float | None:
                times[name].append(loop.time())
                return None if len(times[name]) == most else loop.time() + every_s

            pace.keep(loop.time() + every_s, step)

        line("one", 0.02, 3)
        line("other", 0.05, 2)
        await asyncio.sleep(1)
        return times

    times = run(served())
    assert times["one"] == pytest.approx([0.02, 0.04, 0.06], abs=GRAIN_S)
    assert times["other"] == pytest.approx([0.05, 0.10], abs=GRAIN_S)


def test_lines_that_are_due_within_a_grain_share_a_wake_up() -> None:
    async def served() -> list[float]:
        loop, pace = asyncio.get_running_loop(), Pace()
        times: list[float] = []
        for late_s in (0.0, GRAIN_S / 2):
            pace.keep(0.02 + late_s, lambda: times.append(loop.time()))
        await asyncio.sleep(1)
        return times

    times = run(served())
    assert len(times) == 2
    assert times[0] == times[1]
