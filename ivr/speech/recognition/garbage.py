"""Words that soak up what is said beside a grammar, so that it need not be heard as one of the grammar's words."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from ivr.speech.recognition.readings import UNKNOWN

MOST_GARBAGE = 20
"""More refuse what is right: of 1,340 utterances (people and synthetic voices, half of them off-topic, some in noise)
the best reading was right and wrong in 0.863 and 186 with ``[unk]`` alone, 0.853 and 152 with 20 words, 0.843 and 124
with 40. Shorter words take more from the right ones (0.825 and 145 with 40 words of 3 to 5 letters), longer ones soak
up less (0.857 and 159 with 40 of 7 to 10). ``[unk]`` eight or thirty times, and phrases three or four times, are no
better than once.
"""
SHORTEST, LONGEST = 4, 7
"""Letters of a garbage word."""
MOST_ALIKE = 0.35
"""Of two words' letter pairs, the part in common from which on they may sound alike (Dice)."""
_MOST_GRAMMARS = 500
"""Whose garbage words are kept; then all are chosen again."""
_LOOKED_AT = 1500
"""Candidates; the bundled model has 5,000 words of these lengths."""


class Garbage:
    """The garbage words of one model, chosen afresh for each grammar, the same at every run."""

    def __init__(self, words: Iterable[str]) -> None:
        fit = (word for word in words if word.isalpha() and SHORTEST <= len(word) <= LONGEST)
        mixed = sorted(fit, key=lambda word: (zlib.crc32(word.encode()), word))
        self._candidates = tuple((word, _pairs(word)) for word in mixed[:_LOOKED_AT])
        self._chosen: dict[frozenset[str], tuple[str, ...]] = {}

    def beside(self, known: frozenset[str]) -> tuple[str, ...]:
        """Garbage words that sound like none of the words `known` (judged by their letters), and ``[unk]``."""
        chosen = self._chosen.get(known)
        if chosen is None:
            chosen = (*self._far_from(known), UNKNOWN)
            if len(self._chosen) >= _MOST_GRAMMARS:
                self._chosen.clear()
            self._chosen[known] = chosen
        return chosen

    def _far_from(self, known: frozenset[str]) -> tuple[str, ...]:
        beginnings, endings = {word[:2] for word in known}, {word[-2:] for word in known}
        pairs = [_pairs(word) for word in known]
        far: list[str] = []
        for word, own in self._candidates:
            if word[:2] not in beginnings and word[-2:] not in endings and not any(_alike(own, one) for one in pairs):
                far.append(word)
                if len(far) == MOST_GARBAGE:
                    break
        return tuple(far)


def _pairs(word: str) -> frozenset[str]:
    return frozenset(word[at : at + 2] for at in range(len(word) - 1))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return 2 * len(one & other) > MOST_ALIKE * (len(one) + len(other))
