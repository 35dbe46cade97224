"""A phone number: "oh seven seven double oh …", "plus four four …", or its digits on the keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ivr.call import KeyPattern, Match
from ivr.dialogue import wording
from ivr.dialogue.words.counted import Counted, cut_up, every_pair
from ivr.dialogue.words.digits import HOMOPHONES, LIKE_DIGITS, SAID_DIGITS, digits_at
from ivr.dialogue.words.fillers import said_words_of
from ivr.dialogue.words.numbers import HUNDRED, UNITS
from ivr.dialogue.words.types.answer_type import NOTHING, Taken
from ivr.dialogue.words.types.numbering_plan import full_number, is_mobile, judged, written

PLUS = "plus"
_LENGTHS = frozenset(range(5, 18))
_PHRASES = tuple(
    dict.fromkeys(
        (
            *cut_up(every_pair(SAID_DIGITS), 11),
            *SAID_DIGITS,
            *(f"{times} {word}" for times in ("double", "triple", "treble") for word in SAID_DIGITS),
            *(f"{word} {times} {word}" for times in ("double", "triple", "treble") for word in SAID_DIGITS),
            *("oh eight hundred", "oh three hundred", *(f"{PLUS} {word}" for word in UNITS)),
        )
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber(Counted):
    """A number of `region` (ISO 3166), or of any other with its country's code; its value is E.164."""

    alike: ClassVar[frozenset[str]] = LIKE_DIGITS | {"go"}
    """A synthetic "oh two" was "go two", of "go to the main menu"."""
    homophones: ClassVar[Mapping[str, str]] = HOMOPHONES
    press: ClassVar[str] = wording.PRESS_PHONE
    tighter: ClassVar[str] = wording.TIGHTER_PHONE
    lengths: frozenset[int] = _LENGTHS
    region: str = "GB"
    mobile: bool = False
    """Whether only a mobile number of `region` will do."""

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern(digits_min=min(_LENGTHS), digits_max=max(_LENGTHS))

    def phrases(self) -> tuple[str, ...]:
        """See `AnswerType.phrases`. Few people say tens and hundreds here, and the model hears them where nobody does:
        "two three" was "two hundred and" in 3 of 12 synthetic numbers."""
        return _PHRASES

    def items(self, words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
        """See `Counted.items`. A plus stands only before all digits; "eight hundred one" is 800 and 1 here, not 801."""
        if words[at] == PLUS and at == 0:
            yield "+", 1
        if words[at] in UNITS and words[at + 1 : at + 2] == [HUNDRED]:
            yield f"{UNITS[words[at]]}00", at + 2
        yield from digits_at(words, at)

    def judge(self, words: Sequence[str]) -> Match:
        """See `AnswerType.judge`. The numbering plan knows when a number is whole."""
        said = said_words_of(words)
        if said == [PLUS]:
            return Match.POTENTIAL
        judgement = Counted.judge(self, said)
        if judgement is Match.NO_MATCH or self.dangling(said):
            return judgement
        return judged(self.readings(said)[0], self.region)

    def value(self, symbols: str) -> Taken:
        """See `Counted.value`."""
        full = full_number(symbols, self.region)
        if full and self.mobile and not is_mobile(full, self.region):
            return Taken(fault=wording.NO_SUCH_MOBILE)
        return Taken((full,)) if full else Taken(fault=wording.NO_SUCH_PHONE)

    def from_keys(self, keys: str) -> Taken:
        """See `AnswerType.from_keys`."""
        return self.value(keys) if keys.isdecimal() else NOTHING

    def said(self, value: str) -> str:
        """See `AnswerType.said`."""
        return written(value, self.region)
