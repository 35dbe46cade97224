"""The values of the sound: 8 kHz 16-bit mono pieces, keys between them, the end of the line, and what was played."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

RATE_HZ: Final = 8000
BYTES_PER_MS: Final = 16
"""8 kHz, 16 bit, mono."""
FRAME_MS: Final = 20
FRAME_BYTES: Final = FRAME_MS * BYTES_PER_MS
"""What Asterisk sends and plays at once (``optimal_frame_size`` of slin)."""
SILENCE_DBFS: Final = -120.0
"""The level of digital silence, which has none."""

_FULL_SCALE_POWER = 32768.0**2


@dataclass(frozen=True, slots=True)
class Audio:
    """A piece of the caller's sound: `pcm` is 8 kHz, 16-bit little-endian, mono; 20 ms as Asterisk sends it."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A key the caller pressed (``0``-``9``, ``*``, ``#``, ``A``-``D``), in its place among the sound."""

    digit: str


@dataclass(frozen=True, slots=True)
class LineEnded:
    """There will be no more sound; `reason` is ``closed`` (by Asterisk: the caller left), ``hung_up`` (by us), or
    ``broken`` (the connection failed, or its peer talked nonsense)."""

    reason: str


MediaInput = Audio | Key | LineEnded
"""What comes from the caller, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How much of a sound the caller heard; `completed` False if it was cut or the line ended first."""

    heard_ms: int
    total_ms: int
    completed: bool


def duration_ms(pcm: bytes) -> int:
    """Length of `pcm`, whole milliseconds, rounded down."""
    return len(pcm) // BYTES_PER_MS


def in_whole_frames(pcm: bytes) -> bytes:
    """`pcm` with silence behind it up to whole 20 ms frames.

    Raises ValueError for an odd number of bytes: that is half a sample, so somebody cut the sound wrongly.
    """
    if len(pcm) % 2:
        raise ValueError(f"sound of {len(pcm)} bytes is not 16-bit sound")
    missing = -len(pcm) % FRAME_BYTES
    return pcm + bytes(missing) if missing else pcm


def level_dbfs(pcm: bytes) -> float:
    """RMS level of `pcm` in dB below full scale (0 is a full-scale square wave; silence is SILENCE_DBFS)."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    power = float(samples @ samples) / max(1, samples.size)
    return max(SILENCE_DBFS, 10 * math.log10(power / _FULL_SCALE_POWER)) if power else SILENCE_DBFS
