"""What a caller may say or press at one moment, and what it means: what was heard in, one understanding out."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ivr.call import EndOfTurn, Heard, Hypothesis, KeyPattern, Listening, Means
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.fillers import SAID_AROUND, SAID_AROUND_VALUES, words_of
from ivr.dialogue.words.options import DISTRESS, LATE_TERMINATOR, UNIVERSALS, Option
from ivr.dialogue.words.said_words import FREE, GIVEN, IMPOSSIBLE, SaidWords, said_words
from ivr.dialogue.words.sounds_like import SoundsLike
from ivr.dialogue.words.types.answer_type import NOTHING, AnswerType

_LEAST_DOUBT = 0.01
"""Even of what was certain, since the caller said no to it."""
_SPOTTED_LEAST = 0.6
"""What is left of the confidence in an option that stands among very many other words."""

Refused = Mapping[tuple[str, str], float]
"""Name and value of what a caller said no to → the confidence from which on it counts again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What the caller meant: an option's `name`, or ``GIVEN``, ``IMPOSSIBLE`` or ``FREE`` with `value`."""

    name: str
    confidence: float
    spoken: str
    value: str = ""
    by_keys: bool = False
    readings: tuple[Hypothesis, ...] = ()
    others: tuple[Understood, ...] = field(default=(), repr=False)
    """What else it may have meant, the likeliest first."""

    @property
    def meaning(self) -> tuple[str, str]:
        """What tells two understandings apart."""
        return self.name, self.value

    def otherwise(self) -> Understood | None:
        """What it means if it does not mean this: the next meaning, as likely as it is now that this one is out."""
        if not self.others:
            return None
        left = max(1.0 - self.confidence, _LEAST_DOUBT)
        best, *others = (replace(one, confidence=min(1.0, one.confidence / left)) for one in self.others)
        return replace(best, readings=self.readings, others=tuple(others))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What counts as an answer at one moment; `everywhere` holds what is understood besides."""

    options: tuple[Option, ...] = ()
    counted: AnswerType | None = None
    """A value of this type: digits, a date, a postcode …"""
    free: bool = False
    """A question in the caller's own words."""
    keywords: tuple[str, ...] | None = None
    """With `free`: what the recogniser listens for; None is open vocabulary."""
    after_keyed_digits: bool = False
    """A ``#`` may still come from a caller who ends every number with it: it means nothing then."""
    sounds_like: SoundsLike = field(default_factory=SoundsLike)
    distress: Option | None = None
    """Words that are heard within any others, whatever is asked."""

    @property
    def everywhere(self) -> tuple[Option, ...]:
        """The universals as they hold here, and words of distress."""
        return _everywhere(self.counted, self.after_keyed_digits, self.distress)

    def option(self, name: str) -> Option:
        """The option called `name`, one of `options` or `everywhere`."""
        return next(option for option in (*self.options, *self.everywhere) if option.name == name)

    def listening(self, manner: Manner) -> Listening:
        """What the telephone is to listen for."""
        counted = self.counted
        end = counted.end if counted is not None else EndOfTurn.SILENCE if self.free else EndOfTurn.MATCH
        phrases, words, keys = _listened_for(self)
        urgent = _urgent(self) if self.distress is not None else None
        return Listening(
            phrases=phrases,
            words=words,
            urgent=urgent,
            urgent_from=DISTRESS_FROM if urgent is not None else 1.0,
            end=end,
            pauses=manner.pauses,
            refuse_below=manner.read_back_from if counted is not None and counted.read_back else manner.confirm,
            keys=keys,
            first_input_s=manner.waits_s(thinking=self.free or counted is not None),
            longest_s=manner.longest_s,
        )

    def words(self) -> SaidWords:
        """What the words mean that may be said here."""
        return _words(self)

    def written(self, heard: Heard) -> Heard:
        """`heard` with its readings in the plan's words instead of their sounds."""
        if not self.sounds_like.pairs or not heard.hypotheses:
            return heard
        sounds = self.sounds_like.beside({word for phrase in self.own_phrases() for word in phrase.split()})
        return replace(heard, hypotheses=tuple(replace(one, text=sounds.words(one.text)) for one in heard.hypotheses))

    def understand(self, heard: Heard, refused: Refused | None = None) -> Understood | None:
        """What `heard` means here, or None; bands of confidence are the conversation's business.

        Readings of one meaning ("yes", "yes please") exclude each other, so it is as likely as all of them together.
        What is `refused` does not count, unless it comes by key.
        """
        if heard.means is Means.KEYS:
            return self._by_keys(heard.keys)
        words = self.words()
        found: dict[tuple[str, str], Understood] = {}
        readings = self.written(heard).hypotheses
        for sound, reading in zip(heard.hypotheses, readings, strict=True):
            for one in _understood(words, sound, reading):
                before = found.get(one.meaning)
                sure = min(1.0, one.confidence + before.confidence) if before else one.confidence
                found[one.meaning] = replace(before, confidence=sure) if before else one
        found = {m: one for m, one in found.items() if one.confidence >= (refused or {}).get(m, 0.0)}
        if not found:
            return None
        if self.counted is not None:
            found = _of_what_can_be(found, self.counted, words, heard.hypotheses)
        best, *others = sorted(found.values(), key=lambda one: -one.confidence)
        return replace(best, readings=readings, others=tuple(others))

    @property
    def sounds(self) -> SoundsLike:
        """How words are listened for: the plan's way, and beside symbols as the symbol that sounds the same."""
        homophones = self.counted.homophones.items() if self.counted is not None else ()
        return SoundsLike((*self.sounds_like.pairs, *homophones))

    def own_phrases(self) -> Iterable[str]:
        """As they are written."""
        options = (*self.options, *self.everywhere)
        return itertools.chain((phrase for option in options for phrase in option.phrases), self.keywords or ())

    def _by_keys(self, keys: str) -> Understood | None:
        for option in (*self.options, *self.everywhere):
            if option.key == keys:
                return Understood(name=option.name, confidence=1.0, spoken=option.spoken, by_keys=True)
        taken = self.counted.from_keys(keys) if self.counted is not None else NOTHING
        pressed = Understood(name=GIVEN, confidence=1.0, spoken=keys, by_keys=True)
        if taken.fault:
            return replace(pressed, name=IMPOSSIBLE, value=taken.fault)
        meant = [replace(pressed, value=value) for value in taken.values]
        return replace(meant[0], others=tuple(meant[1:])) if meant else None


