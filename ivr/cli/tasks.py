"""List articles that are out of date though callers ask for them, with owners and counts; close what is renewed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from ivr.errors import SettingsError
from ivr.records.tasks import FOLDER, Task, Tasks
from ivr.settings import Settings
from ivr.yaml_file import did_you_mean


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("--close", nargs="+", metavar="ARTICLE", default=[], help="articles that are in order again")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0."""
    tasks = Tasks(Settings.read().state / FOLDER)
    for article in given.close:
        _close(tasks, article)
    left = tasks.open()
    if given.format == "json":
        print(json.dumps({"tasks": [asdict(one) for one in left]}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(left)))
    return 0


def _close(tasks: Tasks, article: str) -> None:
    """Raises SettingsError if there is nothing to do about `article`."""
    try:
        if tasks.close(article):
            return
    except OSError as fault:
        raise SettingsError(f"the task of '{article}' cannot be closed: {fault.strerror}") from None
    known = [one.article for one in tasks.open()]
    near = did_you_mean(article, known)
    mending = f"did you mean '{near}'?" if near else f"use one of: {', '.join(known) or 'none is open'}"
    raise SettingsError(f"there is no task for the article '{article}'; {mending}")


def _lines(tasks: Sequence[Task]) -> list[str]:
    if not tasks:
        return ["nothing to do: no caller asked for an article that is out of date"]
    lines = []
    for one in tasks:
        callers = f"{one.callers} caller{'s' if one.callers != 1 else ''}"
        who = one.owner or "nobody: add 'owner: …' to the article"
        lines.append(f"{one.article}: '{one.title}' is out of date; {callers} asked, the last at {one.last}; for {who}")
    return [*lines, "renew them, then: ivr tasks --close ARTICLE"]
