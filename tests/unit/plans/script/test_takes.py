"""What is measured of a recording, on sounds whose loudness, peaks and silence are known."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.errors import SettingsError
from ivr.plans.script.takes import FASTEST_WPM, Take, faults, measured

RATE_HZ = 16_000


def tone(peak: float, seconds: float) -> NDArray[np.float64]:
    return peak * np.sin(2 * np.pi * 440.3 * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)


def take(folder: Path, sound: NDArray[np.float64], spoken: str = "Hello.") -> Take:
    with wave.open(str(folder / "take.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    found = measured(folder, "take", spoken)
    assert found is not None
    return found


def rules(found: Take) -> set[str]:
    return {rule for rule, _ in faults(found)}


def test_a_good_take_has_no_fault(tmp_path: Path) -> None:
    found = take(tmp_path, tone(0.15, 4), "one two three four five six seven eight nine ten")
    assert rules(found) == set()
    assert found.loudness_dbfs == pytest.approx(-19.5, abs=0.2)
    assert found.seconds == pytest.approx(4, abs=0.1)
    assert found.words_per_minute == pytest.approx(150, abs=5)


@pytest.mark.parametrize(("peak", "expected"), [(0.01, {"too-quiet"}), (0.9, {"too-loud"})])
def test_loudness_is_judged_before_it_is_levelled(tmp_path: Path, peak: float, expected: set[str]) -> None:
    assert rules(take(tmp_path, tone(peak, 1))) == expected


def test_flat_peaks_are_clipping_also_after_the_gain_was_lowered(tmp_path: Path) -> None:
    clipped = np.clip(tone(2.5, 1), -1, 1)
    assert "clipped" in rules(take(tmp_path, clipped))
    assert "clipped" in rules(take(tmp_path, 0.6 * clipped))
    assert "clipped" not in rules(take(tmp_path, tone(1.0, 1)))


def test_long_silence_at_the_ends_is_told_and_short_silence_is_not(tmp_path: Path) -> None:
    silence = np.zeros(RATE_HZ)
    long = take(tmp_path, np.concatenate([silence, tone(0.15, 1), silence]))
    assert rules(long) == {"silence"}
    assert long.seconds == pytest.approx(1.15, abs=0.1)
    assert rules(take(tmp_path, np.concatenate([silence, tone(0.15, 1)]))) == set()


def test_speed_is_told_from_enough_words_only(tmp_path: Path) -> None:
    words = ["word"] * 10
    assert rules(take(tmp_path, tone(0.15, 60 * 10 / (FASTEST_WPM + 20)), " ".join(words))) == {"too-fast"}
    assert rules(take(tmp_path, tone(0.15, 60 * 10 / (FASTEST_WPM - 20)), " ".join(words))) == set()
    assert rules(take(tmp_path, tone(0.15, 0.5), "one two three four")) == set()


def test_a_recording_of_silence_is_a_pause(tmp_path: Path) -> None:
    found = take(tmp_path, np.zeros(RATE_HZ))
    assert rules(found) == set()
    assert found.seconds == pytest.approx(1)


def test_what_is_missing_is_none_and_what_cannot_be_played_is_told(tmp_path: Path) -> None:
    assert measured(tmp_path, "nothing", "") is None
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(SettingsError, match="no WAV file of plain PCM"):
        measured(tmp_path, "text", "")
