"""The hiss under the caller's sound: soft, seamless, the same every time, and never an overflow."""

from __future__ import annotations

import numpy as np

from ivr.media.audio import level_dbfs
from ivr.speech.recognition.noise_floor import NoiseFloor


def test_silence_becomes_a_line_at_minus_64_dbfs() -> None:
    assert -65 < level_dbfs(NoiseFloor().under(bytes(16000))) < -63


def test_pieces_get_the_same_as_the_whole() -> None:
    whole, pieces = NoiseFloor(), NoiseFloor()
    sound = bytes(5 * 16000)
    split = b"".join(pieces.under(sound[i : i + 322]) for i in range(0, len(sound), 322))
    assert split == whole.under(sound)


def test_sound_at_full_scale_stays_there() -> None:
    loud = np.tile(np.array([32767, -32768], dtype="<i2"), 4000)
    heard = np.frombuffer(NoiseFloor().under(loud.tobytes()), dtype="<i2").astype(int)
    assert np.abs(heard - loud).max() < 120
