"""What a bench measured: samples with their floor from the same run and their first aim, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ivr.errors import HelplineError

FOLDER = Path("build/bench")


class Void(HelplineError):
    """The instrument failed, so nothing that it showed counts."""

    code = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """At most `most` at `percentile`."""

    percentile: int
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Samples of one thing, in `unit`; `floor` is what `floor_is` needed for the same in the same run."""

    name: str
    unit: str
    values: Sequence[float]
    floor: Sequence[float] = ()
    floor_is: str = ""
    aims: Sequence[Aim] = ()

    def judge(self) -> str:
        """Each first aim, and whether it was met."""
        said = []
        for aim in self.aims:
            met = percentile(self.values, aim.percentile) <= aim.most
            at = f" p{aim.percentile}" if len(self.values) > 1 else ""
            said.append(f"≤ {aim.most:g}{at} {'met' if met else 'MISSED'}")
        return ", ".join(said)

    def row(self) -> list[str]:
        """As a line of the table."""
        cells = [self.name, self.unit, str(len(self.values)), *_shown(self.values)]
        return [*cells, *_shown(self.floor), self.floor_is, self.judge()]

    def as_dict(self) -> dict[str, object]:
        """As JSON: every figure of the line, and the samples."""
        return {
            **asdict(self),
            "p50": percentile(self.values, 50),
            "p95": percentile(self.values, 95),
            "most": max(self.values),
            "floor_p50": percentile(self.floor, 50) if self.floor else None,
            "floor_p95": percentile(self.floor, 95) if self.floor else None,
            "judged": self.judge(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one measurement brought: figures, and what proves its instrument (name → value)."""

    figures: Sequence[Figure]
    evidence: dict[str, object]


HEAD = ["figure", "unit", "n", "p50", "p95", "most", "floor p50", "p95", "most", "the floor is", "first aim"]


def percentile(values: Sequence[float], rank: int) -> float:
    """The value at `rank` percent, between two samples in proportion."""
    return float(np.percentile(values, rank))


def table(figures: Sequence[Figure]) -> str:
    """All figures, one a line."""
    rows = [HEAD, *(figure.row() for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    right = set(range(2, 9))
    lines = [
        "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in _numbered(row, widths)
        )
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(line.rstrip() for line in lines)


def write(name: str, content: object) -> None:
    """Keep `content` as ``build/bench/<name>.json``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _numbered(row: list[str], widths: list[int]) -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(zip(row, widths, strict=True)))


def _shown(values: Sequence[float]) -> list[str]:
    """Middle, p95 and most; of a single value only itself, of none nothing."""
    if not values:
        return ["", "", ""]
    if len(values) == 1:
        return [f"{values[0]:.2f}", "", ""]
    return [f"{percentile(values, 50):.1f}", f"{percentile(values, 95):.1f}", f"{max(values):.1f}"]
