"""Digit strings as people say them: one by one, doubled, in tens and hundreds, with "oh", "nought" or "zero"."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ivr.call import KeyPattern
from ivr.dialogue import wording
from ivr.dialogue.words.counted import TIMES, Counted, cut_up, every_pair
from ivr.dialogue.words.numbers import AND, HUNDRED, TEENS, TENS, THOUSAND, UNITS, number_at
from ivr.dialogue.words.types.answer_type import NOTHING, Taken
from ivr.dialogue.words.types.check_digits import adds_up

ZEROS = ("zero", "oh", "o", "nought", "nil")
DIGITS = {**dict.fromkeys(ZEROS, "0"), **{word: str(number) for word, number in UNITS.items()}}
SAID_DIGITS = ("zero", "oh", *UNITS)
"""The names that all callers use; every other one is heard, too, but not in every order."""

LIKE_DIGITS = frozenset({"want", "down"})
"""Measured with the bundled model: beside "i want to speak", the digits "one two" are heard as "want to", and beside
"slow down" a synthetic "two" as "down"."""
HOMOPHONES = {"to": "two", "too": "two", "for": "four", "won": "one", "ate": "eight"}
"""Listened for by the digit that sounds the same, "speak two someone". Beside a "to", a lone "two" is half a "to", and
89 % of 200 human digits are believed instead of 99.5 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitString(Counted):
    """Digits, by voice or keys, with a check digit among them if `check` names a rule."""

    alike: ClassVar[frozenset[str]] = LIKE_DIGITS
    homophones: ClassVar[Mapping[str, str]] = HOMOPHONES
    press: ClassVar[str] = wording.PRESS_DIGITS
    tighter: ClassVar[str] = wording.TIGHTER_DIGITS
    check: str = ""

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern(digits_min=min(self.lengths), digits_max=max(self.lengths))

    def value(self, symbols: str) -> Taken:
        """See `Counted.value`."""
        return Taken((symbols,)) if adds_up(symbols, self.check) else Taken(fault=wording.DOES_NOT_ADD_UP)

    def from_keys(self, keys: str) -> Taken:
        """See `AnswerType.from_keys`."""
        return self.value(keys) if keys.isdecimal() and len(keys) in self.lengths else NOTHING

    def phrases(self) -> tuple[str, ...]:
        """See `Counted.phrases`."""
        return _phrases(self.lengths)

    def items(self, words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
        """See `Counted.items`."""
        return digits_at(words, at)


def digits_at(words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
    """What ``words[at:]`` may begin with: digits, and where they end; the likeliest first."""
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in TIMES:
        if following in DIGITS:
            yield DIGITS[following] * TIMES[word], at + 2
    elif word in DIGITS and following not in (HUNDRED, THOUSAND):
        yield DIGITS[word], at + 1
    else:
        number = number_at(words, at)
        if number is not None:
            yield str(number[0]), number[1]


@functools.lru_cache(maxsize=64)
def _phrases(lengths: frozenset[int]) -> tuple[str, ...]:
    """Phrases of the wanted lengths in which every digit follows every other, then numbers and doubled digits."""
    circle = every_pair(SAID_DIGITS)
    phrases = [phrase for length in sorted(lengths) for phrase in cut_up(circle, length)]
    phrases += SAID_DIGITS
    if max(lengths) > 1:
        phrases += number_phrases()
        phrases += (f"{times} {word}" for times in ("double", "triple", "treble") for word in SAID_DIGITS)
        phrases += ("nought", "nil")
    return tuple(dict.fromkeys(phrases))


def number_phrases() -> tuple[str, ...]:
    """Numbers from ten to 999: each word with what may stand beside it.

    "Thousand" is understood, but not listened for: in a pause between two digits the bundled model hears it ("four …
    two" became 4000), and hardly anybody says it of a reference.
    """
    tens = [f"{ten} {unit}" for ten in TENS for unit in UNITS]
    hundreds = [f"{unit} {HUNDRED}" for unit in UNITS]
    rests = [f"{HUNDRED} {AND} {unit}" for unit in (*UNITS, *TENS, *TEENS)]
    return (*TEENS, *TENS, *tens, *hundreds, *rests)
