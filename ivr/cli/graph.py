"""Draw a plan as a picture, and what differs from another plan or version: SVG, Graphviz's DOT, text or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ivr.errors import SettingsError
from ivr.plans.drawing import Comparison, Sketch, as_json, compared, differences, dot_text, outline, sketch, svg_from
from ivr.plans.plan_file import read_plan
from ivr.settings import Settings

FORMATS = ("svg", "dot", "json", "text")
SUFFIXES = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".json": "json", ".txt": "text"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="OTHER",
        help="an older plan, or a version (build/published/NAME/0001): mark what was added, removed and changed since",
    )
    parser.add_argument("--format", choices=FORMATS, help="default: what FILE ends with, else svg")
    parser.add_argument(
        "--into",
        metavar="FILE",
        help="where to write; '-' is the terminal (default: PLAN.svg here; text, json, dot: '-')",
    )


def main(given: argparse.Namespace) -> int:
    """0 when it is drawn, whether anything differs or not; a plan that cannot be read is a UserError (2)."""
    settings = Settings.read()
    flow, articles = read_plan(given.plan or settings.helpline)
    chosen, into = _where(given.format, given.into, flow.file)
    new, old, found = sketch(flow, articles), None, None
    if given.against is not None:
        other = read_plan(given.against)
        old, found = sketch(*other), compared(other, (flow, articles))
    _write(_drawn(chosen, new, old, found), into)
    if into is not None:
        print(f"{into}: {flow.title}, {len(flow.steps)} steps")
        if found is not None:
            print("\n".join(differences(found)))
    return 0


def _where(chosen: str | None, into: str | None, plan: Path) -> tuple[str, Path | None]:
    """The format, and the file; None is standard output. Raises SettingsError for a file that ends in neither."""
    if into is None and chosen in (None, "svg"):
        return "svg", Path(f"{plan.stem}.svg")
    if into in (None, "-"):
        return chosen or "svg", None
    file = Path(str(into))
    if chosen is None and file.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"'{file}' does not say what to write; end it with .svg or .dot, or add '--format'")
    return chosen or SUFFIXES[file.suffix.lower()], file


def _drawn(chosen: str, new: Sketch, old: Sketch | None, found: Comparison | None) -> str:
    if chosen == "json":
        return json.dumps(as_json(new, found), indent=2, ensure_ascii=False) + "\n"
    if chosen == "text":
        return "\n".join(differences(found) if found is not None else outline(new)) + "\n"
    dot = dot_text(new, old, found)
    return svg_from(dot) if chosen == "svg" else dot


def _write(text: str, into: Path | None) -> None:
    """Raises SettingsError if the file cannot be written."""
    if into is None:
        sys.stdout.write(text)
        return
    try:
        into.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise SettingsError(f"'{into}' cannot be written ({fault.strerror}); choose another place") from None
