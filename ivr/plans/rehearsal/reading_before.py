"""What a scenario says of the caller's earlier calls, read strictly."""

from __future__ import annotations

from types import MappingProxyType

from ivr.call import EndReason, Preferences
from ivr.dialogue import Flow
from ivr.plans.rehearsal.scene import Before
from ivr.yaml_file import Value, did_you_mean

ENDS = ("caller_left", "line_failed", "hung_up", "handed_over")
WISHES = ("slower", "keys_only", "person_first")
MOST_MINUTES = 600_000.0
MOST_FAILED = 5


def before_of(value: Value, flow: Flow) -> Before:
    """What is kept of the caller. Raises FlowError for what `flow` would not keep."""
    if flow.keeps is None and not _only_wishes(value):
        raise value.wrong("this plan keeps nothing of calls; add a step with 'recall', or remove this")
    fields = value.fields()
    usual = Before()
    minutes, ended, step = fields.get("minutes_ago"), fields.get("ended"), fields.get("step")
    topic, facts, failed = fields.get("topic"), fields.get("facts"), fields.get("failed_calls")
    wishes = fields.get("preferences")
    wanted = {one.one_of(WISHES) for one in wishes.items()} if wishes else set()
    listed = facts.fields() if facts else None
    before = Before(
        minutes_ago=minutes.number(0, MOST_MINUTES) if minutes else usual.minutes_ago,
        ended=EndReason(ended.one_of(ENDS)) if ended else usual.ended,
        step=_step(step, flow) if step else "",
        topic=topic.text() if topic else "",
        facts=MappingProxyType({name: _fact(name, listed.keys[name], listed.take(name), flow) for name in listed.keys})
        if listed
        else usual.facts,
        failed_calls=failed.whole(0, MOST_FAILED) if failed else 0,
        called=not _only_wishes(value),
        preferences=Preferences(
            slower="slower" in wanted, keys_only="keys_only" in wanted, person_first="person_first" in wanted
        ),
    )
    fields.done()
    return before


def _only_wishes(value: Value) -> bool:
    return set(value.fields().keys) <= {"preferences"}


def _step(value: Value, flow: Flow) -> str:
    """Where a call may be gone on with."""
    name, safe = value.one_of(flow.steps), flow.resumable
    if name not in safe:
        raise value.wrong(f"no call is gone on with at '{name}'; the steps that it may be: {', '.join(sorted(safe))}")
    return name


def _fact(name: str, key: Value, value: Value, flow: Flow) -> str:
    kept = sorted(flow.keeps or ())
    if name not in kept:
        near = did_you_mean(name, kept)
        mending = f"did you mean '{near}'?" if near else f"it keeps: {', '.join(kept) or 'none'}"
        raise key.wrong(f"the plan does not keep the fact '{name}'; {mending}")
    return value.text()
