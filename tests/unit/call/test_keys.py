"""Keys: the four values, for options, digit strings and both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import KeyPattern, Match

MENU = KeyPattern(options=frozenset({"1", "2", "0", "*", "#"}))
SIX = KeyPattern(options=frozenset({"*"}), digits_min=6, digits_max=6)
UP_TO_FOUR = KeyPattern(digits_min=1, digits_max=4)


@pytest.mark.parametrize(
    ("pattern", "keys", "judged"),
    [
        (MENU, "", Match.POTENTIAL),
        (MENU, "1", Match.MAX_MATCH),
        (MENU, "*", Match.MAX_MATCH),
        (MENU, "7", Match.NO_MATCH),
        (MENU, "11", Match.NO_MATCH),
        (SIX, "1234", Match.POTENTIAL),
        (SIX, "1234#", Match.NO_MATCH),
        (SIX, "123456", Match.MAX_MATCH),
        (SIX, "*", Match.MAX_MATCH),
        (SIX, "12*", Match.NO_MATCH),
        (UP_TO_FOUR, "12", Match.MATCH),
        (UP_TO_FOUR, "12#", Match.MAX_MATCH),
        (UP_TO_FOUR, "1234", Match.MAX_MATCH),
        (UP_TO_FOUR, "12345", Match.NO_MATCH),
        (KeyPattern(), "", Match.NO_MATCH),
        (KeyPattern(options=frozenset({"1", "11"})), "1", Match.MATCH),
        (KeyPattern(options=frozenset({"**"})), "*", Match.POTENTIAL),
    ],
)
def test_keys_are_judged_in_four_values(pattern: KeyPattern, keys: str, judged: Match) -> None:
    assert pattern.judge(keys) is judged


def test_the_terminator_is_not_part_of_the_value() -> None:
    assert UP_TO_FOUR.value("12#") == "12"
    assert MENU.value("#") == "#"


@given(st.text("0123456789*#", max_size=8))
def test_what_can_become_nothing_stays_nothing(keys: str) -> None:
    """Once no match, no further key makes it one: the turn may end at the first wrong key."""
    for pattern in (MENU, SIX, UP_TO_FOUR):
        if pattern.judge(keys) is Match.NO_MATCH and keys:
            assert all(pattern.judge(keys + more) is Match.NO_MATCH for more in "0123456789*#")


@pytest.mark.parametrize(
    ("keys", "judged"),
    [
        ("12", Match.MATCH),
        ("12*", Match.MATCH),
        ("12*50", Match.MATCH),
        ("12*50#", Match.MAX_MATCH),
        ("12*5*", Match.NO_MATCH),
        ("*", Match.MAX_MATCH),
        ("*5", Match.NO_MATCH),
    ],
)
def test_a_separator_may_stand_once_among_the_digits(keys: str, judged: Match) -> None:
    pounds = KeyPattern(options=frozenset({"*"}), digits_min=1, digits_max=6, separator="*")
    assert pounds.judge(keys) is judged
    assert pounds.value("12*50#") == "12*50"
