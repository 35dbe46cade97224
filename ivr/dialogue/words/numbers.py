"""Numbers in words, as people read them off a letter: teens, tens, hundreds and thousands, British and American."""

from __future__ import annotations

from collections.abc import Sequence

UNITS = {
    word: number
    for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), start=1)
}
_TEEN_WORDS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TEENS = {word: number for number, word in enumerate(_TEEN_WORDS, start=10)}
_TEN_WORDS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TENS = {word: 10 * number for number, word in enumerate(_TEN_WORDS, start=2)}
HUNDRED, THOUSAND, AND = "hundred", "thousand", "and"


def number_at(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """The longest number that begins at ``words[at]``, 1 to 99999, and where it ends; None if none does.

    "five hundred and seven" is 507 and "seven fifteen" begins with 7. Nobody means 407 by "forty seven".
    """
    below = _below_hundred(words, at)
    if below is None:
        return None
    small, end = below
    if _word(words, end) == HUNDRED:
        return _with_rest(words, end + 1, small * 100)
    if _word(words, end) == THOUSAND:
        rest = _past_and(words, end + 1)
        hundreds = _below_hundred(words, rest)
        if hundreds is not None and hundreds[0] < 10 and _word(words, hundreds[1]) == HUNDRED:
            return _with_rest(words, hundreds[1] + 1, small * 1000 + hundreds[0] * 100)
        return _with_rest(words, end + 1, small * 1000)
    return below


def _with_rest(words: Sequence[str], at: int, number: int) -> tuple[int, int]:
    rest = _below_hundred(words, _past_and(words, at))
    return (number + rest[0], rest[1]) if rest is not None else (number, at)


def _past_and(words: Sequence[str], at: int) -> int:
    return at + 1 if _word(words, at) == AND else at


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """1 to 99."""
    word = _word(words, at)
    if word in TENS:
        unit = UNITS.get(_word(words, at + 1), 0)
        return TENS[word] + unit, at + (2 if unit else 1)
    number = TEENS.get(word) or UNITS.get(word)
    return (number, at + 1) if number else None


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""
