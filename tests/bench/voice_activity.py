"""Voice activity: when a voice and its end are noticed by Silero behind our gate, webrtcvad and plain energy."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from ivr.call import Listening, Pauses
from ivr.media.audio import level_dbfs
from ivr.media.voice_activity import VoiceActivity, VoiceModel
from ivr.speech.ear import Ear, EarSignal, VoiceDetector
from ivr.testing.sound import SPOKEN_DBFS, first_sound_s, last_sound_s, pcm_from_ulaw, speak, ulaw_from_pcm
from tests.bench.figures import Aim, Figure, Measured
from tests.speech_sets import SPEECH, kitchen_noise, recordings

NEEDS_STAGE = False
RATE_HZ = 8000
SILENCE_S = 0.7
LISTENING = Listening(phrases=None, pauses=Pauses(free_s=SILENCE_S, incomplete_s=SILENCE_S), longest_s=30)
LEAD_S, TAIL_S = 1.0, 2.5
LINE_NOISE_UNITS = 18
"""-65 dBFS, as measured on real calls."""
ROOMS: dict[str, float | None] = {"quiet": None, "20 dB": 20.0, "10 dB": 10.0}
VOICES = ("en-gb", "en-us", "en-gb-scotland", "en-gb+f3")
SENTENCES = ("when is my bin collected", "council tax", "i want to speak to a person", "yes please", "opening hours")
NUMBERS = ("four", "zero", "seven", "one", "nine", "two", "eight", "three", "six", "five")
STRINGS = 40
CHUNK_BYTES = 320

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn's sound, of a set: somebody speaks from `begin_ms` to `end_ms`."""

    of: str
    pcm: bytes
    begin_ms: float
    end_ms: float


@dataclass(slots=True, kw_only=True)
class Score:
    """What one detector made of all turns in one room."""

    turns: int = 0
    missed: int = 0
    false: int = 0
    cut: dict[str, tuple[int, int]]
    """Set → turns that ended before the caller did, and turns."""
    late_ms: list[float]

    def __str__(self) -> str:
        cut = ", ".join(f"{of} {100 * early / turns:.0f} %" for of, (early, turns) in self.cut.items())
        return (
            f"missed starts {100 * self.missed / self.turns:.1f} %, "
            f"false starts {100 * self.false / self.turns:.1f} %, cut early: {cut}"
        )


class WebRtc:
    """webrtcvad as a detector: its 10 ms decisions, and the majority of those that end in a frame of ours."""

    def __init__(self, mode: int) -> None:
        self._mode = mode
        self.reset()

    def reset(self) -> None:
        self._detector = webrtcvad.Vad(self._mode)
        self._waiting = b""

    def voiced(self, pcm: bytes) -> list[float]:
        sound, votes = self._waiting + pcm, []
        for at in range(0, len(sound) - 159, 160):
            votes.append(self._detector.is_speech(sound[at : at + 160], RATE_HZ))
        self._waiting = sound[len(votes) * 160 :]
        return [float(sum(votes) * 2 > len(votes))]


class Energy:
    """Louder than the quietest sound of the last two seconds by so many dB."""

    def __init__(self, over_db: float) -> None:
        self._over_db = over_db
        self.reset()

    def reset(self) -> None:
        self._levels: list[float] = []

    def voiced(self, pcm: bytes) -> list[float]:
        level = level_dbfs(pcm)
        self._levels = [*self._levels[-62:], level]
        return [float(level > min(self._levels) + self._over_db)]


async def measure(stage: object) -> Measured:
    """Every detector in front of the same ear, over the same turns."""
    spoken = await _spoken()
    noise, noise_is = await _noise()
    model = VoiceModel()
    detectors: dict[str, Callable[[], VoiceDetector]] = {
        "Silero, gated": lambda: VoiceActivity(model),
        "webrtcvad 2": lambda: WebRtc(2),
        "webrtcvad 3": lambda: WebRtc(3),
        "energy +9 dB": lambda: Energy(9),
    }
    figures: list[Figure] = []
    costs: list[Figure] = []
    evidence: dict[str, object] = {"speech": ", ".join(f"{len(of)} {name}" for name, of in spoken.items())}
    evidence["noise"] = noise_is
    turns = {
        room: [said for of, voices in spoken.items() for said in _turns(of, voices, noise, ratio_db)]
        for room, ratio_db in ROOMS.items()
    }
    for name, make in detectors.items():
        began_s = time.process_time()
        for room in ROOMS:
            score = _score(make(), turns[room])
            evidence[f"{name}, {room}"] = str(score)
            figures.append(_lateness(f"{name}, {room}", score, own=name.startswith("Silero")))
        heard_s = sum(len(said.pcm) / 16_000 for of in turns.values() for said in of)
        cost_ms = 1000 * (time.process_time() - began_s) / heard_s
        costs.append(Figure(name=f"voice activity, CPU per second of sound: {name}", unit="ms", values=[cost_ms]))
    return Measured(figures=figures + costs, evidence=evidence)


def _lateness(name: str, score: Score, *, own: bool) -> Figure:
    return Figure(
        name=f"end of a voice → noticed, beyond {1000 * SILENCE_S:.0f} ms silence: {name}",
        unit="ms",
        values=score.late_ms or [float("nan")],
        aims=[Aim(percentile=50, most=100), Aim(percentile=95, most=200)] if own else [],
    )


