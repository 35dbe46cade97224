"""The same sound, slower, at the same pitch: waveform-similarity overlap-add (Verhelst and Roelands, 1993)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ivr.speech.prompts.levels import RATE_HZ, Samples, from_pcm, to_pcm

FACTOR = 1.25
"""How much longer: 160 words a minute become 128, which is slow without sounding drunk."""
WINDOW_MS = 30
"""Two periods of a deep voice (66 Hz); longer windows smear consonants."""
SEARCH_MS = 8
"""How far a piece may be taken from its place to fit the piece before: half a period of 62 Hz, either way."""


def slower(pcm: bytes, factor: float = FACTOR) -> bytes:
    """`pcm` (8 kHz, 16 bit, mono) `factor` times as long; blocks, about 1 ms of CPU a second of sound.

    Pieces of WINDOW_MS are laid down half overlapping; each is taken from near its place in the original, from where
    it continues the piece before best (greatest normalised correlation), so that periods meet and nothing clicks.
    """
    samples = from_pcm(pcm)
    half = WINDOW_MS * RATE_HZ // 2000
    if len(samples) <= 4 * half or factor <= 1.0:
        return pcm
    search = SEARCH_MS * RATE_HZ // 1000
    padded = np.concatenate([np.zeros(search, np.float32), samples, np.zeros(search + 3 * half, np.float32)])
    energy = np.concatenate([[0.0], np.cumsum(padded.astype(np.float64) ** 2)])
    rise, fall = _slopes(half)
    pieces = int(np.ceil(len(samples) * factor / half))
    out = np.empty(pieces * half, np.float32)
    tail = padded[search : search + half]
    for number in range(pieces):
        place = min(round(number * half / factor), len(samples) - half) + search
        start = _best(padded, energy, tail, place, search) if number else search
        piece = padded[start : start + half]
        out[number * half : (number + 1) * half] = tail * fall + piece * rise
        tail = padded[start + half : start + 2 * half]
    return to_pcm(out[: round(len(samples) * factor)])


def _best(padded: Samples, energy: NDArray[np.float64], tail: Samples, place: int, search: int) -> int:
    """The start within `search` of `place` whose piece is most like `tail`, what would have come by itself."""
    low = place - search
    length = len(tail)
    likeness = np.correlate(padded[low : place + search + length], tail, mode="valid")
    strengths = energy[low + length : low + length + len(likeness)] - energy[low : low + len(likeness)]
    return low + int(np.argmax(likeness / np.sqrt(strengths + 1e-6)))


@lru_cache(maxsize=2)
def _slopes(length: int) -> tuple[Samples, Samples]:
    """A rising half of a Hann window, and what is missing to one."""
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)).astype(np.float32)
    return rise, np.float32(1) - rise
