"""What the bench's callers say: human recordings where they are, and synthetic voices always."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.testing.sound import BYTES_PER_MS, first_sound_s, last_sound_s, level_dbfs, silence, speak
from tests.bench.stage import VOICES
from tests.speech_sets import SPEECH, Recording, recordings

VOICE_NAMES = ("en-gb", "en-us", "en-gb-scotland")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS = (
    "bed",
    "bird",
    "cat",
    "dog",
    "down",
    "go",
    "happy",
    "house",
    "left",
    "no",
    "off",
    "on",
    "right",
    "stop",
    "tree",
    "up",
    "wow",
    "yes",
)
"""Of the set of single words, those that the bundled model knows: the choices of step `words` in plans/bench.yaml."""
PHRASES = {
    "council tax": "council_tax",
    "opening hours": "opening_hours",
    "recycling": "bins",
    "moving house": "council_tax",
    "bin collection": "bins",
}
QUESTIONS = ("how do i pay my council tax", "what are your opening hours", "can i pay by direct debit")
COUNTED = 4
"""Digits of a counted string, as step `counted` wants them."""
GAPS_MS = (150, 800)
"""Between two counted digits: from fluent to somebody who reads them off a letter."""
LEAD_MS = 100
RANGE_DB = 28.0
"""Sound that is this much softer than the loudest 10 ms of a recording is its background: speech has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Something that is said in `step`; `pcm` may go on with background after its last voiced sample at `ends_ms`."""

    of: str
    """The set."""
    step: str
    text: str
    means: str | None
    """What the plan must make of it; None: whatever it makes of it is not judged."""
    pcm: bytes
    ends_ms: int


async def all_samples() -> dict[str, list[Sample]]:
    """Set → its samples, in an order that is the same in every run."""
    human = (SPEECH / "index.tsv").is_file()
    digits = recordings("digits-fsdd") if human else await _synthetic("digits", DIGITS)
    words = recordings("words-speech-commands") if human else await _synthetic("words", WORDS)
    phrases = await _synthetic("phrases", tuple(PHRASES))
    questions = await _synthetic("questions", QUESTIONS)
    found = {
        "digits": [_sample(one, "digit", str(DIGITS.index(one.text))) for one in digits],
        "words": [_sample(one, "words", one.text) for one in words if one.text in WORDS],
        "phrases": [_sample(one, "menu", PHRASES[one.text]) for one in phrases],
        "counted": _counted(digits),
        "questions": [_sample(one, "question", None) for one in questions],
    }
    for samples in found.values():
        random.Random(1).shuffle(samples)
    return found


async def _synthetic(of: str, texts: Sequence[str]) -> list[Recording]:
    spoken = await asyncio.gather(*(speak(text, voice, cache=VOICES) for text in texts for voice in VOICE_NAMES))
    named = [(text, voice) for text in texts for voice in VOICE_NAMES]
    return [
        Recording(of=f"{of}-synthetic", name=f"{voice}/{text}", text=text, pcm=pcm)
        for (text, voice), pcm in zip(named, spoken, strict=True)
    ]


def _sample(one: Recording, step: str, means: str | None) -> Sample:
    begins_ms, ends_ms = _voiced_ms(one.pcm)
    kept_from_ms = max(0, begins_ms - LEAD_MS)
    pcm = one.pcm[kept_from_ms * BYTES_PER_MS :]
    return Sample(of=one.of, step=step, text=one.text, means=means, pcm=pcm, ends_ms=ends_ms - kept_from_ms)


def _counted(digits: Sequence[Recording], strings: int = 60) -> list[Sample]:
    """Strings of single digits of one speaker each, with pauses between them."""
    chance = random.Random(2)
    by_speaker: dict[str, list[Recording]] = {}
    for one in digits:
        by_speaker.setdefault(_speaker(one), []).append(one)
    made = []
    for number in range(strings):
        speaker = sorted(by_speaker)[number % len(by_speaker)]
        chosen = chance.choices(by_speaker[speaker], k=COUNTED)
        pcm = b""
        for place, one in enumerate(chosen):
            begins_ms, ends_ms = _voiced_ms(one.pcm)
            pcm += silence(chance.randint(*GAPS_MS)) if place else silence(LEAD_MS)
            pcm += one.pcm[begins_ms * BYTES_PER_MS : ends_ms * BYTES_PER_MS]
        made.append(
            Sample(
                of=f"{chosen[0].of}, counted",
                step="counted",
                text=" ".join(one.text for one in chosen),
                means="".join(str(DIGITS.index(one.text)) for one in chosen),
                pcm=pcm,
                ends_ms=len(pcm) // BYTES_PER_MS,
            )
        )
    return made


def _speaker(one: Recording) -> str:
    """``digits-fsdd/4_nicolas_0.wav`` and ``en-gb/four`` name their speaker."""
    folder, _, name = one.name.rpartition("/")
    parts = name.split("_")
    return parts[1] if len(parts) == 3 else folder


def _voiced_ms(pcm: bytes) -> tuple[int, int]:
    """Where the voice in `pcm` begins and ends."""
    softest = max(level_dbfs(pcm[at : at + 160]) for at in range(0, len(pcm) - 159, 160)) - RANGE_DB
    begin_s, end_s = first_sound_s(pcm, softest), last_sound_s(pcm, softest)
    return round(1000 * (begin_s or 0)), round(1000 * (end_s or 0))


def cough() -> bytes:
    """A burst of noise that dies away within 250 ms: nothing in it is voiced."""
    return _burst(250, 60, -18.0)


def door() -> bytes:
    """A thud of 80 ms."""
    return _burst(80, 15, -14.0)


def _burst(duration_ms: int, dies_ms: float, loudest_dbfs: float) -> bytes:
    at_ms = np.arange(duration_ms * 8) / 8
    noise = np.random.default_rng(3).normal(0, 10 ** (loudest_dbfs / 20), len(at_ms))
    samples = np.clip(noise * np.exp(-at_ms / dies_ms), -1, 1) * 32767
    return bytes(samples.astype("<i2").tobytes())
