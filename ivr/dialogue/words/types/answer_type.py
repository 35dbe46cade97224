"""What every kind of answer can do: be listened for, be judged while it comes, be understood, be said back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from ivr.call import EndOfTurn, KeyPattern, Match


@dataclass(frozen=True, slots=True)
class Taken:
    """What words or keys come to: `values`, the likeliest first; if there are none, `fault` may say why not."""

    values: tuple[str, ...] = ()
    fault: str = ""


NOTHING = Taken()


class Impossible(Exception):
    """What was said is well formed, but there is no such thing; its text is the sentence for the caller."""


class AnswerType(Protocol):
    """A kind of answer, as a value without I/O. Values are texts in one canonical form (ISO date, E.164, …)."""

    def __hash__(self) -> int: ...

    @property
    def alike(self) -> frozenset[str]:
        """Words that sound a little like its own: no phrase with one of them is listened for beside it."""
        ...

    @property
    def homophones(self) -> Mapping[str, str]:
        """Words that sound the same as one of its own, and that one: phrases are listened for with it."""
        ...

    @property
    def end(self) -> EndOfTurn:
        """By what the end of such an answer is known."""
        ...

    @property
    def read_back(self) -> bool:
        """Whether it is read back however sure it is; else only between understood and not understood."""
        ...

    @property
    def keys(self) -> KeyPattern:
        """The keys that give it; those that mean the same everywhere are not in it."""
        ...

    @property
    def press(self) -> str:
        """The sentence that says which keys give it; empty if none do."""
        ...

    @property
    def tighter(self) -> str:
        """The sentence after the question when what was read back was refused: how it is heard best."""
        ...

    def on(self, today: Callable[[], date]) -> Self:
        """The same for a call on the day that `today` says; only a type to which it matters asks."""
        ...

    def phrases(self) -> tuple[str, ...]:
        """What the recogniser listens for. Its grammar is a bigram: what follows what is all that it learns of them."""
        ...

    def judge(self, words: Sequence[str]) -> Match:
        """How far `words` go."""
        ...

    def from_words(self, words: Sequence[str]) -> Taken:
        """What `words` come to."""
        ...

    def from_keys(self, keys: str) -> Taken:
        """What `keys`, without their terminator, come to."""
        ...

    def values(self, words: Sequence[str]) -> tuple[str, ...]:
        """The values that `words` may mean, the likeliest first."""
        ...

    def said(self, value: str) -> str:
        """`value` for the question whether it is right, as it is written; the voice knows how that is said."""
        ...

    def spelled_out(self, value: str) -> str:
        """The same for a caller who was misheard once."""
        ...


def joined(ways: Iterable[Taken]) -> Taken:
    """The values of all `ways`, once each; without any, the first fault."""
    found: dict[str, None] = {}
    fault = ""
    for way in ways:
        found.update(dict.fromkeys(way.values))
        fault = fault or way.fault
    return Taken(tuple(found)) if found else Taken(fault=fault)
