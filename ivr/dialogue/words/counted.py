"""Something counted or spelled out, symbol by symbol: what digits and letters have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from ivr.call import EndOfTurn, KeyPattern, Match
from ivr.dialogue import wording
from ivr.dialogue.words.fillers import said_words_of
from ivr.dialogue.words.numbers import AND, HUNDRED, TENS, THOUSAND
from ivr.dialogue.words.types.answer_type import NOTHING, Taken, joined

TIMES = {"double": 2, "triple": 3, "treble": 3}
MOST_READINGS = 8
"""Of one text; "six o" may be 60 or 6O. More are not worth offering."""
_MAY_GROW = frozenset({*TENS, HUNDRED, THOUSAND, AND, *TIMES})
"""Last words after which the last symbol may still change: "twenty" may become "twenty one"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(ABC):
    """An `AnswerType` of symbols: a string of one of `lengths`."""

    lengths: frozenset[int]
    alike: ClassVar[frozenset[str]]
    """See `AnswerType.alike`."""
    homophones: ClassVar[Mapping[str, str]]
    """See `AnswerType.homophones`."""
    end: ClassVar[EndOfTurn] = EndOfTurn.DIGITS
    read_back: ClassVar[bool] = True
    press: ClassVar[str] = ""
    """See `AnswerType.press`."""
    tighter: ClassVar[str]
    """See `AnswerType.tighter`."""

    @abstractmethod
    def phrases(self) -> tuple[str, ...]:
        """What the recogniser listens for. Its grammar is a bigram: what follows what is all that it learns of them."""

    @abstractmethod
    def items(self, words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
        """What ``words[at:]`` may begin with: symbols, and where they end; the likeliest first."""

    def dangling(self, words: Sequence[str]) -> int:
        """How many of the last `words` only begin a symbol ("double")."""
        return 1 if words and words[-1] in TIMES else 0

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern()

    def value(self, symbols: str) -> Taken:
        """What `symbols` of a wanted length come to."""
        return Taken((symbols,))

    def from_words(self, words: Sequence[str]) -> Taken:
        """See `AnswerType.from_words`."""
        readings = self.readings(said_words_of(words))
        return joined(self.value(symbols) for symbols in readings if len(symbols) in self.lengths)

    def from_keys(self, keys: str) -> Taken:
        """See `AnswerType.from_keys`."""
        return NOTHING

    def values(self, words: Sequence[str]) -> tuple[str, ...]:
        """The strings of a wanted length that `words` may spell, the likeliest first."""
        return self.from_words(words).values

    def said(self, value: str) -> str:
        """See `AnswerType.said`."""
        return wording.spaced(value)

    def spelled_out(self, value: str) -> str:
        """See `AnswerType.spelled_out`."""
        return self.said(value)

    def on(self, today: Callable[[], date]) -> Self:
        """See `AnswerType.on`."""
        return self

    def judge(self, words: Sequence[str]) -> Match:
        """How far `words` go."""
        said = said_words_of(words)
        dangling = self.dangling(said)
        if dangling:
            return Match.POTENTIAL if len(said) == dangling or self.readings(said[:-dangling]) else Match.NO_MATCH
        lengths = {len(value) for value in self.readings(said)}
        if not lengths:
            return Match.NO_MATCH
        most = max(self.lengths)
        if lengths.isdisjoint(self.lengths):
            return Match.POTENTIAL if min(lengths) < most else Match.NO_MATCH
        return Match.MAX_MATCH if min(lengths) >= most and said[-1] not in _MAY_GROW else Match.MATCH

    def readings(self, words: Sequence[str]) -> tuple[str, ...]:
        """Every string that `words` may spell, up to MOST_READINGS, the likeliest first."""
        most = max(self.lengths)
        rests: list[tuple[str, ...]] = [("",)]  # of nothing; then of the last word, the last two …
        for at in range(len(words) - 1, -1, -1):
            found: dict[str, None] = {}
            for symbols, end in self.items(words, at):
                for rest in rests[len(words) - end]:
                    found[symbols + rest] = None
            rests.append(tuple(found)[:MOST_READINGS])
        return tuple(value for value in rests[-1] if value and len(value) <= 2 * most)


def every_pair(words: Sequence[str]) -> tuple[str, ...]:
    """A circle of words in which each ordered pair stands once (a de Bruijn sequence of order 2)."""
    circle: list[str] = []
    for i, first in enumerate(words):
        circle.append(first)
        for second in words[i + 1 :]:
            circle += (first, second)
    return tuple(circle)


def cut_up(circle: Sequence[str], length: int) -> list[str]:
    """`circle` as phrases of `length` words, each beginning with the last word of the one before: no pair is lost."""
    step = max(1, length - 1)
    return [" ".join(circle[(at + i) % len(circle)] for i in range(length)) for at in range(0, len(circle), step)]
