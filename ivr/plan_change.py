"""What became of the last changed plan: the service notes it in a file, for whoever runs Asterisk beside it."""

from __future__ import annotations

from pathlib import Path

PLAN_CHANGE = "plan-change"
"""Below the state's folder: why the last changed plan is not taken, or nothing, for it serves new calls."""


def note_change(state: Path, fault: str) -> None:
    """Note `fault`, or that there is none, so that nobody ever reads half of it. Raises OSError."""
    part = state / f".{PLAN_CHANGE}.part"
    part.write_text(fault, "utf-8")
    part.replace(state / PLAN_CHANGE)


def noted_fault(state: Path) -> str:
    """Why the last changed plan is not taken; empty if it is. Raises OSError."""
    return (state / PLAN_CHANGE).read_text("utf-8", "replace")
