"""Makes errors like a recogniser's in a text: words that sound alike, words left out, words put in; by a seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import combinations

from ivr.plans.proof.phonemes import pronounced

ALIKE, LEFT_OUT = 0.60, 0.25
"""Shares of the errors; the rest are words put in."""
MOST_APART = 2
"""Phonemes that may be missing in either of two words that sound alike."""
_NEAREST_KEPT = 5
_AT_ONCE = 500


class WordErrors:
    """Errors with the words of `vocabulary`. `alike` False: espeak-ng is missing, so other words come by lot."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        self._words = sorted(word for word in vocabulary if word.isascii() and word.isalpha())
        sounds: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(self._words), _AT_ONCE):
            sounds.update(pronounced(self._words[start : start + _AT_ONCE], "en-gb") or {})
        self.alike = bool(sounds)
        self._near: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for word, phonemes in sounds.items():
            for key in _shortened(phonemes):
                self._near[key].append(word)
        self._sounds = sounds

    def made(self, text: str, rate: float, lot: random.Random) -> str:
        """`text` with an error at a share `rate` of its words; one word at least stays."""
        kept: list[str] = []
        for word in text.split():
            if lot.random() >= rate:
                kept.append(word)
                continue
            kind = lot.random()
            if kind < ALIKE:
                kept.append(self._instead(word, lot))
            elif kind >= ALIKE + LEFT_OUT:
                kept += [word, lot.choice(self._words)]
        return " ".join(kept) or text

    def _instead(self, word: str, lot: random.Random) -> str:
        phonemes = self._sounds.get(word, ())
        near: dict[str, int] = {}
        for key in _shortened(phonemes):
            for other in self._near.get(key, ()):
                apart = len(phonemes) + len(self._sounds[other]) - 2 * len(key)
                if other != word:
                    near[other] = min(apart, near.get(other, apart))
        nearest = sorted(near, key=lambda other: (near[other], other))[:_NEAREST_KEPT]
        return lot.choice(nearest or self._words)


def _shortened(phonemes: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """`phonemes` with none, one or two left out, but never all."""
    for left_out in range(min(MOST_APART, len(phonemes) - 1) + 1):
        yield from set(combinations(phonemes, len(phonemes) - left_out))
