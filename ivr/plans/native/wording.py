"""What a native plan says of its own accord, and the words of a plan as they fit callers who have only keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ivr.call import Prompt

OPENING = "Sorry, I cannot hear words just now. Please use the keys of your phone. To speak to a person, press 0."
NO_QUESTIONS = "Sorry, I cannot answer questions just now."
NOT_NOW = "Sorry, I cannot do that just now."
NOBODY = "Sorry, nobody is free to take your call. Please call again later. Goodbye."

_FACT = re.compile(r"\{((?:caller\.)?[a-z][a-z0-9_]*)\}")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_TO_SPEAK = re.compile(r"\b(say|saying|speak|tell me|ask)\b", re.IGNORECASE)
_TO_PRESS = re.compile(r"\b(press|key|keys|keypad|dial)\b", re.IGNORECASE)
_ALONE = re.compile(r"[\s.,;:!?-]*")


@dataclass(frozen=True, slots=True)
class Told:
    """A place in a text where digits are said that the caller gave, as `fact`."""

    fact: str


Piece = Prompt | Told
"""What is said is a row of these."""


def for_keys(prompts: Iterable[Prompt], language: str) -> tuple[Prompt, ...]:
    """`prompts` of a question without the sentences that only invite callers to speak ("You can say bins or tax.").

    A sentence that names keys, too, stays. Only English is understood so far; of others every sentence stays.
    """
    if language.partition("-")[0] != "en":
        return tuple(prompts)
    kept = ((prompt, _kept(prompt.text)) for prompt in prompts)
    return tuple(
        prompt if text == prompt.text else replace(prompt, text=text, recording=None)
        for prompt, text in kept
        if text or not prompt.text
    )


def _kept(text: str) -> str:
    sentences = _SENTENCE.split(text)
    fit = [one for one in sentences if _TO_PRESS.search(one) or not _TO_SPEAK.search(one)]
    return text if len(fit) == len(sentences) else " ".join(fit)


def names_keys(prompts: Iterable[Prompt]) -> bool:
    """Whether somebody is told which keys to press."""
    return any(_TO_PRESS.search(prompt.text) for prompt in prompts)


def pieces(prompts: Iterable[Prompt], known: frozenset[str]) -> tuple[Piece, ...]:
    """`prompts` cut at each fact; a sentence with a fact that is not `known` here is left out."""
    return tuple(piece for prompt in prompts for piece in _pieces(prompt, known))


def unknown_facts(prompts: Iterable[Prompt], known: frozenset[str]) -> tuple[str, ...]:
    """The facts in `prompts` that are not `known`, in order."""
    found = (name for prompt in prompts for name in _FACT.findall(prompt.text))
    return tuple(dict.fromkeys(name for name in found if name not in known))


def _pieces(prompt: Prompt, known: frozenset[str]) -> Iterator[Piece]:
    if not _FACT.search(prompt.text):
        yield prompt
        return
    for sentence in _SENTENCE.split(prompt.text):
        if not known.issuperset(_FACT.findall(sentence)):
            continue
        for at, part in enumerate(_FACT.split(sentence)):
            if at % 2:
                yield Told(part)
            elif not _ALONE.fullmatch(part):  # a full stop after a fact is no prompt
                yield replace(prompt, text=part.strip().lstrip(".,;:!? "), recording=None)
