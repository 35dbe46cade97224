"""Recognition in several processes: who decodes which utterance, and what happens when a process dies or hangs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress

from ivr.errors import LineBroken, ModelError
from ivr.speech.models.model import SpeechModel
from ivr.speech.recognition.pooled_utterance import PooledUtterance
from ivr.speech.recognition.recognition_process import RecognitionProcess, worker_command
from ivr.speech.recognition.wire import Frame

log = logging.getLogger(__name__)

START_DEADLINE_S = 30.0
"""A large model takes seconds to load; the bundled one is ready after 0.4 s."""
FINISH_DEADLINE_S = 2.5
"""Long enough for a process that died in mid-sentence to be replaced, and the sound to be decoded again."""
OPEN_DEADLINE_S = 0.6
"""How long `open` waits for a process when none is up: about one start of the bundled model."""
PULSE_S = 0.25
HUNG_AFTER_S = 0.75
"""A process that owes its pulse this long is ended. Detection, and the sound decoded again, fit FINISH_DEADLINE_S."""
MOST_MISSES = 2
DUMB_AFTER_S = 3.0
"""Answers missed by a process with a good pulse that said nothing of any utterance for so long: its native part is
stuck. One that is late, but goes on, is left alone: ending it would have its callers decoded again elsewhere, and a
machine that is too busy would lose one process after the other (seen with 50 callers beside other work)."""
MOST_LOAD = 30
"""Of one process, in units of `GRAMMAR_COST`: 30 callers in menus, or 7 at open questions. Two processes on two cores
answered 50 menu callers at once in 13 ms (median; 25 ms at the 95th percentile) and 16 open ones in 26 ms (84 ms), but
30 open ones in more than a second: so not more. Callers beyond it use their keys."""
MOST_BEHIND = 15
"""Pieces of sound that may wait in a process which takes another utterance: 0.6 s, by which its answers are late. So
a model that is heavier than the bundled one, or a machine that is busy otherwise, is full before `MOST_LOAD`."""
MOST_GROWTH_BYTES = 300 * 1024 * 1024
"""Vosk grows with use (vosk-api issues 209, 526, 1970); a process beyond this is replaced."""
MOST_PLACED = 5000
"""Utterances of one process before it is replaced: some hours of a busy line. What native code loses in small pieces
is not waited for."""
LONGEST_PAUSE_S = 5.0


class RecogniserPool:
    """A `recogniser.Engine` over `workers` processes. `command` replaces the worker in tests."""

    def __init__(
        self,
        model: SpeechModel,
        *,
        workers: int = 2,
        most_load: int = MOST_LOAD,
        most_growth_bytes: int = MOST_GROWTH_BYTES,
        most_placed: int = MOST_PLACED,
        finish_deadline_s: float = FINISH_DEADLINE_S,
        command: Sequence[str] | None = None,
    ) -> None:
        self._model = model
        self._workers = workers
        self._most_load = most_load
        self._most_growth_bytes = most_growth_bytes
        self._most_placed = most_placed
        self._finish_deadline_s = finish_deadline_s
        self._command = tuple(command) if command else worker_command(model.folder)
        self._processes: list[RecognitionProcess] = []
        self._utterances: dict[int, PooledUtterance] = {}
        self._last_number = 0
        self._up = asyncio.Event()
        self._tending: list[asyncio.Task[None]] = []

    @property
    def description(self) -> str:
        """For the start-up print."""
        return self._model.description

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the processes that are up."""
        return tuple(process.pid for process in self._processes)

    @property
    def ailment(self) -> str | None:
        """Why it hears nobody at present."""
        return None if self._processes else "no recognition process is up: callers need keys"

    def unknown_words(self, words: Iterable[str]) -> frozenset[str]:
        """Those of `words` that the model can never hear."""
        return self._model.unknown_words(words)

    async def start(self) -> None:
        """Start all processes and wait until they hear. Raises ModelError if one cannot load the model."""
        loop = asyncio.get_running_loop()
        started = [loop.create_future() for _ in range(self._workers)]
        self._tending = [asyncio.create_task(self._tend(first)) for first in started]
        outcomes = await asyncio.gather(*started, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                await self.close()
                raise outcome

    async def close(self) -> None:
        """End all processes; open utterances are given up."""
        for task in self._tending:
            task.cancel()
        await asyncio.gather(*self._tending, return_exceptions=True)
        for utterance in tuple(self._utterances.values()):
            utterance.give_up("recognition was ended")

    async def open(self, phrases: tuple[str, ...] | None) -> PooledUtterance:
        """Begin an utterance (see `Recogniser.open`).

        Raises ValueError for a grammar without phrases, LineBroken if every process is down or has its fill.
        """
        if phrases is not None and not phrases:
            raise ValueError("no phrases to listen for: listen to keys only, or use None for open vocabulary")
        process = self._least_busy()
        if process is None:
            self._up.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._up.wait(), OPEN_DEADLINE_S)
            process = self._least_busy()
        if process is None:
            raise LineBroken("recognition is down")
        if process.behind > MOST_BEHIND:
            raise LineBroken("recognition cannot keep up")
        self._last_number = self._last_number % 0xFFFFFFFF + 1
        utterance = PooledUtterance(
            self._last_number, phrases, finish_deadline_s=self._finish_deadline_s, on_end=self._forget
        )
        if self._load(process) + utterance.cost > self._most_load:
            raise LineBroken("recognition is fully used")
        self._utterances[utterance.number] = utterance
        utterance.place(process)
        return utterance

    def _least_busy(self) -> RecognitionProcess | None:
        """A process for the next utterance; one that is worn only if there is no other."""
        usable = [process for process in self._processes if process.usable]
        return min(usable, key=lambda p: (p.worn, p.behind > MOST_BEHIND, self._load(p)), default=None)

    def _load(self, process: RecognitionProcess) -> int:
        return sum(self._utterances[number].cost for number in process.utterances)

    def _take(self, frame: Frame) -> None:
        utterance = self._utterances.get(frame.utterance)
        if utterance is not None:  # else it was abandoned meanwhile
            utterance.take(frame)

    def _forget(self, utterance: PooledUtterance) -> None:
        self._utterances.pop(utterance.number, None)
        if utterance.process is not None:
            utterance.process.utterances.discard(utterance.number)

    async def _tend(self, started: asyncio.Future[None]) -> None:
        """Keep one process up until cancelled; `started` tells how its first start went."""
        pause_s = 0.0
        while True:
            process = RecognitionProcess(self._take)
            try:
                await process.start(self._command, deadline_s=START_DEADLINE_S)
                if not started.done():
                    started.set_result(None)
                self._join(process)
                pause_s = 0.0
                await self._watch(process)
            except LineBroken as fault:
                if not started.done():
                    started.set_exception(ModelError(f"speech model {self._model.folder} cannot be used: {fault}"))
                    return
                log.error("a recognition process did not start", extra={"fault": str(fault)})
                pause_s = min(LONGEST_PAUSE_S, max(0.1, 2 * pause_s))
            finally:
                if not process.worn:
                    await self._end(process)
            if process.worn:
                seeing_off = asyncio.create_task(self._see_off(process), name="see a worn process off")
                self._tending.append(seeing_off)
                seeing_off.add_done_callback(self._tending.remove)
            await asyncio.sleep(pause_s)

    async def _see_off(self, process: RecognitionProcess) -> None:
        """Let a worn process end what it has begun, and its successor start."""
        try:
            await self._watch(process)
        finally:
            await self._end(process)

    async def _end(self, process: RecognitionProcess) -> None:
        if process in self._processes:
            self._processes.remove(process)
        await process.close()
        self._move_on(process)

    def _join(self, process: RecognitionProcess) -> None:
        self._processes.append(process)
        self._up.set()
        for utterance in self._utterances.values():
            if utterance.process is None:
                utterance.place(process)

    def _move_on(self, process: RecognitionProcess) -> None:
        """Give what a dead process was decoding to another, or to the next one that comes up."""
        for number in tuple(process.utterances):
            utterance = self._utterances.get(number)
            if utterance is not None and utterance.lose_process():
                other = self._least_busy()
                if other is not None:
                    utterance.place(other)
        process.utterances.clear()

    async def _watch(self, process: RecognitionProcess) -> None:
        """Return when `process` is gone, has to be replaced, or is worn and no longer needed."""
        loop = asyncio.get_running_loop()
        first_rss_bytes = 0
        while True:
            before = loop.time()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.gone.wait(), PULSE_S)
            if process.gone.is_set():
                log.error(
                    "a recognition process ended",
                    extra={"pid": process.pid, "utterances": len(process.utterances), "complaint": process.complaint},
                )
                return
            if loop.time() - before > 2 * PULSE_S:
                continue  # we were late ourselves: its answer may lie unread
            owed_s = process.ping(loop.time())
            stuck = process.misses >= MOST_MISSES and process.dumb_for_s(loop.time()) > DUMB_AFTER_S
            if owed_s > HUNG_AFTER_S or stuck:
                log.error("a recognition process hangs and is ended", extra={"pid": process.pid, "owed_s": owed_s})
                process.kill()
                return
            first_rss_bytes = first_rss_bytes or process.rss_bytes
            if process.worn:
                if not process.utterances and self._fresh >= self._workers:
                    return
            elif self._fresh == len(self._processes) and (  # one after the other
                process.rss_bytes - first_rss_bytes > self._most_growth_bytes or process.placed >= self._most_placed
            ):
                log.info(
                    "a recognition process is replaced",
                    extra={"pid": process.pid, "rss": process.rss_bytes, "utterances": process.placed},
                )
                process.worn = True
                return

    @property
    def _fresh(self) -> int:
        return sum(not process.worn for process in self._processes)
