"""Garbage words sound like nothing that is listened for."""

from __future__ import annotations

from ivr.speech.models.model import find_model
from ivr.speech.recognition.garbage import LONGEST, MOST_GARBAGE, SHORTEST, Garbage
from ivr.speech.recognition.readings import words_in

WORDS = ("council", "counsel", "taxi", "frost", "bottles", "a", "it", "don't", "incomprehensible", "taxes")


def test_words_that_look_like_the_grammar_s_are_none() -> None:
    assert set(Garbage(WORDS).beside(frozenset({"council", "tax"}))) == {"frost", "bottles", "[unk]"}


def test_unknown_sound_is_always_among_them() -> None:
    assert Garbage(()).beside(frozenset({"yes"})) == ("[unk]",)
    assert Garbage(WORDS).beside(frozenset({"yes"}))[-1] == "[unk]"


def test_they_are_the_same_at_every_run_and_whatever_the_order_of_the_vocabulary() -> None:
    known = frozenset({"council", "tax"})
    assert Garbage(WORDS).beside(known) == Garbage(reversed(WORDS)).beside(known)


def test_the_bundled_model_has_enough_for_a_menu_and_none_of_its_words() -> None:
    known = words_in(["bin collection", "council tax", "i want to speak to a person", "opening hours"])
    *garbage, unknown = Garbage(find_model().words).beside(known)
    assert unknown == "[unk]"
    assert len(garbage) == MOST_GARBAGE
    assert not known & set(garbage)
    assert all(SHORTEST <= len(word) <= LONGEST for word in garbage)


def test_a_grammar_with_thousands_of_words_still_gets_an_answer() -> None:
    words = find_model().words
    assert Garbage(words).beside(words)[-1] == "[unk]"
