"""Words that the recogniser does not know, heard as words that it knows and that sound like them."""

from __future__ import annotations

import functools
import re
from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SoundsLike:
    """`pairs`: a word, and the known words that sound like it (``("bins", "bin")``, ``("riverton", "river ton")``).

    The recogniser listens for the sounds; what it read is shown, kept and looked up in the words.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def sounds(self, phrase: str) -> str:
        """`phrase` as the recogniser is to listen for it."""
        if not self.pairs:
            return phrase
        sounds = dict(self.pairs)
        return " ".join(sounds.get(word, word) for word in phrase.split())

    def words(self, text: str) -> str:
        """`text` as the recogniser read it, in the plan's words."""
        if not self.pairs:
            return text
        turned = {sound: word for word, sound in self.pairs}
        return _any_of(self.pairs).sub(lambda found: turned[found.group()], text)

    def beside(self, words: Set[str]) -> SoundsLike:
        """Without the sounds that are themselves among the `words` of what may be said: they may have been meant."""
        return SoundsLike(tuple(pair for pair in self.pairs if not words >= set(pair[1].split())))


@functools.lru_cache(maxsize=64)
def _any_of(pairs: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    sounds = sorted((re.escape(sound) for _, sound in pairs), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(sounds)})\b")
