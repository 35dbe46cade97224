"""From any mono sound to what a telephone prompt must be: 8 kHz, one loudness, no long silence, no click.

Everything here is plain arithmetic on float arrays in -1..1; half a minute of sound takes some tens of milliseconds of
CPU, so call it in a thread.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE_HZ = 8000
LOUDNESS_DBFS = -20.0
"""The measure: RMS over the voiced 20 ms frames. Voiced are those within VOICED_DB of the loudest and, of these, those
that are not GATE_DB softer than their mean: pauses and a room's noise do not count (gated as in ITU-R BS.1770-4)."""
PEAK_DBFS = -1.0
"""No sample passes it: single high peaks (a click, a plosive) are turned down for some milliseconds, so that the rest
of a recording is as loud as every other prompt."""
LIMITER_MS = 5
"""The turning down begins this much before a peak, and ends this much after it."""
VOICED_DB = 25.0
GATE_DB = 10.0
MOST_GAIN_DB = 30.0
"""A nearly silent recording is a fault of the recording: noise is not blown up without limit."""
FRAME = RATE_HZ // 50
SILENCE_DBFS = -50.0
"""After levelling: softer frames at either end are silence..."""
NOISE_MARGIN_DB = 8.0
"""...and in a recording with a noise of its own, frames less than this above its softest tenth..."""
LOUDEST_SILENCE_DBFS = -38.0
"""...but never frames louder than this."""
LEAD_MS = 30
TRAIL_MS = 120
FADE_MS = 5

_ZERO_CROSSINGS = 32
"""Half the filter's length in output samples: flat to 3.35 kHz, 80 dB down from 4 kHz on."""
_CUTOFF = 0.92
"""Of half the lower rate."""
_KAISER_BETA = 8.0
_BLOCK = 8192


def resampled(samples: Samples, rate_hz: int, to_hz: int = RATE_HZ) -> Samples:
    """`samples` at another rate, band-limited: a windowed sinc in polyphase form, exact for any two whole rates."""
    if rate_hz == to_hz or not len(samples):
        return samples
    common = gcd(rate_hz, to_hz)
    up, down = to_hz // common, rate_hz // common
    taps = _filter(up, down)
    width = taps.shape[1]
    before = width // 2 - 1
    padded = np.concatenate([np.zeros(before, np.float32), samples, np.zeros(width, np.float32)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    count = -(-len(samples) * up // down)
    out = np.empty(count, np.float32)
    for start in range(0, count, _BLOCK):  # in blocks: the windows are copied
        position = np.arange(start, min(count, start + _BLOCK), dtype=np.int64) * down
        out[start : start + len(position)] = np.einsum("ij,ij->i", windows[position // up], taps[position % up])
    return out


@lru_cache(maxsize=8)
def _filter(up: int, down: int) -> Samples:
    """Taps per phase, shape (up, width): row p interpolates at p/up of a sample."""
    cutoff = _CUTOFF * min(1.0, up / down)
    half = int(np.ceil(_ZERO_CROSSINGS * max(1.0, down / up)))
    offsets = np.arange(-half + 1, half + 1)[None, :] - (np.arange(up) / up)[:, None]
    shape = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (offsets / half) ** 2, 0, 1))) / np.i0(_KAISER_BETA)
    taps = cutoff * np.sinc(cutoff * offsets) * shape
    kernel: Samples = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
    return kernel


def loudness_dbfs(samples: Samples) -> float:
    """RMS of the voiced frames in dB of full scale (a full-scale sine has -3); -inf for silence."""
    powers = _frame_powers(samples)
    if not len(powers) or powers.max() <= 0:
        return float("-inf")
    voiced = powers[powers >= powers.max() * 10 ** (-VOICED_DB / 10)]
    voiced = voiced[voiced >= voiced.mean() * 10 ** (-GATE_DB / 10)]
    return float(10 * np.log10(voiced.mean()))


def levelled(samples: Samples) -> Samples:
    """`samples` without offset at LOUDNESS_DBFS, no peak above PEAK_DBFS; silence stays silence.

    The limiter costs some of the loudness, which the second and third round give back.
    """
    if not len(samples) or not np.isfinite(loudness_dbfs(samples)):
        return samples
    out: Samples = np.subtract(samples, samples.mean(), dtype=np.float32)
    left_db = MOST_GAIN_DB
    for _ in range(3):
        present = loudness_dbfs(out)
        if not np.isfinite(present):
            return out
        gain_db = min(left_db, LOUDNESS_DBFS - present)
        left_db -= gain_db
        out = _limited(np.multiply(out, 10 ** (gain_db / 20), dtype=np.float32))
    return out


def _limited(samples: Samples) -> Samples:
    """`samples` with every peak at PEAK_DBFS at most, the gain gliding to it and back within LIMITER_MS."""
    ceiling = 10 ** (PEAK_DBFS / 20)
    loud = np.abs(samples)
    if loud.max() <= ceiling:
        return samples
    reach = LIMITER_MS * RATE_HZ // 1000
    wanted = np.minimum(1.0, ceiling / np.maximum(loud, ceiling))
    held = np.pad(wanted, 2 * reach, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(held, 2 * reach + 1).min(axis=1)
    glide = np.hanning(2 * reach + 3)[1:-1]
    smooth = np.convolve(lowest, glide / glide.sum(), mode="valid")
    return np.multiply(samples, smooth, dtype=np.float32)


def trimmed(samples: Samples) -> Samples:
    """`samples` without the silence at both ends, but for LEAD_MS and TRAIL_MS; level it before."""
    powers_db = 10 * np.log10(np.maximum(_frame_powers(samples), 1e-12))
    if not len(powers_db):
        return samples
    noise = float(np.percentile(powers_db, 10)) + NOISE_MARGIN_DB
    sounding = np.flatnonzero(powers_db > min(max(SILENCE_DBFS, noise), LOUDEST_SILENCE_DBFS))
    if not len(sounding):
        return samples[:0]
    first = max(0, int(sounding[0]) * FRAME - LEAD_MS * RATE_HZ // 1000)
    last = (int(sounding[-1]) + 1) * FRAME + TRAIL_MS * RATE_HZ // 1000
    return samples[first:last]


def faded(samples: Samples) -> Samples:
    """`samples` with FADE_MS of slope at both ends, so that neither clicks."""
    length = min(FADE_MS * RATE_HZ // 1000, len(samples) // 2)
    out = samples.copy()
    if length:
        slope = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
        out[:length] *= slope
        out[-length:] *= slope[::-1]
    return out


def from_pcm(pcm: bytes) -> Samples:
    """16-bit little-endian sound as floats."""
    samples: Samples = np.frombuffer(pcm, "<i2", count=len(pcm) // 2).astype(np.float32)
    return samples / np.float32(32768)


def to_pcm(samples: Samples) -> bytes:
    """Floats as 16-bit little-endian sound."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()


def telephone_pcm(pcm: bytes, rate_hz: int) -> bytes:
    """A whole prompt from 16-bit mono sound at any rate; empty if there is nothing but silence."""
    return to_pcm(faded(trimmed(levelled(resampled(from_pcm(pcm), rate_hz)))))


def _frame_powers(samples: Samples) -> NDArray[np.float64]:
    """Mean power of each 20 ms frame; the last one is filled with zeros."""
    missing = -len(samples) % FRAME
    whole = np.concatenate([samples, np.zeros(missing, np.float32)]).astype(np.float64)
    powers: NDArray[np.float64] = (whole.reshape(-1, FRAME) ** 2).mean(axis=1)
    return powers
