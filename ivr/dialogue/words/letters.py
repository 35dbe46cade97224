"""Names and codes as people spell them: letters, "B for Bravo", doubled letters, and digits among them."""

from __future__ import annotations

import functools
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ivr.dialogue import wording
from ivr.dialogue.words.counted import TIMES, Counted, cut_up, every_pair
from ivr.dialogue.words.digits import HOMOPHONES, LIKE_DIGITS, SAID_DIGITS, digits_at
from ivr.dialogue.words.numbers import TEENS, TENS, UNITS

_NATO = (
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima",
    "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray",
    "yankee", "zulu",
)  # fmt: skip
NATO = dict(zip(string.ascii_uppercase, _NATO, strict=True))
"""Letter → its word in the spelling alphabet of the ITU radio regulations, as a recogniser prints it."""
_ALSO = {"alfa": "A", "juliett": "J", "whisky": "W", "zed": "Z", "zee": "Z"}
NAMES = {
    **{letter.lower(): letter for letter in NATO},
    **{word: letter for letter, word in NATO.items()},
    **_ALSO,
}
"""Name of a letter → the letter."""
_AS_IN = (("for",), ("as", "in"), ("like",))
_BEGUN = (("as", "in"), ("as",), ("for",), ("like",))
_FREQUENT = (
    "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa si ar ve ra ld "
    "ur ll tt ss ee ff oo mm rr nn ch ck ow ey ay ri ne ma la el il ro li wa ho co be ke ca mc"
)
"""Pairs of letters that are frequent in English text and names."""
LIKE_SYMBOLS = LIKE_DIGITS | {"a", "i", "you", "see", "um", "uh", "er", "please"}
_OH = frozenset({"o", "oh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling(Counted):
    """Letters and digits, by voice; the value is in upper case."""

    alike: ClassVar[frozenset[str]] = LIKE_SYMBOLS
    homophones: ClassVar[Mapping[str, str]] = HOMOPHONES
    tighter: ClassVar[str] = wording.TIGHTER_SPELLING

    def phrases(self) -> tuple[str, ...]:
        """See `Counted.phrases`."""
        return spelled_phrases(self.lengths)

    def dangling(self, words: Sequence[str]) -> int:
        """See `Counted.dangling`."""
        return begun(words) or Counted.dangling(self, words)

    def items(self, words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
        """See `Counted.items`."""
        return symbols_at(words, at)

    def spelled_out(self, value: str) -> str:
        """See `AnswerType.spelled_out`."""
        return by_alphabet(value)


def begun(words: Sequence[str]) -> int:
    """How many of the last `words` only begin to explain a letter ("as in")."""
    return next((len(link) for link in _BEGUN if tuple(words[-len(link) :]) == link), 0)


def by_alphabet(symbols: str) -> str:
    """Letters with the words of the spelling alphabet, for a caller who was misheard: ``B for Bravo, 1, 2``."""
    if symbols.isdecimal():
        return wording.spaced(symbols)
    return ", ".join(f"{one} for {NATO[one].capitalize()}" if one in NATO else one for one in symbols)


def symbols_at(words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
    """Letters or digits that ``words[at:]`` may begin with, and where they end. "Oh" beside digits is first a zero."""
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in TIMES:
        if following == "u":
            yield "W", at + 2
        if following in NAMES:
            letter, end = _as_in(words, at + 1)
            yield letter * TIMES[word], end
    elif word in NAMES and word not in _OH:
        yield _as_in(words, at)
        return
    if word in _OH:
        among_digits = _after_digit(words, at) or (at == 0 and _is_digit(words, at + 1))
        as_letter, as_zero = _as_in(words, at), ("0", at + 1)
        yield from (as_zero, as_letter) if among_digits and as_letter[1] == at + 1 else (as_letter, as_zero)
    else:
        yield from digits_at(words, at)


def _as_in(words: Sequence[str], at: int) -> tuple[str, int]:
    """The letter at `at` with the word that explains it, which is heard better than the letter itself."""
    for link in _AS_IN:
        end = at + 1 + len(link)
        if tuple(words[at + 1 : end]) == link and end < len(words):
            word = words[end]
            return NAMES.get(word, word[0].upper()), end + 1
    return NAMES.get(words[at], "O"), at + 1


def _after_digit(words: Sequence[str], at: int) -> bool:
    """Whether a digit stands before `at`, or before the row of "oh" that ends there."""
    while at > 0 and words[at - 1] in _OH:
        at -= 1
    return _is_digit(words, at - 1)


def _is_digit(words: Sequence[str], at: int) -> bool:
    return 0 <= at < len(words) and (
        words[at] in UNITS or words[at] in TENS or words[at] in TEENS or words[at] == "zero"
    )


@functools.lru_cache(maxsize=64)
def spelled_phrases(lengths: frozenset[int]) -> tuple[str, ...]:
    """Phrases in which every letter follows every other, then digits, numbers and the spelling alphabet.

    Measured with the bundled model on 58 spelled words of AN4, which it was trained on, of exactly the wanted length:
    whole words right 23 with each pair once, 25 with letter pairs twice, 27 to 29 with the frequent pairs besides; of
    21 codes of letters and numbers 12, 11, and 9 to 12. Most of what is wrong is the letter E.
    """
    letters = tuple(string.ascii_lowercase)
    length = max(2, min(max(lengths), 6))
    phrases = cut_up(every_pair((*letters, *SAID_DIGITS)), length)
    phrases += cut_up(every_pair(letters), length)
    phrases += cut_up(every_pair(_NATO), length)
    phrases += (" ".join(pair) for pair in _FREQUENT.split())
    phrases += ("zed", *SAID_DIGITS, *letters, *_NATO)
    phrases += (f"{letter.lower()} for {word}" for letter, word in NATO.items())
    phrases += (f"{letter.lower()} as in {word}" for letter, word in NATO.items())
    phrases += (f"double {letter}" for letter in letters if letter != "u")
    phrases += (f"{ten} {unit}" for ten in TENS for unit in UNITS)
    phrases += (*TEENS, *TENS)
    return tuple(dict.fromkeys(phrases))
