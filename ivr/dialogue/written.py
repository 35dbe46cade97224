"""A name or phrase that a plan holds, with its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """As it stands in the file; `line` and `column` are 1-based."""

    text: str
    line: int
    column: int
