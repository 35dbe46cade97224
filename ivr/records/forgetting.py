"""Deletes the journals and messages of calls from one number, for who was asked to forget it.

The number is told by who rang. What callers said of it in calls from other numbers is not found, and goes in time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

Whose = Callable[[str], bool]
"""Whether a number, as it was presented, is the one that is to be forgotten."""


def forget_calls(folder: Path, whose: Whose) -> int:
    """Delete the journals below `folder` of calls from that number; how many there were. Raises OSError."""
    return _forget(folder, "*.jsonl", lambda file: whose(_rang(file)))


def forget_messages(folder: Path, whose: Whose) -> int:
    """Delete the messages below `folder` that were left from that number; how many there were. Raises OSError."""
    return _forget(folder, "*/*.json", lambda file: whose(_left(file)), ".wav")


def _forget(folder: Path, pattern: str, wanted: Callable[[Path], bool], *beside: str) -> int:
    found = [file for file in folder.glob(pattern) if wanted(file)]
    for file in found:
        for suffix in beside:  # first: what says whose they are must outlive them
            file.with_suffix(suffix).unlink(missing_ok=True)
        file.unlink(missing_ok=True)
    return len(found)


def _rang(journal: Path) -> str:
    """The number that a call came from; empty if that cannot be told."""
    try:
        with journal.open(encoding="utf-8", errors="replace") as lines:
            rang = next((line for line in lines if '"Rang"' in line), "{}")
    except FileNotFoundError:
        return ""
    return _number(rang)


def _left(about: Path) -> str:
    try:
        return _number(about.read_text("utf-8", errors="replace"))
    except FileNotFoundError:
        return ""


def _number(text: str) -> str:
    try:
        number = json.loads(text)["number"]
    except (ValueError, KeyError, TypeError):
        return ""
    return number if isinstance(number, str) else ""
