"""What callers may say and what it means: patterns, digits, keys, spotted phrases, several readings."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Heard, Hypothesis, KeyMatch, Means, Outcome
from ivr.dialogue.grammar import (
    DIGITS_GIVEN,
    MAIN_MENU,
    PERSON,
    UNIVERSALS,
    YES_NO,
    Expectation,
    Option,
    Understood,
    digit_phrases,
    digits_of,
    expand,
    words_of,
)
from ivr.dialogue.manner import Manner

BINS = Option(name="bins", phrases=("bin collection", "collection"), spoken="bin collection", key="1")
TAX = Option(name="tax", phrases=("council tax", "tax"), spoken="council tax", key="2")
MENU = Expectation(options=(BINS, TAX))


def voice(*readings: tuple[str, float]) -> Heard:
    hypotheses = tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in readings)
    return Heard(outcome=Outcome.MATCH, means=Means.VOICE, hypotheses=hypotheses)


def keys(pressed: str) -> Heard:
    return Heard(outcome=Outcome.MATCH, means=Means.KEYS, keys=pressed)


def meant(expectation: Expectation, heard: Heard) -> str | None:
    understood = expectation.understand(heard)
    return understood.name if understood else None


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("bin collection", {"bin collection"}),
        ("(my) bin", {"bin", "my bin"}),
        ("bin (day|round)", {"bin day", "bin round"}),
        ("(the|my|) bin", {"bin", "my bin", "the bin"}),
        ("Council-Tax", {"council tax"}),
        ("that’s it", {"that's it"}),
    ],
)
def test_a_pattern_stands_for_phrases(pattern: str, phrases: set[str]) -> None:
    assert set(expand(pattern)) == phrases


def test_the_shortest_phrase_comes_first_because_it_is_asked_back() -> None:
    assert expand("(my) bin (day)")[0] == "bin"


@pytest.mark.parametrize("pattern", ["((a) b)", "a) b", "(a", "a|b", "(a)", "band 7", "a&b", "(a|b)" * 7])
def test_a_pattern_that_cannot_be_said_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        expand(pattern)


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("one two three", "123"),
        ("oh zero o nought", "0000"),
        ("double one triple two treble three", "11222333"),
        ("double", None),
        ("double double one", None),
        ("one and two", None),
        ("", None),
    ],
)
def test_digits_are_spelt(said: str, digits: str | None) -> None:
    assert digits_of(words_of(said)) == digits


@given(st.text(alphabet="0123456789", min_size=1, max_size=12))
def test_every_digit_string_can_be_said(digits: str) -> None:
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    assert digits_of(names[int(digit)] for digit in digits) == digits


@pytest.mark.parametrize("length", [1, 2, 4, 6, 10])
def test_the_digit_grammar_has_every_pair_of_digits(length: int) -> None:
    phrases = [phrase.split() for phrase in digit_phrases({length})]
    assert any(len(words) == length for words in phrases)
    pairs = {pair for words in phrases for pair in itertools.pairwise(words)}
    names = ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    if length > 1:
        assert {(a, b) for a in names for b in names} <= pairs


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("bin collection", "bins"),
        ("um bin collection please", "bins"),
        ("I want council tax", "tax"),
        ("agent", PERSON),
        ("main menu please", MAIN_MENU),
        ("bin council", None),
        ("tax collection", None),
        ("bin collection tax", "bins"),
        ("", None),
    ],
)
def test_words_mean_an_option(said: str, name: str | None) -> None:
    assert meant(MENU, voice((said, 0.9))) == name


def test_an_option_inside_other_words_is_less_sure() -> None:
    exact = MENU.understand(voice(("council tax", 0.9)))
    among = MENU.understand(voice(("i have moved and my council tax", 0.9)))
    assert exact is not None
    assert among is not None
    assert exact.confidence == 0.9
    assert 0.45 < among.confidence < 0.75, "it is asked back"


def test_of_several_readings_the_surest_with_a_meaning_counts() -> None:
    assert meant(MENU, voice(("bin council", 0.9), ("tax", 0.4), ("bin collection", 0.6))) == "bins"


@pytest.mark.parametrize(
    ("pressed", "name"), [("1", "bins"), ("2", "tax"), ("0", PERSON), ("#", MAIN_MENU), ("3", None)]
)
def test_keys_mean_an_option(pressed: str, name: str | None) -> None:
    assert meant(MENU, keys(pressed)) == name


def test_where_digits_are_wanted_0_and_hash_belong_to_them() -> None:
    digits = Expectation(lengths=frozenset({4, 6}))
    pattern = digits.listening(Manner()).keys
    assert pattern.judge("0") is KeyMatch.POTENTIAL
    assert pattern.judge("1234#") is KeyMatch.MAX_MATCH
    assert digits.understand(keys("0000")) == Understood(
        name=DIGITS_GIVEN, confidence=1.0, spoken="0000", value="0000", by_keys=True
    )
    assert digits.understand(keys("00000")) is None, "five are neither four nor six"
    assert meant(digits, keys("*")) == "repeat"
    assert meant(digits, voice(("speak to someone", 0.9))) == PERSON
    assert meant(digits, voice(("one two three", 0.9))) is None


def test_no_phrase_beside_digits_sounds_like_digits() -> None:
    phrases = Expectation(lengths=frozenset({6})).listening(Manner()).phrases or ()
    assert "speak to someone" in phrases
    assert not [phrase for phrase in phrases if "want" in phrase.split()], "heard for 'one' by the bundled model"


def test_a_question_takes_any_words_but_those_that_are_understood_everywhere() -> None:
    free = Expectation(free=True)
    assert free.listening(Manner()).phrases is None
    assert meant(free, voice(("where is the operator", 0.5))) == "question"
    assert meant(free, voice(("operator please", 0.5))) == PERSON


def test_no_phrase_means_two_things_and_no_key_either() -> None:
    everywhere = [phrase for option in (*UNIVERSALS, *YES_NO) for phrase in option.phrases]
    assert len(everywhere) == len(set(everywhere))
    pressed = [option.key for option in (*UNIVERSALS, *YES_NO)]
    assert len(pressed) == len(set(pressed))
