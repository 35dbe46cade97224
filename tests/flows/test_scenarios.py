"""The scenarios that are shipped, played without sound as `ivr test` plays them."""

from __future__ import annotations

import asyncio
import time

import pytest

from ivr.plans.rehearsal.play import play
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came, rehearse
from ivr.plans.rehearsal.scenario import Scenario
from tests.flows.helplines import ROOT

FILE, PLAN = read_scenarios(ROOT / "dialplans/scenarios/riverton.yaml")
SCENARIO_MS = 50.0
"""Generous: they take 0.4 to 4 ms on a machine with two busy cores."""


@pytest.mark.parametrize("scenario", FILE.scenarios, ids=lambda scenario: scenario.name)
def test_the_demo_helpline_does_what_its_scenarios_say(scenario: Scenario) -> None:
    result = asyncio.run(rehearse(scenario, PLAN))
    assert result.came is Came.PASSED, result.message()


def test_every_topic_of_the_demo_helpline_has_a_scenario() -> None:
    entered = set()
    for scenario in FILE.scenarios:
        record = asyncio.run(play(PLAN, scenario.scene, scenario.acts))
        entered |= {event.step for event in record.events if hasattr(event, "verb")}
    assert entered == set(PLAN.flow.steps), "each step is in a scenario"


def test_a_scenario_takes_milliseconds() -> None:
    scenario = max(FILE.scenarios, key=lambda one: len(one.acts))
    asyncio.run(rehearse(scenario, PLAN))
    began = time.perf_counter()
    asyncio.run(rehearse(scenario, PLAN))
    assert 1000 * (time.perf_counter() - began) < SCENARIO_MS
