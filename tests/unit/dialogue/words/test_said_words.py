"""Words still coming, judged by the same rules as whole readings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Match
from ivr.dialogue.words.options import UNIVERSALS, YES_NO, Option
from ivr.dialogue.words.said_words import said_words

TAX = Option(name="tax", phrases=("council tax", "tax"), spoken="council tax")
BANDS = Option(name="bands", phrases=("council tax bands", "tax bands"), spoken="tax bands")
HOURS = Option(name="hours", phrases=("opening hours", "opening hours today"), spoken="opening hours")
MENU = said_words((TAX, BANDS, HOURS, *UNIVERSALS))
WORDS = sorted({word for phrase in MENU.options for word in phrase.split()} | {"um", "please", "the", "okay"})


@pytest.mark.parametrize(
    ("said", "judged"),
    [
        ("", Match.NO_MATCH),
        ("um", Match.NO_MATCH),
        ("mm", Match.NO_MATCH),
        ("uh huh", Match.NO_MATCH),
        ("okay right", Match.NO_MATCH),
        ("council", Match.POTENTIAL),
        ("i want the council", Match.POTENTIAL),
        ("um speak to", Match.POTENTIAL),
        ("council tax", Match.MATCH),
        ("um council tax please", Match.MATCH),
        ("council tax bands", Match.MAX_MATCH),
        ("opening hours", Match.MAX_MATCH),
        ("my council tax is too high", Match.MATCH),
        ("operator", Match.MAX_MATCH),
        ("bands", Match.NO_MATCH),
        ("i'd like", Match.POTENTIAL),
        ("um it's about my", Match.POTENTIAL),
        ("i'd like council tax", Match.MATCH),
        ("council tax band", Match.MAX_MATCH),
        ("something quite different", Match.NO_MATCH),
    ],
)
def test_words_that_are_still_coming_are_judged(said: str, judged: Match) -> None:
    assert MENU.judge(said) is judged


@pytest.mark.parametrize(
    ("said", "judged"),
    [
        ("yes", Match.MAX_MATCH),
        ("yes it", Match.MATCH),
        ("yes it isn't", Match.MAX_MATCH),
        ("no it isn't", Match.MAX_MATCH),
        ("yes no", Match.POTENTIAL),
    ],
)
def test_yes_and_no_end_at_once(said: str, judged: Match) -> None:
    assert said_words((*YES_NO, *UNIVERSALS)).judge(said) is judged


@pytest.mark.parametrize(
    ("said", "judged"),
    [("", Match.NO_MATCH), ("um okay", Match.NO_MATCH), ("when", Match.MATCH), ("operator", Match.MATCH)],
)
def test_in_a_free_question_any_word_means_something_and_more_may_follow(said: str, judged: Match) -> None:
    assert said_words(UNIVERSALS, free=True).judge(said) is judged


@given(st.lists(st.sampled_from(WORDS), max_size=8))
def test_what_is_judged_to_mean_something_is_understood_and_nothing_else(words: list[str]) -> None:
    text = " ".join(words)
    assert MENU.judge(text).means_something == bool(MENU.meanings(text))


@given(st.sampled_from(sorted(MENU.options)), st.integers(1, 8))
def test_every_beginning_of_a_phrase_may_become_something(phrase: str, length: int) -> None:
    begun = " ".join(phrase.split()[:length])
    assert MENU.judge(begun) is not Match.NO_MATCH
    assert MENU.judge(phrase).means_something
