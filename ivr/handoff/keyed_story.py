"""What a caller told the plan in Asterisk alone, for the agent: the service was away, and only keys were understood."""

from __future__ import annotations

from urllib.parse import parse_qsl

from ivr.call import CallId, Fact, HandOver, Intent, clean_text
from ivr.handoff.queue_events import Party

AWAY = "the service was away: the caller used keys alone"
MOST_TOLD = 22
"""As many as a native plan sends (plans/native), and reason and intent."""
LONGEST = 100
_NAMES = {"reason", "intent"}


def keyed_story(party: Party) -> HandOver | None:
    """The hand-over that `party.told` tells of, or None if the caller was not in a plan in Asterisk alone."""
    if not party.told:
        return None
    given = {name: clean_text(value, LONGEST) for name, value in parse_qsl(party.told)[:MOST_TOLD]}
    intent = given.get("intent")
    return HandOver(
        call_id=CallId(party.channel_id),
        caller=party.caller,
        queue=party.queue,
        reason=given.get("reason", "line_failed"),
        intent=Intent(name=intent, confidence=1.0) if intent else None,
        facts=tuple(
            Fact(name=clean_text(name, LONGEST), value=value, confidence=1.0)
            for name, value in given.items()
            if name not in _NAMES
        ),
        failures=(AWAY,),
    )
