"""Print the script for the voice artist, find recordings that are missing, outdated or bad, or render all prompts."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ivr.adapters import prompts_of
from ivr.dialogue import Flow
from ivr.errors import SettingsError
from ivr.plans.plan_file import read_plan
from ivr.plans.script import (
    Reviewed,
    ScriptLine,
    State,
    as_csv,
    as_json,
    as_markdown,
    as_text,
    measured,
    note,
    noted,
    rendered,
    reviewed,
    script,
)
from ivr.settings import Settings
from ivr.speech.prompts.saying import Saying
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS, read_pronunciations
from ivr.yaml_file import did_you_mean

FORMATS = ("text", "markdown", "csv", "json")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--missing", action="store_true", help="only what has to be recorded, or recorded anew")
    only.add_argument("--check", action="store_true", help="only what is wrong with the recordings, a line each")
    only.add_argument(
        "--recorded",
        nargs="*",
        metavar="NAME",
        help="note that these recordings (none named: all that are there) say what the plan says now",
    )
    only.add_argument(
        "--render", type=Path, metavar="FOLDER", help="write each prompt as a WAV file, as callers hear it"
    )


def main(given: argparse.Namespace) -> int:
    """0 well; 1 if `--missing` or `--check` finds something; a plan or list that cannot be read is a UserError (2)."""
    with _quiet("ivr.speech.prompts"):  # what it warns of stands among the findings
        return _told(given)


@contextmanager
def _quiet(logger: str) -> Iterator[None]:
    """Only errors of `logger` meanwhile."""
    log = logging.getLogger(logger)
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _told(given: argparse.Namespace) -> int:
    settings = Settings.read()
    folder = settings.prompts
    flow, articles = read_plan(given.plan or settings.helpline)
    saying = Saying(language=flow.language, pronunciations=read_pronunciations(folder / PRONUNCIATIONS))
    lines = script(flow, articles, saying)
    if given.recorded is not None:
        return _note(given.recorded, lines, folder)
    if given.render is not None:
        return _render(lines, saying, given, settings)
    told = reviewed(lines, plan=flow.file, folder=folder, notes=noted(folder))
    if given.check:
        return _check(told, flow, given.format)
    if given.missing:
        told = tuple(one for one in told if one.to_record)
        if not told and given.format == "text":
            named = len({line.recording for line in lines if line.recording})
            print(f"{flow.file}: nothing has to be recorded; the plan names {named or 'no'} recordings")
            return 0
    sys.stdout.write(_sheet(given.format, flow, told))
    return 1 if given.missing and told else 0


def _sheet(chosen: str, flow: Flow, told: Sequence[Reviewed]) -> str:
    if chosen == "json":
        return json.dumps(as_json(flow.title, told), indent=2, ensure_ascii=False) + "\n"
    if chosen == "csv":
        return as_csv(told)
    return as_markdown(flow.title, told) if chosen == "markdown" else as_text(flow.title, told)


def _check(told: Sequence[Reviewed], flow: Flow, chosen: str) -> int:
    """Print each finding. Raises SettingsError for a format that only a script has."""
    if chosen not in ("text", "json"):
        raise SettingsError(f"'--check' tells findings as text or json, not {chosen}; leave one of the two out")
    found = [finding for one in told for finding in one.findings]
    if chosen == "json":
        rows = [
            {"rule": one.rule, "recording": one.recording, "where": one.where, "message": one.message} for one in found
        ]
        print(json.dumps({"findings": rows}, indent=2, ensure_ascii=False))
    else:
        print("\n".join((*map(str, found), _verdict(told, flow, len(found)))))
    return 1 if found else 0


def _verdict(told: Sequence[Reviewed], flow: Flow, found: int) -> str:
    named = {one.line.recording for one in told if one.line.recording}
    if not named:
        return f"{flow.file}: the plan names no recording; the voice says all of its {len(told)} prompts"
    there = {one.line.recording for one in told if one.state not in (State.MISSING, State.VOICE)}
    wanting = f"{found} finding{'s' if found != 1 else ''}" if found else "all well"
    return f"{flow.file}: {len(there)} of {len(named)} recordings are there; {wanting}"


def _render(lines: Sequence[ScriptLine], saying: Saying, given: argparse.Namespace, settings: Settings) -> int:
    """Write the prompts. Raises SettingsError for a format that only a script has, and as `rendered`."""
    if given.format not in ("text", "json"):
        raise SettingsError(
            f"'--render' tells what it wrote as text or json, not {given.format}; leave one of the two out"
        )
    files = rendered(lines, prompts_of(settings), saying, given.render, recordings=settings.prompts)
    left = [line.name for line in lines if line.pieces]
    if given.format == "json":
        print(json.dumps({"files": list(map(str, files)), "left_out": left}, indent=2, ensure_ascii=False))
        return 0
    print(f"{given.render}: {len(files)} prompts, as WAV of 8 kHz and 16 bit")
    if left:
        print(f"{len(left)} hold facts of the call, which the voice says then: {', '.join(left)}")
    return 0


def _note(names: Sequence[str], lines: Iterable[ScriptLine], folder: Path) -> int:
    """Note the texts of recordings. Raises SettingsError for a name that the plan, or the folder, does not have."""
    texts: dict[str, str] = {}
    spoken: dict[str, str] = {}
    for line in lines:
        if line.recording:
            texts.setdefault(line.recording, line.text)
            spoken.setdefault(line.recording, line.spoken)
    for name in names:
        if name not in texts:
            near = did_you_mean(name, texts)
            mending = f"did you mean '{near}'?" if near else "names stand after the plan, as its prompts write them"
            raise SettingsError(f"the plan names no recording '{name}'; {mending}")
    there = {name: texts[name] for name in names or texts if measured(folder, name, spoken[name]) is not None}
    for name in names:
        if name not in there:
            raise SettingsError(f"there is no recording '{name}' in {folder}; put {name}.wav there first")
    if not there:
        raise SettingsError(f"none of the plan's recordings is in {folder}, so there is nothing to note")
    file = note(folder, there)
    print("\n".join((*(f'{name} says "{text}"' for name, text in there.items()), f"noted in {file}")))
    return 0
