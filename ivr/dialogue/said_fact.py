"""How callers hear a fact again: as the verb says it that learnt it, or as their record and the network give it."""

from __future__ import annotations

from ivr.dialogue import wording
from ivr.dialogue.flow import Flow, Verb
from ivr.dialogue.record_facts import say_known


def said_fact(flow: Flow, name: str, value: str, learnt_by: Verb | None) -> str:
    """The words for the fact `name` of this `value` in `flow`; `learnt_by` is the verb that learnt it last."""
    said = learnt_by.say_fact(name, value) if learnt_by is not None else say_known(flow, name, value)
    return wording.said_fact(value) if said is None else said