def _score(detector: VoiceDetector, turns: Sequence[Said]) -> Score:
    score = Score(turns=len(turns), cut={}, late_ms=[])
    for said in turns:
        voices, ends = _noticed(detector, said.pcm)
        score.false += any(at < said.begin_ms or at > said.end_ms + 250 for at in voices)
        ends = [at for at in ends if at > said.begin_ms]
        early, of = score.cut.get(said.of, (0, 0))
        score.cut[said.of] = early, of + 1
        if not any(said.begin_ms <= at <= said.end_ms + 250 for at in voices) and not ends:
            score.missed += 1
        elif ends and ends[0] < said.end_ms:
            score.cut[said.of] = early + 1, of + 1
        else:  # a turn without an end was as late as its sound is long, at least
            score.late_ms.append((ends[0] if ends else len(said.pcm) / 16) - said.end_ms - 1000 * SILENCE_S)
    return score


def _noticed(detector: VoiceDetector, pcm: bytes) -> tuple[list[float], list[float]]:
    """When voices and their ends were noticed, in ms of the sound."""
    ear = Ear(detector, LISTENING)
    voices: list[float] = []
    ends: list[float] = []
    for at in range(0, len(pcm), CHUNK_BYTES):
        noticed = ear.hear(pcm[at : at + CHUNK_BYTES])
        if noticed is not None:
            (voices if noticed is EarSignal.VOICE else ends).append((at + CHUNK_BYTES) / 16)
    return voices, ends


async def _spoken() -> dict[str, list[Samples]]:
    cache = Path("build/voices")
    rng = np.random.default_rng(1)
    said = [await speak(text, voice, cache=cache) for text in SENTENCES for voice in VOICES]
    digits = {voice: [_trimmed(await speak(text, voice, cache=cache)) for text in NUMBERS] for voice in VOICES}
    sets = {
        "synthetic sentences": [_trimmed(pcm) for pcm in said],
        "synthetic digit strings": [_string(one, rng) for one in digits.values() for _ in range(5)],
    }
    if (SPEECH / "index.tsv").is_file():
        by_speaker: dict[str, list[Samples]] = {}
        for recording in recordings("digits-fsdd"):
            by_speaker.setdefault(recording.name.split("_")[1], []).append(_trimmed(recording.pcm))
        speakers = list(by_speaker.values())
        sets["human digit strings"] = [_string(speakers[at % len(speakers)], rng) for at in range(STRINGS)]
        sets["human sentences (AN4)"] = [_trimmed(recording.pcm) for recording in recordings("an4")[::4]]
    return sets


async def _noise() -> tuple[Samples, str]:
    if (SPEECH / "noise" / "kitchen.wav").is_file():
        return _samples(kitchen_noise()), "a kitchen, recorded"
    talk = [_trimmed(await speak(text, voice)) for text in SENTENCES for voice in VOICES]
    babble = sum(np.resize(np.roll(np.concatenate(talk), 3777 * at), RATE_HZ * 20) for at in range(8))
    return np.asarray(babble), "eight synthetic voices at once: no room was recorded here"


def _turns(of: str, spoken: Sequence[Samples], noise: Samples, ratio_db: float | None) -> list[Said]:
    rng = np.random.default_rng(7)
    turns = []
    for voice in spoken:
        line = rng.normal(0, LINE_NOISE_UNITS, len(voice) + round((LEAD_S + TAIL_S) * RATE_HZ))
        begin = round(LEAD_S * RATE_HZ)
        line[begin : begin + len(voice)] += voice
        if ratio_db is not None:
            room = np.resize(np.roll(noise, -int(rng.integers(len(noise)))), len(line))
            line += room * (_units(SPOKEN_DBFS - ratio_db) / np.sqrt(np.mean(room**2)))
        pcm = pcm_from_ulaw(ulaw_from_pcm(_pcm(line)))
        turns.append(Said(of=of, pcm=pcm, begin_ms=begin / 8, end_ms=(begin + len(voice)) / 8))
    return turns


def _string(digits: Sequence[Samples], rng: np.random.Generator) -> Samples:
    """Six of `digits` with pauses of 0.2 to 0.6 s between them."""
    parts: list[Samples] = []
    for at in rng.integers(len(digits), size=6):
        parts += [digits[at], np.zeros(round(RATE_HZ * rng.uniform(0.2, 0.6)))]
    return np.concatenate(parts[:-1])


def _trimmed(pcm: bytes) -> Samples:
    """`pcm` at the level of a telephone network, from its first sound to its last."""
    samples = _samples(pcm)
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    powers = np.mean(frames**2, axis=1)
    levelled = _pcm(samples * _units(SPOKEN_DBFS) / np.sqrt(np.mean(powers[powers > powers.max() / 1000])))
    begin, end = (round(RATE_HZ * (at or 0.0)) for at in (first_sound_s(levelled), last_sound_s(levelled)))
    return _samples(levelled)[begin:end]


def _samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def _pcm(samples: Samples) -> bytes:
    return np.clip(samples, -32768, 32767).astype("<i2").tobytes()


def _units(dbfs: float) -> float:
    return float(32768 * 10 ** (dbfs / 20))
