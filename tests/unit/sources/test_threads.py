"""Blocking work: so much at a time, and nobody waits for a thread that hangs."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ivr.sources.threads import Threads, within


async def test_work_gives_its_result_or_its_fault() -> None:
    threads = Threads(1)
    assert await threads.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    assert await threads.run(lambda: 8) == 8


async def test_work_that_hangs_keeps_its_place_until_it_ends_although_nobody_waits() -> None:
    threads, hangs = Threads(1), threading.Event()
    waiting = asyncio.create_task(threads.run(hangs.wait))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    following = asyncio.create_task(threads.run(lambda: "done"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not following.done()
    hangs.set()
    assert await following == "done"


async def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    threads, hangs = Threads(1), threading.Event()
    waiting = asyncio.create_task(threads.run(hangs.wait))
    await asyncio.sleep(0)
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "look-up")
    hangs.set()
    assert await waiting


def test_without_a_loop_work_has_a_limit_too() -> None:
    hangs = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.01, hangs.wait)
    hangs.set()
    assert within(10, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(10, lambda: 1 // 0)