DISTRESS_FROM = 0.25
"""From this confidence on words of distress are asked back about, and from the manner's `confirm` on they are believed.

Who was in no distress says no, in four seconds; who was and is not heard may not try again. Other words need twice as
much to be asked back about. Measured with the bundled model, eight phrases beside the menus of the demo: of 180 other
answers, off-topic sentences and noises none reached it (three of them 0.05), of 32 synthetic sentences of distress 21
did (23 reached 0.05). Lost are those with words around them that nobody listens for: plans list such sentences whole.
"""
_KEPT = 512
"""Expectations whose words and phrases are kept: those of a large plan's busiest steps; 20 to 200 µs each to make."""


@functools.lru_cache(maxsize=_KEPT)
def _everywhere(counted: AnswerType | None, after_keyed_digits: bool, distress: Option | None) -> tuple[Option, ...]:
    understood = UNIVERSALS if distress is None else (*UNIVERSALS, distress)
    if counted is not None:
        return tuple(_beside(counted, option) for option in understood)
    if after_keyed_digits:
        kept = tuple(replace(option, key=None) if option.key == "#" else option for option in understood)
        return (*kept, Option(name=LATE_TERMINATOR, phrases=(), spoken="", key="#"))
    return understood


@functools.lru_cache(maxsize=_KEPT)
def _listened_for(expected: Expectation) -> tuple[tuple[str, ...] | None, SaidWords, KeyPattern]:
    """Phrases, what words mean, and keys: one look at an expectation for all three."""
    own = expected.counted.keys if expected.counted is not None else KeyPattern()
    keys = {option.key for option in (*expected.options, *expected.everywhere) if option.key}
    return _phrases(expected), _words(expected), replace(own, options=own.options | keys)


@functools.lru_cache(maxsize=_KEPT)
def _words(expected: Expectation) -> SaidWords:
    options = (*expected.options, *expected.everywhere)
    return said_words(options, counted=expected.counted, free=expected.free, sounds_like=expected.sounds)


@functools.lru_cache(maxsize=_KEPT)
def _urgent(expected: Expectation) -> SaidWords:
    distress = expected.option(DISTRESS)
    return said_words((distress,), sounds_like=expected.sounds)


@functools.lru_cache(maxsize=_KEPT)
def _phrases(expected: Expectation) -> tuple[str, ...] | None:
    if expected.free and expected.keywords is None:
        return None
    counted = expected.counted.phrases() if expected.counted is not None else ()
    sounds = expected.sounds
    own = (sounds.sounds(phrase) for phrase in expected.own_phrases())
    return tuple(dict.fromkeys((*own, *_said_around(expected), *counted)))


def _said_around(expected: Expectation) -> tuple[str, ...]:
    if expected.counted is None:
        return () if expected.free else SAID_AROUND
    return tuple(one for one in SAID_AROUND_VALUES if expected.counted.alike.isdisjoint(one.split()))


def _understood(words: SaidWords, sound: Hypothesis, reading: Hypothesis) -> Iterable[Understood]:
    """Each meaning of `sound`, written `reading`, in whose words an option may be only a part of what was said."""
    for meaning in words.meanings(sound.text):
        sure = sound.confidence * (_SPOTTED_LEAST + (1 - _SPOTTED_LEAST) * meaning.share)
        value = reading.text if meaning.name == FREE else meaning.value
        yield Understood(name=meaning.name, confidence=sure, spoken=meaning.spoken, value=value)


def _of_what_can_be(
    found: Mapping[tuple[str, str], Understood],
    counted: AnswerType,
    words: SaidWords,
    readings: Iterable[Hypothesis],
) -> dict[tuple[str, str], Understood]:
    """`found`, as likely as it is now that what cannot be is out ("forty seven one" is no four digits).

    Only a try at an answer is out so; other words mean that perhaps nothing of all this was said.
    """
    possible = {meaning: one for meaning, one in found.items() if one.name != IMPOSSIBLE}
    if not possible:
        return dict(found)
    own = _words_of_type(counted)
    tries = (one for one in readings if own.issuperset(words_of(one.text)))
    out = sum(one.confidence for one in tries if not any(m.name != IMPOSSIBLE for m in words.meanings(one.text)))
    left = max(1.0 - out, _LEAST_DOUBT)
    return {
        meaning: replace(one, confidence=min(1.0, one.confidence / left)) if one.name == GIVEN else one
        for meaning, one in possible.items()
    }


@functools.lru_cache(maxsize=_KEPT)
def _words_of_type(counted: AnswerType) -> frozenset[str]:
    return frozenset(word for phrase in counted.phrases() for word in phrase.split())


def _beside(counted: AnswerType, option: Option) -> Option:
    """`option` without what belongs to an answer: the keys of digits, and phrases that sound like some of its words."""
    phrases = tuple(phrase for phrase in option.phrases if counted.alike.isdisjoint(phrase.split()))
    return replace(
        option, phrases=phrases, key=None if counted.keys.digits_max and option.key in ("0", "#") else option.key
    )
