"""Patterns of words with numbers in them: read as callers speak, judged while they come, and listened for.

A pattern is one word of several, one after the other, or either of some. Each word may count for something under a
name, and what counts under one name is added up: "twenty" and "one" are the 21 of a "day".
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Found = tuple[tuple[str, int], ...]
"""Names and numbers, in the order in which they were said."""
MORE = -1
"""In place of an end: the words ended before the pattern did."""


class Pattern(ABC):
    """Immutable and compared by identity. What is used twice is one place in `phrases`, with the neighbours of both."""

    @abstractmethod
    def read(self, words: Sequence[str], at: int) -> Iterator[tuple[Found, int]]:
        """What ``words[at:]`` may begin with, and where it ends, the likeliest first; MORE if more may follow."""

    @abstractmethod
    def places(self) -> Places:
        """Where words stand in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Words that may come first and last, and what may follow what, as places; `empty`: no word at all will do."""

    first: tuple[OneOfWords, ...] = ()
    last: tuple[OneOfWords, ...] = ()
    follow: tuple[tuple[OneOfWords, OneOfWords], ...] = ()
    empty: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class OneOfWords(Pattern):
    """One word, which counts for a number under `name` if that is not empty."""

    numbers: Mapping[str, int]
    name: str

    def read(self, words: Sequence[str], at: int) -> Iterator[tuple[Found, int]]:
        """See `Pattern.read`."""
        if at >= len(words):
            yield (), MORE
        elif words[at] in self.numbers:
            yield ((self.name, self.numbers[words[at]]),) if self.name else (), at + 1

    def places(self) -> Places:
        """See `Pattern.places`."""
        return Places(first=(self,), last=(self,))


@dataclass(frozen=True, slots=True, eq=False)
class InOrder(Pattern):
    """One part after the other."""

    parts: tuple[Pattern, ...]

    def read(self, words: Sequence[str], at: int) -> Iterator[tuple[Found, int]]:
        """See `Pattern.read`."""
        return self._from(words, at, 0)

    def _from(self, words: Sequence[str], at: int, part: int) -> Iterator[tuple[Found, int]]:
        if part == len(self.parts):
            yield (), at
            return
        for found, end in self.parts[part].read(words, at):
            if end == MORE:
                yield found, MORE
            else:
                for rest, last in self._from(words, end, part + 1):
                    yield (found + rest if rest else found), last

    def places(self) -> Places:
        """See `Pattern.places`."""
        done = Places(empty=True)
        for part in self.parts:
            here = part.places()
            done = Places(
                first=done.first + here.first if done.empty else done.first,
                last=done.last + here.last if here.empty else here.last,
                follow=(*done.follow, *here.follow, *itertools.product(done.last, here.first)),
                empty=done.empty and here.empty,
            )
        return done


@dataclass(frozen=True, slots=True, eq=False)
class Either(Pattern):
    """One of some ways, the likeliest first; `none`: or nothing at all, which is the least likely."""

    ways: tuple[Pattern, ...]
    none: bool = False

    def read(self, words: Sequence[str], at: int) -> Iterator[tuple[Found, int]]:
        """See `Pattern.read`."""
        for way in self.ways:
            yield from way.read(words, at)
        if self.none:
            yield (), at

    def places(self) -> Places:
        """See `Pattern.places`."""
        every = [way.places() for way in self.ways]
        return Places(
            first=tuple(place for one in every for place in one.first),
            last=tuple(place for one in every for place in one.last),
            follow=tuple(pair for one in every for pair in one.follow),
            empty=self.none or any(one.empty for one in every),
        )


def number_words(numbers: Mapping[str, int], name: str) -> Pattern:
    """One of some words, each for its number under `name`."""
    return OneOfWords(numbers, name)


def words(text: str, name: str = "", number: int = 1) -> Pattern:
    """All words of `text`, one after the other; the last one counts for `number` under `name`."""
    *before, last = text.split()
    parts = [OneOfWords({word: 0}, "") for word in before]
    return in_order(*parts, OneOfWords({last: number}, name))


def any_word(text: str) -> Pattern:
    """One of the words of `text`, which counts for nothing."""
    return OneOfWords(dict.fromkeys(text.split(), 0), "")


def in_order(*parts: Pattern) -> Pattern:
    """`parts` one after the other."""
    return parts[0] if len(parts) == 1 else InOrder(parts)


def either(*ways: Pattern) -> Pattern:
    """One of `ways`."""
    return Either(ways)


def maybe(*parts: Pattern) -> Pattern:
    """`parts` in order, or nothing."""
    return Either((in_order(*parts),), none=True)


def added_up(found: Found) -> dict[str, int]:
    """Each name with the sum of its numbers."""
    sums: dict[str, int] = {}
    for name, number in found:
        sums[name] = sums.get(name, 0) + number
    return sums


def phrases(pattern: Pattern) -> tuple[str, ...]:
    """Whole phrases of `pattern` in which every word stands beside every word that it may stand beside.

    The recogniser's grammar is a bigram with a beginning and an end, so they say everything that it can learn.
    """
    shape = pattern.places()
    after: dict[OneOfWords, list[OneOfWords]] = {}
    before: dict[OneOfWords, list[OneOfWords]] = {}
    for one, next_one in dict.fromkeys(shape.follow):
        after.setdefault(one, []).append(next_one)
        before.setdefault(next_one, []).append(one)
    onward, backward = _ways(shape.last, before), _ways(shape.first, after)
    used: Counter[str] = Counter()
    done: dict[str, None] = {}
    pairs: set[tuple[str, str]] = set()

    def add(said: Sequence[str]) -> None:
        used.update(said)
        pairs.update(itertools.pairwise(said))
        done[" ".join(said)] = None

    for place in dict.fromkeys(shape.first):
        for word in place.numbers:
            if place in shape.last:
                add((word,))
    for one, next_one in dict.fromkeys(shape.follow):
        for pair in itertools.product(one.numbers, next_one.numbers):
            if pair not in pairs:
                lead_in = (_rarest(place, used) for place in reversed(backward[one]))
                rest = (_rarest(place, used) for place in onward[next_one])
                add((*lead_in, *pair, *rest))
    return tuple(done)


def _ways(
    ends: Iterable[OneOfWords], steps: Mapping[OneOfWords, Sequence[OneOfWords]]
) -> dict[OneOfWords, tuple[OneOfWords, ...]]:
    """Each place with the shortest way from it to one of `ends`, itself not included; `steps` lead away from them."""
    found: dict[OneOfWords, tuple[OneOfWords, ...]] = dict.fromkeys(ends, ())
    waiting = deque(found)
    while waiting:
        place = waiting.popleft()
        for further in steps.get(place, ()):
            if further not in found:
                found[further] = (place, *found[place])
                waiting.append(further)
    return found


def _rarest(place: OneOfWords, used: Counter[str]) -> str:
    """The word of `place` that stands in the fewest phrases so far: none is to be likelier than the others."""
    return min(place.numbers, key=lambda word: used[word])
