"""Weighs log-ins: guessing is slow and costs few processors, and whoever guesses keeps nobody else out.

A wrong password is never answered with "not now": it makes the next answer for that name, to that address, wait. The
right one waits as long and is then let in.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from enum import Enum
from weakref import WeakValueDictionary

from ivr.console.passwords import FREE_FAILURES, Guesses, PasswordHash, hash_password

MOST_HASHES_OF_ADDRESS = 2
"""Hashes of one address that run or wait for their turn; its others stand behind these, not before other addresses."""
FREE_FAILURES_OF_ADDRESS = 20
"""Failures of one address, whatever the names, before each name has only one free failure left."""
MOST_WAITING_OF_GUESSER = 4
MOST_WAITING_OF_ADDRESS = 32
MOST_WAITING = 256
"""Log-ins that wait because of failures; only one of these can be turned away."""


class Verdict(Enum):
    """What became of a log-in."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_MANY = "too many"
    """Not looked at: too many wait for the same name or address after failures."""


class LogIns:
    """Weighs names and passwords against `hashes`; `now` gives monotonic seconds."""

    def __init__(self, hashes: Mapping[str, PasswordHash], now: Callable[[], float]) -> None:
        self._hashes = dict(hashes)
        self._now = now
        self._guesses = {name: Guesses() for name in hashes}  # by address
        self._guesses_at_nobody = Guesses()  # a store of its own: made-up names push no real failures out
        self._guesses_of_address = Guesses()
        self._waiting: Counter[str] = Counter()
        self._turn = asyncio.Semaphore(1)  # one hash at a time: guessing cannot take the processors from the calls
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._closed = asyncio.Event()
        began = time.perf_counter()
        hash_password("")
        self._hash_s = time.perf_counter() - began

    async def weigh(
        self, address: str, name: str, password: str, *, waits: Callable[[], None] = lambda: None
    ) -> Verdict:
        """What to answer `address`, when it is time to answer; `waits` is told if that is not soon.

        A try counts as a failure from its beginning, so that many at once wait as long as many in a row.
        """
        guesses = self._guesses.get(name, self._guesses_at_nobody)
        guesser = f"{address} {name[:64]}"
        wait_s = self._wait_s(guesses, guesser, address)
        if wait_s > 0 and not self._has_room(guesser, address):
            return Verdict.TOO_MANY
        guesses.failed(guesser, self._now() + wait_s)
        if wait_s > 0:
            waits()
            if await self._closes_within(wait_s, guesser, address):
                return Verdict.TOO_MANY
        if not await self._fits(address, name, password):
            self._guesses_of_address.failed(address, self._now())
            return Verdict.WRONG
        guesses.succeeded(guesser)
        return Verdict.RIGHT

    def close(self) -> None:
        """Keep nobody waiting any more: the service stops."""
        self._closed.set()

    def _wait_s(self, guesses: Guesses, guesser: str, address: str) -> float:
        now = self._now()
        many = self._guesses_of_address.count(address, now) >= FREE_FAILURES_OF_ADDRESS
        return guesses.wait_s(guesser, now, free=1 if many else FREE_FAILURES)

    def _has_room(self, guesser: str, address: str) -> bool:
        return (
            self._waiting[guesser] < MOST_WAITING_OF_GUESSER
            and self._waiting[address] < MOST_WAITING_OF_ADDRESS
            and self._waiting.total() < 2 * MOST_WAITING  # each counts for its guesser and its address
        )

    async def _closes_within(self, wait_s: float, guesser: str, address: str) -> bool:
        """Wait; True if the service stops meanwhile."""
        self._waiting.update((guesser, address))
        try:
            async with asyncio.timeout(wait_s):
                return await self._closed.wait()
        except TimeoutError:
            return False
        finally:
            for key in (guesser, address):
                self._waiting[key] -= 1
            self._waiting = +self._waiting  # forgets who does not wait

    async def _fits(self, address: str, name: str, password: str) -> bool:
        found = self._hashes.get(name)
        if found is None:
            await asyncio.sleep(self._hash_s)  # as long as a wrong password takes, without its work
            return False
        async with self._turns.setdefault(address, asyncio.Semaphore(MOST_HASHES_OF_ADDRESS)), self._turn:
            began = time.perf_counter()
            fits = await asyncio.to_thread(found.fits, password)
            self._hash_s = time.perf_counter() - began
        return fits
