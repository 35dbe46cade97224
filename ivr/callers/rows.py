"""What is kept of a call and a caller, as text for the database and back; a text that makes no sense is nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ivr.call import EarlierCall, EndReason, Preferences


def call_to_text(call: EarlierCall) -> str:
    """`call` as JSON."""
    data = asdict(call)
    data["ended"] = call.ended.value
    data["facts"] = dict(call.facts)
    return json.dumps(data, ensure_ascii=False)


def call_from_text(text: str) -> EarlierCall | None:
    """The call that `call_to_text` made `text` of; None for anything else."""
    try:
        data = _mapping(text)
        data["ended"] = EndReason(data["ended"])
        data["facts"] = tuple((str(name), str(value)) for name, value in data["facts"].items())
        data["ended_at"] = float(data["ended_at"])
        return EarlierCall(**data)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def preferences_to_text(preferences: Preferences) -> str:
    """`preferences` as JSON."""
    return json.dumps(asdict(preferences), ensure_ascii=False)


def preferences_from_text(text: str) -> Preferences:
    """Those that `preferences_to_text` made `text` of; the usual ones for anything else."""
    try:
        return Preferences(**_mapping(text))
    except (ValueError, TypeError):
        return Preferences()


def _mapping(text: str) -> dict[str, Any]:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise TypeError("no mapping")
    return data
