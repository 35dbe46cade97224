"""Hesitations and courtesies, wherever they stand."""

from __future__ import annotations

import pytest

from ivr.dialogue.words.fillers import MOST_WORDS, without_fillers, without_hesitations, without_lead_in, words_of


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("um bin um day please", "bin day"),
        ("okay thank you", ""),
        ("uh huh", ""),
        ("right so the bins", "the bins"),
        ("the right bins", "the right bins"),
    ],
)
def test_what_means_nothing_is_left_out(said: str, kept: str) -> None:
    assert " ".join(without_fillers(words_of(said))) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("hello um i'd like some garden waste please", "garden waste"),
        ("it's about my bins", "bins"),
        ("i need a", ""),
        ("the bins i need", "bins i need"),
        ("report a repair", "report a repair"),
    ],
)
def test_what_leads_up_to_an_answer_is_left_out_before_it(said: str, kept: str) -> None:
    assert " ".join(without_lead_in(words_of(said))) == kept


def test_words_are_those_that_a_recogniser_prints() -> None:
    assert words_of("That’s RIGHT, _well_!") == ("that's", "right", "well")
    assert without_hesitations(("mm", "one", "er", "please")) == ("one", "please")


def test_words_without_end_are_judged_by_their_beginning() -> None:
    assert len(words_of("o " * 100_000)) == MOST_WORDS
    assert len(words_of("o" * 1_000_000)) == 1
