"""How a recording sounds: its length, loudness and speed, whether it is clipped, and what is wrong with that."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.speech.prompts.levels import (
    LOUDNESS_DBFS,
    RATE_HZ,
    Samples,
    from_pcm,
    levelled,
    loudness_dbfs,
    resampled,
    trimmed,
)
from ivr.speech.prompts.recordings import find_recording

TOO_QUIET_DBFS = LOUDNESS_DBFS - 15.0
"""What is softer has to be raised by more than 15 dB when it is played, and the noise of its room with it."""
TOO_LOUD_DBFS = -10.0
"""The peaks of speech lie 12 dB and more above its mean (ITU-T P.56 speech): what is louder has lost them."""
CLIPPED_SAMPLES = 4
"""That many equal samples at the very peak are a flat top; a whole wave has at most two or three there."""
CLIPPED_TOPS = 3
"""So many flat tops are heard as a rasp."""
CLIPPED_PEAK = 0.5
"""Of full scale; a softer recording whose peaks repeat is coarse, not clipped."""
MOST_SILENCE_S = 1.5
"""At both ends together."""
FASTEST_WPM = 190
"""Words per minute. British radio talks have 150 to 170 on average; above 190 counts as faster than normal (Tauroza
and Allison, "Speech rates in British English", Applied Linguistics 11, 1990)."""
LEAST_WORDS = 8
"""Fewer words tell no speed: a "Wait." of half a second is not too fast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What was measured of one recording."""

    seconds: float
    """Of what callers hear: without the silence at its ends."""
    silence_s: float
    """At both ends, cut off when it is played."""
    loudness_dbfs: float
    """Before it is levelled; -inf for a recording of nothing but silence."""
    flat_tops: int
    words_per_minute: float
    """0 if it says too few words to tell."""


def measured(folder: Path, name: str, spoken: str) -> Take | None:
    """The recording `name` in `folder`, which says `spoken`; None if there is none. Reads the file twice; blocks.

    Raises SettingsError if the service could not play it: a wrong format, or a wrong place.
    """
    if find_recording(folder, name) is None:
        return None
    with wave.open(str(folder / f"{name}.wav"), "rb") as sound:  # as `find_recording` has seen: mono, 16 bit
        rate_hz, pcm = sound.getframerate(), sound.readframes(sound.getnframes())
    raw = from_pcm(pcm)
    telephone = resampled(raw, rate_hz)
    loudness = loudness_dbfs(telephone)
    level = levelled(telephone)
    heard = trimmed(level)
    seconds, words = len(heard) / RATE_HZ, len(spoken.split())
    return Take(
        seconds=seconds or len(level) / RATE_HZ,
        silence_s=(len(level) - len(heard)) / RATE_HZ if len(heard) else 0.0,
        loudness_dbfs=loudness,
        flat_tops=_flat_tops(raw),
        words_per_minute=60 * words / seconds if seconds and words >= LEAST_WORDS else 0.0,
    )


def faults(take: Take) -> Iterator[tuple[str, str]]:
    """What is wrong with `take`: a rule, and a sentence that says how to mend it."""
    if not np.isfinite(take.loudness_dbfs):
        return  # a pause, on purpose
    if take.loudness_dbfs < TOO_QUIET_DBFS:
        yield (
            "too-quiet",
            f"too quiet ({take.loudness_dbfs:.0f} dBFS, at least {TOO_QUIET_DBFS:.0f}): raising it raises its noise; "
            "record it nearer to the microphone",
        )
    if take.loudness_dbfs > TOO_LOUD_DBFS:
        yield (
            "too-loud",
            f"too loud ({take.loudness_dbfs:.0f} dBFS, at most {TOO_LOUD_DBFS:.0f}); record it with less gain",
        )
    if take.flat_tops >= CLIPPED_TOPS:
        yield "clipped", f"clipped ({take.flat_tops} flat peaks); record it with less gain"
    if take.silence_s > MOST_SILENCE_S:
        yield (
            "silence",
            f"{take.silence_s:.1f} s of silence at its ends (at most {MOST_SILENCE_S:g} s), which is cut when it is "
            "played; cut the file, so that no click in it stays",
        )
    if take.words_per_minute > FASTEST_WPM:
        yield (
            "too-fast",
            f"too fast ({take.words_per_minute:.0f} words per minute, at most {FASTEST_WPM}); say it more slowly",
        )


def _flat_tops(raw: Samples) -> int:
    """Runs of CLIPPED_SAMPLES and more at the highest, and at the lowest, sample of all."""
    tops = 0
    for signed in (raw, -raw):
        peak = signed.max(initial=0.0)
        if peak >= CLIPPED_PEAK:
            edges = np.diff(np.concatenate([[0], (signed >= peak).astype(np.int8), [0]]))
            tops += int((np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1) >= CLIPPED_SAMPLES).sum())
    return tops
