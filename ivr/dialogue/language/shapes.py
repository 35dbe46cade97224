"""The shapes that values of a plan have: texts, names, numbers, prompts, phrases, reactions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ivr.call import BargeIn, Prompt
from ivr.dialogue.language.lines import each, line, schema_of, whole
from ivr.dialogue.language.patterns import phrases_of
from ivr.dialogue.language.shape import Schema, Scope, Shape
from ivr.dialogue.language.tags import TAG
from ivr.dialogue.manner import Reaction
from ivr.dialogue.words.options import UNIVERSALS
from ivr.dialogue.written import Written
from ivr.yaml_file import Value, suggestion

T = TypeVar("T")
MOST_SYMBOLS = 20
"""Digits or letters of one answer."""
_RANGE = re.compile(r"([0-9]{1,2})\s*-\s*([0-9]{1,2})")
OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCALAR = {"type": ["string", "number", "boolean"]}
"""Whatever an editor takes it for, it is read as it is written."""
BARGE_INS = {"both": BargeIn.BOTH, "keys": BargeIn.KEYS, "speech": BargeIn.SPEECH, "none": BargeIn.NONE}


def written(value: Value) -> Written:
    """A name with its place."""
    return Written(text=value.text(), line=value.line, column=value.column)


def listed(shape: Schema) -> Schema:
    """One of `shape`, or a list of them."""
    return {"anyOf": [shape, {"type": "array", "items": shape, "minItems": 1}]}


def mapping_of(record: type[T], about: str) -> Shape[tuple[T, ...]]:
    """Lines of `record` for each of some names."""
    return Shape(
        read=lambda value, scope: each(record, value, scope),
        schema={"type": "object", "additionalProperties": schema_of(record), "minProperties": 1},
        insides=(record,),
        about=about,
    )


def list_of(record: type[T], about: str) -> Shape[tuple[T, ...]]:
    """Lines of `record`, several times."""
    return Shape(
        read=lambda value, scope: tuple(whole(record, item, scope) for item in value.items()),
        schema=listed(schema_of(record)),
        insides=(record,),
        about=about,
    )


# -- values ------------------------------------------------------------------------------------------

TEXT: Shape[str] = Shape(read=lambda value, scope: value.text(), schema=_SCALAR, about="a text")
TEXTS: Shape[tuple[str, ...]] = Shape(
    read=lambda value, scope: tuple(item.text() for item in value.items()),
    schema=listed(_SCALAR),
    about="a text or a list of them",
)
FLAG: Shape[bool] = Shape(
    read=lambda value, scope: value.flag(),
    schema={"enum": ["yes", "no", True, False]},
    values={"yes": True, "no": False},
    about="`yes` or `no`",
)


def number(low: float, high: float) -> Shape[float]:
    """A number within limits."""
    return Shape(
        read=lambda value, scope: value.number(low, high),
        schema={"type": "number", "minimum": low, "maximum": high},
        about=f"a number from {low:g} to {high:g}",
    )


def whole_number(low: int, high: int) -> Shape[int]:
    """A whole number within limits."""
    return Shape(
        read=lambda value, scope: value.whole(low, high),
        schema={"type": "integer", "minimum": low, "maximum": high},
        about=f"a whole number from {low:,} to {high:,}",
    )


def one_of(values: Mapping[str, T], about: str = "") -> Shape[T]:
    """One of the names of `values`; `about` tells of them where they are too many to be listed."""
    return Shape(
        read=lambda value, scope: values[value.one_of(values)],
        schema={"enum": list(values)},
        values=values,
        about=about or " or ".join(f"`{name}`" for name in values),
    )


def one_word(names: Collection[str], about: str = "") -> Shape[str]:
    """One of `names`."""
    return one_of({name: name for name in names}, about)


def _lengths(value: Value, scope: Scope) -> frozenset[int]:
    lengths: set[int] = set()
    for item in value.items():
        if found := _RANGE.fullmatch(item.text()):
            low, high = int(found.group(1)), int(found.group(2))
            if not 1 <= low <= high <= MOST_SYMBOLS:
                raise item.wrong(f"'{value.name}' must be a range like '4-6' within 1 to {MOST_SYMBOLS}")
            lengths.update(range(low, high + 1))
        else:
            lengths.add(item.whole(1, MOST_SYMBOLS))
    return frozenset(lengths)


LENGTHS: Shape[frozenset[int]] = Shape(
    read=_lengths,
    schema=listed(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MOST_SYMBOLS},
                {"type": "string", "pattern": r"^[0-9]{1,2}\s*-\s*[0-9]{1,2}$"},
            ]
        }
    ),
    about=f"a number up to {MOST_SYMBOLS}, a range like `4-6`, or a list of them",
)


# -- names -------------------------------------------------------------------------------------------


def _known(value: Value, names: Collection[str], kind: str) -> str:
    name = value.text()
    if name not in names:
        there = "there are" if kind.endswith("s") else "there is"
        raise value.wrong(f"{there} no {kind} '{name}'; {suggestion(name, names)}")
    return name


def _place(text: str, value: Value) -> Written:
    return Written(text=text, line=value.line, column=value.column)


def _own_name(what: str) -> Callable[[Value, Scope], str]:
    def read(value: Value, scope: Scope) -> str:
        if not OWN_NAME.fullmatch(value.text()):
            raise value.wrong(f"'{value.name}' must be {what} of lower-case letters, digits and '_'")
        return value.text()

    return read


def own_name(what: str) -> Shape[str]:
    """A name that the plan itself gives, such as that of a fact."""
    return Shape(
        read=_own_name(what),
        schema={"type": "string", "pattern": f"^{OWN_NAME.pattern}$"},
        about=f"{what}: lower-case letters, digits and `_`",
    )


STEP: Shape[Written] = Shape(
    read=lambda value, scope: _place(scope.steps[_known(value, scope.steps, "step")], value),
    schema=_SCALAR,
    about="the name of a step",
)
QUEUE: Shape[Written] = Shape(
    read=lambda value, scope: _place(_known(value, scope.queues, "queue"), value),
    schema=_SCALAR,
    about="one of `queues`",
)
SUB_FLOW: Shape[Written] = Shape(
    read=lambda value, scope: _place(scope.flows[_known(value, scope.flows, "sub-flow")], value),
    schema=_SCALAR,
    about="one of `flows`",
)
HOURS: Shape[Written] = Shape(
    read=lambda value, scope: _place(_known(value, scope.hours, "opening hours"), value),
    schema=_SCALAR,
    about="one of `hours`",
)
NAME: Shape[Written] = Shape(read=lambda value, scope: written(value), schema=_SCALAR, about="a name")
FACT = own_name("a name")
FIELD = re.compile(rf"caller\.{OWN_NAME.pattern}")


def _fact_or_field(value: Value, scope: Scope) -> str:
    return value.text() if FIELD.fullmatch(value.text()) else FACT.read(value, scope)


FACT_OR_FIELD: Shape[str] = Shape(
    read=_fact_or_field,
    schema={"type": "string", "pattern": rf"^(caller\.)?{OWN_NAME.pattern}$"},
    about="the name of a fact, or `caller.` and a field of the caller's record",
)


def names_of(shape: Shape[str]) -> Shape[tuple[Written, ...]]:
    """One name or a list of them, each with its place."""
    return Shape(
        read=lambda value, scope: tuple(_place(shape.read(item, scope), item) for item in value.items()),
        schema=listed(shape.schema),
        about=f"{shape.about}, or a list of them",
    )


def _beside(kind: str, there: Callable[[Path], bool]) -> Shape[Path]:
    def read(value: Value, scope: Scope) -> Path:
        name = Path(value.text())
        if name.is_absolute() or ".." in name.parts:
            raise value.wrong(f"'{value.name}' must be a {kind} beside this file, not '{name}'")
        path = scope.file.parent / name
        if not there(path):
            raise value.wrong(f"there is no {kind} '{path}'")
        return path

    return Shape(read=read, schema={"type": "string"}, about=f"a {kind} beside the plan")


FOLDER = _beside("folder", Path.is_dir)
FILE = _beside("file", Path.is_file)


def _recording(value: Value, scope: Scope) -> str:
    name = value.text()
    parts = name.split("/")
    if any(part in ("", ".", "..") or not part.replace("-", "").replace("_", "").isalnum() for part in parts):
        raise value.wrong(f"'{name}' is no name of a recording; write letters, digits, '-' and '_' without a suffix")
    return name


RECORDING: Shape[str] = Shape(
    read=_recording, schema={"type": "string"}, about="a sound file below `prompts/`, without suffix"
)
BARGE_IN = one_of(BARGE_INS)


# -- what is said ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptLines:
    """A prompt with more than its text."""

    text: str = line(
        TEXT,
        "What is said; `{name}` stands for a figure, or what the caller told, `{caller_number}` for their number.",
    )
    recording: str | None = line(RECORDING, "Played instead of the voice.", default=None)
    barge_in: BargeIn | None = line(BARGE_IN, "What may interrupt it; else as the step says.", default=None)
    language: str | None = line(TAG, "Of its text, if it is not the plan's: which voice says it.", default=None)


def _prompt(value: Value, scope: Scope) -> Prompt:
    if not value.is_mapping:
        return Prompt(text=scope.filled(value.text()), barge_in=scope.manner.barge_in)
    lines = whole(PromptLines, value, scope)
    barge_in = scope.manner.barge_in if lines.barge_in is None else lines.barge_in
    return Prompt(text=scope.filled(lines.text), recording=lines.recording, barge_in=barge_in, language=lines.language)


def _prompts(value: Value, scope: Scope) -> tuple[Prompt, ...]:
    return tuple(_prompt(item, scope) for item in value.items())


PROMPTS: Shape[tuple[Prompt, ...]] = Shape(
    read=_prompts,
    schema={"$ref": "#/$defs/prompts"},
    insides=(PromptLines,),
    about="a text, or `text`, `recording`, `barge_in` and `language`, or a list of them",
)
PHRASES: Shape[tuple[Written, ...]] = Shape(
    read=lambda value, scope: phrases_of(value),
    schema=listed({"type": "string"}),
    about="a phrase or a list of them, in which `(word)` may be left out and `(one|two)` is either",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionLines:
    """A reaction with more than what is said."""

    say: tuple[Prompt, ...] = line(PROMPTS, "What is said.", default=())
    goto: Written | None = line(STEP, "The step that comes next; without it this one goes on asking.", default=None)


def _reaction(value: Value, scope: Scope) -> Reaction:
    if value.is_mapping and value.fields().keys.keys() & {"say", "goto"}:
        lines = whole(ReactionLines, value, scope)
        return Reaction(prompts=lines.say, goto=lines.goto)
    return Reaction(prompts=(_prompt(value, scope),))


REACTIONS: Shape[tuple[Reaction, ...]] = Shape(
    read=lambda value, scope: tuple(_reaction(item, scope) for item in value.items()),
    schema={"$ref": "#/$defs/reactions"},
    insides=(ReactionLines,),
    about="what is said at the first, the second … time, the last one again after that; `{say: …, goto: step}` leaves",
)


# -- what is pressed ---------------------------------------------------------------------------------

KEYS = tuple("123456789")
_TAKEN = {option.key: option.name for option in UNIVERSALS if option.key}


def _key(value: Value, scope: Scope) -> Written:
    key = value.text()
    if key in _TAKEN:
        raise value.wrong(f"the key '{key}' already means '{_TAKEN[key]}' everywhere; use another one")
    value.one_of(KEYS)
    return written(value)


KEY: Shape[Written] = Shape(
    read=_key,
    schema={"enum": [*map(int, KEYS), *KEYS]},
    about="`1` to `9`; `0`, `*` and `#` mean the same everywhere",
)
