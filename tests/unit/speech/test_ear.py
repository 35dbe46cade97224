"""When a caller begins and is done, timed by sound alone: a test is a list of frames."""

from __future__ import annotations

from ivr.call import Listening
from ivr.speech.ear import Ear, EarSignal

FRAME = b"\x01\x00" * 256
FRAME_MS = 32


class Marked:
    """A detector that reads the probability from the sound itself: its first sample, in hundredths."""

    def voiced(self, pcm: bytes) -> list[float]:
        return [int.from_bytes(pcm[i : i + 2], "little") / 100 for i in range(0, len(pcm), 512)]

    def reset(self) -> None:
        return


class Kept:
    """A listener that keeps what it is given."""

    def __init__(self) -> None:
        self.pcm = b""

    def feed(self, pcm: bytes) -> None:
        self.pcm += pcm


def frame(probability: float) -> bytes:
    return int(probability * 100).to_bytes(2, "little") + b"\x00" * 510


VOICE, SOFT, QUIET = frame(0.9), frame(0.4), frame(0.1)


def heard(frames: list[bytes], listening: Listening | None = None) -> tuple[list[tuple[int, EarSignal]], Ear, Kept]:
    ear, kept = Ear(Marked(), listening or Listening(silence_s=0.5)), Kept()
    noticed = []
    for at, one in enumerate(frames):
        signal = ear.hear(one)
        if signal is EarSignal.VOICE:
            ear.hear(VOICE)  # the recogniser takes a moment to open
            ear.pass_on_to(kept)
        if signal is not None:
            noticed.append((at, signal))
    return noticed, ear, kept


def test_three_voiced_frames_begin_a_turn_and_the_silence_ends_it() -> None:
    noticed, ear, _ = heard([QUIET] * 10 + [VOICE] * 10 + [QUIET] * 20)
    assert noticed[0] == (12, EarSignal.VOICE)
    assert noticed[1] == (10 + 10 + 15, EarSignal.QUIET)  # 16 frames are the first to reach 500 ms
    assert ear.spoken_ms == 11 * FRAME_MS


def test_a_click_is_no_voice() -> None:
    noticed, _, kept = heard([QUIET, VOICE, VOICE, QUIET, VOICE, QUIET] * 10)
    assert noticed == []
    assert kept.pcm == b""


def test_a_pause_shorter_than_the_silence_does_not_end_the_turn() -> None:
    noticed, _, _ = heard([VOICE] * 5 + [QUIET] * 15 + [VOICE] * 5 + [QUIET] * 16)
    assert [signal for _, signal in noticed] == [EarSignal.VOICE, EarSignal.QUIET]
    assert noticed[1][0] == 5 + 15 + 5 + 15


def test_soft_speech_goes_on_but_does_not_begin() -> None:
    assert heard([SOFT] * 50)[0] == []
    noticed, _, _ = heard([VOICE] * 3 + [SOFT] * 50)
    assert [signal for _, signal in noticed] == [EarSignal.VOICE]


def test_sound_from_before_the_voice_is_passed_on() -> None:
    frames = [QUIET] * 30 + [VOICE] * 5
    _, _, kept = heard(frames)
    before_ms = (len(kept.pcm) // 512 - 6) * FRAME_MS + 3 * FRAME_MS
    assert 300 <= before_ms <= 300 + FRAME_MS
    assert kept.pcm.endswith(VOICE * 5)


def test_endless_talking_ends_at_its_limit() -> None:
    noticed, _, _ = heard([VOICE] * 200, Listening(longest_s=3.2, silence_s=0.5))
    assert noticed[1] == (98, EarSignal.QUIET)


def test_twenty_minutes_of_silence_keep_a_third_of_a_second() -> None:
    ear = Ear(Marked(), Listening())
    for _ in range(20 * 60 * 1000 // FRAME_MS):
        ear.hear(QUIET)
    assert sum(map(len, ear._before)) <= (300 + FRAME_MS) * 16
