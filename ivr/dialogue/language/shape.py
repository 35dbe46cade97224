"""A shape: how one value of a plan is read, what a schema says of it, and what people call it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from ivr.callers_file import CallersFile
    from ivr.dialogue.manner import Manner
    from ivr.yaml_file import Value

T = TypeVar("T")
IN_BRACES = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
"""A name in a text that stands for something else."""
Schema = Mapping[str, Any]
"""JSON Schema, draft 2020-12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is known where a value stands: `manner` of the layers around it, and the names that it may use."""

    file: Path
    manner: Manner
    steps: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Step, as it is called here → its whole name."""
    flows: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Sub-flow → the whole name of its first step."""
    queues: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Queue → what callers hear it called."""
    hours: Collection[str] = ()
    """Names of opening hours."""
    callers: CallersFile | None = None
    """What is known of callers."""
    sub_flow: str = ""
    """The one that the value stands in."""
    figures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What a name in braces stands for, if it is no fact."""

    def filled(self, text: str) -> str:
        """`text` with every figure; other braces stay."""
        return IN_BRACES.sub(lambda found: self.figures.get(found.group(1), found.group()), text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Generic[T]):
    """`read` raises FlowError; `about` goes on after "it is …"."""

    read: Callable[[Value, Scope], T]
    schema: Schema
    about: str
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """If it is one of a few names: each, and what it is read as."""
    insides: tuple[type[Any], ...] = ()
    """The records of lines that a value of this shape may have."""
