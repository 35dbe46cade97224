"""Deletes the journals and messages of calls from one number, for who was asked to forget it.

The number is told by who rang. What callers said of it in calls from other numbers is not found, and goes in time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

GOES_ON_S = 3600.0
"""A call in which nothing has happened for so long does not go on; the longest silence is waiting for an agent."""
_LAST_WORDS = frozenset({"hung_up", "caller_left"})
"""Reasons of an end after which no agent has anything to do with the call."""
Whose = Callable[[str], bool]
"""Whether a number, as it was presented, is the one that is to be forgotten."""


def forget_calls(folder: Path, whose: Whose, now: float) -> tuple[int, int]:
    """Delete the journals below `folder` of calls from that number; how many went, how many may still be written.

    Those stay: what is written to one that was deleted would begin another, which does not say any more who rang.
    Raises OSError.
    """
    found = [file for file in folder.glob("*.jsonl") if whose(_rang(file))]
    over = [file for file in found if _is_over(file, now)]
    for file in over:
        file.unlink(missing_ok=True)
    return len(over), len(found) - len(over)


def forget_messages(folder: Path, whose: Whose) -> int:
    """Delete the messages below `folder` that were left from that number; how many there were. Raises OSError."""
    found = [file for file in folder.glob("*/*.json") if whose(_left(file))]
    for file in found:
        file.with_suffix(".wav").unlink(missing_ok=True)  # first: what says whose it is must outlive it
        file.unlink(missing_ok=True)
    return len(found)


def _is_over(journal: Path, now: float) -> bool:
    """Whether nothing more will be written: it says so, or has been quiet for long (the service was killed)."""
    try:
        if journal.stat().st_mtime < now - GOES_ON_S:
            return True
        last = json.loads(journal.read_text("utf-8", errors="replace").rstrip("\n").rpartition("\n")[2])
        return last["event"] == "Wrapped" or (last["event"] == "Ended" and last["reason"] in _LAST_WORDS)
    except FileNotFoundError:
        return True
    except (ValueError, KeyError, TypeError):
        return False


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
