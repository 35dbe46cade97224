"""What the demo says: its loudness, its first sound, and what a voice and a slower pace cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ivr.dialogue import load_flow
from ivr.errors import SettingsError
from ivr.knowledge import Knowledge
from ivr.plan_articles import articles_of
from ivr.settings import Settings
from ivr.speech.prompts.levels import RATE_HZ, SILENCE_DBFS, Samples, from_pcm, loudness_dbfs, to_pcm
from ivr.speech.prompts.recordings import read_recording
from ivr.speech.prompts.saying import Saying
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS, read_pronunciations
from ivr.speech.prompts.slower import FACTOR, slower
from ivr.speech.prompts.voices import voice_named
from ivr.testing.sound import write_wav
from tests.bench.figures import Aim, Figure, Measured, Void
from tests.bench.loudness import lufs

NEEDS_STAGE = False
ENGINES = {"pyttsx3": "gmw/en", "RHVoice": "rhvoice:alan"}
DEADLINE_S = 20.0
RECORDED = 8
"""So many prompts are made into recordings as people make them, in each of FAULTS."""
LONG_S = 10.0


async def measure(stage: object) -> Measured:
    """Every text of the demo by each engine that is there; needs no Asterisk."""
    settings = Settings.read()
    texts = _texts(settings)
    sounds: dict[str, list[bytes]] = {}
    took_ms: dict[str, list[float]] = {}
    missing: dict[str, str] = {}
    for engine, name in (ENGINES | {"the settings' voice": settings.voice}).items():
        if name in list(ENGINES.values()) and engine not in ENGINES:
            continue
        try:
            sounds[engine], took_ms[engine] = await _rendered(name, settings.speech_rate_wpm, texts)
        except SettingsError as fault:
            missing[engine] = str(fault)
    if not sounds:
        raise Void(f"no voice speaks: {missing}")
    spoken = next(iter(sounds.values()))
    sounds["recordings"] = _recorded(spoken[:RECORDED])
    figures = [figure for name, made in sounds.items() for figure in _heard(name, made)]
    every = [sound for made in sounds.values() for sound in made]
    figures.append(_spread("loudness, everything together", [loudness_dbfs(from_pcm(sound)) for sound in every], "dB"))
    figures += [Figure(name=f"rendering a prompt, {name}", unit="ms", values=taken) for name, taken in took_ms.items()]
    figures.append(_slowing(spoken))
    return Measured(figures=figures, evidence={"texts": len(texts), "not there": missing})


def _texts(settings: Settings) -> list[str]:
    flow = load_flow(settings.helpline)
    knowledge = Knowledge(articles_of(flow))
    saying = Saying(language=flow.language, pronunciations=read_pronunciations(settings.prompts / PRONUNCIATIONS))
    return sorted({saying.spoken(prompt.text) for prompt in flow.prompts(knowledge.answers()) if prompt.text.strip()})


async def _rendered(name: str, rate_wpm: int, texts: Sequence[str]) -> tuple[list[bytes], list[float]]:
    voice = voice_named(name, rate_wpm=rate_wpm)
    await voice.identity()
    made, took_ms = [], []
    for text in texts:
        started = time.perf_counter()
        sound = await voice.render(text, deadline_s=DEADLINE_S)
        took_ms.append(1000 * (time.perf_counter() - started))
        if sound is None:
            raise Void(f"{name} has no sound for a text of the demo")
        made.append(sound)
    return made, took_ms


def _recorded(sounds: Sequence[bytes]) -> list[bytes]:
    """The same prompts as recordings of several makes, as the service takes them."""
    noise = np.random.default_rng(1)
    taken = []
    with TemporaryDirectory() as folder:
        for sound in sounds:
            voice = np.concatenate([np.zeros(RATE_HZ, np.float32), from_pcm(sound), np.zeros(RATE_HZ, np.float32)])
            clicks = 0.1 * voice
            clicks[RATE_HZ + 2000 :: 9000] = 0.95
            rooms = 0.3 * voice + noise.normal(0, 10 ** (-60 / 20), len(voice))
            for made in (0.05 * voice, np.clip(4 * voice, -1, 1), clicks, rooms, voice / 2 + 0.1):
                file = Path(folder) / "recording.wav"
                write_wav(file, to_pcm(made.astype(np.float32)))
                taken.append(read_recording(file))
    return taken


def _heard(name: str, sounds: Sequence[bytes]) -> list[Figure]:
    """How even the sounds of one voice are, by the service's measure and by BS.1770, and how soon they begin."""
    samples = [from_pcm(sound) for sound in sounds]
    return [
        _spread(f"loudness, {name}", [loudness_dbfs(one) for one in samples], "dB"),
        _spread(
            f"the same by BS.1770, {name}", [lufs(one.astype(np.float64), RATE_HZ) for one in samples], "LU", aim=None
        ),
        Figure(
            name=f"silence before the first sound, {name}",
            unit="ms",
            values=[_first_sound_ms(one) for one in samples],
            aims=[Aim(percentile=100, most=50)],
        ),
    ]


def _spread(name: str, levels: Sequence[float], unit: str, *, aim: float | None = 2.0) -> Figure:
    """Loudest against softest. The aim is in the measure that levels.py states."""
    aims = [Aim(percentile=100, most=aim)] if aim is not None else []
    return Figure(name=name, unit=unit, values=[max(levels) - min(levels)], aims=aims)


def _first_sound_ms(samples: Samples) -> float:
    """To the first 5 ms above the level of silence."""
    step = RATE_HZ // 200
    whole = samples[: len(samples) // step * step].reshape(-1, step)
    levels = 10 * np.log10(np.maximum((whole.astype(np.float64) ** 2).mean(axis=1), 1e-12))
    return float(np.flatnonzero(levels > SILENCE_DBFS)[0]) * 5


def _slowing(sounds: Sequence[bytes]) -> Figure:
    """CPU of slowing LONG_S of sound; the stretched length is looked at."""
    long = b"".join(sounds)[: int(LONG_S * RATE_HZ) * 2]
    taken = []
    for _ in range(20):
        started = time.thread_time()
        slow = slower(long)
        taken.append(1000 * (time.thread_time() - started))
        if abs(len(slow) / len(long) / FACTOR - 1) > 0.02:
            raise Void(f"slowed sound is {len(slow) / len(long)} times as long")
    seconds = len(long) / (2 * RATE_HZ)
    return Figure(
        name=f"slowing {seconds:.0f} s of sound, CPU", unit="ms", values=taken, aims=[Aim(percentile=95, most=50)]
    )
