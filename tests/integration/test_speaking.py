"""What callers hear: one loudness from every source, joins without clicks, slow words that are still words."""

from __future__ import annotations

import asyncio
import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.call import Prompt
from ivr.speech.models.model import find_model
from ivr.speech.prompts.levels import PEAK_DBFS, RATE_HZ, Samples, from_pcm, loudness_dbfs, to_pcm
from ivr.speech.prompts.prompt_store import PromptStore
from ivr.speech.prompts.voices import voice_named
from ivr.speech.recognition.recogniser_pool import RecogniserPool

TEXTS = ("Yes.", "Council tax?", "Welcome to Riverton Council. How can we help?", "It costs £24.50, from 3 May.")
FAULTS = ("soft", "clipped", "clicks", "noisy", "offset", "late")


@pytest.fixture
async def prompts(tmp_path: Path) -> PromptStore:
    return PromptStore(recordings=tmp_path, cache=tmp_path / "cache", voice=voice_named("gmw/en", rate_wpm=160))


def worsened(voice: Samples, fault: str) -> Samples:
    """`voice` as somebody records it who does not know better."""
    quiet = np.zeros(RATE_HZ * 3 // 2, np.float32)
    voice = np.concatenate([quiet, voice, quiet])
    match fault:
        case "soft":
            return 0.03 * voice
        case "clipped":
            return np.clip(5 * voice, -1, 1)
        case "clicks":
            clicked = 0.1 * voice
            clicked[RATE_HZ * 3 // 2 + 800 :: 7919] = 0.95
            return clicked
        case "noisy":
            return voice + np.random.default_rng(1).normal(0, 10 ** (-45 / 20), len(voice)).astype(np.float32)
        case "offset":
            return np.float32(0.5) * voice + np.float32(0.2)
        case _:
            return voice


def record(file: Path, samples: Samples) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        sound.writeframes(to_pcm(samples))


async def every_sound(prompts: PromptStore, folder: Path) -> list[Samples]:
    """Each text by the voice, and as recordings with each fault."""
    sounds = [from_pcm(await prompts.sound(Prompt(text=text))) for text in TEXTS]
    made = list(sounds)
    for number, (sound, fault) in enumerate(itertools.product(sounds, FAULTS)):
        record(folder / f"{number}.wav", worsened(sound, fault))
        made.append(from_pcm(await prompts.sound(Prompt(text="", recording=str(number)))))
    return made


async def test_every_prompt_is_as_loud_as_every_other_and_begins_at_once(prompts: PromptStore, tmp_path: Path) -> None:
    sounds = await every_sound(prompts, tmp_path)
    levels = [loudness_dbfs(sound) for sound in sounds]
    assert max(levels) - min(levels) <= 2.0
    for sound in sounds:
        assert np.abs(sound).max() <= 10 ** (PEAK_DBFS / 20) + 1e-3
        assert np.flatnonzero(np.abs(sound) > 0.03)[0] <= 0.100 * RATE_HZ
    for sound in sounds[: len(TEXTS)]:
        assert np.flatnonzero(np.abs(sound) > 0.003)[0] <= 0.050 * RATE_HZ


async def test_no_join_of_any_two_prompts_clicks(prompts: PromptStore, tmp_path: Path) -> None:
    for before, after in itertools.pairwise(await every_sound(prompts, tmp_path)):
        seam = np.abs(np.diff(np.concatenate([before[-8:], after[:8]])))
        assert seam.max() <= 0.01


async def test_words_that_are_said_slowly_are_still_words(tmp_path: Path) -> None:
    """Decoded by the bundled model: what callers ask to hear again slowly must be at least as clear."""
    phrases = ("bin collection", "council tax", "housing repairs", "opening hours", "one two three four")
    prompts = PromptStore(recordings=tmp_path, cache=tmp_path, voice=voice_named("gmw/en", rate_wpm=160))
    recogniser = RecogniserPool(find_model(), workers=1)
    await recogniser.start()
    try:
        for phrase in phrases:
            plain = await prompts.sound(Prompt(text=phrase))
            slow = await prompts.sound(Prompt(text=phrase, slowly=True))
            assert len(slow) == pytest.approx(1.25 * len(plain), rel=0.02)
            assert np.abs(np.diff(from_pcm(slow))).max() <= 1.1 * np.abs(np.diff(from_pcm(plain))).max()
            utterance = await recogniser.open((*phrases, "garden waste", "a person"))
            for start in range(0, len(slow), 320):
                utterance.feed(slow[start : start + 320])
            utterance.feed(bytes(6400))
            assert (await asyncio.wait_for(utterance.finish(), 20))[0].text == phrase
    finally:
        await recogniser.close()
