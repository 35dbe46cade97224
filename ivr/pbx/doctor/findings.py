"""What an examination finds: how grave it is, what it is, and the line that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How grave a finding is. `UNSEEN`: it could not be looked at, which says nothing about it."""

    FAULT = "fault"
    WARNING = "warning"
    UNSEEN = "unseen"
    FINE = "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `where` is a file of Asterisk (or a setting of ours), `line` what to write there (perhaps several
    lines), `mend` what to do besides; all three are empty if there is nothing to mend. None of them holds a secret."""

    level: Level
    what: str
    where: str = ""
    line: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One examination and what it found, in its order."""

    name: str
    findings: tuple[Finding, ...]


def fault(what: str, *, where: str = "", line: str = "", mend: str = "") -> Finding:
    """Calls, agents or secrets suffer from it."""
    return Finding(level=Level.FAULT, what=what, where=where, line=line, mend=mend)


def warning(what: str, *, where: str = "", line: str = "", mend: str = "") -> Finding:
    """It works; it should be otherwise."""
    return Finding(level=Level.WARNING, what=what, where=where, line=line, mend=mend)


def unseen(what: str, *, where: str = "", line: str = "", mend: str = "") -> Finding:
    """It could not be looked at."""
    return Finding(level=Level.UNSEEN, what=what, where=where, line=line, mend=mend)


def fine(what: str) -> Finding:
    """As it should be."""
    return Finding(level=Level.FINE, what=what)
