"""Digits and spelled letters as people say them, what they may become, and a grammar that can hear them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Match
from ivr.dialogue.words.counted import MOST_READINGS, Counted
from ivr.dialogue.words.digits import SAID_DIGITS, DigitString
from ivr.dialogue.words.fillers import words_of
from ivr.dialogue.words.letters import NATO, Spelling

ANY = frozenset(range(1, 21))
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def digits(said: str, lengths: frozenset[int] = ANY) -> str | None:
    return next(iter(DigitString(lengths=lengths).values(words_of(said))), None)


def spelled(said: str, lengths: frozenset[int] = ANY) -> str | None:
    return next(iter(Spelling(lengths=lengths).values(words_of(said))), None)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("one two three", "123"),
        ("oh zero o nought nil", "00000"),
        ("double one triple two treble three", "11222333"),
        ("double oh seven", "007"),
        ("forty seven", "47"),
        ("twelve fifteen", "1215"),
        ("seven fifteen nineteen seventy", "7151970"),
        ("one sixty two", "162"),
        ("five hundred", "500"),
        ("five hundred and seven", "507"),
        ("five hundred seven", "507"),
        ("nineteen hundred", "1900"),
        ("two thousand and twenty six", "2026"),
        ("six thousand eight hundred and eighty one", "6881"),
        ("um one two mm three please", "123"),
        ("twenty twenty", "2020"),
        ("oh one twenty", "0120"),
        ("double", None),
        ("double double one", None),
        ("one and two", None),
        ("hundred", None),
        ("one council", None),
        ("", None),
    ],
)
def test_digits_are_said_in_many_ways(said: str, value: str | None) -> None:
    assert digits(said) == value


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_every_digit_string_can_be_said(value: str) -> None:
    assert digits(" ".join(NAMES[int(digit)] for digit in value)) == value


@given(st.integers(1, 999))
def test_every_number_below_a_thousand_can_be_read_as_one(number: int) -> None:
    tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    teens = [
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ]
    hundreds, rest = divmod(number, 100)
    words = [NAMES[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        words += [tens[rest // 10], *([NAMES[rest % 10]] if rest % 10 else [])]
    elif rest:
        words.append(teens[rest - 10] if rest >= 10 else NAMES[rest])
    assert digits(" ".join(words)) == str(number)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("s m i t h", "SMITH"),
        ("b for bravo", "B"),
        ("b as in bob two", "B2"),
        ("d for bravo", "B"),
        ("sierra mike india tango hotel", "SMITH"),
        ("double l zed", "LLZ"),
        ("double e for echo", "EE"),
        ("double u x", "WX"),
        ("a b fifty one", "AB51"),
        ("h o b a r t", "HOBART"),
        ("m oh r e", "MORE"),
        ("six oh two a", "602A"),
        ("oh six a", "06A"),
        ("o for oscar six", "O6"),
        ("um a uh b please", "AB"),
        ("council", None),
        ("", None),
    ],
)
def test_letters_are_spelled_in_many_ways(said: str, value: str | None) -> None:
    assert spelled(said) == value


def test_an_o_beside_digits_may_be_either_the_zero_first() -> None:
    assert Spelling(lengths=ANY).values(["a", "six", "o"]) == ("A60", "A6O")
    many = Spelling(lengths=frozenset({20})).values(["six", *["oh"] * 19])
    assert many[0] == "6" + "0" * 19
    assert len(many) <= MOST_READINGS


@pytest.mark.parametrize(
    ("counted", "said", "judged"),
    [
        (DigitString(lengths=frozenset({4, 6})), "", Match.NO_MATCH),
        (DigitString(lengths=frozenset({4, 6})), "um", Match.NO_MATCH),
        (DigitString(lengths=frozenset({4, 6})), "one", Match.POTENTIAL),
        (DigitString(lengths=frozenset({4, 6})), "one two three double", Match.POTENTIAL),
        (DigitString(lengths=frozenset({4, 6})), "one two three four", Match.MATCH),
        (DigitString(lengths=frozenset({4, 6})), "one two three four five", Match.POTENTIAL),
        (DigitString(lengths=frozenset({4, 6})), "one two three four five six", Match.MAX_MATCH),
        (DigitString(lengths=frozenset({4, 6})), "one two three four five six please", Match.MAX_MATCH),
        (DigitString(lengths=frozenset({4, 6})), "one two three four five six seven", Match.NO_MATCH),
        (DigitString(lengths=frozenset({4, 6})), "one two council", Match.NO_MATCH),
        (DigitString(lengths=frozenset({2})), "twenty", Match.MATCH),
        (DigitString(lengths=frozenset({2})), "twenty one", Match.MAX_MATCH),
        (DigitString(lengths=frozenset({3})), "five hundred", Match.MATCH),
        (Spelling(lengths=frozenset({2})), "b for", Match.POTENTIAL),
        (Spelling(lengths=frozenset({2})), "b for bravo", Match.POTENTIAL),
        (Spelling(lengths=frozenset({2})), "b for bravo two", Match.MAX_MATCH),
        (Spelling(lengths=frozenset({3})), "a b as in", Match.POTENTIAL),
    ],
)
def test_a_string_that_is_still_coming_is_judged(counted: Counted, said: str, judged: Match) -> None:
    assert counted.judge(words_of(said)) is judged


@pytest.mark.parametrize("length", [1, 2, 4, 6, 10])
def test_the_grammar_of_digits_has_every_pair_of_digits(length: int) -> None:
    phrases = [phrase.split() for phrase in DigitString(lengths=frozenset({length})).phrases()]
    assert any(len(words) == length for words in phrases)
    pairs = {pair for words in phrases for pair in itertools.pairwise(words)}
    if length > 1:
        assert {(a, b) for a in SAID_DIGITS for b in SAID_DIGITS} <= pairs


def test_the_grammar_of_letters_has_every_pair_of_letters_and_digits_and_the_spelling_alphabet() -> None:
    phrases = [phrase.split() for phrase in Spelling(lengths=frozenset({5})).phrases()]
    pairs = {pair for words in phrases for pair in itertools.pairwise(words)}
    symbols = [*(letter.lower() for letter in NATO), *SAID_DIGITS]
    assert {(a, b) for a in symbols for b in symbols} <= pairs
    assert {(a, b) for a in NATO.values() for b in NATO.values()} <= pairs
    assert {"b", "for", "bravo"} <= {word for words in phrases for word in words}


@pytest.mark.parametrize("counted", [DigitString(lengths=ANY), Spelling(lengths=ANY)])
def test_no_phrase_of_the_grammar_is_without_a_meaning(counted: Counted) -> None:
    wide = type(counted)(lengths=frozenset(range(1, 60)))
    unread = [phrase for phrase in counted.phrases() if not wide.values(phrase.split())]
    assert all(phrase.startswith(("hundred and", "thousand and")) for phrase in unread), unread
