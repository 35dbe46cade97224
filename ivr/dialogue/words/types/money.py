"""A sum of money: "twelve pounds fifty", "fifty pence", "twelve fifty", or pounds, star, pence on the keys."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ivr.call import KeyPattern
from ivr.dialogue import wording
from ivr.dialogue.words.numbers import AND, UNITS
from ivr.dialogue.words.types.amounts import (
    LEAD_IN,
    NOUGHTS,
    below_hundred,
    below_thousand,
    oh_digit,
    two_digits,
    up_to,
)
from ivr.dialogue.words.types.answer_type import Impossible
from ivr.dialogue.words.types.pattern import Pattern, any_word, either, in_order, maybe, number_words, words
from ivr.dialogue.words.types.worded import Worded

MOST = 999_999


@dataclass(frozen=True, slots=True)
class Currency:
    """Its sign, and what people call the large and the small coin."""

    sign: str
    large: str
    small: str


CURRENCIES = {
    "GBP": Currency("£", "pound pounds quid", "penny pence p"),
    "EUR": Currency("€", "euro euros", "cent cents"),
    "USD": Currency("$", "dollar dollars", "cent cents"),
}
"""By their names in ISO 4217."""


_NOUGHTS = {**NOUGHTS, "oh": 0, "o": 0}
_TENTHS = {**_NOUGHTS, **{word: 10 * number for word, number in UNITS.items()}}
_HUNDREDTHS = {**_NOUGHTS, **UNITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Worded):
    """A sum of up to `most` in `currency`; its value has two decimals: ``12.50``."""

    press: ClassVar[str] = wording.PRESS_MONEY
    tighter: ClassVar[str] = wording.TIGHTER_MONEY
    currency: str = "GBP"
    most: int = MOST

    @property
    def pattern(self) -> Pattern:
        """See `Worded.pattern`."""
        return _pattern(self.currency, len(str(self.most)))

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern(digits_min=1, digits_max=len(str(self.most)) + 2, separator="*")

    def meant(self, found: Mapping[str, int]) -> tuple[str, ...]:
        """See `Worded.meant`."""
        return self._sum(found.get("large", 0), found.get("small", 0))

    def keyed(self, keys: str) -> tuple[str, ...]:
        """See `Worded.keyed`. One digit behind the star is tens of pence: ``12*5`` is 12.50."""
        large, _, small = keys.partition("*")
        if not (large or small).isdecimal() or len(large) > len(str(MOST)) or len(small) > 2:
            return ()
        return self._sum(int(large or 0), int(small.ljust(2, "0")))

    def said(self, value: str) -> str:
        """See `AnswerType.said`: ``£12.50``, ``£12``."""
        large, _, small = value.partition(".")
        return f"{CURRENCIES[self.currency].sign}{int(large):,}" + (f".{small}" if small != "00" else "")

    def _sum(self, large: int, small: int) -> tuple[str, ...]:
        if large > self.most or (large == self.most and small):
            raise Impossible(wording.at_most(self.said(f"{self.most}.00")))
        return (f"{large}.{small:02}",)


@functools.cache
def _pattern(currency: str, digits: int) -> Pattern:
    called = CURRENCIES[currency]
    large, small = any_word(called.large), any_word(called.small)
    pence = in_order(below_hundred("small"), maybe(small))
    bare_pence = either(two_digits("small"), oh_digit("small"))
    whole = either(number_words({"a": 1}, "large"), up_to(10**digits - 1, "large"), number_words({"zero": 0}, "large"))
    decimals = in_order(number_words(_TENTHS, "small"), maybe(number_words(_HUNDREDTHS, "small")))
    point = in_order(any_word("point"), either(two_digits("small"), decimals))
    return in_order(
        LEAD_IN,
        either(
            in_order(whole, large, maybe(maybe(words(AND)), either(pence, number_words({"a": 1}, "small")))),
            in_order(whole, maybe(point), maybe(large)),
            in_order(either(below_hundred("small"), number_words({"a": 1}, "small")), small),
            in_order(below_thousand("large"), bare_pence),
        ),
    )
