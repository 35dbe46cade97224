"""Sends letters, each at most once: what was not taken is tried again, what nobody knows the fate of is not."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ivr.call import By, Fate, Letter
from ivr.outbox.gateway import FateUnknown, Full, Gateway, NotTaken, Setup
from ivr.outbox.ledger import HOUR_S, LEDGER, Ledger

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_RETRY_S = 30.0
LONGEST_PAUSE_S = 1800.0
"""Between two tries; each pause is twice the one before."""
LOOK_S = 15.0
"""How often it is looked whether something is due."""
MOST_AT_ONCE = 20
"""Letters under way; one more waits its turn on disk."""
LONGEST_S = 60.0
"""Of one attempt, should a gateway forget its own time limit."""


class Outbox:
    """The dialogue's `Outbox`. `use` says by which gateways; `start` and `close` once each."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self._file = folder / LEDGER
        self._now = now
        self._setup = Setup()
        self._ledger: Ledger | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._under_way: set[asyncio.Task[Fate]] = set()
        self._trying: asyncio.Task[None] | None = None
        self._told_at = float("-inf")

    @property
    def ways(self) -> frozenset[By]:
        """By what letters can be sent."""
        return frozenset(self._setup.gateways)

    @property
    def country(self) -> str:
        """Where texts go to."""
        return self._setup.country

    def use(self, setup: Setup) -> None:
        """Send by these gateways from now on."""
        self._setup = setup

    async def start(self) -> None:
        """Open the ledger, tell of what was under way when the service died, and try again what waits.

        Without a ledger nothing is sent, and the service goes on.
        """
        try:
            self._ledger = await self._in_thread(lambda: Ledger(self._file))
            stranded = await self._in_thread(self._open.stranded)
        except (OSError, sqlite3.Error) as fault:
            log.error("the ledger of letters cannot be opened, so none are sent", extra={"fault": str(fault)})
            return
        if stranded:
            log.error(
                "letters were under way when the service died; they are not repeated", extra={"letters": stranded}
            )
        self._trying = asyncio.create_task(self._keep_trying(), name="letters that wait")

    async def close(self) -> None:
        """Let what is under way come to its end, within its time limit."""
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LONGEST_S)
        if self._ledger is not None:
            await self._in_thread(self._ledger.close)
        await asyncio.to_thread(self._thread.shutdown)

    async def send(self, letter: Letter) -> Fate:
        """Send it, and say what became of it; it goes on even if nobody waits for it any more. Never raises."""
        gateway = self._setup.gateways.get(letter.by)
        if gateway is None or self._ledger is None:
            return Fate.FAILED
        try:
            fate = await self._in_thread(lambda: self._open.begin(letter, self._setup.limits, self._now()))
        except (OSError, sqlite3.Error) as fault:
            log.error("a letter cannot be written down, so it is not sent", extra={"fault": str(fault)})
            return Fate.FAILED
        except Full as fault:
            self._tell(fault)
            fate = Fate.FAILED
        if fate is not None:
            log.info("a letter is not sent", extra={"fate": fate.value})
            return fate
        if len(self._under_way) >= MOST_AT_ONCE:
            return await self._settled(letter, Fate.LATER, tries=0)
        return await self._attempted(letter, gateway, tries=0)

    async def try_due(self) -> int:
        """Try again what is due; how many letters that were."""
        tried = 0
        setup = self._setup
        given_up = await self._in_thread(lambda: self._open.tidy(self._now(), setup.limits.keep_trying_s))
        if given_up:
            log.error("letters were not taken for too long and are given up", extra={"letters": given_up})
        while setup.gateways:
            due = await self._in_thread(lambda: self._open.take_due(self._now(), frozenset(setup.gateways)))
            if due is None:
                break
            tried += 1
            await self._attempted(due.letter, setup.gateways[due.letter.by], tries=due.tries)
        return tried

    def _tell(self, fault: Full) -> None:
        """Once an hour; that each letter is not sent stands in its call's journal."""
        if self._now() >= self._told_at + HOUR_S:
            self._told_at = self._now()
            log.error("no more letters are sent for now; callers hear that", extra={"reason": str(fault)})

    @property
    def _open(self) -> Ledger:
        assert self._ledger is not None, "it was started"
        return self._ledger

    async def _keep_trying(self) -> None:
        while True:
            try:
                await self.try_due()
            except (OSError, sqlite3.Error) as fault:
                log.error("letters that wait cannot be read", extra={"fault": str(fault)})
            await asyncio.sleep(LOOK_S)

    async def _attempted(self, letter: Letter, gateway: Gateway, *, tries: int) -> Fate:
        """See `_attempt`, which goes on when nobody waits for it any more."""
        sending = asyncio.create_task(self._attempt(letter, gateway, tries=tries), name="send a letter")
        self._under_way.add(sending)
        sending.add_done_callback(self._under_way.discard)
        return await asyncio.shield(sending)

    async def _attempt(self, letter: Letter, gateway: Gateway, *, tries: int) -> Fate:
        """Hand `letter` over once; it has been tried `tries` times before."""
        try:
            async with asyncio.timeout(LONGEST_S):
                await gateway.send(letter)
            fate = Fate.SENT
        except NotTaken as fault:
            fate = Fate.LATER if fault.again else Fate.FAILED
            log.warning(
                "a letter was not taken", extra={"by": letter.by.value, "reason": str(fault), "again": fault.again}
            )
        except FateUnknown as fault:
            fate = Fate.UNKNOWN
            log.error(
                "nobody knows whether a letter was taken; it is not repeated",
                extra={"by": letter.by.value, "reason": str(fault), "letter": letter.id},
            )
        except Exception as fault:  # noqa: BLE001 - whose text may hold the letter; it may have been taken
            fate = Fate.UNKNOWN
            log.error(
                "a gateway broke; the letter is not repeated",
                extra={"by": letter.by.value, "fault": type(fault).__name__, "letter": letter.id},
            )
        return await self._settled(letter, fate, tries=tries)

    async def _settled(self, letter: Letter, fate: Fate, *, tries: int) -> Fate:
        """Write down what became of it. What cannot be written stays "sending", so it is never repeated."""
        try:
            if fate is Fate.LATER:
                until = self._now() + min(FIRST_RETRY_S * 2**tries, LONGEST_PAUSE_S)
                await self._in_thread(lambda: self._open.wait(letter, until))
            else:
                await self._in_thread(lambda: self._open.ended(letter, fate))
        except (OSError, sqlite3.Error) as fault:
            log.error("what became of a letter cannot be written down", extra={"fault": str(fault)})
            return Fate.FAILED if fate is Fate.LATER else fate
        return fate

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
