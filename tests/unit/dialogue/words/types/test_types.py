"""What each type of answer understands of words and keys, how far words go, and why something cannot be."""

from __future__ import annotations

from datetime import date

import pytest

from ivr.call import Match
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.fillers import words_of
from ivr.dialogue.words.letters import Spelling
from ivr.dialogue.words.options import Option
from ivr.dialogue.words.types.answer_type import AnswerType
from ivr.dialogue.words.types.check_digits import adds_up
from ivr.dialogue.words.types.clock_time import ClockTime
from ivr.dialogue.words.types.code import code, keys_for
from ivr.dialogue.words.types.day import Day, Direction
from ivr.dialogue.words.types.money import CURRENCIES, Money
from ivr.dialogue.words.types.number import Number
from ivr.dialogue.words.types.one_of import OneOf
from ivr.dialogue.words.types.pattern import phrases
from ivr.dialogue.words.types.phone_number import PhoneNumber
from ivr.dialogue.words.types.postcode import POSTCODES, postcode
from ivr.dialogue.words.types.worded import Worded
from ivr.speech.models.model import find_model

MONDAY = date(2026, 11, 23)
TO_COME = Day(direction=Direction.FUTURE, today=MONDAY)
OVER = Day(direction=Direction.PAST, today=MONDAY)
EITHER = Day(direction=Direction.EITHER, today=MONDAY)
COLOURS = OneOf(
    options=(
        Option(name="green", phrases=("green", "the green bin"), spoken="green", key="1"),
        Option(name="paper", phrases=("paper", "paper and card"), spoken="paper", key="2"),
    )
)
REFERENCE = code("LLDDDDDD")
EVERY: tuple[AnswerType, ...] = (
    Number(),
    Number(most=99),
    *(Money(currency=currency) for currency in CURRENCIES),
    TO_COME,
    ClockTime(),
    PhoneNumber(),
    *(postcode(country) for country in POSTCODES),
    REFERENCE,
    COLOURS,
    DigitString(lengths=frozenset({4})),
    Spelling(lengths=frozenset({5})),
)


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (Number(), "twelve", "12"),
        (Number(), "two hundred and five", "205"),
        (Number(), "um a hundred please", "100"),
        (Number(), "two oh five", "205"),
        (Number(), "fifteen hundred", "1500"),
        (Number(), "two hundred and five thousand and six", "205006"),
        (Number(), "zero", "0"),
        (Number(), "council", None),
        (Money(), "twelve pounds fifty", "12.50"),
        (Money(), "fifty pence", "0.50"),
        (Money(), "a hundred and twenty pounds", "120.00"),
        (Money(), "a pound and a penny", "1.01"),
        (Money(), "twelve ninety nine", "12.99"),
        (Money(), "twelve point five oh", "12.50"),
        (Money(), "it's ten quid", "10.00"),
        (Money(currency="EUR"), "three euros and five cents", "3.05"),
        (TO_COME, "tomorrow", "2026-11-24"),
        (TO_COME, "the third of may", "2027-05-03"),
        (TO_COME, "third of the fifth", "2027-05-03"),
        (TO_COME, "in two weeks", "2026-12-07"),
        (TO_COME, "a fortnight from today", "2026-12-07"),
        (TO_COME, "on friday", "2026-11-27"),
        (TO_COME, "next tuesday", "2026-12-01"),
        (TO_COME, "tuesday week", "2026-12-01"),
        (TO_COME, "a week on friday", "2026-12-04"),
        (TO_COME, "the twenty ninth of february", "2028-02-29"),
        (TO_COME, "the third", "2026-12-03"),
        (TO_COME, "next tuesday june", "2026-12-01"),
        (OVER, "the third of may nineteen eighty four", "1984-05-03"),
        (OVER, "the first of december two thousand and five", "2005-12-01"),
        (OVER, "last tuesday", "2026-11-17"),
        (OVER, "the day before yesterday", "2026-11-21"),
        (EITHER, "the tenth of november", "2026-11-10"),
        (EITHER, "the tenth of december", "2026-12-10"),
        (ClockTime(), "half past three", "15:30"),
        (ClockTime(), "quarter to nine", "08:45"),
        (ClockTime(), "three thirty p m", "15:30"),
        (ClockTime(), "ten to four in the morning", "03:50"),
        (ClockTime(), "noon", "12:00"),
        (ClockTime(), "twelve midnight", "00:00"),
        (ClockTime(), "half six", "18:30"),
        (ClockTime(), "fifteen hundred hours", "15:00"),
        (ClockTime(), "oh nine thirty", "09:30"),
        (PhoneNumber(), "oh one nine nine two treble five five five five", "+441992555555"),
        (PhoneNumber(), "plus four four seven seven double oh nine double oh one two three", "+447700900123"),
        (PhoneNumber(region="FR"), "oh one four two six eight five three double oh", "+33142685300"),
        (postcode("GB"), "s g twelve nine a b", "SG12 9AB"),
        (postcode("GB"), "s for sugar g twelve nine a b", "SG12 9AB"),
        (postcode("GB"), "s w one a one a a", "SW1A 1AA"),
        (postcode("GB"), "m one one a e", "M1 1AE"),
        (postcode("GB"), "zero golf six one one alpha bravo", "SG61 1AB"),
        (postcode("DE"), "one oh one one five", "10115"),
        (REFERENCE, "a b one two three four five six", "AB123456"),
        (REFERENCE, "alpha bravo one zulu three four five six z", "AB123456"),
        (code("LL-DDDD"), "x for xray p four for one two", "XP-4412"),
        (COLOURS, "i think the green bin", "green"),
        (COLOURS, "green paper", None),
        (DigitString(lengths=frozenset({4})), "double one double two", "1122"),
        (Spelling(lengths=frozenset({4})), "b a double l", "BALL"),
    ],
)
def test_words_mean_a_value(kind: AnswerType, said: str, value: str | None) -> None:
    assert next(iter(kind.values(words_of(said))), None) == value


