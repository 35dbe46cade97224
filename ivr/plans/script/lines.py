"""The script of a plan: every prompt with the name of its recording, when it is said, and how it is spoken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum

from ivr.call import Prompt
from ivr.dialogue.flow import Flow, Step, Verb
from ivr.dialogue.manner import Manner, Reaction
from ivr.dialogue.turns import FACT
from ivr.dialogue.wording import did_you_mean
from ivr.knowledge import Article
from ivr.plans.script.own_words import own_words
from ivr.speech.prompts.saying import Saying

LETTER_S, STOP_S, FIXED_S = 0.068, 0.34, 0.25
"""Seconds of a letter, of a comma or full stop within, and of a whole prompt: fitted to 121 prompts of a council's plan
as espeak-ng says them at 160 words per minute; half of them come out within 7 %, all with 0.2 s RMS error."""
_STOP = re.compile(r"[.?!:;,](?=\s)")


class Sort(Enum):
    """Where a prompt comes from, which decides whether a recording can be played for it."""

    STEP = "step"
    EVENT = "event"
    """Silence, no match and the like: the plan's own words, or those built in."""
    BETWEEN = "between"
    """Questions between understood and not, and other words of the line's own."""
    ARTICLE = "article"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a prompt is said; `step` is empty for everywhere."""

    step: str
    when: str
    line: int
    """Of the step in the plan, 1-based."""
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a prompt with facts: words that never change, or what a caller said."""

    text: str
    fact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptLine:
    """One prompt."""

    name: str
    """Of its recording, or what one could be called; stable as long as step and place are."""
    recording: str | None
    """The name that the plan gives; None: no recording is played, whatever lies in the folder."""
    language: str | None
    """Of the text, if it is not the plan's."""
    sort: Sort
    places: tuple[Place, ...]
    text: str
    spoken: str
    """As people say it: numbers and short forms in words."""
    pieces: tuple[Piece, ...]
    """Of a prompt with facts; else empty."""
    seconds: float
    """About; see LETTER_S."""

    @property
    def recordable(self) -> bool:
        """Whether a line of the plan could name a recording for it."""
        return self.sort in (Sort.STEP, Sort.EVENT) and not self.pieces


def script(flow: Flow, articles: Iterable[Article], saying: Saying) -> tuple[ScriptLine, ...]:
    """Every prompt of `flow` whose text is known beforehand, once each, in the order of the file; `articles` last but
    for what the line says of its own accord."""
    told = tuple(articles)
    found: dict[tuple[str, str | None, str | None], ScriptLine] = {}
    taken: set[str] = set()
    for name, sort, place, prompt in _all(flow, told):
        key = (prompt.text, prompt.recording, prompt.language)
        if key in found:
            line = found[key]
            if place not in line.places and sort is not Sort.BETWEEN:  # which repeats what is said at a step
                found[key] = replace(line, places=(*line.places, place))
            continue
        called = prompt.recording or _untaken(f"{slug(flow.file.stem)}/{name}", taken)
        taken.add(called)
        found[key] = _line(called, sort, place, prompt, saying)
    return tuple(found.values())


NOWHERE = Place(step="", when="", line=1, column=1)
"""In no step of its own."""
Placed = tuple[str, Sort, Place, Prompt]


def _all(flow: Flow, articles: tuple[Article, ...]) -> Iterator[Placed]:
    for step in flow.steps.values():
        yield from _of_step(step)
    everywhere = tuple(_of_manner(flow.manner, "", NOWHERE))
    common = {(prompt.text, prompt.recording) for _, _, _, prompt in everywhere}
    yield from everywhere
    for step in flow.steps.values():
        here = Place(step=step.name, when="", line=step.line, column=step.column)
        for placed in _of_manner(step.manner, f"{slug(step.name)}-", here):
            if (placed[3].text, placed[3].recording) not in common:
                yield placed
    for article in articles:
        where = replace(NOWHERE, when=f"when the article '{article.name}' is told")
        for number, piece in enumerate(article.pieces, 1):
            name = f"articles/{slug(article.name)}{f'-{number}' if len(article.pieces) > 1 else ''}"
            yield name, Sort.ARTICLE, where, Prompt(text=piece)
        where = replace(where, when=f"to ask whether the article '{article.name}' is meant")
        yield f"articles/{slug(article.name)}-meant", Sort.ARTICLE, where, Prompt(text=did_you_mean(article.title))
    for prompt in flow.prompts(article.answer(1.0) for article in articles):
        name, when = own_words(prompt.text)
        yield f"line/{slug(name or prompt.text)}", Sort.BETWEEN, replace(NOWHERE, when=when), prompt


