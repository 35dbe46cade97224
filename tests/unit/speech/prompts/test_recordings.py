"""Recordings are found by name inside their folder only, and wrong ones are told with the way to mend them."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import SettingsError
from ivr.speech.prompts.levels import LOUDNESS_DBFS, from_pcm, loudness_dbfs
from ivr.speech.prompts.recordings import find_recording


def record(file: Path, *, rate_hz: int = 8000, channels: int = 1, width: int = 2, seconds: float = 1.0) -> Path:
    samples = (8000 * np.sin(2 * np.pi * 440 * np.arange(int(rate_hz * seconds)) / rate_hz)).astype("<i2")
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate_hz)
        sound.writeframes(samples.tobytes())
    return file


@pytest.mark.parametrize("rate_hz", [8000, 22050, 48000])
def test_a_recording_of_any_rate_becomes_telephone_sound(tmp_path: Path, rate_hz: int) -> None:
    record(tmp_path / "riverton/welcome.wav", rate_hz=rate_hz)
    pcm = find_recording(tmp_path, "riverton/welcome")
    assert pcm is not None
    assert abs(len(pcm) - 16_000) <= 2
    assert abs(from_pcm(pcm)[0]) < 0.001
    assert loudness_dbfs(from_pcm(pcm)) == pytest.approx(LOUDNESS_DBFS, abs=0.2)


def test_a_missing_recording_is_no_error_here(tmp_path: Path) -> None:
    assert find_recording(tmp_path, "welcome") is None
    assert find_recording(tmp_path / "nowhere", "welcome") is None


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "/etc/secret", "a\\b", "a\0b", "a\nb"])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    record(tmp_path / "secret.wav")
    (tmp_path / "prompts").mkdir()
    with pytest.raises(SettingsError, match="recording"):
        find_recording(tmp_path / "prompts", name)


def test_a_link_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/welcome.wav").symlink_to(record(tmp_path / "secret.wav"))
    with pytest.raises(SettingsError, match="outside"):
        find_recording(tmp_path / "prompts", "welcome")


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"channels": 2}, "2 channels of 16 bit"),
        ({"width": 1}, "1 channels of 8 bit"),
        ({"rate_hz": 1000}, "1000 Hz"),
        ({"seconds": 301.0}, "longer than 300 s"),
        ({"seconds": 0.0}, "empty"),
    ],
)
def test_a_wrong_format_is_one_line_that_says_how_to_mend_it(
    tmp_path: Path, form: dict[str, float], complaint: str
) -> None:
    record(tmp_path / "welcome.wav", **form)  # type: ignore[arg-type]  # one of several keywords
    with pytest.raises(SettingsError, match=complaint) as fault:
        find_recording(tmp_path, "welcome")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("data", [b"", b"ID3 not a wave", b"RIFF\x24\0\0\0WAVEfmt "])
def test_what_is_no_wave_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "welcome.wav").write_bytes(data)
    with pytest.raises(SettingsError, match="no WAV file of plain PCM"):
        find_recording(tmp_path, "welcome")
