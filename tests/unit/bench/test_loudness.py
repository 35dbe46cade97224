"""The bench's BS.1770 is the published one: its filters, its calibration, its gates."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.loudness import lufs, weighting


def tone(seconds: float, amplitude: float, rate_hz: int, hz: float = 997.0) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz)


def test_the_filters_are_those_of_the_recommendation_at_48_khz() -> None:
    shelf, high_pass = weighting(48_000)
    assert shelf[0] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-9)
    assert shelf[1] == pytest.approx([1.0, -1.69065929318241, 0.73248077421585], abs=1e-9)
    assert high_pass[1] == pytest.approx([1.0, -1.99004745483398, 0.99007225036621], abs=1e-9)


@pytest.mark.parametrize("rate_hz", [8000, 48_000])
def test_a_full_scale_sine_of_997_hz_has_minus_3_lufs_in_one_channel(rate_hz: int) -> None:
    assert lufs(tone(5, 1.0, rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.15)


def test_pauses_do_not_count() -> None:
    speech = tone(2, 0.1, 8000)
    assert lufs(np.concatenate([speech, np.zeros(80_000), speech]), 8000) == pytest.approx(lufs(speech, 8000), abs=0.8)
    assert lufs(np.zeros(8000), 8000) == -np.inf
