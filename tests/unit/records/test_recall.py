"""The story of a call from its journal: what a killed service knew still reaches the agent."""

from __future__ import annotations

from ivr.call import (
    Answered,
    AnswerHeard,
    AnswerTold,
    CallerSpoke,
    CallId,
    FactLearnt,
    Intent,
    IntentUnderstood,
    KeysPressed,
    PromptPlayed,
    Rang,
    Speaker,
    StepEntered,
    StepFailed,
)
from ivr.records.recall import recall

CALL = CallId("1.2")
RANG = Rang(call_id=CALL, at=10.0, number="07700900123", name="Ada", dialled="100", helpline="riverton")


def test_words_keys_facts_and_failures_are_told_in_order() -> None:
    story = recall(
        [
            RANG,
            Answered(call_id=CALL, at=11.0),
            PromptPlayed(
                call_id=CALL,
                at=13.5,
                text="What is it about?",
                heard="What is it about?",
                heard_ms=900,
                total_ms=900,
                barged_in=False,
            ),
            CallerSpoke(call_id=CALL, at=15.0, text="housing repairs", confidence=0.92, understood_as="housing"),
            IntentUnderstood(call_id=CALL, at=15.0, name="housing", confidence=0.92),
            AnswerTold(call_id=CALL, at=15.5, article="repairs", title="Repairs", heard_to_end=False),
            StepEntered(call_id=CALL, at=15.6, step="urgent", verb="ask"),
            StepFailed(call_id=CALL, at=16.0, step="urgent", failure="silence", count=1),
            KeysPressed(call_id=CALL, at=17.0, keys="1"),
            FactLearnt(call_id=CALL, at=17.0, name="urgent", value="yes", confidence=1.0),
            FactLearnt(call_id=CALL, at=18.0, name="urgent", value="no", confidence=1.0),
        ],
        queue="operator",
    )
    assert story is not None
    assert story.reason == "line_failed"
    assert story.caller.number == "07700900123"
    assert [(line.at_s, line.speaker, line.text) for line in story.transcript] == [
        (2.5, Speaker.HELPLINE, "What is it about?"),
        (4.0, Speaker.CALLER, "housing repairs"),
        (6.0, Speaker.CALLER, "(pressed 1)"),
    ]
    assert [(fact.name, fact.value) for fact in story.facts] == [("urgent", "no")]
    assert story.intent == Intent(name="housing", confidence=0.92)
    assert story.answers_heard == (AnswerHeard(article="repairs", title="Repairs", heard_to_end=False),)
    assert story.failures == ("ask 'urgent': silence once", "the helpline itself failed in this call")


def test_a_call_nobody_noted_has_no_story() -> None:
    assert recall([], queue="operator") is None
    assert recall([Answered(call_id=CALL, at=1.0)], queue="operator") is None
