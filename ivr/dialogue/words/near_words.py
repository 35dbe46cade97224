"""Known words that sound like an unknown one, to be suggested to the person who writes a plan."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Set

UnknownWords = Callable[[Iterable[str]], Set[str]]
"""Those of some words that the recogniser can never hear."""

MOST = 3
_SHORTEST_PART = 3
"""Letters of each half of a word that is said as two: "river ton"."""
_ALIKE = (
    ("i", "ea"), ("i", "ee"), ("ee", "ea"), ("ea", "ee"), ("ei", "ee"), ("ie", "ee"), ("i", "y"), ("y", "i"),
    ("y", "ie"), ("ph", "f"), ("f", "ph"), ("ck", "k"), ("c", "k"), ("k", "c"), ("c", "s"), ("s", "z"), ("z", "s"),
    ("s", "se"), ("ou", "ow"), ("ow", "ou"), ("au", "aw"), ("oo", "u"), ("o", "oa"), ("oe", "o"), ("a", "ai"),
    ("ai", "a"), ("gh", ""), ("h", ""), ("wr", "r"), ("kn", "n"), ("x", "cks"), ("cks", "x"), ("our", "or"),
    ("re", "er"),
)  # fmt: skip
"""Spellings that stand for much the same sound in English."""


def near_words(word: str, unknown_words: UnknownWords) -> tuple[str, ...]:
    """Up to three known words, or pairs of words, that `word` may be heard as; the likeliest first.

    A plural is heard best as its singular: with the bundled model and six synthetic voices, "bins" and "my bins" 12 of
    12 times as "bin", 7 times as "beans".
    """
    halves = [(word[:at], word[at:]) for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)]
    singular = [word.removesuffix("s")] if word.endswith("s") else []
    alike = [word.replace(one, other, 1) for one, other in _ALIKE if one in word]
    doubled = [word[:at] + word[at] + word[at:] for at in range(len(word))]
    changed = _one_letter_away(word)
    unknown = unknown_words({*(half for pair in halves for half in pair), *singular, *alike, *doubled, *changed})
    pairs = [" ".join(pair) for pair in halves if unknown.isdisjoint(pair)]
    known = [one for one in (*singular, *alike, *doubled, *changed) if one not in unknown and len(one) > 1]
    return tuple(dict.fromkeys((*known[: 1 if pairs else MOST], *pairs, *known)))[:MOST]


def _one_letter_away(word: str) -> list[str]:
    """Words that differ from `word` in one letter after the first, which is heard best; shorter ones first."""
    ends = range(1, len(word))
    letters = [*string.ascii_lowercase, *sorted(letter for letter in {*word} if letter > "z")]
    without = [word[:at] + word[at + 1 :] for at in reversed(ends)]
    other = [word[:at] + letter + word[at + 1 :] for at in reversed(ends) for letter in letters]
    more = [word[:at] + letter + word[at:] for at in range(len(word), 0, -1) for letter in letters]
    return [one for one in (*without, *other, *more) if one != word]