def _of_step(step: Step) -> Iterator[Placed]:
    """What the plan itself has the step say; what the verb adds of its own is found with the line's own words."""
    written = list(_written(step.verb))
    main = written[0][0] if written else ""
    counted: Counter[str] = Counter()
    for field, prompt in written:
        counted[field] += 1
        number = counted[field]
        name = slug(step.name) if field == main else f"{slug(step.name)}-{slug(field)}"
        when = _WHEN.get(field, _begins(step.verb) if field == main else field.replace("_", " "))
        place = Place(step=step.name, when=when, line=step.line, column=step.column)
        yield (f"{name}-{number}" if number > 1 else name), Sort.STEP, place, prompt


_WHEN = {"read_back": "to read back what the caller gave"}
"""By the field of a verb, where its name says too little."""


def _begins(verb: Verb) -> str:
    if verb.queues():
        return "before the caller is put through"
    return "when the step begins" if verb.jumps() else "at the end of the call"


def _written(value: object, field: str = "") -> Iterator[tuple[str, Prompt]]:
    """The prompts that stand in `value`, each with the field that holds it, and before that the name of what is listed
    by name (such as a choice)."""
    if isinstance(value, Prompt):
        yield field, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _written(part, f"{field}_{key}")
    elif isinstance(value, tuple):
        for part in value:
            yield from _written(part, field)
    elif is_dataclass(value):
        name = getattr(value, "name", None)
        listed = f"{name}_" if field and isinstance(name, str) else ""
        for inner in fields(value):
            yield from _written(getattr(value, inner.name), listed + inner.name)


def _of_manner(manner: Manner, prefix: str, place: Place) -> Iterator[Placed]:
    """What is said at the first, second … event of each kind."""
    for field in fields(manner):
        reactions = getattr(manner, field.name)
        if not (isinstance(reactions, tuple) and all(isinstance(one, Reaction) for one in reactions)):
            continue
        what = field.name.removeprefix("on_").replace("_", " ")
        for number, reaction in enumerate(reactions, 1):
            for part, prompt in enumerate(reaction.prompts, 1):
                name = f"{prefix}{slug(field.name)}-{number}" + (f"-{part}" if part > 1 else "")
                when = f"{what}: time {number}{' and later' if number == len(reactions) else ''} in one step"
                yield name, Sort.EVENT, replace(place, when=when), prompt


def _line(name: str, sort: Sort, place: Place, prompt: Prompt, saying: Saying) -> ScriptLine:
    if prompt.language is not None:
        saying = Saying(language=prompt.language)
    pieces = tuple(_pieces(prompt.text)) if FACT.search(prompt.text) else ()
    spoken = (
        " ".join(piece.text if piece.fact else saying.spoken(piece.text) for piece in pieces)
        if pieces
        else saying.spoken(prompt.text)
    )
    return ScriptLine(
        name=name,
        recording=prompt.recording,
        language=prompt.language,
        sort=sort,
        places=(place,),
        text=prompt.text,
        spoken=spoken,
        pieces=pieces,
        seconds=round(seconds_of(spoken), 1),
    )


_EDGES = " .,;:"
"""A piece does not begin with what ends the one before."""


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    for fact in FACT.finditer(text):
        if before := text[at : fact.start()].strip(_EDGES):
            yield Piece(text=before, fact=False)
        yield Piece(text=fact.group(), fact=True)
        at = fact.end()
    if rest := text[at:].strip(_EDGES):
        yield Piece(text=rest, fact=False)


def seconds_of(spoken: str) -> float:
    """About how long `spoken` takes at 160 words per minute."""
    letters = sum(one.isalnum() for one in spoken)
    return FIXED_S + LETTER_S * letters + STOP_S * len(_STOP.findall(spoken)) if letters else 0.0


def slug(text: str) -> str:
    """`text` as a part of a recording's name: letters, digits and dashes, of at most 60 characters."""
    words = re.findall(r"[^\W_]+", text.lower().replace("'", ""))
    return "-".join(words)[:60].rstrip("-") or "prompt"


def _untaken(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
