"""Values of several kinds within one sentence: "the bins at S G twelve nine A B on Friday"."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.call import Hypothesis, Match
from ivr.dialogue.words.fillers import HESITATIONS, words_of
from ivr.dialogue.words.types.answer_type import AnswerType, Taken

_MOST_WORDS = 40
"""Of a reading; what comes later is not looked at. A turn of 12 s holds about as many."""
_LONGEST = 24
"""Words of one value: a postcode with a word for each letter ("S for sugar") has up to 17."""
_SHORTEST_WITH_HOMOPHONES = 3
"""Words of a value within which "to" may be a two: alone it hardly ever is ("I want to …")."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A value, and how sure it is: the confidence in all readings that hold it."""

    value: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Words that mean a value of the fact; none if there can be no such value ("31 June")."""

    fact: str
    start: int
    end: int
    values: tuple[str, ...]

    def overlaps(self, other: _Span) -> bool:
        """Whether a word belongs to both."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A kind of answer that looks at the same words only once: readings of one sentence hardly differ."""

    homophones: Mapping[str, str]
    judge: Callable[[tuple[str, ...]], Match]
    taken: Callable[[tuple[str, ...]], Taken]

    @classmethod
    def of(cls, kind: AnswerType) -> _Reader:
        """One for the readings of one turn."""
        judge, taken = functools.cache(kind.judge), functools.cache(kind.from_words)
        return cls(homophones=kind.homophones, judge=judge, taken=taken)


def spotted(kinds: Mapping[str, AnswerType], readings: Iterable[Hypothesis]) -> Mapping[str, Spotted]:
    """Which of the facts in `kinds` some reading gives, as the reading has them that gives most of them."""
    readers = {fact: _Reader.of(kind) for fact, kind in kinds.items()}
    found = [(_in_words(readers, words_of(one.text)[:_MOST_WORDS]), one.confidence) for one in readings]
    best, _ = max(found, key=lambda one: (len(one[0]), one[1]), default=({}, 0.0))
    return {
        fact: Spotted(value, min(1.0, sum(sure for others, sure in found if others.get(fact) == value)))
        for fact, value in best.items()
    }


def _in_words(readers: Mapping[str, _Reader], words: Sequence[str]) -> dict[str, str]:
    """The value of each fact in `words`, from the longest spans down; no word belongs to two.

    What may be one fact or another, or one value or another of a fact, is no answer: it is asked for by itself.
    """
    spans = [span for fact, reader in readers.items() for span in _spans(fact, reader, words)]
    found: dict[str, str] = {}
    taken: list[_Span] = []
    closed: set[str] = set()
    for length in sorted({span.end - span.start for span in spans}, reverse=True):
        fitting = [
            span
            for span in spans
            if span.end - span.start == length
            and span.fact not in closed
            and not any(span.overlaps(other) for other in taken)
        ]
        meant = [span for span in fitting if span.values]
        for span in meant:
            clashes = any(
                other.values[0] != span.values[0] if other.fact == span.fact else other.overlaps(span)
                for other in meant
            )
            if not clashes:
                found[span.fact] = span.values[0]
        taken += meant
        closed |= {span.fact for span in fitting}
    return found


def _spans(fact: str, reader: _Reader, words: Sequence[str]) -> Iterator[_Span]:
    """Where `words` mean something of this kind; only spans whose first and last words are needed."""
    said = tuple(reader.homophones.get(word, word) for word in words)
    for start in range(len(said)):
        if said[start] in HESITATIONS:
            continue
        for end in range(start + 1, min(len(said), start + _LONGEST) + 1):
            part = said[start:end]
            match = reader.judge(part)
            if match is Match.NO_MATCH:
                break
            if match is Match.POTENTIAL:
                continue
            if end - start < _SHORTEST_WITH_HOMOPHONES and part != tuple(words[start:end]):
                continue
            taken = reader.taken(part)
            means_something = bool(taken.values or taken.fault)
            if means_something and taken not in (reader.taken(part[1:]), reader.taken(part[:-1])):
                yield _Span(fact=fact, start=start, end=end, values=taken.values)
