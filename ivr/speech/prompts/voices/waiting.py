"""Processes that are started before there is a text for them: most of a short prompt's time is a process's start."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ivr.speech.prompts.voices.voice import Ended, finish, run, start

MOST_WAITING = 2
"""As many as the prompt store uses at once."""
PATIENCE_S = 1.0
"""At the end, for a process that is told to go; then it is killed."""


class WaitingProcesses:
    """Runs of one `command`, which loads what it needs, reads its one order from stdin and ends; without an order it
    ends at the end of stdin, so none outlives the service, however that ends."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._waiting: deque[Process] = deque()
        self._taken = asyncio.Event()

    @property
    def pids(self) -> tuple[int, ...]:
        """Of the processes that wait."""
        return tuple(process.pid for process in self._waiting)

    @asynccontextmanager
    async def kept_ready(self) -> AsyncIterator[None]:
        """Inside, MOST_WAITING processes wait; each that is used is replaced in the background, after its use."""
        starting = asyncio.create_task(self._keep_ready(), name="start synthesis processes ahead")
        try:
            yield
        finally:
            starting.cancel()
            await asyncio.wait({starting})
            left = [self._waiting.popleft() for _ in self.pids]
            await asyncio.gather(*(finish(process, b"", deadline_s=PATIENCE_S) for process in left))

    async def run(self, order: bytes, *, deadline_s: float) -> Ended:
        """As `voice.run`, by a process that waits if there is one; one that died meanwhile costs no text."""
        now = asyncio.get_running_loop().time
        ends = now() + deadline_s
        try:
            process = self._take()
            if process is not None:
                ended = await finish(process, order, deadline_s=deadline_s)
                if ended.code >= 0:  # else a signal ended it, perhaps before it had its order
                    return ended
            return await run(self._command, order, deadline_s=ends - now())
        finally:
            self._taken.set()

    def _take(self) -> Process | None:
        """The process that has waited longest; those known to be dead are dropped."""
        while self._waiting:
            process = self._waiting.popleft()
            if process.returncode is None:
                return process
        return None

    async def _keep_ready(self) -> None:
        """A start that fails is tried again after the next text, which says why it failed."""
        while True:
            self._taken.clear()
            while len(self._waiting) < MOST_WAITING:
                process = await start(self._command)
                if process is None:
                    break
                self._waiting.append(process)
            await self._taken.wait()
