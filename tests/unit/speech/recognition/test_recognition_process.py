"""A recognition process that is late is told from one that is stuck."""

from __future__ import annotations

import sys

import uvloop

from ivr.speech.recognition.recognition_process import RecognitionProcess
from ivr.speech.recognition.wire import Frame, FrameKind, encode, encode_value


def test_whatever_a_process_says_of_any_utterance_shows_that_it_goes_on() -> None:
    taken: list[Frame] = []
    process = RecognitionProcess(taken.append)
    process.miss(10.0)
    process.miss(12.0)
    assert process.dumb_for_s(14.0) == 4.0
    process._take(Frame(FrameKind.PONG, payload=b'{"rss_bytes": 1000, "behind": 7}'))
    assert (process.misses, process.rss_bytes, process.behind) == (2, 1000, 7)  # a pulse is only its main thread's
    process._take(Frame(FrameKind.PARTIAL, 9, b'["council", 320]'))
    assert (process.misses, process.dumb_for_s(15.0)) == (0, 0.0)
    assert [frame.utterance for frame in taken] == [9]


def test_a_frame_for_a_process_that_has_just_died_is_lost_and_harms_nobody() -> None:
    """Its pipe closes before its end is known; a write to a closed pipe raises on the service's event loop."""

    async def main() -> bool:
        process = RecognitionProcess(lambda frame: None)
        script = f"import os, time; os.write(1, {encode_value(FrameKind.READY, 0, None)!r}); time.sleep(60)"
        await process.start((sys.executable, "-c", script), deadline_s=20)
        assert process._process is not None and process._process.stdin is not None
        process._process.stdin.close()
        process.send(encode(FrameKind.PING))
        usable = process.usable
        process.kill()
        await process.close()
        return usable

    loop = uvloop.new_event_loop()
    try:
        assert loop.run_until_complete(main()), "its end was not known yet"
    finally:
        loop.close()
