"""Scenario files: what is wrong in one is told with file, line, column and how to mend it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ivr.errors import FlowError
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.scenario import AtStep, Does, Hears, Knows
from ivr.plans.rehearsal.scene import Fails
from ivr.testing.scripted_caller import HangsUp, KeepsSilent, Mumbles, Presses, Says
from tests.unit.plans.rehearsal.plans import plan_in, scenarios_in


def test_every_act_and_every_expectation_is_read(tmp_path: Path) -> None:
    text = """
  one:
    at: 2026-12-25T10:00
    caller: withheld
    closed: [porter]
    recogniser_down: no
    look_ups: {bins: {day: Friday}, tax: nothing, roads: fails}
    talk:
      - say: {text: My keys!, confidence: 0.6}
      - say: 1 2 3
      - press: "*"
      - wait
      - mumble
      - interrupt: {after_ms: 500, say: lights}
      - interrupt: {do: mumble}
      - hang_up
      - hears: [Keys, lights]
      - step: one
      - fact: {number: 012, other: "no"}
"""
    there, _ = read_scenarios(scenarios_in(tmp_path, text))
    (scenario,) = there.scenarios
    scene = scenario.scene
    assert (scene.at, scene.number, scene.closed) == (datetime(2026, 12, 25, 10), "", {"porter"})
    assert dict(scene.found) == {"bins": {"day": "Friday"}, "tax": None, "roads": Fails.FAILS}
    assert [type(act) for act in scenario.acts] == [
        *(Says, Says, Presses, KeepsSilent, Mumbles, Says, Mumbles, HangsUp)
    ]  # fmt: skip
    first, second, *_ = scenario.acts
    assert isinstance(first, Says)
    assert isinstance(second, Says)
    assert (first.readings[0].text, first.readings[0].confidence) == ("my keys", 0.6)
    assert second.readings[0].text == "one two three"
    assert [act.after_ms for act in scenario.acts[5:7]] == [500, 1000]
    wanted = [item for item in scenario.talk if not isinstance(item, Does)]
    assert [type(item) for item in wanted] == [Hears, Hears, AtStep, Knows, Knows]
    assert [item.value for item in wanted if isinstance(item, Knows)] == ["012", "no"]
    assert scenario.only_without_a_line() == "a real recogniser is as sure as it is, not 'confidence'"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("  one: {talk: [step: nmber]}", "3:22: 'step' cannot be 'nmber'; did you mean 'number'?"),
        ("  one: {talk: [heers: x]}", "3:16: 'heers' is not known here; use one of: say, press"),
        ("  one: {talk: [hangup]}", "3:16: 'talk' cannot be 'hangup'; did you mean 'hang_up'?"),
        ("  one: {talk: [wait: silence]}", "'wait' takes no value; write '- wait'"),
        ("  one: {talk: [{say: a, step: one}]}", "one thing after each '-'"),
        ("  one: {talk: [press: one]}", "'one' are no keys; use 0 to 9"),
        ("  one: {talk: [say: '...']}", "holds no words"),
        ("  one: {talk: [say: {text: a, confidence: 7}]}", "must be a number from 0 to 1"),
        ("  one: {talk: [interrupt: {after_ms: 5}]}", "'interrupt' needs one of 'say', 'press' and 'do'"),
        ("  one: {talk: [interrupt: {after: 5, say: a}]}", "'after' is not known here; did you mean 'after_ms'?"),
        ("  one: {talk: [wait], at: tomorrow}", "'tomorrow' is no local time; write it as 2026-12-25T10:00"),
        ("  one: {talk: [wait], caller: Ada}", "'Ada' is no number of a caller"),
        ("  one: {talk: [wait], closed: [cellar]}", "'closed' cannot be 'cellar'; use one of: office, porter"),
        ("  one: {talk: [wait], ends: hungup}", "did you mean 'hung_up'?"),
        ("  one: {talk: [wait], ends: {queue: ofice}}", "did you mean 'office'?"),
        ("  one: {talk: [wait], pop: {intnt: a}}", "'intnt' is not known here; did you mean 'intent'?"),
        ("  one: {talk: [wait]}\n  one: {talk: [wait]}", "4:3: 'one' stands here twice (first in line 3)"),
        ("  one: {}", "'talk' is missing in one; add 'talk: …'"),
        ("  {}", "'scenarios' is empty"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FlowError) as fault:
        read_scenarios(scenarios_in(tmp_path, text + "\n"))
    assert told in str(fault.value)
    assert str(fault.value).startswith(str(tmp_path / "scenarios.yaml") + ":")


def test_a_plan_that_is_missing_is_told_where_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "scenarios.yaml"
    file.write_text("plan: plan.yaml\nscenarios: {one: {talk: [wait]}}\n")
    with pytest.raises(FlowError, match=r"scenarios.yaml:1:7: there is no plan"):
        read_scenarios(file)
    plan_in(tmp_path)
    assert read_scenarios(file)[0].scenarios[0].place.line == 2
