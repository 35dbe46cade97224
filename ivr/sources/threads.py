"""Blocking work away from the event loop: a thread each, a few at a time, and none that holds up the end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """At most `most` pieces of work at a time; more wait for a place, which a piece gives back only when it ends.

    Who stops waiting leaves the thread to end by itself. Threads are daemons: a database that never answers must not
    keep the process from ending, which the threads of `concurrent.futures` would.
    """

    def __init__(self, most: int) -> None:
        self._places = asyncio.Semaphore(most)

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in a thread; what it returns or raises."""
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def told(tell: Callable[[], None]) -> None:
            self._places.release()
            if not done.done():
                tell()

        def body() -> None:
            try:
                result = work()
            except BaseException as fault:  # noqa: BLE001 - it is raised again where the work is waited for
                tell = _telling_fault(done, fault)
            else:
                tell = _telling(done, result)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(told, tell)

        try:
            threading.Thread(target=body, name="look-up", daemon=True).start()
        except RuntimeError:
            self._places.release()
            raise
        return await done


def _telling(done: asyncio.Future[T], result: T) -> Callable[[], None]:
    return lambda: done.set_result(result)


def _telling_fault(done: asyncio.Future[T], fault: BaseException) -> Callable[[], None]:
    return lambda: done.set_exception(fault)


def within(limit_s: float, work: Callable[[], T]) -> T:
    """Do `work` in a thread, for callers without an event loop. Raises TimeoutError after `limit_s`."""
    results: list[T] = []
    faults: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as fault:  # noqa: BLE001 - it is raised again where the work is waited for
            faults.append(fault)

    thread = threading.Thread(target=body, name="look-up check", daemon=True)
    thread.start()
    thread.join(limit_s)
    if faults:
        raise faults[0]
    if not results:
        raise TimeoutError
    return results[0]
