"""One of a list of values, each with the phrases that mean it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from ivr.call import EndOfTurn, KeyPattern, Match
from ivr.dialogue import wording
from ivr.dialogue.words.fillers import without_hesitations
from ivr.dialogue.words.options import Option
from ivr.dialogue.words.types.answer_type import NOTHING, Taken

_LEAST_SHARE = 0.4
"""Part of what was said that a phrase must be: "i think the blue one", but not a story in which the word comes up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """An `AnswerType` of `options`; its value is the name of one of them."""

    alike: ClassVar[frozenset[str]] = frozenset()
    homophones: ClassVar[Mapping[str, str]] = {}
    end: ClassVar[EndOfTurn] = EndOfTurn.MATCH
    read_back: ClassVar[bool] = False
    options: tuple[Option, ...]

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern(options=frozenset(option.key for option in self.options if option.key))

    @property
    def press(self) -> str:
        """See `AnswerType.press`."""
        return " ".join(wording.press_for(option.spoken, option.key) for option in self.options if option.key)

    @property
    def tighter(self) -> str:
        """See `AnswerType.tighter`."""
        return self.press or wording.one_of([option.spoken for option in self.options])

    def on(self, today: Callable[[], date]) -> Self:
        """See `AnswerType.on`."""
        return self

    def phrases(self) -> tuple[str, ...]:
        """See `AnswerType.phrases`."""
        return tuple(_by_phrase(self.options))

    def judge(self, words: Sequence[str]) -> Match:
        """See `AnswerType.judge`."""
        kept = without_hesitations(tuple(words))
        text = " ".join(kept)
        begun = [phrase for phrase in _by_phrase(self.options) if kept and phrase.startswith(f"{text} ")]
        if self.values(kept):
            return Match.MATCH if begun or text not in _by_phrase(self.options) else Match.MAX_MATCH
        last = range(1, len(kept) + 1)
        may_come = any(phrase.startswith(" ".join(kept[-count:]) + " ") for phrase in self.phrases() for count in last)
        return Match.POTENTIAL if may_come else Match.NO_MATCH

    def from_words(self, words: Sequence[str]) -> Taken:
        """See `AnswerType.from_words`. The longest phrase wins; two of one length for two values are none."""
        by_phrase = _by_phrase(self.options)
        kept = without_hesitations(tuple(words))
        for length in range(len(kept), 0, -1):
            if length < _LEAST_SHARE * len(kept):
                break
            inside = (" ".join(kept[at : at + length]) for at in range(len(kept) - length + 1))
            found = {by_phrase[phrase] for phrase in inside if phrase in by_phrase}
            if found:
                return Taken(tuple(found)) if len(found) == 1 else NOTHING
        return NOTHING

    def from_keys(self, keys: str) -> Taken:
        """See `AnswerType.from_keys`."""
        return Taken(tuple(option.name for option in self.options if option.key == keys))

    def values(self, words: Sequence[str]) -> tuple[str, ...]:
        """See `AnswerType.values`."""
        return self.from_words(words).values

    def said(self, value: str) -> str:
        """See `AnswerType.said`."""
        return next((option.spoken for option in self.options if option.name == value), value)

    def spelled_out(self, value: str) -> str:
        """See `AnswerType.spelled_out`."""
        return self.said(value)


@functools.lru_cache(maxsize=256)
def _by_phrase(options: tuple[Option, ...]) -> Mapping[str, str]:
    """Phrase → name of the option that it means."""
    found: dict[str, str] = {}
    for option in options:
        for phrase in option.phrases:
            found.setdefault(phrase, option.name)
    return found
