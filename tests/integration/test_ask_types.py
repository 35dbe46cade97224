"""Each type of answer said by synthetic voices through µ-law to the bundled model: what share is understood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from ivr.call import Heard, Means, Outcome
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.fillers import words_of
from ivr.dialogue.words.options import Option
from ivr.dialogue.words.types.answer_type import AnswerType
from ivr.dialogue.words.types.clock_time import ClockTime
from ivr.dialogue.words.types.code import code
from ivr.dialogue.words.types.day import Day, Direction
from ivr.dialogue.words.types.money import Money
from ivr.dialogue.words.types.number import Number
from ivr.dialogue.words.types.one_of import OneOf
from ivr.dialogue.words.types.phone_number import PhoneNumber
from ivr.dialogue.words.types.postcode import postcode
from ivr.speech.models.model import find_model
from ivr.speech.recognition.recogniser_pool import RecogniserPool
from ivr.testing.sound import pcm_from_ulaw, silence, speak, ulaw_from_pcm

VOICES = ("en-us", "en-gb+f3", "en-gb-x-rp")
WASTE = OneOf(
    options=(
        Option(name="green", phrases=("green", "green bin"), spoken="green"),
        Option(name="paper", phrases=("paper", "cardboard"), spoken="paper"),
        Option(name="food", phrases=("food", "food waste"), spoken="food"),
    )
)
SAID: dict[str, tuple[AnswerType, tuple[str, ...], int]] = {
    "number": (Number(most=999), ("two hundred and five", "forty seven", "fifteen"), 8),
    "money": (Money(), ("twelve pounds fifty", "fifty pence", "a hundred and twenty pounds"), 7),
    "date": (
        Day(direction=Direction.EITHER, today=date(2026, 11, 23)),
        ("next Tuesday", "the third of May", "in two weeks"),
        8,
    ),
    "time": (ClockTime(), ("half past three", "quarter to nine", "three thirty p m"), 6),
    "phone number": (
        PhoneNumber(),
        (
            "oh one nine nine two, triple five, five five five",
            "oh seven seven double oh, nine double oh, one two three",
            "oh two oh, seven nine four six, double oh one eight",
        ),
        3,
    ),
    "postcode": (
        postcode("GB"),
        (
            "sierra golf, twelve, nine, alpha bravo",
            "mike, one one, alpha echo",
            "bravo sierra eight, four, tango hotel",
        ),
        1,
    ),
    "reference": (
        code("LLDDDDDD"),
        (
            "alpha bravo, one two three, four five six",
            "kilo tango, nine oh seven, three three one",
            "X for xray, P for papa, four two, one six, five five",
        ),
        5,
    ),
    "one of": (WASTE, ("green", "cardboard", "food waste"), 9),
}
"""Name → the type, three answers, and how many of the nine (three voices each) are understood at least.

Codes are spelled by the alphabet: single letters of espeak-ng are heard by nobody (see `spelled_phrases`)."""


@pytest.fixture
async def pool() -> AsyncIterator[RecogniserPool]:
    pool = RecogniserPool(find_model("bundled"), workers=1, finish_deadline_s=20.0)
    await pool.start()
    yield pool
    await pool.close()


@pytest.mark.parametrize("name", SAID)
async def test_answers_are_understood_from_sound(name: str, pool: RecogniserPool, tmp_path: Path) -> None:
    kind, answers, least = SAID[name]
    expected = Expectation(counted=kind)
    right = offered = 0
    for text in answers:
        wanted = kind.values(words_of(text))[0]
        for voice in VOICES:
            pcm = silence(150) + await speak(text, voice, cache=tmp_path) + silence(350)
            utterance = await pool.open(expected.listening(Manner()).phrases)
            utterance.feed(pcm_from_ulaw(ulaw_from_pcm(pcm)))
            heard = Heard(outcome=Outcome.MATCH, means=Means.VOICE, hypotheses=await utterance.finish())
            found = expected.understand(heard)
            values = [found.value, *(other.value for other in found.others)] if found is not None else []
            right += values[:1] == [wanted]
            offered += wanted in values[:2]
    print(f"{name}: {right} of {len(answers) * len(VOICES)} right, {offered} among the first two")
    assert right >= least
