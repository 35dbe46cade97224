"""What words mean at one moment, whole readings and words still coming alike: the one place that decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.call import Match
from ivr.dialogue.words.fillers import without_fillers, without_hesitations, without_lead_in, words_of
from ivr.dialogue.words.options import DISTRESS, Option
from ivr.dialogue.words.sounds_like import SoundsLike
from ivr.dialogue.words.types.answer_type import NOTHING, AnswerType

GIVEN = "given"
"""Name of an answer of the wanted type; `Meaning.value` holds it."""
IMPOSSIBLE = "impossible"
"""Name of what is well said but cannot be (31 June, a check digit that does not fit); `Meaning.value` says why."""
FREE = "question"
"""Name of a question in the caller's own words; `Meaning.value` holds them."""

_SHORT = 3
"""Letters; in words no longer than this an s at the end is no plural."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What some words mean: the option `name`, or GIVEN, IMPOSSIBLE or FREE with a `value`."""

    name: str
    spoken: str
    value: str = ""
    share: float = 1.0
    """Part of the words that mean it, 0..1; the others are not understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidWords:
    """A `WordPattern`. Made by `said_words`, which looks once at everything that may be said."""

    options: Mapping[str, Option]
    """Phrase → what it means."""
    beginnings: frozenset[str]
    """What a phrase may begin with, up to its last word but one."""
    changeable: frozenset[str]
    """Phrases with which a longer one begins that means something else."""
    longest: int
    """Words of the longest phrase."""
    singular: Mapping[str, str] = field(default_factory=dict)
    """Phrase without the s of its plurals → the phrase, where that is only one option."""
    counted: AnswerType | None = None
    free: bool = False
    urgent: frozenset[str] = frozenset()
    """Phrases that mean the same within any words, whatever else these would mean."""
    longest_urgent: int = 0
    """Words of the longest of them."""

    def meanings(self, text: str) -> tuple[Meaning, ...]:
        """What `text` means, the likeliest first; several only for what is spelled ("o" or zero), none if nothing."""
        words = words_of(text)
        urgent = self._urgent(words)
        if urgent is not None:
            return (Meaning(name=urgent.name, spoken=urgent.spoken),)
        taken = self.counted.from_words(words) if self.counted is not None else NOTHING
        if taken.values:
            return tuple(Meaning(name=GIVEN, spoken=value, value=value) for value in taken.values)
        exact = self._exact(words)
        if exact is not None:
            return (Meaning(name=exact[1].name, spoken=exact[1].spoken),)
        if taken.fault:
            return (Meaning(name=IMPOSSIBLE, spoken="", value=taken.fault),)
        if self.free:
            said = " ".join(words)
            return (Meaning(name=FREE, spoken=said, value=said),) if without_fillers(words) else ()
        spotted = None if self.counted else self._spotted(words)
        if spotted is None:
            return ()
        option, share = spotted
        return (Meaning(name=option.name, spoken=option.spoken, share=share),)

    def judge(self, text: str) -> Match:
        """See `WordPattern`. 2 to 50 µs for up to twenty words, so that it may be asked with every piece of sound."""
        words = words_of(text)
        if self._urgent(words) is not None:
            return Match.MATCH
        exact = self._exact(words)
        if exact is not None and not self.free:
            return Match.MATCH if exact[0] in self.changeable else Match.MAX_MATCH
        if self.counted is not None:
            judged = self.counted.judge(words)
            if judged is not Match.NO_MATCH:
                return judged
        elif self.free:
            return Match.MATCH if without_fillers(words) else Match.NO_MATCH
        elif self._spotted(words) is not None:
            return Match.MATCH
        begun = any(
            " ".join(words[at:]) in self.beginnings for at in range(max(0, len(words) - self.longest), len(words))
        ) or (not without_lead_in(words) and bool(without_fillers(words)))
        return Match.POTENTIAL if begun else Match.NO_MATCH

    def _urgent(self, words: tuple[str, ...]) -> Option | None:
        """What an urgent phrase within `words` means."""
        if not self.urgent:
            return None
        kept = without_hesitations(words)
        for length in range(1, min(self.longest_urgent, len(kept)) + 1):
            for at in range(len(kept) - length + 1):
                text = " ".join(kept[at : at + length])
                if text in self.urgent:
                    return self.options[text]
        return None

    def _exact(self, words: tuple[str, ...]) -> tuple[str, Option] | None:
        for said in (words, without_hesitations(words), without_fillers(words), without_lead_in(words)):
            phrase = self._phrase(said)
            if phrase is not None:
                return phrase, self.options[phrase]
        return None

    def _phrase(self, words: Sequence[str]) -> str | None:
        """The phrase that `words` are; where none is, one that differs in plurals only: a recogniser mixes them up."""
        text = " ".join(words)
        return text if text in self.options else self.singular.get(_singular(text))

    def _spotted(self, words: tuple[str, ...]) -> tuple[Option, float] | None:
        """The one option whose phrase stands inside `words`, with its share of them; the longest phrase wins.

        Two different options with phrases of the same length are no answer ("yes no").
        """
        kept = without_hesitations(words)
        told = max(1, len(without_lead_in(words)))
        for length in range(min(self.longest, len(kept)), 0, -1):
            starts = range(len(kept) - length + 1)
            found = [self._phrase(kept[at : at + length]) for at in starts]
            winners = {self.options[phrase].name: self.options[phrase] for phrase in found if phrase is not None}
            if winners:
                return (next(iter(winners.values())), min(1.0, length / told)) if len(winners) == 1 else None
        return None


def said_words(
    options: Iterable[Option],
    *,
    counted: AnswerType | None = None,
    free: bool = False,
    sounds_like: SoundsLike | None = None,
) -> SaidWords:
    """The pattern of `options` (a phrase that two of them have belongs to the first) and what else may be said.

    Phrases are matched as they are heard, by their sounds, and as they are written. Those of distress are found within
    any words.
    """
    sounds = sounds_like or SoundsLike()
    by_phrase: dict[str, Option] = {}
    for option in options:
        for phrase in option.phrases:
            for text in (sounds.sounds(phrase), phrase):
                by_phrase.setdefault(text, option)
    beginnings: set[str] = set()
    changeable: set[str] = set()
    for phrase, option in by_phrase.items():
        end = phrase.rfind(" ")
        while end > 0:
            beginning = phrase[:end]
            beginnings.add(beginning)
            shorter = by_phrase.get(beginning)
            if shorter is not None and shorter.name != option.name:
                changeable.add(beginning)
            end = phrase.rfind(" ", 0, end)
    forms: dict[str, list[str]] = {}
    for phrase in by_phrase:
        forms.setdefault(_singular(phrase), []).append(phrase)
    urgent = frozenset(phrase for phrase, option in by_phrase.items() if option.name == DISTRESS)
    return SaidWords(
        options=by_phrase,
        urgent=urgent,
        longest_urgent=max((phrase.count(" ") + 1 for phrase in urgent), default=0),
        singular={
            form: phrases[0] for form, phrases in forms.items() if len({by_phrase[one].name for one in phrases}) == 1
        },
        beginnings=frozenset(beginnings),
        changeable=frozenset(changeable),
        longest=max((phrase.count(" ") + 1 for phrase in by_phrase), default=0),
        counted=counted,
        free=free,
    )


def _singular(phrase: str) -> str:
    return " ".join(
        word[:-1] if len(word) > _SHORT and word[-1] == "s" and word[-2] != "s" else word for word in phrase.split()
    )
