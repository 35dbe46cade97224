"""The values of a plan as flat lines, so that two plans can be compared whatever their verbs are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import partial

from ivr.call import Prompt
from ivr.dialogue.written import Written
from ivr.yaml_file import Value

Path = tuple[str, ...]
"""Names of fields, names of what is listed by name, and places in a list (from 1)."""
PROMPT, PHRASE, NAME, KIND, SETTING = "prompt", "phrase", "name", "kind", "setting"
PLACES = frozenset({"line", "column", "place", "origins"})
"""Fields that say where something stands: moving a line changes nothing."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One single value."""

    kind: str
    """`PROMPT`, `PHRASE`, `NAME` (of a step, a queue, an article), `KIND` (what sort of value this is), `SETTING`."""
    text: str
    item: Path
    """The path to what is listed by name and holds it, such as a choice; empty if nothing does."""


Leaves = Iterator[tuple[Path, Leaf]]


def leaves(value: object, path: Path = (), item: Path = ()) -> Leaves:
    """Every single value of `value` with the path to it; nothing for None, False and what is empty.

    A prompt is its text, and what else it says of itself below it; mappings, and values with a `name`, stand by name;
    listed phrases stand by themselves, since their order means nothing.
    """
    if isinstance(value, Prompt):
        yield path, Leaf(kind=PROMPT, text=value.text, item=item)
        yield from leaves(value.recording, (*path, "recording"), item)
        yield from leaves(value.barge_in, (*path, "barge_in"), item)
    elif isinstance(value, Written):
        yield path, Leaf(kind=NAME, text=value.text, item=item)
    elif isinstance(value, Value):  # kept for its place only
        return
    elif is_dataclass(value) and not isinstance(value, type):
        yield path, Leaf(kind=KIND, text=_HUMP.sub(" ", type(value).__name__).lower(), item=item)
        for field in fields(value):
            if field.name not in PLACES and not (field.name == "name" and item == path):
                yield from leaves(getattr(value, field.name), (*path, field.name), item)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(part, (*path, str(key)), item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from _listed(value, path, item)
    elif (text := plain(value)) and value is not False:
        yield path, Leaf(kind=SETTING, text=text, item=item)


def _listed(values: Sequence[object], path: Path, item: Path) -> Leaves:
    if all(isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) for value in values):
        yield from leaves(dict(values), path, item)  # type: ignore[arg-type]
        return
    for number, value in enumerate(values, 1):
        name = getattr(value, "name", None)
        if isinstance(value, Written):
            yield (*path, value.text), Leaf(kind=PHRASE, text=value.text, item=item)
        elif isinstance(name, str) and not isinstance(value, Enum):
            yield from leaves(value, (*path, name), (*path, name))
        else:
            yield from leaves(value, (*path, str(number)), item)


def plain(value: object) -> str:
    """A value as text that is the same in every run: an address in memory would not be."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Enum):
        return str(value.name).lower()
    if isinstance(value, Set):
        return ", ".join(sorted(map(plain, value)))
    if isinstance(value, partial):
        return plain(value.func)
    if callable(value):
        return str(getattr(value, "__qualname__", type(value).__name__))
    return str(value)
