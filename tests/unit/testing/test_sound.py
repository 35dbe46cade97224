"""µ-law, levels and measures of the scripted caller's sound."""

from __future__ import annotations

import wave

import numpy as np
import pytest

from ivr.testing.sound import (
    first_sound_s,
    last_sound_s,
    level_dbfs,
    pcm_from_ulaw,
    silence,
    tone,
    ulaw_from_pcm,
    ulaw_level_dbfs,
    write_wav,
)


def test_every_code_survives_decoding_and_encoding():
    codes = bytes(range(256))
    again = ulaw_from_pcm(pcm_from_ulaw(codes))
    assert [code for code in range(256) if again[code] != code] == [0x7F]  # minus zero is zero


def test_known_values_of_g711():
    assert pcm_from_ulaw(b"\x00\x80\xff\x7f") == np.array([-32124, 32124, 0, 0], dtype="<i2").tobytes()
    assert ulaw_from_pcm(np.array([0, 32767, -32768], dtype="<i2").tobytes()) == b"\xff\x80\x00"


def test_the_error_of_mu_law_stays_small():
    values = np.arange(-32635, 32636, 7, dtype="<i2")
    back = np.frombuffer(pcm_from_ulaw(ulaw_from_pcm(values.tobytes())), dtype="<i2")
    assert np.all(np.abs(back.astype(int) - values) <= np.maximum(np.abs(values.astype(int)) // 16, 8))


def test_levels():
    assert level_dbfs(tone(1000, 500, -20)) == pytest.approx(-20, abs=0.2)
    assert ulaw_level_dbfs(ulaw_from_pcm(tone(1000, 500, -20))) == pytest.approx(-20, abs=0.3)
    assert level_dbfs(silence(100)) == float("-inf")
    assert level_dbfs(b"") == float("-inf")


def test_first_and_last_sound():
    pcm = silence(250) + tone(500, 300) + silence(400)
    assert first_sound_s(pcm) == pytest.approx(0.25, abs=0.011)
    assert last_sound_s(pcm) == pytest.approx(0.55, abs=0.011)
    assert first_sound_s(silence(100)) is None
    assert last_sound_s(b"") is None


def test_both_sides_of_a_call_are_one_file(tmp_path):
    write_wav(tmp_path / "deep" / "call.wav", tone(400, 100), tone(500, 200))
    with wave.open(str(tmp_path / "deep" / "call.wav")) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 1600)