@pytest.mark.parametrize(
    ("kind", "keys", "value"),
    [
        (Number(), "205", "205"),
        (Money(), "12*50", "12.50"),
        (Money(), "12*5", "12.50"),
        (Money(), "120", "120.00"),
        (TO_COME, "0305", "2027-05-03"),
        (TO_COME, "03052028", "2028-05-03"),
        (OVER, "030584", "1984-05-03"),
        (TO_COME, "03052", None),
        (ClockTime(), "1530", "15:30"),
        (ClockTime(), "930", "09:30"),
        (PhoneNumber(), "01992555555", "+441992555555"),
        (postcode("GB"), keys_for("SG12 9AB"), "SG12 9AB"),
        (postcode("GB"), "74411292122", "SG12 9AB"),
        (REFERENCE, "2122123456", "AB123456"),
        (COLOURS, "2", "paper"),
        (COLOURS, "7", None),
        (DigitString(lengths=frozenset({4})), "1234", "1234"),
        (Spelling(lengths=frozenset({4})), "1234", None),
    ],
)
def test_keys_mean_a_value(kind: AnswerType, keys: str, value: str | None) -> None:
    assert next(iter(kind.from_keys(keys).values), None) == value


@pytest.mark.parametrize(
    ("kind", "said", "keys", "why"),
    [
        (Number(least=1, most=10), "twelve", "12", "It has to be from 1 to 10."),
        (Money(most=100), "two hundred pounds", "200", "It can be at most £100."),
        (TO_COME, "the thirty first of june", "3106", "There is no 31 June."),
        (TO_COME, "the third of may nineteen eighty four", "03051984", "That day is over."),
        (OVER, "tomorrow", "24112026", "That day is still to come."),
        (TO_COME, "sunday the twenty fourth of november", "", "That day is not a Sunday."),
        (TO_COME, "", "0113", "There are only 12 months."),
        (ClockTime(), "", "2561", "There is no such time of day."),
        (PhoneNumber(), "one two three four five six", "123456", "That is no complete phone number."),
        (postcode("GB"), "x x one two a b", keys_for("XX1 2AB"), "No postcode begins with X X."),
        (
            code("DDDDDDDDDD", check="mod11"),
            "nine four three four seven six five nine one eight",
            "9434765918",
            "That number has a mistake in it: its check digit does not fit.",
        ),
    ],
)
def test_what_cannot_be_is_no_value_and_says_why(kind: AnswerType, said: str, keys: str, why: str) -> None:
    for taken in (*([kind.from_words(words_of(said))] if said else []), *([kind.from_keys(keys)] if keys else [])):
        assert taken.values == ()
        assert taken.fault == why


