"""Make and complete the databases that a plan's sources have made of scripts, as every start of the service does."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ivr.errors import UserError
from ivr.plans.plan_file import read_plan
from ivr.published import data_beside, plan_of
from ivr.settings import Settings
from ivr.sources import load_sources


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the plan (default: the helpline of the settings)")
    parser.add_argument("--again", action="store_true", help="forget what is in them first")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0 when they are there; a script that cannot be run is a UserError (2)."""
    settings = Settings.read()
    flow, _ = read_plan(plan_of(given.plan or settings.helpline))
    if flow.sources is None:
        raise UserError(f"{flow.file} has no sources, so there is nothing to make")
    made = load_sources(flow.sources, data_beside(flow.sources), state=settings.state).made
    if not made:
        raise UserError(f"no source in {flow.sources} has 'made_by', so there is nothing to make")
    done = []
    for database in made:
        if given.again:
            database.remove()
        done.append({"file": str(database.file), "script": str(database.script), "new": database.make()})
    if given.format == "json":
        print(json.dumps(done))
    else:
        for one in done:
            print(f"{one['file']}: {'made' if one['new'] else 'completed'} by {one['script']}")
    return 0
