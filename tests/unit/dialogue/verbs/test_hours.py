"""The verb `hours`: which way a call goes by the clock, and what the caller hears about it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

import pytest

from ivr.call import BargeIn
from ivr.dialogue.manner import Manner
from ivr.dialogue.verbs.hours import ByHours
from ivr.errors import FlowError
from ivr.testing.clock import run
from tests.unit.dialogue.calendar.plans import SCOPE, at, documented, value
from tests.unit.dialogue.verbs.stage import Plan, Stage, Stopped

STEPS = replace(SCOPE, steps=MappingProxyType({"main": "main", "shut": "shut"}), hours=("office",))


def verb(more: str = "") -> ByHours:
    lines = f"step:\n  hours: office\n  open: main\n  closed: shut\n{more}"
    given = value(lines, "step").fields()
    made = ByHours.read(given, STEPS)
    given.done()
    return made


def called(by: ByHours, when: str) -> tuple[object, list[str]]:
    stage = Stage(
        flow=Plan(hours={"office": documented()}), world=Stopped(at(when)), manner=Manner(barge_in=BargeIn.KEYS)
    )
    following = run(by.run(cast(Any, stage)))
    assert all(prompt.barge_in is BargeIn.KEYS for prompt in stage.said)
    return following, [prompt.text for prompt in stage.said]


def test_the_clock_decides_the_way() -> None:
    assert called(verb(), "2026-11-23 08:30") == ("main", [])
    assert called(verb(), "2026-11-23 17:00") == ("shut", [])


@pytest.mark.parametrize(
    ("tell", "when_open", "when_closed"),
    [("none", False, False), ("open", True, False), ("closed", False, True), ("both", True, True)],
)
def test_callers_hear_the_hours_when_the_plan_says_so(tell: str, when_open: bool, when_closed: bool) -> None:
    by = verb(f"  tell: {tell}\n")
    hours = "We are open Monday to Friday, half past eight to five, and Saturday, nine to midday."
    assert called(by, "2026-11-23 09:00") == ("main", [hours] if when_open else [])
    again = "We are closed now, and open again tomorrow at half past eight."
    assert called(by, "2026-11-23 18:00") == ("shut", [again] if when_closed else [])


def test_both_ways_are_jumps_with_their_reason() -> None:
    jumps = verb().jumps()
    assert [(jump.text, jump.when, jump.line, jump.column) for jump in jumps] == [
        ("main", "open", 3, 9),
        ("shut", "closed", 4, 11),
    ]


def test_hours_that_the_plan_does_not_have_are_told() -> None:
    lines = "step:\n  hours: ofice\n  open: main\n  closed: shut\n"
    with pytest.raises(FlowError, match=r"plan.yaml:2:10: there are no opening hours 'ofice'; did you mean 'office'\?"):
        ByHours.read(value(lines, "step").fields(), STEPS)


def test_a_way_that_is_missing_is_told() -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:2:3: 'closed' is missing"):
        ByHours.read(value("step:\n  hours: office\n  open: main\n", "step").fields(), STEPS)
