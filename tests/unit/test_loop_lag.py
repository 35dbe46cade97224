"""Unit tests for ivr/loop_lag.py."""

from __future__ import annotations

import asyncio

import pytest

from ivr.loop_lag import KEPT_S, SAMPLE_EVERY_S, LoopLag
from ivr.testing.clock import run


class _Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_nothing_sampled_is_nothing_told() -> None:
    assert LoopLag().last_minute() == {}


def test_a_timer_in_time_is_no_lag_and_a_late_one_counts_what_it_was_late() -> None:
    clock = _Clock()
    lag = LoopLag(clock)
    due_at = lag.sampled(clock.at)
    assert due_at == pytest.approx(clock.at + SAMPLE_EVERY_S)
    clock.at = due_at + 0.007
    lag.sampled(due_at)
    assert lag.last_minute() == {"p50": 7.0, "p99": 7.0, "most": 7.0}


def test_a_stall_weighs_as_much_as_it_lasted() -> None:
    """Every sample that a stall of one second swallowed is there, each with the wait that it would have met."""
    clock = _Clock()
    lag = LoopLag(clock)
    due_at = clock.at
    for _ in range(180):
        clock.at = due_at
        due_at = lag.sampled(due_at)
    clock.at = due_at + 1.0
    assert lag.sampled(due_at) == pytest.approx(clock.at + SAMPLE_EVERY_S, abs=SAMPLE_EVERY_S)
    told = lag.last_minute()
    assert told["most"] == 1000
    assert told["p50"] == 0
    assert 900 < told["p99"] < 1000


def test_a_minute_is_kept_and_no_more() -> None:
    clock = _Clock()
    lag = LoopLag(clock)
    lag.sampled(clock.at - 1000)
    assert lag.last_minute()["p50"] == pytest.approx(1000 * (1000 - KEPT_S / 2), rel=0.01)
    due_at = clock.at
    for _ in range(round(KEPT_S / SAMPLE_EVERY_S)):
        clock.at = due_at
        due_at = lag.sampled(due_at)
    assert lag.last_minute()["most"] == 0


def test_watching_samples_at_its_pace_on_a_loop() -> None:
    async def watched() -> dict[str, float]:
        lag = LoopLag(asyncio.get_running_loop().time)
        watching = asyncio.create_task(lag.watch())
        await asyncio.sleep(1)
        watching.cancel()
        return lag.last_minute()

    told = run(watched())
    assert told["most"] < 1
