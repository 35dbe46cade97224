"""Prompts come out at 8 kHz, at one loudness, trimmed, without alias, clipping or click."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.speech.prompts.levels import (
    LOUDNESS_DBFS,
    Samples,
    faded,
    from_pcm,
    levelled,
    loudness_dbfs,
    resampled,
    telephone_pcm,
    to_pcm,
    trimmed,
)


def tone(hz: float, rate_hz: int = 8000, seconds: float = 1.0, amplitude: float = 0.5) -> Samples:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.float32)


def silence(seconds: float, rate_hz: int = 8000) -> Samples:
    return np.zeros(int(seconds * rate_hz), np.float32)


def amplitude_of(samples: Samples, hz: float, rate_hz: int = 8000) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    turns = np.exp(-2j * np.pi * hz * np.arange(len(middle)) / rate_hz)
    return float(2 * abs((middle * turns).mean()))


@pytest.mark.parametrize("rate_hz", [6000, 11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("hz", [300, 1000, 2000])
def test_a_tone_keeps_pitch_strength_and_length_at_any_rate(rate_hz: int, hz: float) -> None:
    out = resampled(tone(hz, rate_hz), rate_hz)
    assert abs(len(out) - 8000) <= 1
    assert amplitude_of(out, hz) == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("hz", [4100, 5000, 7000, 10000])
def test_what_8_khz_cannot_carry_does_not_come_back_as_another_tone(hz: float) -> None:
    out = resampled(tone(hz, 22050), 22050)
    assert np.abs(out[400:-400]).max() < 0.5 * 10 ** (-60 / 20)


def test_sound_stays_where_it_was_in_time() -> None:
    click = silence(1.0, 22050)
    click[11025] = 1.0
    assert abs(int(np.abs(resampled(click, 22050)).argmax()) - 4000) <= 1


@pytest.mark.parametrize("amplitude", [0.02, 0.1, 0.9])
def test_soft_and_loud_sounds_become_equally_loud(amplitude: float) -> None:
    sound = np.concatenate([silence(0.5), tone(440, amplitude=amplitude), silence(0.5)])
    assert loudness_dbfs(levelled(sound)) == pytest.approx(LOUDNESS_DBFS, abs=0.1)


@pytest.mark.parametrize("every", [400, 4000])
def test_high_peaks_neither_clip_nor_keep_the_rest_soft(every: int) -> None:
    sound = tone(440, amplitude=0.03)
    sound[::every] = 0.9
    out = levelled(sound)
    assert np.abs(out).max() <= 10 ** (-1 / 20) + 1e-6
    assert loudness_dbfs(out) == pytest.approx(LOUDNESS_DBFS, abs=1.0)


def test_turning_a_peak_down_makes_no_click_of_its_own() -> None:
    sound = tone(200, amplitude=0.05)
    sound[4000:4040] *= 18
    rest = np.abs(np.diff(levelled(sound)))
    assert (
        np.concatenate([rest[100:3950], rest[4090:-100]]).max() <= 1.2 * np.abs(np.diff(0.145 * tone(200) / 0.5)).max()
    )


def test_an_offset_is_taken_out_before_it_can_click() -> None:
    out = levelled(tone(440, amplitude=0.1) + np.float32(0.3))
    assert abs(float(out.mean())) < 0.001


def test_silence_stays_silence() -> None:
    assert not levelled(silence(1.0)).any()
    assert len(trimmed(silence(1.0))) == 0
    assert telephone_pcm(bytes(22050), 22050) == b""


def test_silence_at_both_ends_is_cut_to_what_a_phrase_needs() -> None:
    out = trimmed(levelled(np.concatenate([silence(0.7), tone(440), silence(0.9)])))
    sounding = np.flatnonzero(np.abs(out) > 0.01)
    assert sounding[0] <= 0.050 * 8000
    assert len(out) - sounding[-1] <= 0.150 * 8000


def test_the_noise_of_a_room_before_the_first_word_is_silence(seed: int = 1) -> None:
    noise = np.random.default_rng(seed).normal(0, 10 ** (-43 / 20), 4 * 8000).astype(np.float32)
    voice = np.concatenate([silence(1.5), tone(300, seconds=1.0, amplitude=0.14), silence(1.5)])
    out = trimmed(levelled(noise + voice))
    assert np.flatnonzero(np.abs(out) > 0.1)[0] <= 0.050 * 8000
    assert len(out) / 8000 == pytest.approx(1.15, abs=0.05)


def test_neither_end_clicks() -> None:
    out = faded(tone(440))
    assert abs(out[0]) < 0.001
    assert abs(out[-1]) < 0.03
    assert np.array_equal(out[100:-100], tone(440)[100:-100])


def test_pcm_comes_back_as_it_was() -> None:
    pcm = np.array([-32768, -1, 0, 1, 32767], "<i2").tobytes()
    assert to_pcm(from_pcm(pcm)) == pcm
