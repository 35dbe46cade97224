"""Where the human recordings for tuning lie, and the tests that need them: they are not part of this repository."""

from __future__ import annotations

import csv
import os
import wave
from dataclasses import dataclass
from pathlib import Path

import pytest

SPEECH = Path(os.environ.get("IVR_TEST_SPEECH", "../shared/speech"))
"""A folder with ``index.tsv`` (set, file, text, source) and 8 kHz 16-bit mono WAV files."""

needs_speech = pytest.mark.skipif(
    not (SPEECH / "index.tsv").is_file(),
    reason=f"no human recordings in {SPEECH}: set IVR_TEST_SPEECH to a folder with index.tsv",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Somebody who said `text` (lower case)."""

    of: str
    """The set, e.g. ``digits-fsdd``."""
    name: str
    text: str
    pcm: bytes


def recordings(of: str) -> list[Recording]:
    """Every recording of one set, in the order of the index."""
    with (SPEECH / "index.tsv").open(encoding="utf-8", newline="") as index:
        rows = [row for row in csv.DictReader(index, delimiter="\t") if row["set"] == of]
    return [Recording(of=of, name=row["file"], text=row["text"].lower(), pcm=_pcm(row["file"])) for row in rows]


def kitchen_noise() -> bytes:
    """Noise of a kitchen, 8 kHz 16-bit mono."""
    return _pcm("noise/kitchen.wav")


def _pcm(name: str) -> bytes:
    with wave.open(str(SPEECH / name), "rb") as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2), name
        return sound.readframes(sound.getnframes())
