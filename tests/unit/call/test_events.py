"""Events: every kind survives the journal's format, and no free text goes unmarked."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given
from hypothesis import strategies as st

from ivr.call import CallEvent, event_from_dict, event_to_dict
from ivr.call.events import _KINDS

PLAIN_TEXT = {
    "call_id", "dialled", "helpline", "step", "verb", "failure", "understood_as", "queue", "reason", "intent",
    "agent", "outcome", "detail", "article", "title", "source", "as_of", "by", "level", "kind", "topic",
    "about", "fate",
}  # fmt: skip
"""Text of ours or of the plan; the names of facts and intents are the plan's words, too."""


def built(kind: type[CallEvent]) -> st.SearchStrategy[CallEvent]:
    numbers = {field.name: st.floats(allow_nan=False) for field in dataclasses.fields(kind) if field.type == "float"}
    return st.builds(kind, **numbers)


@given(st.sampled_from(sorted(_KINDS)).flatmap(lambda name: built(_KINDS[name])))
def test_every_event_survives_the_round_trip(event: CallEvent) -> None:
    assert event_from_dict(json.loads(json.dumps(event_to_dict(event)))) == event


def test_every_free_text_field_is_marked_as_personal() -> None:
    for kind in _KINDS.values():
        for field in dataclasses.fields(kind):
            if "str" not in str(field.type) or field.name in PLAIN_TEXT:
                continue
            if (kind.__name__, field.name) in {
                ("FactLearnt", "name"),
                ("IntentUnderstood", "name"),
                ("RecordSaid", "name"),
            }:
                continue
            assert field.metadata.get("pii"), f"{kind.__name__}.{field.name} holds free text without the mark"
