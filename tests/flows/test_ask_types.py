"""Each type of answer in a whole conversation: by words, by keys, refused and asked again tighter, and impossible."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import FactLearnt, StepFailed
from ivr.dialogue.words.types.code import keys_for
from ivr.errors import FlowError
from ivr.testing.scripted_caller import presses, says
from tests.flows.helplines import call, plan

ONE_OF = "one_of\n    values:\n      green: {say: the green bin, key: 1}\n      paper: {say: [paper, card], key: 2}"
KINDS = {
    "digits": ("digits\n    digits: 4", "one two three four", "1234", "1234", "1 2, 3 4"),
    "number": ("number", "two hundred and five", "205", "205", "205"),
    "money": ("money", "twelve pounds fifty", "12*50", "12.50", "£12.50"),
    "date": (
        "date\n    direction: past",
        "the third of may nineteen eighty four",
        "03051984",
        "1984-05-03",
        "Thursday 3 May 1984",
    ),
    "time": ("time", "half past three", "1530", "15:30", "3:30 pm"),
    "phone_number": (
        "phone_number",
        "oh one nine nine two treble five five five five",
        "01992555555",
        "+441992555555",
        "01992 555555",
    ),
    "postcode": ("postcode", "s g twelve nine a b", keys_for("SG12 9AB"), "SG12 9AB", "SG12 9AB"),
    "reference": (
        "reference\n    shape: LLDDDDDD",
        "a b one two three four five six",
        keys_for("AB123456"),
        "AB123456",
        "AB123456",
    ),
}
SPELLING = ("spelling\n    characters: 2-12", "b a double l", "", "BALL", "B A, L L")
BACK = "Is that right?"


def steps(answer: str) -> str:
    return (
        f"  one:\n    ask: Tell me.\n    answer: {answer}\n    fact: it\n    goto: end\n  end:\n    hang_up: Goodbye."
    )


@pytest.mark.parametrize("kind", [*KINDS, "spelling"])
def test_words_are_read_back_and_count_after_a_yes(tmp_path: Path, kind: str) -> None:
    answer, said, _, value, back = KINDS.get(kind, SPELLING)
    called = call(plan(tmp_path, steps(answer)), says(said, 0.6), says("yes", expect=f"I have {back}. {BACK}"))
    assert [fact.value for fact in called.feed.of(FactLearnt)] == [value]


@pytest.mark.parametrize("kind", KINDS)
def test_keys_are_read_back_and_count_after_a_yes(tmp_path: Path, kind: str) -> None:
    answer, _, keys, value, back = KINDS[kind]
    called = call(plan(tmp_path, steps(answer)), presses(keys), presses("1", expect=f"I have {back}. {BACK}"))
    assert [fact.value for fact in called.feed.of(FactLearnt)] == [value]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_refused_is_asked_again_in_a_tighter_way_and_comes_by_keys(tmp_path: Path, kind: str) -> None:
    answer, said, keys, value, _ = KINDS[kind]
    flow = plan(tmp_path, steps(answer))
    asked = flow[0].steps["one"].verb.expectation()
    assert asked is not None
    assert asked.counted is not None
    others = len(asked.counted.values(said.split())) - 1
    called = call(
        flow,
        says(said),
        *(says("no", expect=BACK) for _ in range(1 + others)),
        *([says("no", expect="a person")] if others else []),
        presses(keys, expect=asked.counted.tighter),
        says("yes", expect=BACK),
        whole=True,
    )
    assert [fact.value for fact in called.feed.of(FactLearnt)] == [value]


def test_one_of_a_list_is_only_asked_back_about_when_it_is_not_sure(tmp_path: Path) -> None:
    flow = plan(tmp_path, steps(ONE_OF))
    assert [fact.value for fact in call(flow, says("the green bin")).feed.of(FactLearnt)] == ["green"]
    assert [fact.value for fact in call(flow, presses("2")).feed.of(FactLearnt)] == ["paper"]
    called = call(
        flow,
        says("card", 0.6),
        says("no", expect="I have paper. Is that right?"),
        presses("1", expect="Sorry, my mistake. Tell me. For green, press 1. For paper, press 2."),
    )
    assert [fact.value for fact in called.feed.of(FactLearnt)] == ["green"]
    hardly = call(flow, says("card", 0.3), presses("2", expect="Sorry, I did not understand."))
    assert [fact.value for fact in hardly.feed.of(FactLearnt)] == ["paper"]


@pytest.mark.parametrize("keyed", [True, False])
def test_a_day_that_does_not_exist_is_told_so_and_asked_again(tmp_path: Path, keyed: bool) -> None:
    called = call(
        plan(tmp_path, steps("date")),
        presses("3106") if keyed else says("the thirty first of june"),
        says("tomorrow", expect="There is no 31 June. Tell me."),
        says("yes", expect=BACK),
    )
    assert [event.failure for event in called.feed.of(StepFailed)] == ["impossible"]
    assert len(called.feed.of(FactLearnt)) == 1


def test_a_check_digit_that_does_not_fit_is_told_so(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, steps("digits\n    digits: 10\n    check_digit: mod11")),
        presses("9434765918"),
        presses("9434765919", expect="its check digit does not fit"),
        presses("1", expect=BACK),
    )
    assert [fact.value for fact in called.feed.of(FactLearnt)] == ["9434765919"]


def test_a_second_meaning_is_offered_after_a_no(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, steps("time")),
        says("seven"),
        says("no", expect="I have 7:00 am."),
        says("yes", expect="I have 7:00 pm."),
    )
    assert [fact.value for fact in called.feed.of(FactLearnt)] == ["19:00"]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("reference\n    shape: AB12", "'AB12' is no shape of a reference; write L for each letter"),
        ("reference\n    shape: LLDD\n    check_digit: luhn", "'luhn' checks digits alone"),
        ("number\n    least: 5\n    most: 2", "'most' (2) must not be below 'least' (5)"),
        ("postcode\n    country: XX", "'country' cannot be 'XX'"),
        ("date\n    direction: up", "'direction' cannot be 'up'"),
        ("one_of\n    values: {a: {say: one}}", "at least two values"),
        ("one_of\n    values: {a: {say: card}, b: {say: card}}", "'card' already means 'a'"),
        ("colour", "'answer' cannot be 'colour'"),
    ],
)
def test_a_mistake_in_a_plan_is_told_with_its_place(tmp_path: Path, answer: str, fault: str) -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:\d+:\d+") as found:
        plan(tmp_path, steps(answer))
    assert fault in str(found.value)
