"""Silero's network on real sound: synthetic speech made here, and recorded speech where it is at hand."""

from __future__ import annotations

import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.media.voice_activity import FRAME_SAMPLES, VoiceActivity, VoiceModel
from tests.speech_sets import needs_speech, recordings

VOICE_AT = 0.5


@pytest.fixture(scope="module")
def model() -> VoiceModel:
    return VoiceModel()


@pytest.fixture
def spoken(tmp_path: Path) -> Callable[[str], np.ndarray]:
    """Speech of espeak-ng at 8 kHz, at a telephone's level."""

    def speak(text: str) -> np.ndarray:
        file = tmp_path / "speech.wav"
        subprocess.run(["espeak-ng", "-v", "gmw/en", "-s", "150", "-w", str(file), text], check=True)
        with wave.open(str(file)) as sound:
            rate_hz = sound.getframerate()
            samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(np.float32)
        at = np.arange(0, len(samples) - 1, rate_hz / 8000)
        smooth = np.convolve(samples, np.ones(3) / 3, mode="same")
        resampled = np.interp(at, np.arange(len(samples)), smooth)
        return resampled * (6000 / np.abs(resampled).max())

    return speak


def line_noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 18, int(seconds * 8000))  # -65 dB


def pcm(*parts: np.ndarray) -> bytes:
    return np.clip(np.concatenate(parts), -32768, 32767).astype("<i2").tobytes()


def test_the_package_with_the_network_is_not_imported() -> None:
    """It would import torch: 900 MB in every process."""
    code = (
        "import sys; from ivr.media.voice_activity import VoiceModel; VoiceModel();"
        "sys.exit(any(name.split('.')[0] in ('torch', 'silero_vad') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_synthetic_speech_is_found_between_its_silences(model: VoiceModel, spoken: Callable[[str], np.ndarray]) -> None:
    speech = spoken("When is the green bin collected in Riverton?")
    ear = VoiceActivity(model)
    before = ear.voiced(pcm(line_noise(2)))
    during = ear.voiced(pcm(speech))
    after = ear.voiced(pcm(line_noise(2)))
    assert max(before) < VOICE_AT
    assert np.mean(np.array(during) > VOICE_AT) > 0.7
    assert max(after[16:]) < VOICE_AT  # half a second later at most


def test_two_calls_at_once_do_not_hear_each_other(model: VoiceModel, spoken: Callable[[str], np.ndarray]) -> None:
    speech = pcm(line_noise(0.5), spoken("Good morning."))
    alone = VoiceActivity(model).voiced(speech)
    first, second = VoiceActivity(model), VoiceActivity(model)
    heard: list[float] = []
    for at in range(0, len(speech), 320):
        heard += first.voiced(speech[at : at + 320])
        second.voiced(speech[-320 - at :][:320])
    assert heard == pytest.approx(alone)


def test_tones_and_noise_are_no_voice(model: VoiceModel) -> None:
    at = np.arange(16_000) / 8000
    busy = 5000 * np.sin(2 * np.pi * 425 * at)
    key = 4000 * (np.sin(2 * np.pi * 770 * at) + np.sin(2 * np.pi * 1336 * at))
    hiss = np.random.default_rng(1).normal(0, 300, 16_000)
    for sound in (busy, key[:1600], hiss):
        probabilities = VoiceActivity(model).voiced(pcm(line_noise(0.5), sound, line_noise(0.5)))
        voiced = np.array(probabilities) > VOICE_AT
        assert not (voiced[:-2] & voiced[1:-1] & voiced[2:]).any()


@needs_speech
def test_recorded_speech_is_found_and_the_gate_loses_next_to_nothing(model: VoiceModel) -> None:
    said = recordings("an4")[::5] + recordings("digits-fsdd")[::10]
    missed = 0
    late: list[int] = []
    for recording in said:
        speech = np.frombuffer(recording.pcm, dtype="<i2").astype(np.float32)
        call = pcm(line_noise(1), speech, line_noise(1))
        gated = _onset(VoiceActivity(model).voiced(call))
        ungated = _onset(_all_frames(model, call))
        missed += gated is None and ungated is not None
        if gated is not None and ungated is not None:
            late.append(gated - ungated)
    assert missed == 0
    assert np.mean(late) < 1  # frames of 32 ms
    assert len(late) > 0.95 * len(said)


def _onset(probabilities: list[float]) -> int | None:
    voiced = np.array(probabilities) >= VOICE_AT
    runs = np.flatnonzero(voiced[:-2] & voiced[1:-1] & voiced[2:])
    return int(runs[0]) if len(runs) else None


def _all_frames(model: VoiceModel, call: bytes) -> list[float]:
    """Every frame through the network, without a gate."""
    samples = np.frombuffer(call, dtype="<i2").astype(np.float32) / 32768
    state = np.zeros((2, 1, 128), dtype=np.float32)
    context = np.zeros(32, dtype=np.float32)
    out = []
    for at in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        frame = samples[at : at + FRAME_SAMPLES]
        probability, state = model.judge(np.concatenate((context, frame)), state)
        context = frame[-32:]
        out.append(probability)
    return out
