"""A message that a caller leaves, on a clock that jumps: what ends it, what is kept of it, what is none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from ivr.call import Heard, Listening, MessageLimits, Outcome, Prompt
from ivr.errors import LineBroken
from ivr.media.audio import Audio, Key, LineEnded, MediaInput, level_dbfs
from ivr.speech.ear import FRAME_MS
from ivr.speech.message import BEEP_MS, KEPT_SILENCE_MS, beep
from ivr.speech.turn import SpokenLine
from ivr.testing.clock import run
from tests.unit.speech.fake_line import FakePrompts, FakeRecogniser, FakeSound
from tests.unit.speech.test_ear import QUIET, VOICE, Marked

AFTER_BEEP_S = 1.0 + BEEP_MS / 1000 + 0.05
LIMITS = MessageLimits(longest_s=10, silence_s=2)


def sound(at_s: float, *frames: tuple[bytes, int]) -> list[tuple[float, MediaInput]]:
    """Frames of 32 ms from `at_s` on, each so often."""
    all_frames = [pcm for pcm, count in frames for _ in range(count)]
    return [(at_s + at * FRAME_MS / 1000, Audio(pcm=pcm)) for at, pcm in enumerate(all_frames)]


def left(script: Sequence[tuple[float, MediaInput]]) -> tuple[Heard, FakeSound]:
    """What came of a message after a prompt of one second."""

    async def main() -> tuple[Heard, FakeSound]:
        line = FakeSound(script)
        spoken = SpokenLine(line, prompts=FakePrompts(), recogniser=FakeRecogniser(down=True), detector=Marked())
        acting = asyncio.create_task(line.act())
        try:
            return await spoken.converse([Prompt(text="1")], Listening(message=LIMITS, first_input_s=3)), line
        finally:
            acting.cancel()

    return run(main())


def test_a_message_is_what_was_said_after_the_beep_until_the_silence() -> None:
    heard, line = left(sound(AFTER_BEEP_S, (VOICE, 50), (QUIET, 30), (VOICE, 20), (QUIET, 100)))
    assert heard.outcome is Outcome.MATCH
    assert len(heard.message) == 16 * (FRAME_MS * 100 + KEPT_SILENCE_MS)
    assert [playing.total_ms for playing in line.playings] == [1000, BEEP_MS]


def test_a_key_cuts_the_prompt_and_another_ends_the_message() -> None:
    cut = 0.5 + 0.02 + BEEP_MS / 1000 + 0.1
    said = sound(cut, (VOICE, 40))
    heard, line = left([(0.5, Key(digit="#")), *said, (said[-1][0] + 0.01, Key(digit="#"))])
    assert (heard.outcome, heard.barged_in) == (Outcome.MATCH, True)
    assert len(heard.message) == 16 * FRAME_MS * 40
    assert line.playings[0].played_ms in (500, 520)


def test_who_says_nothing_or_next_to_nothing_has_left_no_message() -> None:
    heard, _ = left(sound(AFTER_BEEP_S, (QUIET, 200)))
    assert (heard.outcome, heard.message) == (Outcome.NO_INPUT, b"")
    heard, _ = left(sound(AFTER_BEEP_S, (VOICE, 5), (QUIET, 200)))
    assert (heard.outcome, heard.message) == (Outcome.NO_INPUT, b"")
    heard, _ = left([])  # a muted phone sends no sound at all
    assert (heard.outcome, heard.message) == (Outcome.NO_INPUT, b"")


def test_who_hangs_up_has_left_what_was_said_until_then() -> None:
    said = sound(AFTER_BEEP_S, (VOICE, 60))
    heard, _ = left([*said, (said[-1][0] + 0.01, LineEnded(reason="closed"))])
    assert heard.outcome is Outcome.HANGUP
    assert len(heard.message) == 16 * FRAME_MS * 60
    heard, line = left([(0.4, LineEnded(reason="closed"))])
    assert (heard.outcome, heard.message, len(line.playings)) == (Outcome.HANGUP, b"", 1)


def test_a_line_that_breaks_raises() -> None:
    with pytest.raises(LineBroken):
        left([(AFTER_BEEP_S, LineEnded(reason="broken"))])


def test_nobody_talks_for_ever() -> None:
    heard, _ = left(sound(AFTER_BEEP_S, (VOICE, 1000)))
    assert heard.outcome is Outcome.MATCH
    assert len(heard.message) <= 16 * 10_100


def test_the_beep_is_no_louder_than_a_voice_and_does_not_click() -> None:
    samples = np.frombuffer(beep(), dtype="<i2").astype(int)
    assert len(samples) == 8 * BEEP_MS
    assert -21 < level_dbfs(beep()) < -19
    assert abs(samples[0]) < 10
    assert abs(samples[-1]) < 200
