"""What the line says of its own accord, recognised by its text: a stable name, and when it is said."""

from __future__ import annotations

import re

from ivr.dialogue import wording

_TIMES = {
    "NOT_KNOWN": "when no article answers the question",
    "REFUSED": "when the caller says no to what was understood",
    "NOT_SURE": "when the caller says no to both of two",
    "OFFER_PERSON": "after some failures, to offer a person",
    "ANOTHER_TRY": "to ask for the question again",
    "UNHEARD": "when nobody can hear words",
    "DID_THAT_HELP": "after an answer",
    "SHALL_I_GO_ON": "between two pieces of an answer",
    "OTHER_WORDS_OR_PERSON": "after an answer that did not help",
    "BEING_RENEWED": "instead of an answer that is out of date, before the caller is put through to people",
    "RELATED": "after an answer, before the services that belong to it",
    "ONE_OF_THEM": "after an answer, behind the services that belong to it",
    "WHICH_ONE": "when the caller wants one of several services and has not said which",
    "HELP": "when the caller asks for help",
}
_PREFIXES = {
    "PRESS_": "when nobody can hear words: which keys to press",
    "TIGHTER_": "after a refused read-back: how to answer",
    "NO_": "when the caller names something that there is none of",
    "NOT_": "when what the caller names cannot be",
    "DOES_": "when what the caller names cannot be",
}
_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
_MADE = (
    ("put-through-to", "before the caller is put through to people", wording.to_people(_HOLE)),
    ("which-of-two", "when two were nearly the same, the first of them", wording.did_you_say_first(_HOLE)),
    ("or-the-second", "when two were nearly the same, the second of them", wording.or_second(_HOLE)),
    ("did-you-say", "when it was half understood", wording.did_you_say(_HOLE)),
    ("did-you-mean", "when an article may be meant", wording.did_you_mean(_HOLE)),
    ("related", "after an answer, to offer the service that belongs to it", wording.related_to_this(_HOLE)),
    (
        "press-for",
        "which key to press: when nobody can hear words, and for related services",
        wording.press_for(_HOLE, _HOLE),
    ),
)
_SHAPES = tuple((name, when, re.compile(re.escape(shape).replace(_HOLE, "(.+?)"))) for name, when, shape in _MADE)
_FIXED = {text: name for name, text in vars(wording).items() if name.isupper() and isinstance(text, str)}


def own_words(text: str) -> tuple[str, str]:
    """A name for `text`, empty if nobody knows it, and when it is said."""
    if text in _FIXED:
        name = _FIXED[text]
        by_prefix = (when for prefix, when in _PREFIXES.items() if name.startswith(prefix))
        return name, _TIMES.get(name) or next(by_prefix, "when the line has to")
    for name, when, shape in _SHAPES:
        if found := shape.fullmatch(text):
            return f"{name} {found.group(1)}", when
    return "", "when the step has to"
