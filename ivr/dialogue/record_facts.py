"""What belongs to the caller's record among the facts that steps use: how it is named, and how it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.dialogue.caller_number import CALLER_NUMBER, said_number

if TYPE_CHECKING:
    from ivr.dialogue.flow import Flow

CALLER = "caller."
"""Before a field of the record."""
LEVEL, KNOWN, TRIES = "caller:level", "caller:known", "caller:tries"
"""How sure it is who calls, whether there is a record, and how often the caller was wrong in the present step; no plan
can write these as facts."""
OF_RECORD = frozenset({LEVEL, KNOWN, TRIES})


def say_known(flow: Flow, name: str, value: str) -> str | None:
    """How a caller of `flow` hears a fact that no step has learnt: their number as people write it, a field of the
    record as its source gives it; None for what is said sign by sign."""
    if name == CALLER_NUMBER:
        return said_number(value, flow.language)
    if flow.callers is None or not name.startswith(CALLER):
        return None
    return None if flow.callers.fields[name.removeprefix(CALLER)].spelled else value
