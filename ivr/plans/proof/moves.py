"""What a caller of the prover can do at a question, read off what the line listens for there."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ivr.call import Heard, Hypothesis, Listening, Match, Means, Outcome, WordPattern
from ivr.dialogue.words.options import DISTRESS, HELP, MAIN_MENU, PERSON, REPEAT, SLOWER
from ivr.dialogue.words.said_words import SaidWords
from ivr.dialogue.words.types.answer_type import AnswerType

KNOWN, UNSURE, UNKNOWN = "what is known", "what is unsure", "what is unknown"
IN_PIECES, DATED, RELATED = "what is known in pieces", "what is known for a time", "what is known with more"
ASKED = (RELATED, IN_PIECES, DATED, KNOWN, UNSURE, UNKNOWN)
"""Questions in free words to the prover's own knowledge (`scene.Articles`). What follows an answer is explored once,
from the first of these on; so the one after which most may be asked comes first."""
REPEAT_KEY = "*"
_SAME_AGAIN = frozenset({REPEAT, SLOWER})
"""They ask the same question again."""
_MESSAGE = bytes(16_000)
"""A second of it."""
_EVERYWHERE = frozenset({HELP, MAIN_MENU, PERSON, DISTRESS})
_DOUBT = 0.02
"""By so much a doubtful reading lies above what is refused."""
_KEYED = ("0", "1", "12", "0101", "010203", "749112112121")
"""Keyed numbers are made of these, repeated and cut to length: zeros satisfy most check digits, and some of the others
are dates, times, and the postcode SW1A 1AA, each letter as its key and its place there."""
_SAID = (
    "one", "a", "twenty five", "ten pounds", "five pounds fifty", "the third of may", "tomorrow", "half past two",
    "s w one a one a a", "zero seven seven zero zero nine zero zero one two three",
)  # fmt: skip
_SYMBOLS = ("one", "zero", "a")
_LONGEST = 20
MOST_SAID = 3
"""Ways of counting, spelling or telling an answer that are tried at one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One thing that a caller does; `label` says it in a path. With neither `keys` nor `voice` they keep silent."""

    label: str
    keys: str = ""
    voice: bool = False
    readings: tuple[Hypothesis, ...] = ()
    unheard: bool = False
    """Nobody can hear the voice: recognition is down."""
    one_of_many: bool = False
    """Where one such answer is taken, every other would be: one number of six digits is as good as another."""

    @property
    def means(self) -> Means | None:
        """By what it is done."""
        return Means.KEYS if self.keys else Means.VOICE if self.voice else None

    def heard(self, listening: Listening) -> Heard:
        """What the line makes of it after its prompts were played; what it does not listen for, it does not hear."""
        if listening.message is not None:
            if not self.voice:
                return Heard(outcome=Outcome.NO_INPUT)
            return Heard(outcome=Outcome.MATCH, means=Means.VOICE, message=_MESSAGE)
        if self.keys and listening.keys.listens:
            matched = listening.keys.judge(self.keys) in (Match.MATCH, Match.MAX_MATCH)
            outcome = Outcome.MATCH if matched else Outcome.NO_MATCH
            return Heard(outcome=outcome, means=Means.KEYS, keys=listening.keys.value(self.keys))
        if self.voice and listening.speech:
            known = Outcome.MATCH if self.readings else Outcome.NO_MATCH
            outcome = Outcome.UNHEARD if self.unheard else known
            return Heard(outcome=outcome, means=Means.VOICE, hypotheses=() if self.unheard else self.readings)
        return Heard(outcome=Outcome.NO_INPUT)


SILENCE = Move(label="says nothing")
MUMBLE = Move(label="is not understood", voice=True)
UNHEARD = Move(label="speaks, and nobody can hear it", voice=True, unheard=True)
WRONG_KEY = Move(label="presses a key that means nothing", keys="A")
"""``A`` is on no household telephone, and no plan listens for it."""


def press(keys: str) -> Move:
    """A caller who presses `keys`."""
    return Move(label=f"presses {keys}", keys=keys)


def say(*readings: str, confidence: float = 1.0) -> Move:
    """A caller who says what is read as `readings`, the first with `confidence` and each further one a little less."""
    heard = tuple(Hypothesis(text=text, confidence=confidence - 0.01 * at) for at, text in enumerate(readings))
    unsure = "" if confidence == 1.0 else ", hardly understood"
    return Move(label=f"says “{readings[0]}”{unsure}", voice=True, readings=heard)


def keyed(listening: Listening, *, everywhere: bool) -> Iterator[Move]:
    """Every key that means something at a question, and numbers of the lengths that are wanted.

    `everywhere`: with the keys that mean the same everywhere.
    """
    left_out = {REPEAT_KEY}
    if not everywhere and isinstance(listening.words, SaidWords):
        options = listening.words.options.values()
        left_out |= {option.key for option in options if option.key is not None and option.name in _EVERYWHERE}
    for key in sorted(listening.keys.options - left_out):
        yield press(key)
    if listening.keys.digits_max:
        lengths = sorted({max(1, listening.keys.digits_min), listening.keys.digits_max})
        numbers = dict.fromkeys((pattern * length)[:length] for length in lengths for pattern in _KEYED)
        yield from (replace(press(number), one_of_many=True) for number in numbers)


def spoken(listening: Listening, *, everywhere: bool) -> Iterator[Move]:
    """One phrase of every option that may be said at a question, answers that are counted out, and questions.

    `everywhere`: with what is understood everywhere.
    """
    if listening.message is not None:
        yield Move(label="leaves a message", voice=True)
    words = listening.words
    if not listening.speech or words is None:
        return
    yield from map(say, _options(words, everywhere=everywhere))
    if isinstance(words, SaidWords) and words.free:
        yield from map(say, ASKED)
    elif not isinstance(words, SaidWords) or words.counted is not None:
        yield from (replace(say(text), one_of_many=True) for text in _told(words))


def doubtful(listening: Listening) -> Iterator[Move]:
    """An option that is hardly understood, and two that are hard to tell apart: they are asked back about."""
    if listening.speech and listening.words is not None:
        own, confidence = _options(listening.words, everywhere=False), min(1.0, listening.refuse_below + _DOUBT)
        if own:
            yield say(own[0], confidence=confidence)
            yield say(*own[:2], confidence=confidence)


def _options(words: object, *, everywhere: bool) -> list[str]:
    """One phrase for each option among `words`."""
    left_out = _SAME_AGAIN if everywhere else _SAME_AGAIN | _EVERYWHERE
    first: dict[str, str] = {}
    for phrase, option in words.options.items() if isinstance(words, SaidWords) else ():
        first.setdefault(option.name, phrase)
    return [phrase for name, phrase in first.items() if name not in left_out]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Of what the answers are found once: a kind that many steps ask for, beside the same phrases."""

    counted: AnswerType | None
    phrases: tuple[str, ...]
    words: SaidWords = field(compare=False)


def _told(words: WordPattern) -> tuple[str, ...]:
    """Answers of many kinds, as far as the line's own judge says that they mean something here."""
    if isinstance(words, SaidWords):
        return _told_once(_Wanted(words.counted, tuple(words.options), words))
    return _found(words)


@functools.lru_cache(maxsize=256)
def _told_once(wanted: _Wanted) -> tuple[str, ...]:
    return _found(wanted.words)


def _found(words: WordPattern) -> tuple[str, ...]:
    counted = (" ".join([symbol] * length) for symbol in _SYMBOLS for length in range(1, _LONGEST + 1))
    found: list[str] = []
    for text in (*_SAID, *counted):
        if words.judge(text).means_something and text not in found:
            found.append(text)
            if len(found) == MOST_SAID:
                break
    return tuple(found or _own_phrases(words))


def _own_phrases(words: WordPattern) -> list[str]:
    """The first phrases of a kind of answer that nothing general fits, such as one of a plan's own values."""
    own = words.counted.phrases() if isinstance(words, SaidWords) and words.counted is not None else ()
    return [text for text in own if words.judge(text).means_something][:MOST_SAID]
