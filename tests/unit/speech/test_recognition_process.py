"""A recognition process that is late is told from one that is stuck."""

from __future__ import annotations

from ivr.speech.recognition_process import RecognitionProcess
from ivr.speech.wire import Frame, FrameKind


def test_whatever_a_process_says_of_any_utterance_shows_that_it_goes_on() -> None:
    taken: list[Frame] = []
    process = RecognitionProcess(taken.append)
    process.miss(10.0)
    process.miss(12.0)
    assert process.dumb_for_s(14.0) == 4.0
    process._take(Frame(FrameKind.PONG, payload=b'{"rss_bytes": 1000, "behind": 7}'))
    assert (process.misses, process.rss_bytes, process.behind) == (2, 1000, 7)  # a pulse is only its main thread's
    process._take(Frame(FrameKind.PARTIAL, 9, b'"council"'))
    assert (process.misses, process.dumb_for_s(15.0)) == (0, 0.0)
    assert [frame.utterance for frame in taken] == [9]
