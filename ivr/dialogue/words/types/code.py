"""A code of letters and digits in a known order, spelled or keyed: postcodes and account references."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ivr.call import KeyPattern
from ivr.dialogue import wording
from ivr.dialogue.words.counted import MOST_READINGS, Counted
from ivr.dialogue.words.digits import HOMOPHONES, DigitString
from ivr.dialogue.words.fillers import said_words_of
from ivr.dialogue.words.letters import LIKE_SYMBOLS, NATO, begun, by_alphabet, spelled_phrases, symbols_at
from ivr.dialogue.words.numbers import TENS, UNITS
from ivr.dialogue.words.types.answer_type import NOTHING, Taken, joined
from ivr.dialogue.words.types.check_digits import adds_up

LETTER, DIGIT = "L", "D"
_ON_KEYS = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
"""ITU-T E.161."""
_LETTER_BY_KEYS = {f"{key}{at}": letter for key, row in _ON_KEYS.items() for at, letter in enumerate(row, start=1)}

_HEARD_FOR = {"zulu": "2", "z": "2", "juliet": "2", "u": "2", "q": "2", "for": "4", "s": "6", "n": "9", "i": "9"}
"""Letters that the bundled model read where a synthetic voice said a digit ("one zulu three" for 123)."""
_LETTER_HEARD_FOR = {"zero": "S"}
"""The same where it read "zero" for "sierra": of eight postcodes with an S by five synthetic voices, 23 times of 40."""
_HEARD_IN_PAUSES = frozenset({"z", "e", "as"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Counted):
    """A code of one of `shapes`: L for a letter, D for a digit, anything else stands in the value and is not said."""

    alike: ClassVar[frozenset[str]] = LIKE_SYMBOLS
    homophones: ClassVar[Mapping[str, str]] = HOMOPHONES
    shapes: tuple[str, ...]
    beginnings: frozenset[str] = frozenset()
    """The letters that it may begin with; empty: any."""
    last_letters: str = string.ascii_uppercase
    """The letters that it may end with."""
    check: str = ""

    @property
    def press(self) -> str:  # type: ignore[override]
        """See `AnswerType.press`."""
        return wording.PRESS_CODE if self._lettered else wording.PRESS_DIGITS

    @property
    def tighter(self) -> str:  # type: ignore[override]
        """See `AnswerType.tighter`."""
        return wording.TIGHTER_CODE if self._lettered else wording.TIGHTER_DIGITS

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`. A letter takes two keys."""
        lengths = [_places(shape).count(DIGIT) + 2 * _places(shape).count(LETTER) for shape in self.shapes]
        return KeyPattern(digits_min=min(lengths), digits_max=max(lengths))

    def phrases(self) -> tuple[str, ...]:
        """See `AnswerType.phrases`."""
        if not self._lettered:
            return DigitString(lengths=self.lengths).phrases()
        areas = (" ".join(letters.lower()) for letters in sorted(self.beginnings) if len(letters) > 1)
        return tuple(dict.fromkeys((*spelled_phrases(self.lengths), *areas)))

    def dangling(self, words: Sequence[str]) -> int:
        """See `Counted.dangling`."""
        return begun(words) or Counted.dangling(self, words)

    def items(self, words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
        """See `Counted.items`."""
        return _symbols_at(words, at)

    def from_words(self, words: Sequence[str]) -> Taken:
        """See `AnswerType.from_words`. What has none of the shapes as it was heard is read by them once more."""
        strict = Counted.from_words(self, words)
        if strict.values:
            return strict
        said = tuple(said_words_of(words))
        near = joined(self.value(symbols) for shape in self.shapes for symbols in _by_shape(said, _places(shape)))
        return near if near.values else strict

    def value(self, symbols: str) -> Taken:
        """See `Counted.value`. What has no such shape is no meaning; what has it may still have a fault."""
        shape = next((one for one in self.shapes if _fits(symbols, _places(one))), None)
        if shape is None:
            return Taken(fault=wording.NO_SUCH_CODE)
        start = symbols[: len(symbols) - len(symbols.lstrip(string.ascii_uppercase))]
        if self.beginnings and start not in self.beginnings:
            return Taken(fault=wording.no_such_area(start))
        if any(letter not in self.last_letters for letter in _last_letters(symbols)):
            return Taken(fault=wording.NO_SUCH_CODE)
        if not adds_up(symbols, self.check):
            return Taken(fault=wording.DOES_NOT_ADD_UP)
        left = iter(symbols)
        return Taken(("".join(next(left) if one in (LETTER, DIGIT) else one for one in shape),))

    def from_keys(self, keys: str) -> Taken:
        """See `AnswerType.from_keys`. Where several shapes take as many keys, each of them may have been meant."""
        spelled = [symbols for shape in self.shapes if (symbols := _from_keys(keys, _places(shape)))]
        return joined(self.value(symbols) for symbols in spelled) if spelled else NOTHING

    def said(self, value: str) -> str:
        """See `AnswerType.said`. A voice knows how codes with letters are said."""
        return value if self._lettered else wording.spaced(value)

    def spelled_out(self, value: str) -> str:
        """See `AnswerType.spelled_out`."""
        return by_alphabet("".join(one for one in value if one in NATO or one.isdecimal()))

    @property
    def _lettered(self) -> bool:
        return any(LETTER in shape for shape in self.shapes)


def code(
    *shapes: str, beginnings: frozenset[str] = frozenset(), last_letters: str = string.ascii_uppercase, check: str = ""
) -> Code:
    """A code of one of `shapes`."""
    lengths = frozenset(len(_places(shape)) for shape in shapes)
    return Code(lengths=lengths, shapes=shapes, beginnings=beginnings, last_letters=last_letters, check=check)


def _by_shape(words: Sequence[str], places: str) -> tuple[str, ...]:
    """The strings for `places` that `words` may have been meant for, the likeliest first.

    Where a digit has to stand, a letter that sounds like one is that digit, and some letters are nothing at all:
    the bundled model hears "two" as "zulu", and a "z" in pauses. Of 12 references of four synthetic voices, letters
    and digits one by one, 1 is right without this; of 24, half of them by the spelling alphabet, 4 are, and 11 with it.
    """
    rests: list[list[tuple[str, ...]]] = [[()] * len(places) + [("",)]]  # of the last no words, one, two …
    for at in range(len(words) - 1, -1, -1):
        row: list[tuple[str, ...]] = []
        for place in range(len(places) + 1):
            found: dict[str, None] = {}
            for symbols, end in _may_be(words, at, places[place:]):
                following = rests[len(words) - end]
                found.update((symbols + rest, None) for rest in following[place + len(symbols)])
            row.append(tuple(found)[:MOST_READINGS])
        rests.append(row)
    return rests[-1][0]


def _symbols_at(words: Sequence[str], at: int) -> Iterator[tuple[str, int]]:
    """As `symbols_at`; "twenty one" is also 20 and 1, as in "A B twenty, one A A"."""
    yield from symbols_at(words, at)
    if words[at] in TENS and at + 1 < len(words) and words[at + 1] in UNITS:
        yield str(TENS[words[at]]), at + 1


def _may_be(words: Sequence[str], at: int, places: str) -> Iterator[tuple[str, int]]:
    """Symbols that fit the beginning of `places`, and where they end."""
    for symbols, end in _symbols_at(words, at):
        if len(symbols) <= len(places) and _fits(symbols, places[: len(symbols)]):
            yield symbols, end
    if places[:1] == DIGIT and words[at] in _HEARD_FOR:
        yield _HEARD_FOR[words[at]], at + 1
    if places[:1] == LETTER and words[at] in _LETTER_HEARD_FOR:
        yield _LETTER_HEARD_FOR[words[at]], at + 1
    if words[at] in _HEARD_IN_PAUSES:
        yield "", at + 1


def _places(shape: str) -> str:
    return "".join(one for one in shape if one in (LETTER, DIGIT))


def _fits(symbols: str, places: str) -> bool:
    return len(symbols) == len(places) and all(
        symbol.isdecimal() == (place == DIGIT) for symbol, place in zip(symbols, places, strict=True)
    )


def _last_letters(symbols: str) -> str:
    """Those after the last digit, if digits stand before them."""
    return symbols[len(symbols.rstrip(string.ascii_uppercase)) :] if any(map(str.isdecimal, symbols)) else ""


def _from_keys(keys: str, places: str) -> str:
    """`keys` as a code with letters and digits in these places; empty if they are none."""
    symbols, at = "", 0
    for place in places:
        width = 1 if place == DIGIT else 2
        pressed = keys[at : at + width]
        symbol = pressed if place == DIGIT and pressed.isdecimal() else _LETTER_BY_KEYS.get(pressed, "")
        if not symbol:
            return ""
        symbols, at = symbols + symbol, at + width
    return symbols if at == len(keys) else ""


def keys_for(value: str) -> str:
    """The keys that give `value`: two for each letter."""
    by_letter = {letter: keys for keys, letter in _LETTER_BY_KEYS.items()}
    return "".join(by_letter.get(symbol, symbol) for symbol in value if symbol.isalnum())
