"""A call as lines for people: seconds since the ring, who, what."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ivr.call import (
    AgentAnswered,
    AgentRang,
    Alerted,
    AnswerTold,
    CallerSpoke,
    CallEvent,
    ConsentGiven,
    Ended,
    FactLearnt,
    HandedOver,
    IdentityFailed,
    IdentityKnown,
    IntentUnderstood,
    KeysPressed,
    LetterSent,
    PromptPlayed,
    Rang,
    Recalled,
    RecordSaid,
    StepEntered,
    StepFailed,
    Wrapped,
    shown,
)

WIDTH = 118


def told(events: Sequence[CallEvent]) -> list[str]:
    """`events` as lines of at most WIDTH characters; the first event is second 0."""
    began = events[0].at if events else 0.0
    lines = []
    for event in events:
        line = line_of(event)
        if line is not None:
            lines += textwrap.wrap(f"  {event.at - began:6.2f} s  {line}", WIDTH, subsequent_indent=" " * 21)
    return lines


def line_of(event: CallEvent) -> str | None:
    """`event` in a few words; None if it says nothing to people."""
    match event:
        case Rang():
            return f"rings    {shown(event.name)} {event.number}"
        case PromptPlayed():
            seconds = f"{event.heard_ms / 1000:.1f} of {event.total_ms / 1000:.1f} s"
            cut = f" (cut after {seconds})" if event.barged_in else ""
            return f"said     {event.text}{cut}"
        case CallerSpoke(unheard=True):
            return "heard    nothing: the caller spoke, but nobody could hear it"
        case CallerSpoke(text=""):
            return "heard    a voice without words"
        case CallerSpoke():
            meant = event.understood_as or "not understood"
            return f"heard    “{shown(event.text)}” at {event.confidence:.2f} → {meant}"
        case KeysPressed():
            return f"keys     {event.keys}"
        case StepEntered():
            return f"step     {event.step}"
        case StepFailed():
            return f"failed   {event.step}: {event.failure}"
    return _learnt(event) or _with_people(event)


def _learnt(event: CallEvent) -> str | None:
    match event:
        case IntentUnderstood():
            return f"about    {event.name}, {event.confidence:.2f} sure"
        case AnswerTold():
            return f"told     {event.title}, {'to the end' if event.heard_to_end else 'cut short'}"
        case ConsentGiven():
            return f"asked    whether it may be sent by {event.by}: {'yes' if event.agreed else 'no'}"
        case LetterSent():
            return f"letter   {event.fate}, by {event.by}: {shown(event.text)}"
        case FactLearnt():
            return f"learnt   {event.name} = {shown(event.value)}"
        case RecordSaid():
            return (
                f"record   {event.name} = {shown(event.value)} ({event.source}{'' if event.counts else ', not used'})"
            )
        case IdentityKnown():
            return f"caller   is known by {event.by} ({event.level})"
        case IdentityFailed():
            return f"failed   to show who they are: {event.outcome}"
        case Recalled():
            return f"goes on  from an earlier call, in {event.step}{f', about {event.topic}' if event.topic else ''}"
        case Alerted():
            return f"alert    {event.kind}{f': “{shown(event.text)}”' if event.text else ''}"
    return None


def _with_people(event: CallEvent) -> str | None:
    match event:
        case HandedOver():
            return f"done     handed over to '{event.queue}' ({event.reason}), about {event.intent or 'unknown'}"
        case Ended():
            return f"done     the service's part ends: {event.reason.value}"
        case AgentRang():
            return f"rings    {event.agent} after {event.wait_s:.1f} s of waiting"
        case AgentAnswered():
            return f"answers  {event.agent}"
        case Wrapped():
            return f"outcome  {event.outcome}"
    return None
