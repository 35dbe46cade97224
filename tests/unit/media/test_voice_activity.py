"""The energy gate and the framing of the voice detector, with a network that is only counted."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.errors import ModelError
from ivr.media.voice_activity import (
    CONTEXT_SAMPLES,
    FRAME_SAMPLES,
    FRAMES_BEFORE,
    QUIET_FRAMES,
    STATE_SHAPE,
    Samples,
    VoiceActivity,
    VoiceModel,
)


class CountingModel(VoiceModel):
    """Says 0.9 to everything and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[Samples] = []

    def judge(self, samples: Samples, state: Samples) -> tuple[float, Samples]:
        assert samples.shape == (CONTEXT_SAMPLES + FRAME_SAMPLES,)
        assert state.shape == STATE_SHAPE
        assert state[0, 0, 0] == len(self.shown)
        self.shown.append(samples)
        return 0.9, state + 1


def tone(frames: int, amplitude: int = 5000) -> bytes:
    at = np.arange(frames * FRAME_SAMPLES)
    return (amplitude * np.sin(at / 3)).astype("<i2").tobytes()


def test_silence_never_reaches_the_network() -> None:
    model = CountingModel()
    ear = VoiceActivity(model)
    assert ear.voiced(bytes(FRAME_SAMPLES * 2 * 100)) == [0.0] * 100
    assert ear.voiced(tone(10, amplitude=20)) == [0.0] * 10  # line noise, -67 dB
    assert model.shown == []


def test_a_voice_is_judged_with_the_quiet_frames_before_it() -> None:
    model = CountingModel()
    ear = VoiceActivity(model)
    ear.voiced(bytes(FRAME_SAMPLES * 2 * 20))
    assert ear.voiced(tone(3)) == [0.9] * 3
    assert len(model.shown) == FRAMES_BEFORE + 3


def test_each_frame_is_shown_behind_the_end_of_the_one_before() -> None:
    model = CountingModel()
    VoiceActivity(model).voiced(tone(3))
    assert not model.shown[0][:CONTEXT_SAMPLES].any()
    for earlier, later in zip(model.shown, model.shown[1:], strict=False):
        assert (later[:CONTEXT_SAMPLES] == earlier[-CONTEXT_SAMPLES:]).all()
    assert np.abs(model.shown[1]).max() == pytest.approx(5000 / 32768, abs=0.01)


def test_the_gate_stays_open_through_the_pauses_of_a_word() -> None:
    model = CountingModel()
    ear = VoiceActivity(model)
    quiet = bytes(FRAME_SAMPLES * 2)
    ear.voiced(tone(2))
    assert ear.voiced(quiet * QUIET_FRAMES) == [0.9] * QUIET_FRAMES
    assert ear.voiced(quiet * 5) == [0.0] * 5
    shown = len(model.shown)
    ear.voiced(tone(1))
    assert len(model.shown) == shown + FRAMES_BEFORE + 1


@pytest.mark.parametrize("piece", [2, 320, 510, 512, 1000])
def test_the_pieces_in_which_sound_comes_make_no_difference(piece: int) -> None:
    sound = bytes(4000) + tone(7) + bytes(9000) + tone(3)
    whole = VoiceActivity(CountingModel()).voiced(sound)
    ear = VoiceActivity(CountingModel())
    assert [p for at in range(0, len(sound), piece) for p in ear.voiced(sound[at : at + piece])] == whole


def test_a_reset_forgets_the_turn_before() -> None:
    model = CountingModel()
    ear = VoiceActivity(model)
    ear.voiced(tone(3) + bytes(100))
    ear.reset()
    model.shown.clear()
    ear.voiced(tone(1))
    assert len(model.shown) == 1
    assert not model.shown[0][:CONTEXT_SAMPLES].any()


def test_a_missing_or_broken_model_is_one_line(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    with pytest.raises(ModelError, match="cannot be read"):
        VoiceModel(folder / "nowhere.onnx")
    broken = folder / "broken.onnx"
    broken.write_bytes(b"not a network")
    with pytest.raises(ModelError, match="is broken"):
        VoiceModel(broken)
