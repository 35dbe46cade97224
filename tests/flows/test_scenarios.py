"""The scenarios that are shipped, played without sound as `ivr test` plays them."""

from __future__ import annotations

import asyncio

import pytest

from ivr.call import AnswerTold, StepEntered
from ivr.plans.rehearsal.play import Plan, play
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came, rehearse
from ivr.plans.rehearsal.scenario import Scenario, ScenarioFile
from tests.flows.helplines import ROOT

FILES = ("riverton", "riverton-questions", "outage", "vaccination")
SHIPPED = {name: read_scenarios(ROOT / f"dialplans/scenarios/{name}.yaml") for name in FILES}
NOT_REACHED = {"riverton": set[str](), "outage": {"welcome_trial"}, "vaccination": {"sorry"}}
"""The other way of a split, which goes by the call, and what comes after a fault of the service."""


@pytest.mark.parametrize(
    ("plan", "scenario"),
    [
        pytest.param(plan, scenario, id=f"{name}: {scenario.name}")
        for name, (file, plan) in SHIPPED.items()
        for scenario in file.scenarios
    ],
)
def test_the_shipped_helplines_do_what_their_scenarios_say(plan: Plan, scenario: Scenario) -> None:
    result = asyncio.run(rehearse(scenario, plan))
    assert result.came is Came.PASSED, result.message()


@pytest.mark.parametrize("name", NOT_REACHED)
def test_every_step_of_the_shipped_helplines_is_in_a_scenario(name: str) -> None:
    file, plan = SHIPPED[name]
    assert _entered(file, plan) == set(plan.flow.steps) - NOT_REACHED[name]


def _entered(file: ScenarioFile, plan: Plan) -> set[str]:
    entered = set()
    for scenario in file.scenarios:
        record = asyncio.run(play(plan, scenario.scene, scenario.acts))
        entered |= {event.step for event in record.events if isinstance(event, StepEntered)}
    return entered


def test_every_article_of_riverton_is_told_to_somebody_who_asks_for_it() -> None:
    file, plan = SHIPPED["riverton-questions"]
    told = set()
    for scenario in file.scenarios:
        record = asyncio.run(play(plan, scenario.scene, scenario.acts))
        told |= {event.article for event in record.events if isinstance(event, AnswerTold)}
    assert told == {answer.article for answer in plan.knowledge.answers()}
