"""Patterns of phrases: optional words, choices, and one inside the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.words.phrases import MOST_EXPANSIONS, MOST_NESTED, expand


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("bin collection", {"bin collection"}),
        ("(my) bin", {"bin", "my bin"}),
        ("bin (day|round)", {"bin day", "bin round"}),
        ("(the|my|) bin", {"bin", "my bin", "the bin"}),
        ("((the) main|big) hall", {"the main hall", "main hall", "big hall"}),
        ("((my) old) bin", {"bin", "old bin", "my old bin"}),
        ("Council-Tax", {"council tax"}),
        ("that’s it", {"that's it"}),
    ],
)
def test_a_pattern_stands_for_phrases(pattern: str, phrases: set[str]) -> None:
    assert set(expand(pattern)) == phrases


def test_brackets_stand_in_brackets_up_to_the_limit() -> None:
    assert set(expand("(" * MOST_NESTED + "a" + ")" * MOST_NESTED + " b")) == {"a b", "b"}


def test_the_shortest_phrase_comes_first_because_it_is_asked_back() -> None:
    assert expand("(my) bin (day)")[0] == "bin"


@pytest.mark.parametrize(
    ("pattern", "mending"),
    [
        ("((a) b)", "leave one word outside"),
        ("(a)", "leave one word outside"),
        ("a) b", "outside brackets"),
        ("a|b", "outside brackets"),
        ("(a", "add ')'"),
        ("band 7", "numbers as words"),
        ("a&b", "letters only"),
        ("(a|b)" * 7, "split it"),
        ("(" * 8 + "a" + ")" * 8 + " b" * 2 + "(c|d)" * 9, "split it"),
        ("(" * 9 + "a" + ")" * 9 + " b", "more than 8 deep; write some of the phrases out"),
        ("(" * 590 + "a" + ")" * 590 + " b", "more than 8 deep"),
        ("(" * 1190 + "a", "more than 8 deep"),
    ],
)
def test_a_pattern_that_cannot_be_said_is_refused_with_its_mending(pattern: str, mending: str) -> None:
    with pytest.raises(ValueError, match=mending.replace(")", r"\)")):
        expand(pattern)


@given(st.text(alphabet="ab (|)", max_size=30))
def test_any_pattern_is_expanded_within_the_limit_or_refused(pattern: str) -> None:
    try:
        phrases = expand(pattern)
    except ValueError as refused:
        assert str(refused)
    else:
        assert 1 <= len(phrases) <= MOST_EXPANSIONS
        assert all(phrase == " ".join(phrase.split()) for phrase in phrases)
