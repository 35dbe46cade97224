"""An utterance sends its sound in batches, keeps it for a second process, and always ends."""

from __future__ import annotations

import asyncio

import pytest

from ivr.call import Hypothesis
from ivr.errors import LineBroken
from ivr.speech.recognition.pooled_utterance import (
    BATCH_BYTES,
    GRAMMAR_COST,
    LOOK_MOST_AT_ONCE,
    MOST_KEPT_BYTES,
    OPEN_COST,
    PooledUtterance,
)
from ivr.speech.recognition.recognition_process import RecognitionProcess
from ivr.speech.recognition.wire import Frame, FrameKind, FrameReader, encode_value
from ivr.testing.clock import run


class FakeProcess(RecognitionProcess):
    """Remembers the frames that it was sent."""

    def __init__(self) -> None:
        super().__init__(lambda frame: None)
        self._reader = FrameReader()
        self.frames: list[Frame] = []

    def send(self, frame: bytes) -> None:
        self.frames += self._reader.feed(frame)

    @property
    def kinds(self) -> list[FrameKind]:
        return [frame.kind for frame in self.frames]

    @property
    def sound(self) -> bytes:
        return b"".join(frame.payload for frame in self.frames if frame.kind is FrameKind.AUDIO)


def utterance(ended: list[int] | None = None) -> PooledUtterance:
    numbers = ended if ended is not None else []
    return PooledUtterance(5, ("tax",), finish_deadline_s=1.5, on_end=lambda over: numbers.append(over.number))


def result(*readings: tuple[str, float]) -> Frame:
    (frame,) = FrameReader().feed(encode_value(FrameKind.RESULT, 5, readings))
    return frame


def test_sound_is_sent_in_batches_and_what_is_left_at_the_end() -> None:
    async def main() -> None:
        process, speech = FakeProcess(), utterance()
        speech.place(process)
        for _ in range(BATCH_BYTES // 320 + 1):
            speech.feed(bytes(320))
        assert process.kinds == [FrameKind.OPEN, FrameKind.AUDIO]
        assert len(process.sound) == BATCH_BYTES
        finishing = asyncio.create_task(speech.finish())
        await asyncio.sleep(0)
        assert process.kinds[2:] == [FrameKind.AUDIO, FrameKind.FINISH]
        speech.take(result(("tax", 0.9)))
        assert await finishing == (Hypothesis(text="tax", confidence=0.9),)

    run(main())


def test_open_vocabulary_costs_a_process_more_than_a_grammar() -> None:
    async def main() -> None:
        menu = utterance()
        anything = PooledUtterance(6, None, finish_deadline_s=1.5, on_end=lambda over: None)
        assert (menu.cost, anything.cost) == (GRAMMAR_COST, OPEN_COST)
        menu.abandon()
        anything.abandon()

    run(main())


def test_a_lost_process_costs_no_sound() -> None:
    async def main() -> None:
        first, second, speech = FakeProcess(), FakeProcess(), utterance()
        speech.place(first)
        speech.feed(b"\1\0" * 1000)
        finishing = asyncio.create_task(speech.finish())
        await asyncio.sleep(0)
        assert speech.lose_process()
        speech.place(second)
        assert second.kinds == [FrameKind.OPEN, FrameKind.AUDIO, FrameKind.FINISH]
        assert second.sound == b"\1\0" * 1000
        speech.take(result(("tax", 0.5)))
        assert (await finishing)[0].text == "tax"

    run(main())


def test_a_sound_that_ends_three_processes_is_given_up() -> None:
    async def main() -> None:
        speech = utterance()
        for expected in (True, True, False):
            speech.place(FakeProcess())
            assert speech.lose_process() is expected
        with pytest.raises(LineBroken, match="again and again"):
            await speech.finish()

    run(main())


def test_finish_gives_up_after_its_deadline_and_tells_the_process() -> None:
    async def main() -> None:
        ended: list[int] = []
        process, speech = FakeProcess(), utterance(ended)
        speech.place(process)
        before = asyncio.get_running_loop().time()
        with pytest.raises(LineBroken, match="in time"):
            await speech.finish()
        assert 1.4 < asyncio.get_running_loop().time() - before < 1.6
        assert process.kinds == [FrameKind.OPEN, FrameKind.FINISH, FrameKind.ABANDON]
        assert process.misses == 1
        assert ended == [5]

    run(main())


def test_an_utterance_that_is_over_takes_nothing_and_ends_once() -> None:
    async def main() -> None:
        ended: list[int] = []
        process, speech = FakeProcess(), utterance(ended)
        speech.place(process)
        speech.abandon()
        speech.abandon()
        speech.feed(bytes(5000))
        speech.take(result(("tax", 0.5)))
        assert await speech.finish() == ()
        assert process.kinds == [FrameKind.OPEN, FrameKind.ABANDON]
        assert ended == [5]

    run(main())


def test_endless_speech_is_kept_up_to_its_limit(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        process, speech = FakeProcess(), utterance()
        speech.place(process)
        for _ in range(40):
            speech.feed(bytes(16_000))
        assert len(process.sound) == MOST_KEPT_BYTES
        speech.abandon()

    run(main())
    assert caplog.messages == ["an utterance is too long: the rest is not heard"]


def test_a_cancelled_finish_abandons() -> None:
    async def main() -> None:
        process, speech = FakeProcess(), utterance()
        speech.place(process)
        finishing = asyncio.create_task(speech.finish())
        await asyncio.sleep(0)
        finishing.cancel()
        await asyncio.gather(finishing, return_exceptions=True)
        assert process.kinds[-1] is FrameKind.ABANDON

    run(main())


def test_a_look_sends_what_is_left_and_asks_for_its_words_but_not_in_free_speech() -> None:
    async def main() -> None:
        process, speech = FakeProcess(), utterance()
        speech.place(process)
        speech.feed(bytes(320))
        speech.look()
        speech.abandon()
        speech.look()
        assert process.kinds == [FrameKind.OPEN, FrameKind.AUDIO, FrameKind.LOOK, FrameKind.ABANDON]
        process, speech = FakeProcess(), utterance()
        process.utterances.update(range(100, 100 + LOOK_MOST_AT_ONCE))
        speech.place(process)
        speech.look()
        speech.abandon()
        assert process.kinds == [FrameKind.OPEN, FrameKind.ABANDON]
        process, free = FakeProcess(), PooledUtterance(6, None, finish_deadline_s=1.5, on_end=lambda over: None)
        free.place(process)
        free.look()
        free.abandon()
        assert process.kinds == [FrameKind.OPEN, FrameKind.ABANDON]

    run(main())
