"""A caller's story from the journal alone: for the agent, when the service that heard it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from ivr.call import Caller, CallEvent, HandOver, Rang, Story

BROKEN = "the helpline itself failed in this call"


def recall(events: Sequence[CallEvent], *, queue: str) -> HandOver | None:
    """What `events` of one call tell an agent of `queue`, or None if they do not even tell who rang."""
    rang = next((event for event in events if isinstance(event, Rang)), None)
    if rang is None:
        return None
    caller = Caller(number=rang.number, name=rang.name, dialled=rang.dialled)
    story = reduce(Story.after, events, Story(call_id=rang.call_id, caller=caller, began=rang.at))
    told = story.hand_over(queue=queue, reason="line_failed")
    return replace(told, failures=(*told.failures, BROKEN))
