"""Several values in one sentence: which words are whose, and what is not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from ivr.call import Hypothesis
from ivr.dialogue.words.options import Option
from ivr.dialogue.words.spotting import spotted
from ivr.dialogue.words.types.answer_type import AnswerType
from ivr.dialogue.words.types.clock_time import ClockTime
from ivr.dialogue.words.types.day import Day, Direction
from ivr.dialogue.words.types.number import Number
from ivr.dialogue.words.types.one_of import OneOf
from ivr.dialogue.words.types.postcode import postcode

MONDAY = date(2026, 11, 23)
BINS = OneOf(
    options=(
        Option(name="recycling", phrases=("recycling", "the blue bin"), spoken="recycling"),
        Option(name="rubbish", phrases=("rubbish", "the black bin"), spoken="rubbish"),
    )
)
REPORT: dict[str, AnswerType] = {
    "bin": BINS,
    "postcode": postcode("GB"),
    "day": Day(direction=Direction.PAST, today=MONDAY),
}
TABLE: dict[str, AnswerType] = {
    "people": Number(most=20),
    "time": ClockTime(),
    "day": Day(direction=Direction.FUTURE, today=MONDAY),
}


def values(kinds: Mapping[str, AnswerType], *texts: str) -> dict[str, str]:
    readings = [Hypothesis(text=text, confidence=0.5 / (at + 1)) for at, text in enumerate(texts)]
    return {fact: one.value for fact, one in spotted(kinds, readings).items()}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("four people at half past seven on friday", ("4", "07:30", "2026-11-27")),
        ("a table for four at eight p m tomorrow", ("4", "20:00", "2026-11-24")),
        ("for six on the ninth of may at seven p m", ("6", "19:00", "2027-05-09")),
    ],
)
def test_a_word_belongs_to_the_longest_value_that_it_is_a_part_of(said: str, meant: tuple[str, ...]) -> None:
    assert values(TABLE, said) == dict(zip(("people", "time", "day"), meant, strict=True))


@pytest.mark.parametrize(
    "said",
    [
        "recycling and rubbish",
        "the thirty first of june",
        "tomorrow",
        "i want to report a thing",
        "um",
        "",
    ],
)
def test_what_is_ambiguous_impossible_or_no_value_at_all_is_not_guessed(said: str) -> None:
    assert values(REPORT, said) == {}


def test_what_may_be_one_fact_or_another_is_neither() -> None:
    assert values(TABLE, "i want to come at seven") == {}


def test_a_homophone_counts_within_a_longer_value_only() -> None:
    assert values(REPORT, "s g to nine a b") == {"postcode": "SG2 9AB"}
    assert values(TABLE, "i want to come") == {}


def test_the_reading_that_gives_most_wins_and_a_value_is_as_sure_as_all_readings_that_hold_it() -> None:
    readings = [
        Hypothesis(text="recycling on the", confidence=0.5),
        Hypothesis(text="recycling on friday", confidence=0.2),
        Hypothesis(text="rubbish on", confidence=0.1),
    ]
    found = spotted(REPORT, readings)
    assert {fact: one.value for fact, one in found.items()} == {"bin": "recycling", "day": "2026-11-20"}
    assert found["bin"].confidence == pytest.approx(0.7)
    assert found["day"].confidence == pytest.approx(0.2)
