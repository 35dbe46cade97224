"""What a caller may say or press at one moment, and what it means: phrases and keys in, one understanding out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ivr.call import Heard, Hypothesis, KeyPattern, Listening, Means
from ivr.dialogue.manner import Manner

MOST_EXPANSIONS = 64
_GROUP = re.compile(r"\(([^()]*)\)")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")
_NOT_WORD = re.compile(r"[^\w']+")
_FILLERS = frozenset(["um", "uh", "er", "erm", "ah", "oh", "well", "please", "thanks", "thank", "you", "hello", "hi"])

_SAID_DIGITS = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS = {word: str(max(0, at - 1)) for at, word in enumerate(_SAID_DIGITS)} | {"o": "0", "nought": "0"}
_LIKE_DIGITS = frozenset({"want", "won", "too", "for", "ate"})
"""Measured with the bundled model: beside "i want to speak", the digits "one two" are heard as "want to"."""
_TIMES = {"double": 2, "triple": 3, "treble": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing the caller may mean: `name` for the plan, `spoken` for "did you say …?"."""

    name: str
    phrases: tuple[str, ...]
    spoken: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the caller meant: an option's `name`, or ``DIGITS_GIVEN`` or ``FREE`` with `value`."""

    name: str
    confidence: float
    spoken: str
    value: str = ""
    by_keys: bool = False
    readings: tuple[Hypothesis, ...] = ()


DIGITS_GIVEN = "digits"
FREE = "question"
REPEAT, MAIN_MENU, PERSON = "repeat", "main menu", "a person"
LATE_TERMINATOR = "late terminator"

UNIVERSALS = (
    Option(
        name=REPEAT,
        phrases=("repeat", "repeat that", "say that again", "say it again", "can you repeat that"),
        spoken="repeat",
        key="*",
    ),
    Option(name=MAIN_MENU, phrases=("main menu", "go to the main menu"), spoken="main menu", key="#"),
    Option(
        name=PERSON,
        phrases=(
            "agent",
            "operator",
            "a person",
            "speak to a person",
            "speak to someone",
            "speak to an agent",
            "speak to the operator",
            "talk to a person",
            "talk to someone",
            "i want to speak to someone",
            "i want to speak to a person",
            "can i speak to someone",
            "can i speak to a person",
        ),
        spoken="agent",
        key="0",
    ),
)
"""Understood at every turn that listens; ``#`` and ``0`` not where digits are entered."""

