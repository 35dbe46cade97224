"""What the line reads back is what it would understand: every value, said in words, comes back as itself."""

from __future__ import annotations

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from ivr.call import Match
from ivr.dialogue.words.counted import MOST_READINGS
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.fillers import words_of
from ivr.dialogue.words.letters import Spelling
from ivr.dialogue.words.types.answer_type import AnswerType
from ivr.dialogue.words.types.clock_time import ClockTime
from ivr.dialogue.words.types.code import code, keys_for
from ivr.dialogue.words.types.day import Day, Direction
from ivr.dialogue.words.types.money import Money
from ivr.dialogue.words.types.number import Number
from ivr.dialogue.words.types.numbering_plan import full_number
from ivr.dialogue.words.types.phone_number import PhoneNumber
from ivr.dialogue.words.types.postcode import POSTCODES, postcode
from ivr.speech.prompts.saying import spoken

TODAY = date(2026, 11, 23)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def aloud(text: str) -> list[str]:
    """The words of `text` as a voice says it; a lone digit is left to the voice, which says its name."""
    return [NAMES[int(word)] if word in tuple("0123456789") else word for word in words_of(spoken(text, "en-GB"))]


def comes_back(kind: AnswerType, value: str, *, first: bool = True) -> None:
    """`value` as a voice says it, understood."""
    understood = kind.values(aloud(kind.said(value)))
    assert value in understood[: 1 if first else None], (aloud(kind.said(value)), understood)


@given(st.integers(0, 999_999))
def test_a_number(number: int) -> None:
    comes_back(Number(), str(number))
    assert Number().from_keys(str(number)).values == (str(number),)


@given(st.integers(0, 999_998), st.integers(0, 99))
def test_a_sum_of_money(pounds: int, pence: int) -> None:
    value = f"{pounds}.{pence:02}"
    comes_back(Money(), value)
    assert Money().from_keys(f"{pounds}*{pence:02}").values == (value,)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date(day: date) -> None:
    kind = Day(direction=Direction.EITHER, today=TODAY)
    comes_back(kind, day.isoformat())
    assert kind.from_keys(day.strftime("%d%m%Y")).values == (day.isoformat(),)


@given(st.times())
def test_a_time(time: object) -> None:
    value = str(time)[:5]
    comes_back(ClockTime(), value, first=False)
    assert ClockTime().from_keys(value.replace(":", "")).values == (value,)


@given(st.from_regex(r"0(20[378]|1[2-9][1-9]|7[4-9]|80)[0-9]{7,8}", fullmatch=True))
def test_a_phone_number(dialled: str) -> None:
    full = full_number(dialled, "GB")
    assume(full)
    comes_back(PhoneNumber(), full)
    assert PhoneNumber().from_keys(dialled).values == (full,)


@given(st.data())
def test_a_postcode(data: st.DataObject) -> None:
    kind = POSTCODES["GB"]
    shape = data.draw(st.sampled_from(kind.shapes))
    area = data.draw(st.sampled_from(sorted(one for one in kind.beginnings if len(one) == shape.index("D"))))
    rest = "".join(
        data.draw(st.sampled_from({"D": "0123456789", "L": kind.last_letters}.get(place, place)))
        for place in shape[len(area) :]
    )
    assume(rest[0] != "0")  # no district is called 0 or 01
    comes_back(postcode("GB"), area + rest, first=False)
    assert area + rest in kind.from_keys(keys_for(area + rest)).values


@given(st.text(LETTERS, min_size=2, max_size=2), st.text("0123456789", min_size=6, max_size=6))
def test_a_reference(letters: str, digits: str) -> None:
    kind = code("LLDDDDDD")
    comes_back(kind, letters + digits)
    assert kind.from_keys(keys_for(letters + digits)).values == (letters + digits,)
    spelled = kind.values(aloud(kind.spelled_out(letters + digits)))
    assert spelled[:1] == (letters + digits,)


@given(st.text(LETTERS, min_size=2, max_size=12))
def test_a_spelled_name(name: str) -> None:
    kind = Spelling(lengths=frozenset({len(name)}))
    assert kind.values(aloud(kind.spelled_out(name)))[:1] == (name,)


@given(st.text("0123456789", min_size=4, max_size=12))
def test_digits(digits: str) -> None:
    comes_back(DigitString(lengths=frozenset({len(digits)})), digits)


ANY_WORDS = (
    "one two twenty hundred and thousand pounds the third of may next friday a p m past to oh double plus s g for z"
)


@given(st.lists(st.sampled_from(ANY_WORDS.split()), max_size=14))
def test_any_words_are_judged_and_have_a_bounded_number_of_meanings(words: list[str]) -> None:
    for kind in (Number(), Money(), Day(today=TODAY), ClockTime(), PhoneNumber(), postcode("GB")):
        taken = kind.from_words(words)
        assert len(taken.values) <= MOST_READINGS * 6
        if kind.judge(words) is Match.NO_MATCH and taken.values:
            assert kind.judge(words[:-1]) is not Match.NO_MATCH or kind is postcode("GB")
