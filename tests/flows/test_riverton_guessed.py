"""Whoever tries numbers at Riverton's line learns nothing of other people: not whose they are, nor which there are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.call import PromptPlayed
from ivr.plans.rehearsal.play import play, read_plan
from ivr.plans.rehearsal.scene import Scene
from ivr.sources import Sources, load_sources
from ivr.testing.scripted_caller import presses
from tests.flows.helplines import ROOT, riverton

PLAN = read_plan(ROOT / "dialplans/riverton.yaml")
ACCOUNT, NOBODY = "31518681", "31518682"
"""A council tax account, and a number that is none."""
WITHHELD = Scene(number="")


def heard(*keys: str, scene: Scene = WITHHELD) -> list[str]:
    """What the line says to a caller who presses these."""
    record = asyncio.run(play(PLAN, scene, [presses(one) for one in keys]))
    return [event.text for event in record.events if isinstance(event, PromptPlayed)]


@pytest.mark.parametrize("way", [("2", "1"), ("2", "3", "1")], ids=["balance", "move"])
def test_an_account_that_there_is_sounds_like_one_that_there_is_not(way: tuple[str, ...]) -> None:
    def tried(account: str) -> list[str]:
        told = heard(*way, account, "1", "01011950", "1", account, "1", "01011951", "1")
        return [line.replace("3 1 5, 1 8 6, 8 1", "").replace("3 1 5, 1 8 6, 8 2", "") for line in told]

    assert tried(ACCOUNT) == tried(NOBODY)
    assert any("does not match" in line for line in tried(ACCOUNT))


def test_no_home_and_no_move_comes_of_a_number_alone() -> None:
    steps = riverton()[0].steps.values()
    assert {step.verb.word for step in steps if "reference" in step.verb.facts()} == {"identify"}
    assert not [step.name for step in steps if step.verb.word == "look_up" and "postcode" in step.verb.facts()]
    (move,) = [step for step in steps if step.name == "keep_move"]
    assert "{caller.reference}" in move.verb.texts()


def test_who_rings_again_hears_what_it_was_about_and_no_fact_of_it() -> None:
    (recall,) = [step.verb for step in riverton()[0].steps.values() if step.verb.keeps() is not None]
    assert not [prompt.text for prompt in recall.prompts() if "{" in prompt.text]


@pytest.fixture
def council(tmp_path: Path) -> Sources:
    """The council's tables as they are made."""
    sources = load_sources(ROOT / "dialplans/riverton/sources.yaml", state=tmp_path, environment={})
    for database in sources.made:
        database.make()
    return sources


async def test_booking_numbers_have_six_digits_and_none_tells_the_next(council: Sources) -> None:
    numbers = []
    for _ in range(20):
        free = await council.look_up("free_slots", {"from_day": "2000-01-01"})
        assert free is not None
        booked = await council.look_up("book_slot", {"slot": free["slot"], "born": "1970-05-03"})
        assert booked is not None
        numbers.append(int(booked["booking"].replace(" ", "").replace(",", "")))
    assert len(set(numbers)) == len(numbers)
    assert all(100_000 <= number <= 999_999 for number in numbers)
    assert numbers != sorted(numbers)


async def test_a_permit_tells_until_when_it_is_valid_and_not_whose_it_is(council: Sources) -> None:
    found = await council.look_up("permits", {"permit": "500844"})
    assert found is not None
    assert found.keys() == {"permit_until"}
