"""Keys: the four values, for options, digit strings and both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import KeyMatch, KeyPattern

MENU = KeyPattern(options=frozenset({"1", "2", "0", "*", "#"}))
SIX = KeyPattern(options=frozenset({"*"}), digits_min=6, digits_max=6)
UP_TO_FOUR = KeyPattern(digits_min=1, digits_max=4)


@pytest.mark.parametrize(
    ("pattern", "keys", "judged"),
    [
        (MENU, "", KeyMatch.POTENTIAL),
        (MENU, "1", KeyMatch.MAX_MATCH),
        (MENU, "*", KeyMatch.MAX_MATCH),
        (MENU, "7", KeyMatch.NO_MATCH),
        (MENU, "11", KeyMatch.NO_MATCH),
        (SIX, "1234", KeyMatch.POTENTIAL),
        (SIX, "1234#", KeyMatch.NO_MATCH),
        (SIX, "123456", KeyMatch.MAX_MATCH),
        (SIX, "*", KeyMatch.MAX_MATCH),
        (SIX, "12*", KeyMatch.NO_MATCH),
        (UP_TO_FOUR, "12", KeyMatch.MATCH),
        (UP_TO_FOUR, "12#", KeyMatch.MAX_MATCH),
        (UP_TO_FOUR, "1234", KeyMatch.MAX_MATCH),
        (UP_TO_FOUR, "12345", KeyMatch.NO_MATCH),
        (KeyPattern(), "", KeyMatch.NO_MATCH),
        (KeyPattern(options=frozenset({"1", "11"})), "1", KeyMatch.MATCH),
        (KeyPattern(options=frozenset({"**"})), "*", KeyMatch.POTENTIAL),
    ],
)
def test_keys_are_judged_in_four_values(pattern: KeyPattern, keys: str, judged: KeyMatch) -> None:
    assert pattern.judge(keys) is judged


def test_the_terminator_is_not_part_of_the_value() -> None:
    assert UP_TO_FOUR.value("12#") == "12"
    assert MENU.value("#") == "#"


@given(st.text("0123456789*#", max_size=8))
def test_what_can_become_nothing_stays_nothing(keys: str) -> None:
    """Once no match, no further key makes it one: the turn may end at the first wrong key."""
    for pattern in (MENU, SIX, UP_TO_FOUR):
        if pattern.judge(keys) is KeyMatch.NO_MATCH and keys:
            assert all(pattern.judge(keys + more) is KeyMatch.NO_MATCH for more in "0123456789*#")
