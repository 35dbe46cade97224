"""A number: "two hundred and five", "twelve", "two oh five", or its digits on the keys."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ivr.call import EndOfTurn, KeyPattern, Match
from ivr.dialogue import wording
from ivr.dialogue.words.counted import TIMES
from ivr.dialogue.words.digits import DIGITS, DigitString
from ivr.dialogue.words.fillers import said_words_of
from ivr.dialogue.words.types.amounts import LEAD_IN, NOUGHTS, up_to
from ivr.dialogue.words.types.answer_type import Impossible, Taken
from ivr.dialogue.words.types.pattern import Pattern, either, in_order, number_words
from ivr.dialogue.words.types.worded import Worded

MOST = 999_999
_ORDER = (Match.NO_MATCH, Match.POTENTIAL, Match.MATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Worded):
    """A whole number from `least` to `most`; its value is in digits without a leading zero."""

    end: ClassVar[EndOfTurn] = EndOfTurn.DIGITS
    press: ClassVar[str] = wording.PRESS_NUMBER
    tighter: ClassVar[str] = wording.TIGHTER_NUMBER
    least: int = 0
    most: int = MOST

    @property
    def pattern(self) -> Pattern:
        """See `Worded.pattern`."""
        return _pattern(len(str(self.most)))

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern(digits_min=1, digits_max=len(str(self.most)))

    def phrases(self) -> tuple[str, ...]:
        """See `AnswerType.phrases`. Digits one by one are listened for as well."""
        return tuple(dict.fromkeys((*Worded.phrases(self), *self._digits.phrases())))

    def judge(self, words: Sequence[str]) -> Match:
        """See `AnswerType.judge`. "Two" may be all, or the first digit of several."""
        as_number, as_digits = Worded.judge(self, words), self._digits.judge(words)
        if as_number is Match.MAX_MATCH:
            return Match.MATCH if as_digits in (Match.POTENTIAL, Match.MATCH) else as_number
        if as_digits is Match.MAX_MATCH:
            return as_digits
        return max(as_number, as_digits, key=_ORDER.index)

    def from_words(self, words: Sequence[str]) -> Taken:
        """See `AnswerType.from_words`. Digits one by one are those of the number: "two oh five"."""
        said = said_words_of(words)
        one_by_one = len(said) > 1 and all(word in DIGITS or word in TIMES for word in said)
        digits = self._digits.values(said) if one_by_one else ()
        return self.from_keys(digits[0]) if digits else Worded.from_words(self, words)

    def meant(self, found: Mapping[str, int]) -> tuple[str, ...]:
        """See `Worded.meant`."""
        number = found.get("number", 0)
        if not self.least <= number <= self.most:
            raise Impossible(wording.number_between(self.least, self.most))
        return (str(number),)

    def keyed(self, keys: str) -> tuple[str, ...]:
        """See `Worded.keyed`."""
        return self.meant({"number": int(keys)}) if keys.isdecimal() and len(keys) <= len(str(MOST)) else ()

    def said(self, value: str) -> str:
        """See `AnswerType.said`."""
        return f"{int(value):,}"

    def spelled_out(self, value: str) -> str:
        """See `AnswerType.spelled_out`: "13, 1 3" tells it from 30."""
        return f"{self.said(value)}, {wording.spaced(value)}" if len(value) > 1 else value

    @property
    def _digits(self) -> DigitString:
        return DigitString(lengths=frozenset(range(1, len(str(self.most)) + 1)))


@functools.cache
def _pattern(digits: int) -> Pattern:
    return in_order(LEAD_IN, either(up_to(10**digits - 1, "number"), number_words(NOUGHTS, "")))
