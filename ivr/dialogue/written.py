"""A name or phrase that a plan holds, with its place; a jump also says when it is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """As it stands in the file; `line` and `column` are 1-based."""

    text: str
    line: int
    column: int
    file: str = field(default="", compare=False)
    """The file if it is not the plan's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump(Written):
    """A step that may follow, and `when` it does: "bins (1)", "yes", "closed", "2nd silence"; empty: always."""

    when: str = ""

    @classmethod
    def to(cls, step: Written, when: str = "") -> Self:
        """The jump to `step`."""
        return cls(text=step.text, line=step.line, column=step.column, file=step.file, when=when)
