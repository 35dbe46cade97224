"""Values and measures of sound."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.media.audio import SILENCE_DBFS, duration_ms, in_whole_frames, level_dbfs


def test_a_sound_is_filled_with_silence_to_whole_frames() -> None:
    filled = in_whole_frames(b"\x01\x02" * 200)
    assert len(filled) == 640
    assert filled.endswith(bytes(240))
    assert in_whole_frames(filled) is filled
    assert in_whole_frames(b"") == b""


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="16-bit"):
        in_whole_frames(b"123")


def test_a_second_of_sound_is_a_thousand_milliseconds() -> None:
    assert duration_ms(bytes(16_000)) == 1000


def test_levels_are_relative_to_full_scale() -> None:
    full = np.full(800, -32768, dtype="<i2").tobytes()
    tenth = np.full(800, 3277, dtype="<i2").tobytes()
    assert level_dbfs(full) == pytest.approx(0)
    assert level_dbfs(tenth) == pytest.approx(-20, abs=0.01)
    assert level_dbfs(bytes(320)) == level_dbfs(b"") == SILENCE_DBFS
