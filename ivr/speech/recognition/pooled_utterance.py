"""One utterance in the recogniser pool: its sound is kept until it is over, so that another process can decode it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ivr.call import Hypothesis
from ivr.errors import LineBroken
from ivr.speech.recognition.recognition_process import RecognitionProcess
from ivr.speech.recognition.wire import Frame, FrameKind, encode, encode_value

log = logging.getLogger(__name__)

BYTES_PER_S = 16_000
BATCH_BYTES = BYTES_PER_S // 25
"""Sound goes to the process 40 ms at a time, and `finish` sends what is left at once. Fifty callers speaking at once
to a grammar (two cores, bundled model) took 1.2, 0.93 and 0.79 cores with 20, 40 and 100 ms; the words so far came
23, 21 and 80 ms (95th percentile) after the sound that they are in."""
MOST_KEPT_BYTES = 30 * BYTES_PER_S
"""Half a minute (a turn is at most 12 s by default); what is said beyond it is not heard."""
GRAMMAR_COST = 1
OPEN_COST = 4
"""Of a process: 0.02 of real time with a grammar and 0.06 to 0.08 with open vocabulary, all around it included."""
LOOK_MOST_AT_ONCE = 6
"""Utterances in a process up to which pauses are heard early. With 10 callers speaking at once it brought the reply
0.1 s sooner at the 95th percentile, with 25 (on two processes) it made half of them 20 ms later."""
MOST_REPLAYS = 2
"""A sound that ends three processes is not given to a fourth; the second may have been dying already."""


class PooledUtterance:
    """An `ivr.speech.recognition.recogniser.Utterance`. `on_end` is called once, when nothing more is wanted of it."""

    def __init__(
        self,
        number: int,
        phrases: tuple[str, ...] | None,
        *,
        finish_deadline_s: float,
        on_end: Callable[[PooledUtterance], None],
    ) -> None:
        self.number = number
        self.partial = ""
        self.partial_ms = 0
        self.process: RecognitionProcess | None = None
        self.replays = 0
        self._phrases = phrases
        self._deadline_s = finish_deadline_s
        self._on_end = on_end
        self._kept = bytearray()
        self._sent = 0
        self._finishing = False
        self._ended = False
        self._overlong = False
        self._readings: asyncio.Future[tuple[Hypothesis, ...]] = asyncio.get_running_loop().create_future()

    @property
    def cost(self) -> int:
        """What it asks of a process, in units of `GRAMMAR_COST`."""
        return OPEN_COST if self._phrases is None else GRAMMAR_COST

    def feed(self, pcm: bytes) -> None:
        """Take the next sound: 8 kHz, 16 bit, mono."""
        if self._ended or self._finishing:
            return
        room = MOST_KEPT_BYTES - len(self._kept)
        if len(pcm) > room and not self._overlong:
            self._overlong = True
            log.warning("an utterance is too long: the rest is not heard")
        self._kept += pcm[:room]
        if len(self._kept) - self._sent >= BATCH_BYTES:
            self._flush()

    def look(self) -> None:
        """Let `partial` soon hold all that was said until now, unless its process has enough to do.

        Free speech is too dear to be heard twice.
        """
        if self._phrases is None or self._ended or self._finishing or self._overlong or self.process is None:
            return
        if len(self.process.utterances) <= LOOK_MOST_AT_ONCE:
            self._flush()
            self._send(encode(FrameKind.LOOK, self.number))

    async def finish(self) -> tuple[Hypothesis, ...]:
        """The readings, best first. Raises LineBroken if there are none in time, or never will be."""
        if self._ended or self._finishing:
            return ()
        self._finishing = True
        self._flush()
        self._send(encode(FrameKind.FINISH, self.number))
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._readings
        except TimeoutError:
            log.error("recognition gave no answer in time", extra={"deadline_s": self._deadline_s})
            if self.process is not None:
                self.process.miss(asyncio.get_running_loop().time())
            raise LineBroken("recognition gave no answer in time") from None
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Nothing more is wanted; harmless when repeated."""
        if self._ended:
            return
        self._ended = True
        if self._readings.cancel() or self._readings.cancelled():  # else its process has answered and forgotten it
            self._send(encode(FrameKind.ABANDON, self.number))
        self._kept.clear()
        self._on_end(self)

    def place(self, process: RecognitionProcess) -> None:
        """Let `process` decode it, from its beginning."""
        self.process = process
        process.utterances.add(self.number)
        process.placed += 1
        self._sent = 0
        self._send(encode_value(FrameKind.OPEN, self.number, self._phrases))
        self._flush()
        if self._finishing:
            self._send(encode(FrameKind.FINISH, self.number))

    def lose_process(self) -> bool:
        """Its process is gone: whether another one shall try."""
        self.process = None
        if self._ended or self._readings.done():
            return False
        if self.replays >= MOST_REPLAYS:
            log.error("an utterance was given up: recognition processes ended with it again and again")
            self.give_up("recognition ended again and again")
            return False
        self.replays += 1
        return True

    def take(self, frame: Frame) -> None:
        """Act on a frame of its process."""
        if frame.kind is FrameKind.PARTIAL:
            self.partial, self.partial_ms = frame.value
        elif frame.kind is FrameKind.RESULT:
            self.settle(tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in frame.value))
        elif frame.kind is FrameKind.FAILED:
            log.error("an utterance could not be decoded", extra={"fault": str(frame.value)})
            self.give_up("recognition could not decode it")

    def settle(self, readings: tuple[Hypothesis, ...]) -> None:
        """These are its readings."""
        if not self._readings.done():
            self._readings.set_result(readings)

    def give_up(self, why: str) -> None:
        """It will have no readings."""
        if not self._readings.done():
            self._readings.set_exception(LineBroken(why))
            self._readings.exception()  # an utterance that nobody finishes is no fault that the loop should report

    def _flush(self) -> None:
        if self.process is not None and len(self._kept) > self._sent:
            self._send(encode(FrameKind.AUDIO, self.number, bytes(self._kept[self._sent :])))
            self._sent = len(self._kept)

    def _send(self, frame: bytes) -> None:
        if self.process is not None:
            self.process.send(frame)
