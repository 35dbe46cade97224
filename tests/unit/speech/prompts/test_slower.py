"""Slower sound is a quarter longer at the same pitch, as loud as before and without clicks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.prompts.levels import Samples, from_pcm, loudness_dbfs, to_pcm
from ivr.speech.prompts.slower import FACTOR, slower


def voice(hz: float, seconds: float = 2.0) -> Samples:
    """Something like a vowel: a fundamental that wavers by 3 %, with eleven harmonics."""
    at = np.arange(int(8000 * seconds)) / 8000
    phase = 2 * np.pi * np.cumsum(hz * (1 + 0.03 * np.sin(2 * np.pi * 4 * at))) / 8000
    harmonics = np.arange(1, 12)[:, None]
    return (0.15 / harmonics * np.sin(harmonics * phase)).sum(axis=0).astype(np.float32)


def pitch_hz(samples: Samples) -> float:
    """Median over frames of the strongest period between 60 and 400 Hz."""
    found = []
    for start in range(2000, len(samples) - 2000, 400):
        frame = samples[start : start + 640]
        likeness = np.correlate(frame, frame, mode="full")[640 - 1 :]
        found.append(8000 / (20 + int(np.argmax(likeness[20:134]))))
    return float(np.median(found))


@pytest.mark.parametrize("hz", [85, 120, 210, 300])
def test_the_pitch_stays_and_the_length_grows(hz: float) -> None:
    sound = voice(hz)
    slow = from_pcm(slower(to_pcm(sound)))
    assert len(slow) / len(sound) == pytest.approx(FACTOR, rel=0.02)
    assert pitch_hz(slow) == pytest.approx(pitch_hz(sound), rel=0.03)


@pytest.mark.parametrize("hz", [85, 120, 210, 300])
def test_nothing_clicks_and_the_loudness_stays(hz: float) -> None:
    sound = voice(hz)
    slow = from_pcm(slower(to_pcm(sound)))
    assert np.abs(np.diff(slow)).max() <= 1.1 * np.abs(np.diff(sound)).max()
    assert loudness_dbfs(slow) == pytest.approx(loudness_dbfs(sound), abs=0.5)
    assert np.abs(slow).max() <= 1.05 * np.abs(sound).max()


def test_a_pause_becomes_longer_and_stays_silent() -> None:
    sound = np.concatenate([voice(120, 1.0), np.zeros(8000, np.float32), voice(120, 1.0)])
    slow = from_pcm(slower(to_pcm(sound)))
    assert np.abs(slow[11_000:19_000]).max() < 0.001


def test_a_click_is_too_short_to_be_slowed() -> None:
    assert slower(to_pcm(voice(120, 0.05))) == to_pcm(voice(120, 0.05))


@given(st.binary(max_size=6000).filter(lambda pcm: len(pcm) % 2 == 0), st.floats(1.0, 2.0))
def test_any_sound_becomes_sound_of_the_right_length(pcm: bytes, factor: float) -> None:
    slow = slower(pcm, factor)
    assert len(slow) % 2 == 0
    assert len(pcm) <= len(slow) <= 2 * round(len(pcm) / 2 * factor) + 2
