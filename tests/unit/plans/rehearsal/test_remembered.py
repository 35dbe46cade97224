"""Scenarios of callers who have rung before, and ringing again by typing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.call import EndReason, Preferences
from ivr.errors import FlowError
from ivr.plans.rehearsal.judging import judge
from ivr.plans.rehearsal.play import play, read_plan
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.scene import Before, Scene
from ivr.plans.rehearsal.talking import Talk
from tests.unit.plans.proof.test_prover_memory import STEPS

HEAD = "helpline: Test\nstart: one\nmain_menu: main\nperson_queue: office\nqueues: {office: the office}\nsteps:"
SCENARIOS = """
plan: plan.yaml
scenarios:
  cut off:
    remembered: {step: right, topic: bins, facts: {bin: "3"}}
    talk:
      - hears: We were cut off.
      - say: "yes"
      - fact: {bin: "3"}
      - step: right
      - hears: Bin 3.
      - say: "yes"
    ends: hung_up
  later:
    remembered: {minutes_ago: 600, topic: bins}
    talk:
      - hears: About bins again?
      - say: "no"
      - say: leave
    ends: hung_up
  failed twice:
    remembered: {failed_calls: 2}
    talk: [{hears: Welcome}]
    ends: {queue: office}
  a wish:
    remembered: {preferences: [person_first]}
    talk: [{hears: Welcome}]
    ends: {queue: office}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(HEAD + STEPS)
    return tmp_path


def test_scenarios_say_what_is_remembered(folder: Path) -> None:
    file = folder / "again.yaml"
    file.write_text(SCENARIOS)
    listed, plan = read_scenarios(file)
    scenes = [one.scene for one in listed.scenarios]
    assert scenes[3].before == Before(called=False, preferences=Preferences(person_first=True))
    assert listed.scenarios[0].only_without_a_line() == ""
    for scenario in listed.scenarios:
        record = asyncio.run(play(plan, scenario.scene, scenario.acts))
        assert judge(scenario, record) is None, scenario.name


@pytest.mark.parametrize(
    ("remembered", "said"),
    [
        ("{step: bye}", "no call is gone on with at 'bye'; the steps that it may be: about_bins, bin, right"),
        ("{facts: {bins: x}}", "the plan does not keep the fact 'bins'; did you mean 'bin'?"),
        ("{preferences: [faster]}", "faster"),
        ("{minutes: 3}", "minutes"),
    ],
)
def test_what_cannot_be_remembered_is_refused(folder: Path, remembered: str, said: str) -> None:
    file = folder / "again.yaml"
    file.write_text(
        f"plan: plan.yaml\nscenarios:\n  a:\n    remembered: {remembered}\n    talk: []\n    ends: hung_up\n"
    )
    with pytest.raises(FlowError) as refused:
        read_scenarios(file)
    assert said in str(refused.value)


def test_a_plan_that_keeps_nothing_has_nothing_to_remember(folder: Path) -> None:
    (folder / "plan.yaml").write_text(HEAD + "\n  one: {hang_up: Goodbye.}\n  main: {hang_up: Goodbye.}")
    file = folder / "again.yaml"
    file.write_text("plan: plan.yaml\nscenarios:\n  a: {remembered: {topic: bins}, talk: [], ends: hung_up}\n")
    with pytest.raises(FlowError, match="this plan keeps nothing of calls"):
        read_scenarios(file)


def test_who_types_may_ring_again_and_saves_that_as_a_scenario(folder: Path) -> None:
    async def typed(*lines: str) -> list[tuple[str, ...]]:
        talk = Talk(read_plan(folder / "plan.yaml"), Scene())
        said = [(await talk.begin()).said]
        for line in lines:
            told = await talk.line(line)
            assert not told.wrong, told.notes
            said.append(told.said)
        return said

    file = folder / "saved.yaml"
    lines = ("bins", "3", "yes", "/ring", "yes", "yes", f"/save {file} again")
    said = asyncio.run(typed(*lines))
    assert said[4] == ("Welcome. We were cut off. Shall I go on?",)
    assert said[5] == ("Bin 3. Is that right?",)
    listed, plan = read_scenarios(file)
    (scenario,) = listed.scenarios
    assert scenario.scene.before == Before(step="right", topic="bins", facts={"bin": "3"})
    record = asyncio.run(play(plan, scenario.scene, scenario.acts))
    assert judge(scenario, record) is None
    assert record.ending is not None
    assert record.ending.reason is EndReason.HUNG_UP
