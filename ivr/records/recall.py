"""A caller's story from the journal alone: for the agent, when the service that heard it is gone."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.call import (
    Answered,
    Caller,
    CallerSpoke,
    CallEvent,
    Fact,
    FactLearnt,
    HandOver,
    KeysPressed,
    PromptPlayed,
    Rang,
    Speaker,
    StepFailed,
    TranscriptLine,
)

_FAILURES = {
    "silence": "no answer",
    "not_understood": "not understood",
    "refused": "refused by the caller",
    "not_known": "not known",
}


def recall(events: Sequence[CallEvent], *, queue: str) -> HandOver | None:
    """What `events` of one call tell an agent of `queue`, or None if they do not even tell who rang.

    The intent is left out: what the plan made of the words was in the memory that is gone.
    """
    rang = next((event for event in events if isinstance(event, Rang)), None)
    if rang is None:
        return None
    began = next((event.at for event in events if isinstance(event, Answered)), rang.at)
    facts: dict[str, Fact] = {}
    lines: list[TranscriptLine] = []
    failures: list[str] = []
    for event in events:
        at_s = round(max(0.0, event.at - began), 1)
        match event:
            case FactLearnt():
                facts[event.name] = Fact(name=event.name, value=event.value, confidence=event.confidence)
            case PromptPlayed():
                lines.append(TranscriptLine(at_s=at_s, speaker=Speaker.HELPLINE, text=event.text))
            case CallerSpoke():
                lines.append(
                    TranscriptLine(at_s=at_s, speaker=Speaker.CALLER, text=event.text, confidence=event.confidence)
                )
            case KeysPressed():
                lines.append(TranscriptLine(at_s=at_s, speaker=Speaker.CALLER, text=f"[keys {event.keys}]"))
            case StepFailed():
                failures.append(f"{event.step}: {_FAILURES.get(event.failure, event.failure)}")
    return HandOver(
        call_id=rang.call_id,
        caller=Caller(number=rang.number, name=rang.name, dialled=rang.dialled),
        queue=queue,
        reason="line_failed",
        facts=tuple(facts.values()),
        failures=(*failures, "the helpline itself failed in this call"),
        transcript=tuple(lines),
    )
