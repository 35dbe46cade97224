"""What a scenario wants is held against the call; the first thing that is not so is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.plans.rehearsal.plans import outcome


def test_a_call_that_goes_as_it_should_has_no_failure(tmp_path: Path) -> None:
    talk = (
        '[hears: keys or LIGHTS, say: my keys, step: number, press: 123, hears: "I have 1 2 3", say: "yes",'
        ' fact: {number: "123"}, hears: Goodbye]'
    )
    assert outcome(tmp_path, talk, "ends: hung_up") is None


@pytest.mark.parametrize(
    ("talk", "rest", "told"),
    [
        ("[hears: cellar]", "", "4:19: expected to hear “cellar”, but the line said “Keys or lights?”"),
        ("[press: 1, step: one]", "", "expected to be in step 'one', but it is in step 'number'"),
        ("[fact: {number: \"1\"}]", "", "expected number to be known as '1', but it is not known; known: nothing"),
        ("[press: 2, press: 1]", "", "to do this: 1, but the call was over before (queue porter, reason dark)"),
        ("[press: 1]", "ends: hung_up", "but the call goes on: the line waits in step 'number'"),
        ("[press: 2]", "ends: {queue: office}", "but it ended with: queue porter, reason dark"),
        ("[press: 2]", "ends: {queue: porter, reason: light}", "with reason 'light', but it ended with"),
        ("[hang_up]", "ends: hung_up", "but it ended with: caller_left"),
        ("[hang_up]", "pop: {intent: keys}", "expected a screen pop, but nobody was handed over"),
        ("[press: 2]", "pop: {intent: keys}", "the pop's intent to be 'keys', but it is 'lights'"),
        ("[press: 2]", "pop: {facts: {number: '1'}}", "the pop to have number as '1', but it is not known"),
        ("[press: 2]", "pop: {alerts: vulnerable}", "the pop to have the alert 'vulnerable', but it has: none"),
        ("[press: 2]", "pop: {answers: lost}", "the answer 'lost', but it has: none"),
        ("[wait, press: 2]", "pop: {failures: mumbled}", "but it has: menu 'one': silence once"),
        ("[say: lights]", "pop: {said: candles}", "the caller's “candles” in the pop, but it has: lights"),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_told(tmp_path: Path, talk: str, rest: str, told: str) -> None:
    failure = outcome(tmp_path, talk, rest)
    assert failure is not None
    assert told in str(failure)
    assert str(failure).startswith(str(tmp_path / "scenarios.yaml"))


def test_the_transcript_of_a_failure_ends_where_it_failed(tmp_path: Path) -> None:
    failure = outcome(tmp_path, "[press: 1, hears: cellar, press: 123, press: 1]")
    assert failure is not None
    assert any("Which number has it?" in line for line in failure.transcript)
    assert not any("I have 1 2 3" in line for line in failure.transcript)


def test_what_nobody_wants_to_know_is_not_held_against_a_call(tmp_path: Path) -> None:
    assert outcome(tmp_path, "[press: 2]", "ends: {queue: porter}") is None
    assert outcome(tmp_path, "[wait]") is None


def test_who_cuts_in_is_heard_at_that_moment(tmp_path: Path) -> None:
    assert outcome(tmp_path, "[interrupt: {after_ms: 200, press: 2}]", "ends: {queue: porter}") is None
    assert outcome(tmp_path, "[interrupt: {after_ms: 200, do: hang_up}]", "ends: caller_left") is None


def test_a_voice_is_not_heard_while_recognition_is_down(tmp_path: Path) -> None:
    assert outcome(tmp_path, '[say: lights, hears: "press 2", press: 2]', "recogniser_down: yes") is None


def test_words_that_are_not_listened_for_are_not_understood(tmp_path: Path) -> None:
    assert outcome(tmp_path, '[say: my bicycle, hears: "Sorry, I did not understand."]') is None
    assert outcome(tmp_path, "[say: the lights please]", "ends: {queue: porter}") is None
