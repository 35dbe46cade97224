"""List the published versions of a helpline: when, by whom, why, and which one new calls get."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from ivr.errors import FlowError
from ivr.plans.versions import VersionStore
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("helpline", type=Path, help="its plan or its name")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def store_of(helpline: Path) -> VersionStore:
    """The versions of `helpline`, given as its plan, its name or its published folder. Raises FlowError if none."""
    store = VersionStore(Settings.read().published / helpline.stem)
    if not store.versions():
        raise FlowError("nothing was published; 'ivr publish PLAN' makes the first version", file=str(store.folder))
    return store


def main(given: argparse.Namespace) -> int:
    """0."""
    versions = store_of(given.helpline).versions()
    if given.format == "json":
        print(json.dumps([{**asdict(one), "folder": str(one.folder)} for one in versions]))
        return 0
    for one in versions:
        mark = "*" if one.current else " "
        print(f"{mark} {one.name}  {one.at}  {one.by}  {len(one.files)} files  {one.note}".rstrip())
    print("* new calls get this one")
    return 0
