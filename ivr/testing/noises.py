"""What a line carries that is no answer: music, fax machines, keys as sound, a crying child, noise, silence.

Every function gives `duration_ms` of 8 kHz, 16-bit, mono sound at SPOKEN_DBFS, the same at every run.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ivr.testing.sound import RATE_HZ, SPOKEN_DBFS, silence

Wave = NDArray[np.float64]

_CHORDS = ((220.0, 277.2, 329.6), (246.9, 311.1, 370.0), (293.7, 370.0, 440.0), (196.0, 246.9, 293.7))
_KEYS_HZ = {
    "1": (697, 1209), "2": (697, 1336), "3": (697, 1477),
    "4": (770, 1209), "5": (770, 1336), "6": (770, 1477),
    "7": (852, 1209), "8": (852, 1336), "9": (852, 1477),
    "*": (941, 1209), "0": (941, 1336), "#": (941, 1477),
}  # fmt: skip
"""ITU-T Q.23."""


def music(duration_ms: int) -> bytes:
    """Chords of a half second each, every note with five overtones and a beat."""
    at = _seconds(duration_ms)
    chord = (at // 0.5).astype(int) % len(_CHORDS)
    fade = np.exp(-3 * (at % 0.5))
    sound = np.zeros_like(at)
    for number, notes in enumerate(_CHORDS):
        tones = sum(np.sin(2 * np.pi * hz * part * at) / part for hz in notes for part in range(1, 6))
        sound += np.where(chord == number, tones * fade, 0.0)
    return _pcm(sound)


def fax(duration_ms: int) -> bytes:
    """A calling tone (1100 Hz, half a second in 3.5), an answer tone (2100 Hz) and 300 bit/s of V.21 (ITU-T T.30)."""
    at = _seconds(duration_ms)
    calling = np.where(at % 3.5 < 0.5, np.sin(2 * np.pi * 1100 * at), 0.0)
    answering = np.sin(2 * np.pi * 2100 * at)
    bits = np.random.default_rng(21).integers(0, 2, int(at[-1] * 300) + 2 if len(at) else 1)
    hz = np.where(bits[(at * 300).astype(int)], 1650.0, 1850.0)
    modem = np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)
    third = at[-1] / 3 if len(at) else 0.0
    return _pcm(np.where(at < third, calling, np.where(at < 2 * third, answering, modem)))


def dtmf_as_sound(duration_ms: int, keys: str = "1234567890*#") -> bytes:
    """Keys as a bad gateway sends them: as tones in the sound, 100 ms each with 100 ms between."""
    at = _seconds(duration_ms)
    which = (at // 0.2).astype(int) % len(keys)
    low, high = (np.array([_KEYS_HZ[key][row] for key in keys], float)[which] for row in (0, 1))
    return _pcm(np.where(at % 0.2 < 0.1, np.sin(2 * np.pi * low * at) + np.sin(2 * np.pi * high * at), 0.0))


def crying(duration_ms: int) -> bytes:
    """A child: cries of a second at 350 to 550 Hz, rich in overtones, rising and falling, with a breath between."""
    at = _seconds(duration_ms)
    inside = at % 1.4
    pitch = 350 + 200 * np.sin(np.pi * np.clip(inside, 0, 1)) + 12 * np.sin(2 * np.pi * 6 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    sound = sum(np.sin(part * phase) / (1 + abs(part * 450 - 1300) / 600) for part in range(1, 8))
    breath = np.random.default_rng(7).normal(0, 0.15, len(at))
    return _pcm(np.where(inside < 1.0, sound * np.sin(np.pi * np.clip(inside, 0, 1)) ** 0.5, breath))


def white_noise(duration_ms: int) -> bytes:
    """Hiss."""
    return _pcm(np.random.default_rng(1).normal(0, 1, len(_seconds(duration_ms))))


NOISES: dict[str, Callable[[int], bytes]] = {
    "silence": silence,
    "music": music,
    "fax": fax,
    "dtmf as sound": dtmf_as_sound,
    "crying": crying,
    "white noise": white_noise,
}
"""Name → `(duration_ms) -> bytes`."""


def at_level(pcm: bytes, dbfs: float) -> bytes:
    """`pcm` with its mean level moved to `dbfs`; what passes full scale is clipped, as a line would."""
    return _pcm(np.frombuffer(pcm, "<i2").astype(float), dbfs)


def _seconds(duration_ms: int) -> Wave:
    return np.arange(duration_ms * RATE_HZ // 1000) / RATE_HZ


def _pcm(sound: Wave, dbfs: float = SPOKEN_DBFS) -> bytes:
    power = float(np.mean(sound**2)) if len(sound) else 0.0
    gain = 10 ** (dbfs / 20) / np.sqrt(power) if power else 0.0
    return (np.clip(sound * gain, -1, 32767 / 32768) * 32768).astype("<i2").tobytes()