YES_NO = (
    Option(
        name="yes",
        phrases=("yes", "yeah", "yep", "yes it is", "yes please", "that's right", "correct"),
        spoken="yes",
        key="1",
    ),
    Option(
        name="no", phrases=("no", "nope", "no it isn't", "no thank you", "no thanks", "wrong"), spoken="no", key="2"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What counts as an answer at one moment; `everywhere` holds what is understood besides."""

    options: tuple[Option, ...] = ()
    lengths: frozenset[int] = frozenset()
    """Lengths of a digit string; empty if none is wanted."""
    free: bool = False
    """A question in the caller's own words."""
    keywords: tuple[str, ...] | None = None
    """With `free`: what the recogniser listens for; None is open vocabulary."""
    after_keyed_digits: bool = False
    """A ``#`` may still come from a caller who ends every number with it: it means nothing then."""

    @property
    def everywhere(self) -> tuple[Option, ...]:
        """The universals as they hold here."""
        if self.lengths:
            return tuple(_beside_digits(option) for option in UNIVERSALS)
        if self.after_keyed_digits:
            kept = tuple(replace(option, key=None) if option.key == "#" else option for option in UNIVERSALS)
            return (*kept, Option(name=LATE_TERMINATOR, phrases=(), spoken="", key="#"))
        return UNIVERSALS

    def listening(self, manner: Manner) -> Listening:
        """What the telephone is to listen for."""
        options = (*self.options, *self.everywhere)
        phrases: tuple[str, ...] | None = tuple(
            dict.fromkeys(
                itertools.chain(
                    (phrase for option in options for phrase in option.phrases),
                    digit_phrases(self.lengths),
                    self.keywords or (),
                )
            )
        )
        if self.free and self.keywords is None:
            phrases = None
        return Listening(
            phrases=phrases,
            keys=KeyPattern(
                options=frozenset(option.key for option in options if option.key),
                digits_min=min(self.lengths, default=0),
                digits_max=max(self.lengths, default=0),
            ),
            first_input_s=manner.answer_within_s,
            silence_s=manner.pause_s if not self.lengths else max(manner.pause_s, 1.0),
        )

    def understand(self, heard: Heard) -> Understood | None:
        """What `heard` means here, or None; bands of confidence are the conversation's business."""
        if heard.means is Means.KEYS:
            return self._by_keys(heard.keys)
        found = [self._by_voice(reading) for reading in heard.hypotheses]
        best = max((one for one in found if one is not None), key=lambda one: one.confidence, default=None)
        if best is None and self.free and heard.text:
            spoken = heard.text
            best = Understood(name=FREE, confidence=heard.confidence, spoken=spoken, value=spoken)
        return replace(best, readings=heard.hypotheses) if best else None

    def _by_keys(self, keys: str) -> Understood | None:
        for option in (*self.options, *self.everywhere):
            if option.key == keys:
                return Understood(name=option.name, confidence=1.0, spoken=option.spoken, by_keys=True)
        if keys.isdecimal() and len(keys) in self.lengths:
            return Understood(name=DIGITS_GIVEN, confidence=1.0, spoken=keys, value=keys, by_keys=True)
        return None

    def _by_voice(self, reading: Hypothesis) -> Understood | None:
        words = words_of(reading.text)
        if self.lengths:
            digits = digits_of(words)
            if digits is not None and len(digits) in self.lengths:
                return Understood(name=DIGITS_GIVEN, confidence=reading.confidence, spoken=digits, value=digits)
        options = (*self.options, *self.everywhere)
        exact = _exact(options, words) or _exact(options, without_fillers(words))
        if exact is not None:
            return Understood(name=exact.name, confidence=reading.confidence, spoken=exact.spoken)
        if self.lengths or self.free:
            return None
        spotted = _spotted(options, words)
        if spotted is None:
            return None
        option, share = spotted
        return Understood(name=option.name, confidence=reading.confidence * (0.6 + 0.4 * share), spoken=option.spoken)


def _beside_digits(option: Option) -> Option:
    """`option` without what belongs to digits: the keys, and phrases that sound like some."""
    phrases = tuple(phrase for phrase in option.phrases if not _LIKE_DIGITS.intersection(phrase.split()))
    return replace(option, phrases=phrases, key=None if option.key in ("0", "#") else option.key)


def _exact(options: Iterable[Option], words: tuple[str, ...]) -> Option | None:
    text = " ".join(words)
    return next((option for option in options if text in option.phrases), None)


def _spotted(options: Iterable[Option], words: tuple[str, ...]) -> tuple[Option, float] | None:
    """The one option whose phrase stands inside `words`, with its share of them; the longest phrase wins.

    Two different options with phrases of the same length are no answer ("yes no").
    """
    text = f" {' '.join(words)} "
    longest, winners = 0, dict[str, Option]()
    for option in options:
        for phrase in option.phrases:
            length = phrase.count(" ") + 1
            if length >= longest and f" {phrase} " in text:
                if length > longest:
                    winners.clear()
                longest = length
                winners[option.name] = option
    if len(winners) != 1:
        return None
    return next(iter(winners.values())), longest / len(words)


def words_of(text: str) -> tuple[str, ...]:
    """`text` as a recogniser prints it: lower-case words without punctuation."""
    return tuple(_NOT_WORD.sub(" ", text.lower().replace("’", "'").replace("_", " ")).split())


def without_fillers(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` without the courtesies and hesitations around them."""
    start, end = 0, len(words)
    while start < end and words[start] in _FILLERS:
        start += 1
    while end > start and words[end - 1] in _FILLERS:
        end -= 1
    return words[start:end]


def digits_of(words: Iterable[str]) -> str | None:
    """The digit string that `words` spell ("double one oh" → "110"), or None if they hold anything else."""
    digits, times = "", 1
    for word in words:
        if word in _TIMES and times == 1:
            times = _TIMES[word]
        elif word in DIGITS:
            digits += DIGITS[word] * times
            times = 1
        else:
            return None
    return digits if digits and times == 1 else None


def digit_phrases(lengths: Iterable[int]) -> tuple[str, ...]:
    """Phrases of the wanted lengths in which every digit follows every other: the recogniser's grammar is a bigram."""
    wanted = sorted(set(lengths))
    if not wanted:
        return ()
    cycle = _every_pair(_SAID_DIGITS)
    phrases: list[str] = []
    for length in wanted:
        step = max(1, length - 1)
        starts = range(0, len(cycle), step)
        phrases += [" ".join(cycle[(at + i) % len(cycle)] for i in range(length)) for at in starts]
    doubles = (f"{times} {word}" for times in ("double", "triple") for word in _SAID_DIGITS)
    return (*phrases, *_SAID_DIGITS, *doubles)


def _every_pair(words: tuple[str, ...]) -> tuple[str, ...]:
    """A circle of words in which each ordered pair stands once (a de Bruijn sequence of order 2)."""
    circle: list[str] = []
    for i, first in enumerate(words):
        circle.append(first)
        for second in words[i + 1 :]:
            circle += (first, second)
    return tuple(circle)


def expand(pattern: str) -> tuple[str, ...]:
    """The phrases that `pattern` stands for: ``(my) bin (day|round)`` → "bin day", "bin round", "my bin day" …

    A group of one is optional, ``(a|b)`` is one of them. Raises ValueError with a mending sentence.
    """
    parts: list[tuple[str, ...]] = []
    at = 0
    for group in _GROUP.finditer(pattern):
        parts.append((pattern[at : group.start()],))
        ways = tuple(way.strip() for way in group.group(1).split("|"))
        parts.append(("", *ways) if len(ways) == 1 else ways)
        at = group.end()
    parts.append((pattern[at:],))
    if any(mark in part for part in (p[0] for p in parts[::2]) for mark in "()|"):
        raise ValueError("write '(word)' for an optional word and '(one|two)' for a choice, not one inside the other")
    count = 1
    for part in parts:
        count *= len(part)
    if count > MOST_EXPANSIONS:
        raise ValueError(f"stands for {count} phrases, more than {MOST_EXPANSIONS}; split it")
    phrases = tuple(dict.fromkeys(_phrase(" ".join(ways)) for ways in itertools.product(*parts)))
    if "" in phrases:
        raise ValueError("may be empty; leave one word outside the brackets")
    return phrases


def _phrase(text: str) -> str:
    words = text.lower().replace("’", "'").replace("-", " ").split()
    for word in words:
        if not _WORD.fullmatch(word):
            raise ValueError(f"'{word}' is nothing that a caller says; write letters only, numbers as words")
    return " ".join(words)