@pytest.mark.parametrize(
    ("kind", "said", "judged"),
    [
        (Number(most=999), "two hundred and", Match.POTENTIAL),
        (Number(most=999), "two hundred", Match.MATCH),
        (Number(most=999), "two hundred and twenty one", Match.MAX_MATCH),
        (Number(), "council", Match.NO_MATCH),
        (Money(), "twelve pounds", Match.MATCH),
        (Money(), "fifty pence", Match.MAX_MATCH),
        (TO_COME, "the third of", Match.POTENTIAL),
        (TO_COME, "tomorrow", Match.MAX_MATCH),
        (TO_COME, "the thirty first of june twenty twenty seven", Match.MAX_MATCH),
        (ClockTime(), "quarter to", Match.POTENTIAL),
        (ClockTime(), "three", Match.MATCH),
        (PhoneNumber(), "plus", Match.POTENTIAL),
        (PhoneNumber(), "oh one nine nine two", Match.POTENTIAL),
        (PhoneNumber(), "oh one nine nine two treble five five five five", Match.MAX_MATCH),
        (postcode("GB"), "s g twelve", Match.POTENTIAL),
        (postcode("GB"), "s g twelve nine a b", Match.MAX_MATCH),
        (COLOURS, "paper", Match.MATCH),
        (COLOURS, "paper and", Match.MATCH),
        (COLOURS, "the green", Match.MATCH),
        (COLOURS, "the", Match.POTENTIAL),
        (COLOURS, "green", Match.MAX_MATCH),
    ],
)
def test_words_that_are_still_coming_are_judged(kind: AnswerType, said: str, judged: Match) -> None:
    assert kind.judge(words_of(said)) is judged


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: type(kind).__name__)
def test_nothing_and_hesitations_are_no_answer(kind: AnswerType) -> None:
    for said in ("", "um", "mm uh"):
        assert kind.values(words_of(said)) == ()
        assert kind.judge(words_of(said)) is Match.NO_MATCH


def test_twenty_one_in_a_postcode_may_be_twenty_and_one() -> None:
    assert set(postcode("GB").values(words_of("a b twenty one a a"))) == {"AB2 1AA", "AB20 1AA"}


def test_an_hour_of_either_half_of_the_day_is_offered_the_likelier_first() -> None:
    assert ClockTime().values(["seven"]) == ("07:00", "19:00")
    assert ClockTime(day_begins=9).values(["seven"]) == ("19:00", "07:00")
    assert TO_COME.values(["next", "tuesday"]) == ("2026-12-01", "2026-11-24")


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: type(kind).__name__)
def test_a_grammar_is_bounded_and_of_words_that_the_bundled_model_knows(kind: AnswerType) -> None:
    if kind is COLOURS:
        return  # a plan's own phrases are checked with the plan
    listened_for = kind.phrases()
    assert 1 < len(listened_for) < 2500
    assert {word for phrase in listened_for for word in phrase.split()} <= find_model("bundled").words


@pytest.mark.parametrize("kind", [Number(), Money(), TO_COME, ClockTime()], ids=lambda kind: type(kind).__name__)
def test_every_phrase_of_a_pattern_is_an_answer(kind: Worded) -> None:
    whole = (Match.MATCH, Match.MAX_MATCH)
    assert [phrase for phrase in phrases(kind.pattern) if kind.judge(phrase.split()) not in whole] == []


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: type(kind).__name__)
def test_a_refused_answer_has_a_tighter_way_and_keys_are_told_where_there_are_any(kind: AnswerType) -> None:
    assert kind.tighter.endswith(".")
    assert bool(kind.press) == kind.keys.listens


@pytest.mark.parametrize(
    ("symbols", "check", "fits"),
    [
        ("4539578763621486", "luhn", True),
        ("4539578763621487", "luhn", False),
        ("9434765919", "mod11", True),
        ("9434765918", "mod11", False),
        ("GB82WEST12345698765432"[4:] + "GB82", "mod97", True),
        ("WEST12345698765432GB83", "mod97", False),
        ("anything", "", True),
    ],
)
def test_check_digits_fit_published_examples(symbols: str, check: str, fits: bool) -> None:
    assert adds_up(symbols, check) is fits
