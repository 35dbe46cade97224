"""Patterns of numbers in words, from nought to 999,999, for everything that holds one."""

from __future__ import annotations

import functools

from ivr.dialogue.words.numbers import AND, HUNDRED, TEENS, TENS, THOUSAND, UNITS
from ivr.dialogue.words.types.pattern import Pattern, any_word, either, in_order, maybe, number_words, words

LEAD_IN = maybe(either(any_word("it's that's"), words("it is")))
"""Before an answer in a sentence of its own: "it's twelve pounds"."""
NOUGHTS = {"zero": 0, "nought": 0}


def below_hundred(name: str, *, times: int = 1) -> Pattern:
    """1 to 99 under `name`, `times` as much."""
    units, teens, tens = (_times(numbers, times) for numbers in (UNITS, TEENS, TENS))
    return either(
        in_order(number_words(tens, name), maybe(number_words(units, name))),
        number_words({**teens, **units}, name),
    )


def two_digits(name: str) -> Pattern:
    """10 to 99 under `name`: the second part of "twelve fifty" and "nineteen eighty four"."""
    return either(in_order(number_words(TENS, name), maybe(number_words(UNITS, name))), number_words(TEENS, name))


def oh_digit(name: str) -> Pattern:
    """01 to 09 under `name`, as in "three oh five"."""
    return in_order(any_word("oh o"), number_words(UNITS, name))


def below_thousand(name: str, *, times: int = 1) -> Pattern:
    """1 to 999 under `name`, "a hundred" among them; `times` as much."""
    rest = maybe(maybe(words(AND)), below_hundred(name, times=times))
    counted = either(number_words({"a": 100 * times}, name), number_words(_times(UNITS, 100 * times), name))
    return either(in_order(counted, words(HUNDRED), rest), below_hundred(name, times=times))


@functools.cache
def up_to(most: int, name: str) -> Pattern:
    """Numbers from 1 to `most` or somewhat more under `name`, in as few words as they need.

    What need not be heard is not listened for: in pauses the bundled model hears a "thousand" that nobody said.
    """
    if most < 100:
        return below_hundred(name)
    if most < 1000:
        return below_thousand(name)
    teens_of_hundreds = in_order(
        number_words(_times(TEENS, 100), name), words(HUNDRED), maybe(maybe(words(AND)), below_hundred(name))
    )
    rest = maybe(maybe(words(AND)), below_thousand(name))
    thousands = (number_words({"a": 1000}, name), below_thousand(name, times=1000))
    return either(
        in_order(either(*thousands), words(THOUSAND), rest),
        teens_of_hundreds,
        below_thousand(name),
    )


def _times(numbers: dict[str, int], times: int) -> dict[str, int]:
    return {word: number * times for word, number in numbers.items()}
