"""Text as a recogniser prints it, and the words in it that mean nothing: hesitations, courtesies, lead-ins."""

from __future__ import annotations

import re
from collections.abc import Sequence

HESITATIONS = frozenset(["um", "uh", "er", "erm", "ah", "eh", "mm", "hmm", "mhm", "huh"])
"""Mean nothing wherever they stand ("uh huh" is two of them)."""
AROUND = HESITATIONS | frozenset(
    ["oh", "well", "okay", "ok", "right", "so", "please", "thanks", "thank", "you", "hello", "hi", "sorry", "just"]
)
"""Mean nothing around an answer, if they are none themselves: "right, the bins please"."""
_LEADING = "i i'd i'm i've it's want would like need have got calling ringing about can could my the a an some to"
LEADING = frozenset(_LEADING.split())
"""Mean nothing before an answer, if they belong to none: "I'd like some garden waste"."""
SAID_AROUND = (
    *("um", "uh", "er", "please", "thanks", "thank you", "hello", "hi", "okay", "well", "oh"),
    *("i want", "i want a", "i need", "i need a", "i'd like", "i'd like a", "i would like", "about the"),
    *("about my", "it's about", "it's about my"),
)
"""Listened for beside the answers of a menu, because callers say it."""
SAID_AROUND_VALUES = ("um", "uh", "er", "please", "thank you")
"""The same beside digits, dates and other values, where lead-ins cost more right ones than they save."""
_COURTESIES = frozenset({"please", "thanks", "thank", "you", "okay", "right"})
MOST_WORDS = 100
"""Of one reading: more than anybody says in a turn of 12 s, and few enough to be judged in half a millisecond."""
_LETTERS_OF_A_WORD = 20
_NOT_WORD = re.compile(r"[^\w']+")


def words_of(text: str) -> tuple[str, ...]:
    """`text` as a recogniser prints it: lower-case words without punctuation, at most `MOST_WORDS`."""
    cut = text[: MOST_WORDS * _LETTERS_OF_A_WORD]
    return tuple(_NOT_WORD.sub(" ", cut.lower().replace("’", "'").replace("_", " ")).split()[:MOST_WORDS])


def without_hesitations(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` without "um" and "mm", wherever they stand."""
    return words if HESITATIONS.isdisjoint(words) else tuple(word for word in words if word not in HESITATIONS)


def without_fillers(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` without hesitations, and without the courtesies around them."""
    kept = without_hesitations(words)
    start, end = 0, len(kept)
    while start < end and kept[start] in AROUND:
        start += 1
    while end > start and kept[end - 1] in AROUND:
        end -= 1
    return kept[start:end]


def without_lead_in(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` without fillers, and without what only leads up to an answer."""
    kept = without_fillers(words)
    start = 0
    while start < len(kept) and (kept[start] in LEADING or kept[start] in AROUND):
        start += 1
    return kept[start:]


def said_words_of(words: Sequence[str]) -> list[str]:
    """`words` without hesitations, and without courtesies at their end: what was counted, spelled or named."""
    said = [word for word in words if word not in HESITATIONS]
    while said and said[-1] in _COURTESIES:
        said.pop()
    return said
