"""What is said to the recogniser offline: people's recordings where they are, synthetic voices always, noise.

A case is one recording at one place where answers are listened for. Texts beside the menus, and people's single words
and sentences there, are off-topic: whatever is made of them is wrong.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ivr.dialogue.loader import load_flow
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES_NO, Option
from ivr.testing.noises import NOISES
from ivr.testing.sound import pcm_from_ulaw, silence, speak, ulaw_from_pcm
from tests.bench.stage import VOICES
from tests.speech_sets import SPEECH, Recording, kitchen_noise, recordings

DEMO = Path("tests/flows/plans/council.yaml")
FIT_VOICES = ("en-gb", "en-us+m3", "en-gb-scotland", "en-gb-x-rp+f2", "en-029", "en-us+f4", "en-gb-x-gbclan+m2")
BENCH_VOICES = ("en-us", "en-gb+f3", "en-gb-x-rp", "en-gb-scotland+f1")
"""None of them is among those that the bundled calibration was fitted to."""
TEN = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MENUS = ("main", "bins", "council_tax", "urgent")
EVERYWHERE = ("repeat", "say that again", "main menu", "agent", "operator", "speak to a person", "slower")
IN_A_SENTENCE = ("{} please", "um, {}", "i'd like {} please", "it's about {}", "hello, {}", "i want {}")
"""What callers say around an answer."""
OFF_TOPIC = (
    "what is the weather like today",
    "i went shopping with my sister",
    "the dog is barking outside",
    "hold on a second please",
    "sorry i am driving",
    "turn the radio down",
    "my husband will call you back",
    "who is there",
    "it is very cold this morning",
    "where did you put the keys",
    "let me think about that",
    "i don't know what to say",
    "she said it would be ready",
    "can you hear me",
    "dinner is on the table",
    "we should leave in ten minutes",
    "passport",
    "good morning",
    "football",
    "library",
    "a cup of coffee",
    "the train was late again",
    "happy birthday",
    "i would like a pizza",
    "this is ridiculous",
    "mister johnson",
    "blue car",
)
HESITATING = "hesitations, synthetic"
HESITATIONS = ("er", "um", "uh", "erm", "er, er", "um, er", "hmm", "ah", "mm")
"""Said alone they mean nothing, and sound like the ends of words that do ("person", "hours")."""
LEAD_MS, TAIL_MS = 150, 300
NO_SPEECH_MS = (300, 500, 800, 1200, 1700, 2500, 3500, 5000)
QUIET = "quiet"
NOISE_DB = {"kitchen 20 dB": 20.0, "kitchen 10 dB": 10.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One recording at one place; `means` is the name and value that it must be understood as, None if nothing."""

    of: str
    speaker: str
    place: str
    text: str
    means: tuple[str, str] | None
    pcm: bytes
    noise: str = QUIET


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where answers are listened for."""

    expectation: Expectation
    phrases: tuple[str, ...] | None

    def means(self, text: str) -> tuple[str, str] | None:
        """What a text means here."""
        found = self.expectation.words().meanings(self.expectation.sounds_like.sounds(text))
        return (found[0].name, found[0].value) if found else None


def places() -> Mapping[str, Place]:
    """The steps of the demo where something is said, and lists of single words."""
    found = {
        "ten words": Expectation(options=_each(TEN)),
        "one digit": Expectation(counted=DigitString(lengths=frozenset({1}))),
        "yes or no": Expectation(options=YES_NO),
    }
    flow = load_flow(DEMO)
    for name, step in flow.steps.items():
        expectation = step.verb.expectation()
        if expectation is not None:
            found[name] = replace(expectation, sounds_like=flow.sounds_like)
    return {
        name: Place(expectation=expectation, phrases=expectation.listening(Manner()).phrases)
        for name, expectation in found.items()
    }


async def cases(voices: tuple[str, ...]) -> list[Case]:
    """Everything, in quiet and in noise, through µ-law, in the same order in every run."""
    here = places()
    human = (SPEECH / "index.tsv").is_file()
    clean = [*(_human(here) if human else []), *await _synthetic(here, voices), *_no_speech()]
    clean += await _hesitations(voices)
    return _on_the_line(clean, kitchen_noise() if human else None)


def _each(words: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(name=word, phrases=(word,), spoken=word) for word in words)


def _case(of: str, speaker: str, place: str, text: str, here: Mapping[str, Place], pcm: bytes) -> Case:
    return Case(of=of, speaker=speaker, place=place, text=text, means=here[place].means(text), pcm=pcm)


def _human(here: Mapping[str, Place]) -> list[Case]:
    digits, words = recordings("digits-fsdd"), recordings("words-speech-commands")
    found = [_case("digits, people", _speaker(one), "one digit", one.text, here, one.pcm) for one in digits]
    found += _counted(digits)
    for one in words:
        speaker = one.name.rpartition("-")[2].partition("_")[0]
        wanted = {"ten words": TEN, "one digit": DIGITS, "yes or no": ("yes", "no"), "main": (), "council_tax": ()}
        for place, inside in wanted.items():
            means = here[place].means(one.text)
            if (means is None) == (one.text in inside):
                continue  # what the plan takes for something else than this set does
            of = "words, people" if one.text in inside else "other words, people"
            found.append(Case(of=of, speaker=speaker, place=place, text=one.text, means=means, pcm=one.pcm))
    for one in recordings("an4")[::2]:
        for place in ("main", "bins", "urgent", "one digit"):
            if here[place].means(one.text) is None and not (place == "urgent" and {"yes", "no"} & {*one.text.split()}):
                speaker = one.name.split("-")[1]
                found.append(
                    Case(of="sentences, people", speaker=speaker, place=place, text=one.text, means=None, pcm=one.pcm)
                )
    return found


def _counted(digits: list[Recording], strings: int = 100) -> list[Case]:
    """Six digits of one speaker each, in one breath or with pauses."""
    chance = random.Random(5)
    by_speaker: dict[str, list[Recording]] = {}
    for one in digits:
        by_speaker.setdefault(_speaker(one), []).append(one)
    made = []
    for number in range(strings):
        speaker = sorted(by_speaker)[number % len(by_speaker)]
        chosen = chance.choices(by_speaker[speaker], k=6)
        pcm = b"".join(silence(chance.randint(60, 400)) + one.pcm for one in chosen)
        value = "".join(str(DIGITS.index(one.text)) for one in chosen)
        made.append(
            Case(
                of="six digits, people", speaker=speaker, place="reference", text=value, means=("given", value), pcm=pcm
            )
        )
    return made


async def _synthetic(here: Mapping[str, Place], voices: tuple[str, ...]) -> list[Case]:
    found = []
    chance = random.Random(6)
    for voice in voices:
        for place in MENUS:
            options = here[place].expectation.options
            phrases = tuple(phrase for option in options for phrase in option.phrases)
            for text in (*phrases, *(EVERYWHERE if place == MENUS[0] else ())):
                pcm = await speak(text, voice, cache=VOICES)
                found.append(_case("menus, synthetic", voice, place, text, here, pcm))
            if place != "urgent":  # nobody would like a yes
                found += await _in_a_sentence(here, voice, place)
            for text in (text for text in OFF_TOPIC if here[place].means(text) is None):
                pcm = await speak(text, voice, cache=VOICES)
                found.append(Case(of="off-topic, synthetic", speaker=text, place=place, text=text, means=None, pcm=pcm))
        for text in DIGITS:
            pcm = await speak(text, voice, cache=VOICES)
            found.append(_case("digits, synthetic", voice, "one digit", text, here, pcm))
        for _ in range(8):
            value = "".join(chance.choices("0123456789", k=6))
            said = [DIGITS[int(digit)] for digit in value]
            pcm = await speak(" ".join(said[:3]) + ", " + " ".join(said[3:]), voice, cache=VOICES)
            means = ("given", value)
            found.append(
                Case(of="six digits, synthetic", speaker=voice, place="reference", text=value, means=means, pcm=pcm)
            )
    return found


async def _in_a_sentence(here: Mapping[str, Place], voice: str, place: str) -> list[Case]:
    """Each option of a menu twice, by its first phrase and in two of the sentences."""
    options = here[place].expectation.options
    found = []
    for at, option in enumerate((*options, *options), start=len(voice)):  # each voice has others
        text = IN_A_SENTENCE[at % len(IN_A_SENTENCE)].format(option.phrases[0])
        pcm = await speak(text, voice, cache=VOICES)
        means = (option.name, "")
        of = "menus in a sentence, synthetic"
        found.append(Case(of=of, speaker=voice, place=place, text=text, means=means, pcm=pcm))
    return found


async def _hesitations(voices: tuple[str, ...]) -> list[Case]:
    said = [(voice, text, await speak(text, voice, cache=VOICES)) for voice in voices for text in HESITATIONS]
    return [
        Case(of=HESITATING, speaker=voice, place=place, text=text, means=None, pcm=pcm)
        for voice, text, pcm in said
        for place in (*MENUS, "one digit", "reference")
    ]


def _no_speech() -> list[Case]:
    return [
        Case(of="no speech", speaker=name, place=place, text="", means=None, pcm=sound(duration_ms))
        for name, sound in NOISES.items()
        for duration_ms in NO_SPEECH_MS
        for place in (*MENUS, "one digit", "reference")
    ]


def _on_the_line(clean: list[Case], kitchen: bytes | None) -> list[Case]:
    chance = random.Random(7)
    found = []
    for case in clean:
        padded = silence(LEAD_MS) + case.pcm + silence(TAIL_MS)
        found.append(replace(case, pcm=_coded(padded)))
        if kitchen is not None and case.of != "no speech" and chance.random() < 0.4:
            noise = chance.choice(list(NOISE_DB))
            found.append(replace(case, pcm=_coded(_mixed(padded, kitchen, NOISE_DB[noise], chance)), noise=noise))
    if kitchen is not None:
        for number in range(40):
            at = chance.randrange(0, len(kitchen) // 2 - 20_000) * 2
            loud = _mixed(silence(2000), kitchen[at:], 0.0, chance)
            for place in (*MENUS, "one digit", "reference"):
                found.append(
                    Case(of="no speech", speaker=f"kitchen {number}", place=place, text="", means=None, pcm=loud)
                )
    return found


def _mixed(pcm: bytes, kitchen: bytes, ratio_db: float, chance: random.Random) -> bytes:
    """`pcm` with noise that is `ratio_db` softer than its speech; under silence, noise as loud as speech."""
    said = np.frombuffer(pcm, "<i2").astype(float)
    noise = np.frombuffer(kitchen, "<i2").astype(float)
    at = chance.randrange(0, max(1, len(noise) - len(said)))
    noise = np.resize(noise[at:], len(said))
    power = said**2
    loud = power[power > power.max() * 1e-4].mean() if power.any() else (32768 * 10 ** (-24 / 20)) ** 2
    noise *= np.sqrt(loud / np.mean(noise**2)) * 10 ** (-ratio_db / 20)
    return bytes(np.clip(said + noise, -32768, 32767).astype("<i2").tobytes())


def _coded(pcm: bytes) -> bytes:
    return pcm_from_ulaw(ulaw_from_pcm(pcm))


def _speaker(one: Recording) -> str:
    return one.name.rpartition("/")[2].split("_")[1]
