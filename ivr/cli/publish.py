"""Publish a plan: a new version that no one can change, taken by new calls; one with an error is refused."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ivr.cli.check import examined, tell
from ivr.plans.versions import VersionStore
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, help="the flow file")
    parser.add_argument("--note", default="", help="why, for 'ivr versions'")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0 if it is published, or was already; 1 if `ivr check` refuses it."""
    settings = Settings.read()
    checked = examined(given.plan, settings)
    helpline = checked.helpline
    if helpline is None or not checked.fit:
        tell(checked, settings)
        print(f"ivr: {given.plan} is not published: mend the errors first", file=sys.stderr)
        return 1
    store = VersionStore(settings.published / given.plan.stem)
    version, fresh = store.publish(given.plan, helpline.parts(), note=" ".join(given.note.split()))
    if given.format == "json":
        told = {"version": version.name, "new": fresh, "folder": str(version.folder), "warnings": helpline.warnings}
        print(json.dumps(told))
        return 0
    for warning in helpline.warnings:
        print(f"warning: {warning}")
    print(
        f"{given.plan}: " + (f"published as version {version.name}" if fresh else f"is version {version.name} already")
    )
    if settings.helpline.resolve() != store.folder.resolve():
        print(f"new calls get it where IVR_HELPLINE={store.folder} is set; this machine's settings say otherwise")
    return 0
