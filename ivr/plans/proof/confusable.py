"""Words that callers can say at one step and that sound nearly alike, with what to say instead."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import combinations

from ivr.dialogue import Flow, Written
from ivr.dialogue.flow import Step
from ivr.dialogue.words.options import UNIVERSALS, YES_NO, Option
from ivr.plans.proof.findings import Finding, Severity
from ivr.plans.proof.phonemes import ESPEAK, Phonemes, pronounced
from ivr.plans.proof.sound_distance import distance

CONFUSED_BELOW = 0.85
"""Of the 435 pairs of 30 short words (see `sound_distance`) five lie below: on/one, three/tree and off/on, which the
bundled model did confuse, and bed/bird and go/no. Not all that it confuses is alike by its sounds: down/no (2 of 10)
lies above, as far apart as two hundred pairs that it never confused."""
RULE, NOT_CHECKED = "confusable-words", "confusable-words-unchecked"
_CLEARER = 2.0
"""A phrase that is so far from another is clearer than it needs to be."""

Pronounce = Callable[[Collection[str], str], Mapping[str, Phonemes] | None]


def confusable(flow: Flow, pronounce: Pronounce = pronounced) -> tuple[Finding, ...]:
    """Pairs of phrases that mean different things at one step of `flow` and sound nearly alike; one for two options.

    Phrases of the step are held against each other and against what is understood everywhere. Where nobody knows how
    words are pronounced, a finding says so. One call of espeak-ng, and about 0.3 ms a step.
    """
    steps = [(step, options) for step in flow.steps.values() if (options := _own(step))]
    if not steps:
        return ()
    everywhere = (*UNIVERSALS, flow.distress.option()) if flow.distress is not None else UNIVERSALS
    phrases = {phrase for _, options in steps for option in (*options, *everywhere) for phrase in option.phrases}
    words = pronounce({word for phrase in phrases for word in phrase.split()}, flow.language)
    if words is None:
        first = steps[0][0]
        lacking = f"{ESPEAK} is missing or has no voice for '{flow.language}'"
        message = f"nobody looked for words that sound alike: {lacking}; install it"
        return (_finding(flow, NOT_CHECKED, Severity.WARNING, first, first, message),)
    sounds = {phrase: tuple(one for word in phrase.split() for one in words.get(word, ())) for phrase in phrases}
    apart = functools.cache(lambda one, other: distance(sounds[one], sounds[other], CONFUSED_BELOW))
    return tuple(
        finding for step, options in steps for finding in _alike(flow, step, options, everywhere, sounds, apart)
    )


def _own(step: Step) -> tuple[Option, ...]:
    expectation = step.verb.expectation()
    options = expectation.options if expectation is not None else ()
    return () if options == YES_NO else tuple(option for option in options if option.phrases)


def _alike(
    flow: Flow,
    step: Step,
    options: tuple[Option, ...],
    everywhere: tuple[Option, ...],
    sounds: Mapping[str, Phonemes],
    apart: Callable[[str, str], float],
) -> Iterator[Finding]:
    pairs = (*combinations(options, 2), *((option, other) for option in options for other in everywhere))
    for first, second in pairs:
        nearest = min(
            ((apart(one, other), one, other) for one, other in _phrases(first, second, sounds)),
            default=None,
        )
        if nearest is None or nearest[0] >= CONFUSED_BELOW:
            continue
        how_near, one, other = nearest
        same = how_near == 0.0
        said = "sound the same" if same else "sound nearly alike"
        where = " (understood everywhere)" if second in everywhere else ""
        clearer = _clearer(first, other, sounds)
        mending = f"'{clearer}' is clear: take '{one}' away" if clearer else "use a longer phrase for one of them"
        message = f"'{one}' and '{other}'{where} {said} in step '{step.name}', and mean different things; {mending}"
        place = next((phrase for phrase in step.verb.phrases() if phrase.text == one), None)
        severity = Severity.ERROR if same else Severity.WARNING
        yield _finding(flow, RULE, severity, step, place or step, message)


def _phrases(first: Option, second: Option, sounds: Mapping[str, Phonemes]) -> Iterable[tuple[str, str]]:
    """Phrases of both whose pronunciation is known."""
    for one in first.phrases:
        for other in second.phrases:
            if sounds.get(one) and sounds.get(other) and one != other:
                yield one, other


def _clearer(option: Option, other: str, sounds: Mapping[str, Phonemes]) -> str | None:
    """Another phrase of `option` that nobody takes for `other`."""
    far = (phrase for phrase in option.phrases if distance(sounds[phrase], sounds[other], _CLEARER) >= _CLEARER)
    return next(far, None)


def _finding(flow: Flow, rule: str, severity: Severity, step: Step, place: Step | Written, message: str) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        file=flow.file,
        line=place.line,
        column=place.column,
        step=step.name,
        source="measured with the bundled model and human words",
    )
