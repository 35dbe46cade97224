"""What is drawn of a plan: ways with their words, people, ends, and what no way leads to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ivr.dialogue import Flow, load_flow
from ivr.dialogue.manner import Reaction
from ivr.dialogue.written import Written
from ivr.knowledge import load_articles
from ivr.plans.drawing import Kind, Way, as_json, outline, sketch

RIVERTON = Path(__file__).parents[4] / "tests/flows/plans/council.yaml"


def riverton() -> Flow:
    return load_flow(RIVERTON)


def test_riverton_is_drawn_with_its_choices_its_people_and_its_end() -> None:
    flow = riverton()
    assert flow.knowledge is not None
    drawn = sketch(flow, load_articles(flow.knowledge, flow.queues))
    assert drawn.steps["main"].ways[0] == Way(when="bins (1)", to="bins")
    assert {way.to for way in drawn.steps["urgent"].ways} == {"urgent_advice", "reference"}
    assert drawn.steps["urgent"].ways[0].when == "yes"
    assert drawn.steps["urgent"].person_queue == "housing"
    assert drawn.steps["to_housing"].kind is Kind.PERSON
    assert drawn.steps["collection_day"].kind is Kind.ARTICLE
    assert drawn.titles["collection-day"] == "bin collection days"
    assert drawn.steps["goodbye"].kind is Kind.END
    assert all(step.reached for step in drawn.steps.values())


def test_what_no_way_leads_to_is_not_reached_and_neither_is_what_follows_it() -> None:
    flow = riverton()
    start = flow.steps["goodbye"]
    lonely = {"lonely": replace(flow.steps["welcome"], name="lonely"), **flow.steps}
    drawn = sketch(replace(flow, steps=MappingProxyType(lonely)))
    assert not drawn.steps["lonely"].reached
    assert drawn.steps[start.name].reached
    assert "  no way leads here" in outline(drawn)


def test_ways_aside_are_drawn_where_they_differ_and_said_once_where_they_hold_everywhere() -> None:
    flow = riverton()
    goodbye = Written(text="goodbye", line=1, column=1)
    everywhere = replace(flow.manner, on_error=goodbye)
    steps = {name: replace(step, manner=replace(step.manner, on_error=goodbye)) for name, step in flow.steps.items()}
    silent = (Reaction(), Reaction(goto=goodbye))
    steps["main"] = replace(steps["main"], manner=replace(steps["main"].manner, on_silence=silent))
    drawn = sketch(replace(flow, manner=everywhere, steps=MappingProxyType(steps)))
    assert drawn.ways == (Way(when="error", to="goodbye", aside=True),)
    assert drawn.steps["main"].ways[-1] == Way(when="2nd silence", to="goodbye", aside=True)
    assert not [way for way in drawn.steps["bins"].ways if way.aside]


def test_the_outline_and_the_json_hold_what_the_picture_shows() -> None:
    drawn = sketch(riverton())
    lines = outline(drawn)
    assert "  bins (1): to bins" in lines
    assert "  to people: the housing team (queue 'housing')" in lines
    steps = as_json(drawn)["steps"]
    assert isinstance(steps, list)
    assert steps[1]["ways"][0] == {"when": "bins (1)", "to": "bins", "aside": False}
    assert steps[1]["kind"] == "listens"
