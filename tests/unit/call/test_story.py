"""The story of a call, event by event: times, cuts, and what later events change of earlier ones."""

from __future__ import annotations

import pytest

from ivr.call import (
    Answered,
    Caller,
    CallerSpoke,
    CallId,
    Fact,
    FactLearnt,
    Identity,
    IdentityFailed,
    IdentityKnown,
    Intent,
    IntentUnderstood,
    Level,
    PromptPlayed,
    RecordFound,
    RecordSaid,
    Said,
    Speaker,
    StepEntered,
    StepFailed,
    Story,
    TranscriptLine,
)

CALL = CallId("1.2")
RINGING = Story(call_id=CALL, caller=Caller(number="1", name="Ada", dialled="100"), began=10.0)


def played(heard: str = "Opening hours are nine to five.") -> PromptPlayed:
    text = "Opening hours are nine to five."
    return PromptPlayed(
        call_id=CALL, at=13.04, text=text, heard=heard, heard_ms=500, total_ms=1000, barged_in=heard != text
    )


@pytest.mark.parametrize("heard", ["Opening hours are nine to five.", "Opening hours —", "—"])
def test_a_prompt_is_told_as_far_as_it_was_heard(heard: str) -> None:
    (line,) = RINGING.after(played(heard)).transcript
    assert line == TranscriptLine(at_s=3.0, speaker=Speaker.HELPLINE, text=heard)


def test_times_count_from_the_answer_and_never_below_nothing() -> None:
    story = RINGING.after(Answered(call_id=CALL, at=13.0))
    assert story.after(played()).transcript[0].at_s == 0.0
    early = CallerSpoke(call_id=CALL, at=12.0, text="", confidence=0.0)
    assert story.after(early).transcript == (
        TranscriptLine(at_s=0.0, speaker=Speaker.CALLER, text="(not understood)", confidence=0.0),
    )


def test_what_nobody_could_hear_is_not_told_as_misunderstood() -> None:
    spoke = CallerSpoke(call_id=CALL, at=12.0, text="", confidence=0.0, unheard=True)
    assert RINGING.after(spoke).transcript[0].text == "(spoke, but nobody could hear it)"


def test_a_later_fact_replaces_an_earlier_one_and_a_later_intent_the_one_before() -> None:
    story = RINGING
    for name, value in (("urgent", "yes"), ("reference", "12"), ("urgent", "no")):
        story = story.after(FactLearnt(call_id=CALL, at=11, name=name, value=value, confidence=1.0))
    for name in ("bins", "housing"):
        story = story.after(IntentUnderstood(call_id=CALL, at=11, name=name, confidence=0.9))
    assert story.facts == (
        Fact(name="urgent", value="no", confidence=1.0),
        Fact(name="reference", value="12", confidence=1.0),
    )
    assert story.hand_over(queue="operator", reason="asked").intent == Intent(name="housing", confidence=0.9)


def test_failures_are_counted_a_step_and_a_kind() -> None:
    story = RINGING.after(StepEntered(call_id=CALL, at=11, step="main", verb="menu"))
    for failure in ("silence", "refused", "silence", "unheard_of", "silence"):
        story = story.after(StepFailed(call_id=CALL, at=11, step="main", failure=failure, count=1))
    assert story.hand_over(queue="operator", reason="asked").failures == (
        "menu 'main': silence 3 times",
        "menu 'main': understood wrongly once",
        "menu 'main': unheard_of once",
    )


def test_a_record_and_who_the_caller_is_reach_the_person() -> None:
    about = {"call_id": CALL, "at": 11.0}

    def said(name: str, value: str) -> RecordSaid:
        flags = {"old": False, "counts": True, "differs": False, "stranger": False}
        return RecordSaid(**about, name=name, value=value, source="residents", as_of="2026-01-01", **flags)

    events = [
        RecordFound(**about, by="number"),
        said("name", "Ada"),
        IdentityKnown(**about, level="number", by="number"),
        IdentityFailed(**about, outcome="wrong"),
        IdentityFailed(**about, outcome="unknown"),
        RecordFound(**about, by="reference, date_of_birth"),
        said("name", "Bob"),
        IdentityKnown(**about, level="knowledge", by="reference, date_of_birth"),
    ]
    story = RINGING
    for event in events:
        story = story.after(event)
    over = story.hand_over(queue="operator", reason="asked")
    assert over.record == (Said(name="name", value="Bob", source="residents", as_of="2026-01-01", counts=True),)
    assert over.identity == Identity(level=Level.KNOWLEDGE, by="reference, date_of_birth", failed=1)
    locked = story.after(IdentityFailed(**about, outcome="locked"))
    assert locked.hand_over(queue="operator", reason="asked").identity.locked
