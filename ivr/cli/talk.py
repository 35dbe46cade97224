"""Call a plan by typing: words, keys, silence; shows step, facts and confidence, and saves the call as a scenario."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from ivr.call import shown
from ivr.errors import UserError
from ivr.plans.rehearsal.play import Plan, read_plan
from ivr.plans.rehearsal.reading import scene_number, scene_time
from ivr.plans.rehearsal.scene import USUAL_NUMBER, Fails, Found, Scene, Slow
from ivr.plans.rehearsal.talking import Talk, Told
from ivr.settings import Settings

T = TypeVar("T")
WIDTH = 100
LONGEST_LINE = 2000
_SAID, _NOTE, _WRONG, _PLAIN = "\x1b[36m", "\x1b[2m", "\x1b[33m", "\x1b[0m"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the plan (default: the helpline of the settings)")
    parser.add_argument("--at", metavar="TIME", help="when the call comes, as 2026-12-25T10:00 (default: now)")
    parser.add_argument("--caller", metavar="NUMBER", default=USUAL_NUMBER, help="who rings, or 'withheld'")
    parser.add_argument("--closed", action="store_true", help="nobody serves any queue")
    parser.add_argument("--recogniser-down", action="store_true", help="no voice can be heard, only keys")
    parser.add_argument(
        "--finds",
        metavar="SOURCE.FIELD=VALUE",
        action="append",
        default=[],
        help="what a look-up finds; SOURCE=nothing or =fails; others are asked if they are files, else fail",
    )
    parser.add_argument(
        "--record",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="what is on record of who rings; 'slow': no source answers in time; without it nothing is",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json: one object for each line")


def main(given: argparse.Namespace) -> int:
    """0; 1 if a line that was not typed at a terminal made no sense."""
    plan = read_plan(given.plan or Settings.read().helpline)
    talk = Talk(plan, _scene(given, plan))
    terminal = sys.stdin.isatty()
    show = _as_json if given.format == "json" else _as_text(coloured=_coloured())
    wrong = False
    with asyncio.Runner() as runner:
        if given.format == "text":
            print(f"{plan.flow.title}. Type what the caller says or presses; ? for help.\n")
        show(runner.run(talk.begin()))
        for line in _typed(terminal, echoed=given.format == "text"):
            told = runner.run(talk.line(line))
            show(told)
            wrong |= told.wrong
            if told.quits:
                break
        else:
            show(runner.run(talk.end()))
    return int(wrong and not terminal)


def _scene(given: argparse.Namespace, plan: Plan) -> Scene:
    now = datetime.now(ZoneInfo(plan.flow.time_zone)).replace(tzinfo=None)
    return Scene(
        at=_read("--at", given.at, scene_time) if given.at else now,
        number=_read("--caller", given.caller, scene_number),
        closed=None if given.closed else frozenset(),
        recogniser_down=given.recogniser_down,
        found=MappingProxyType(_found(given.finds)),
        record=_record(given.record, plan),
    )


def _read(option: str, text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except ValueError as fault:
        raise UserError(f"{option}: {fault}") from None


def _found(given: list[str]) -> dict[str, Found]:
    found: dict[str, dict[str, str] | Fails | None] = {}
    for one in given:
        name, equals, value = one.partition("=")
        source, dot, field = name.partition(".")
        if equals and dot and source and field:
            there = found.get(source)
            found[source] = {**(there if isinstance(there, dict) else {}), field: value}
        elif equals and value in ("nothing", "fails"):
            found[name] = None if value == "nothing" else Fails.FAILS
        else:
            raise UserError(f"--finds: '{one}' is not SOURCE.FIELD=VALUE, SOURCE=nothing or SOURCE=fails")
    return dict(found)


def _record(given: list[str], plan: Plan) -> Mapping[str, str] | Slow | None:
    if given == [Slow.SLOW.value]:
        return Slow.SLOW
    record = {}
    fields = plan.flow.callers.fields if plan.flow.callers is not None else {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not value or name not in fields:
            known = ", ".join(fields) or "none: the plan has no 'callers'"
            raise UserError(f"--record: '{one}' is not FIELD=VALUE or 'slow'; the fields are: {known}")
        record[name] = value
    return record or None


def _typed(terminal: bool, *, echoed: bool) -> Iterator[str]:
    """Lines, up to the end of input; from a pipe they are shown as if they had been typed."""
    if terminal:
        import readline  # noqa: F401 - gives input() the arrow keys; only a terminal has use for it

        while True:
            try:
                yield input("> ")
            except EOFError:
                print()
                return
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    while line := sys.stdin.readline(LONGEST_LINE):
        if echoed:
            print(f"> {shown(line.rstrip())}".rstrip())
        yield line.rstrip("\n")


def _coloured() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _as_text(*, coloured: bool) -> Callable[[Told], None]:
    def show(told: Told) -> None:
        for text in told.said:
            _print(textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  "), _SAID if coloured else "")
        _print(told.notes, (_WRONG if told.wrong else _NOTE) if coloured else "")

    return show


def _print(lines: tuple[str, ...] | list[str], colour: str) -> None:
    for line in lines:
        print(f"{colour}{line}{_PLAIN}" if colour else line, flush=True)


def _as_json(told: Told) -> None:
    if told.data:
        print(json.dumps(told.data, ensure_ascii=False), flush=True)
