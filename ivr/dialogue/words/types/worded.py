"""An answer said in words of a fixed pattern: what numbers, sums of money, days and times have in common."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from ivr.call import EndOfTurn, KeyPattern, Match
from ivr.dialogue.words.digits import HOMOPHONES, LIKE_DIGITS
from ivr.dialogue.words.fillers import said_words_of
from ivr.dialogue.words.types.answer_type import Impossible, Taken, joined
from ivr.dialogue.words.types.pattern import MORE, Found, Pattern, added_up, phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded(ABC):
    """An `AnswerType` with a `pattern`; a kind of it says what the numbers that are found in it mean."""

    alike: ClassVar[frozenset[str]] = LIKE_DIGITS
    homophones: ClassVar[Mapping[str, str]] = HOMOPHONES
    end: ClassVar[EndOfTurn] = EndOfTurn.MATCH
    read_back: ClassVar[bool] = True
    press: ClassVar[str]
    tighter: ClassVar[str]

    @property
    @abstractmethod
    def pattern(self) -> Pattern:
        """How it is said. The same object for the same kind: its phrases are made once."""

    @property
    @abstractmethod
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""

    @abstractmethod
    def meant(self, found: Mapping[str, int]) -> tuple[str, ...]:
        """The values of what was `found`, the likeliest first; none if that is nothing. Raises Impossible."""

    @abstractmethod
    def keyed(self, keys: str) -> tuple[str, ...]:
        """The values of `keys`, the likeliest first; none if they are nothing. Raises Impossible."""

    @abstractmethod
    def said(self, value: str) -> str:
        """See `AnswerType.said`."""

    def spelled_out(self, value: str) -> str:
        """See `AnswerType.spelled_out`."""
        return self.said(value)

    def on(self, today: Callable[[], date]) -> Self:
        """See `AnswerType.on`."""
        return self

    def phrases(self) -> tuple[str, ...]:
        """See `AnswerType.phrases`."""
        return _phrases(self.pattern)

    def judge(self, words: Sequence[str]) -> Match:
        """See `AnswerType.judge`. Words that come to a fault are whole, too: there is something to say about them."""
        said = said_words_of(words)
        ends = {end for _, end in self.pattern.read(said, 0)} if said else set()
        if len(said) in ends:
            return Match.MATCH if MORE in ends else Match.MAX_MATCH
        return Match.POTENTIAL if MORE in ends else Match.NO_MATCH

    def from_words(self, words: Sequence[str]) -> Taken:
        """See `AnswerType.from_words`.

        The bundled model likes to hear a word too many after the last one ("next tuesday june"). What is nothing with
        it counts without it: all is read back, so a wrong reading costs no more than a refusal. Of 124 numbers, sums,
        days and times of four synthetic voices through µ-law 99 are right with this rule, 92 without.
        """
        said = said_words_of(words)
        whole = joined(self._meant(found) for found in _whole(self.pattern, said))
        if whole.values or whole.fault:
            return whole
        return Taken(joined(self._meant(found) for found in _whole(self.pattern, said[:-1])).values)

    def from_keys(self, keys: str) -> Taken:
        """See `AnswerType.from_keys`."""
        try:
            return Taken(self.keyed(keys))
        except Impossible as fault:
            return Taken(fault=str(fault))

    def values(self, words: Sequence[str]) -> tuple[str, ...]:
        """See `AnswerType.values`."""
        return self.from_words(words).values

    def _meant(self, found: Found) -> Taken:
        try:
            return Taken(self.meant(added_up(found)))
        except Impossible as fault:
            return Taken(fault=str(fault))


def _whole(pattern: Pattern, said: Sequence[str]) -> Iterator[Found]:
    """What is found in all of `said`."""
    return (found for found, end in pattern.read(said, 0) if said and end == len(said))


@functools.lru_cache(maxsize=64)
def _phrases(pattern: Pattern) -> tuple[str, ...]:
    return phrases(pattern)
