"""Go back to an earlier version of a published helpline: new calls get it, running calls keep theirs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ivr.adapters import hearing_of
from ivr.cli.versions import store_of
from ivr.helpline import load_helpline
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("helpline", type=Path, help="its plan or its name")
    parser.add_argument("version", nargs="?", help="its number (default: the one before the current)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0 if it is current now."""
    settings, store = Settings.read(), store_of(given.helpline)
    version = store.get(given.version) if given.version else store.before_current()
    store.verify(version)
    load_helpline(version.folder / f"{store.folder.name}.yaml", hearing_of(settings), settings.prompts)
    store.make_current(version)
    if given.format == "json":
        print(json.dumps({"helpline": store.folder.name, "version": version.name, "folder": str(version.folder)}))
        return 0
    print(f"{store.folder.name}: new calls get version {version.name} of {version.at}")
    return 0
