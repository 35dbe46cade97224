"""The screen pop: a hand-over as JSON-able data after ``screen_pop.v1.schema.json``, the contract with any screen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from ivr.call import CallId, HandOver, Said
from ivr.handoff.queue_events import Party

VERSION = 1
MOST_TRANSCRIPT_LINES = 200
LINE_FAILED = "line_failed"


def schema() -> dict[str, Any]:
    """The JSON Schema that `screen_pop` keeps to."""
    text = resources.files("ivr.handoff").joinpath(f"screen_pop.v{VERSION}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def unexplained(party: Party) -> HandOver:
    """The hand-over of a caller whom the dialplan's safety net sent to a queue: a number, and that the line failed."""
    return HandOver(call_id=CallId(party.channel_id), caller=party.caller, queue=party.queue, reason=LINE_FAILED)


def screen_pop(hand_over: HandOver, *, queue: str, wait_s: float, made_at: float) -> dict[str, Any]:
    """What an agent is told: `queue` the caller is really in, `wait_s` so far, `made_at` in Unix seconds."""
    caller = hand_over.caller
    return {
        "version": VERSION,
        "call_id": hand_over.call_id,
        "caller": {
            "number": caller.number or None,
            "name": caller.name or None,
            "withheld": caller.withheld,
            "dialled": caller.dialled,
        },
        "queue": queue,
        "reason": hand_over.reason,
        "intent": None
        if hand_over.intent is None
        else {"name": hand_over.intent.name, "confidence": hand_over.intent.confidence},
        "facts": [{"name": fact.name, "value": fact.value, "confidence": fact.confidence} for fact in hand_over.facts],
        "answers_heard": [
            {
                "article": answer.article,
                "title": answer.title,
                "heard_to_end": answer.heard_to_end,
                "helped": answer.helped,
            }
            for answer in hand_over.answers_heard
        ],
        "letters": [{"by": one.by, "about": one.about, "fate": one.fate} for one in hand_over.letters],
        "failures": list(hand_over.failures),
        "identity": {
            "level": hand_over.identity.level.word,
            "by": hand_over.identity.by,
            "failed": hand_over.identity.failed,
            "locked": hand_over.identity.locked,
        },
        "record": [_field(name, hand_over.record) for name in dict.fromkeys(said.name for said in hand_over.record)],
        "transcript": [
            {"at_s": line.at_s, "speaker": line.speaker.value, "text": line.text, "confidence": line.confidence}
            for line in hand_over.transcript[-MOST_TRANSCRIPT_LINES:]
        ],
        "alerts": [{"kind": alert.kind, "text": alert.text} for alert in hand_over.alerts],
        "wait_s": round(max(wait_s, 0.0), 1),
        "made_at": datetime.fromtimestamp(made_at, UTC).isoformat(timespec="milliseconds"),
    }


def _field(name: str, record: Iterable[Said]) -> dict[str, Any]:
    """What sources say of one field: the value that counts, and every other."""
    said = [one for one in record if one.name == name]
    used = next((one for one in said if one.counts), None)
    others = [one for one in said if not one.counts]
    return {
        "name": name,
        "used": None if used is None else _value(used),
        "others": [{**_value(one), "differs": one.differs, "somebody_else": one.stranger} for one in others],
        "conflict": any(one.differs for one in others),
    }


def _value(said: Said) -> dict[str, Any]:
    return {"value": said.value, "source": said.source, "as_of": said.as_of or None, "old": said.old}
