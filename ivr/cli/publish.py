"""Publish a plan: a new version that no one can change, taken by new calls; one with an error is refused."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ivr.app import hearing_of
from ivr.helpline import load_helpline
from ivr.plans.versions import VersionStore
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, help="the flow file")
    parser.add_argument("--note", default="", help="why, for 'ivr versions'")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0 if it is published, or was already; 2 if it has an error."""
    settings = Settings.read()
    helpline = load_helpline(given.plan, hearing_of(settings), settings.prompts)
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
