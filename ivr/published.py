"""Which plan a helpline serves: a file that is being worked on, or the current version of a published one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from ivr.errors import FlowError

CURRENT = "current"
"""In the folder of a published helpline: the number of the version that new calls get."""
RECORD = "published.json"
"""In the folder of a version: what it holds, and from where."""
_VERSION = re.compile(r"[0-9]{4,9}")


def current_version(folder: Path) -> str:
    """The name of the current version in `folder`. Raises FlowError if there is none."""
    try:
        version = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        version = ""
    if not _VERSION.fullmatch(version):
        raise FlowError("no version is published here; 'ivr publish PLAN' makes one", file=str(folder))
    return version


def plan_of(helpline: Path) -> Path:
    """The plan that `helpline` stands for: itself, of a published one what is current, or that of a version's folder.

    Raises FlowError.
    """
    if not helpline.is_dir():
        return helpline
    if (helpline / RECORD).is_file():
        return helpline / f"{helpline.absolute().parent.name}.yaml"
    return helpline / current_version(helpline) / f"{helpline.name}.yaml"


def data_beside(part: Path) -> Path:
    """The folder of the data that a part of a plan names: its own, or for a published one where it came from.

    Tables and databases live on; a version that held a copy would answer from the past. Raises FlowError.
    """
    for folder in part.parents:
        record = folder / RECORD
        if record.is_file():
            try:
                origin = Path(str(json.loads(record.read_text(encoding="utf-8"))["origin"]))
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                raise FlowError("cannot be read; publish again", file=str(record)) from None
            return origin.parent / part.parent.relative_to(folder)
    return part.parent


def files_of(helpline: Path, parts: Iterable[Path] = ()) -> tuple[Path, ...]:
    """What to look at to notice that `helpline` has changed; `parts` are the files and folders that its plan names."""
    if helpline.is_dir():
        return (helpline / CURRENT,)
    inside = (file for part in parts for file in (sorted(part.rglob("*")) if part.is_dir() else [part]))
    return (helpline, *(file for file in inside if file.is_file()))
