"""Whoever tries numbers at Riverton's line learns nothing of other people: not whose they are, nor which there are."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
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
        free = await council.look_up("free_slots", {"from_day": "2000-01-01", "refused": "0"})
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


REPORTS = {
    "street_reports": {"kind": "pothole", "place": "SG61 1AB"},
    "repairs": {"tenancy_reference": "427105", "repair": "heating"},
    "missed_bins": {"postcode": "SG61 1AB", "bin": "rubbish", "house": "12", "day": "2026-11-20"},
    "moves": {"account": ACCOUNT, "moving_day": "2026-12-01"},
}


@pytest.mark.parametrize("source", REPORTS)
async def test_who_reports_the_same_again_hears_the_same_number_and_none_tells_the_next(
    council: Sources, source: str
) -> None:
    async def number(**other: str) -> int:
        noted = await council.look_up(source, {**REPORTS[source], **other})
        assert noted is not None
        return int(noted["report"].replace(" ", "").replace(",", ""))

    first = await number()
    assert await number() == first
    last = list(REPORTS[source])[-1]
    others = [await number(**{last: f"{nth}"}) for nth in range(20)]
    assert len({first, *others}) == 21
    assert all(100_000 <= one <= 999_999 for one in others)
    assert others != sorted(others)


def test_a_tenancy_that_there_is_sounds_like_one_that_there_is_not() -> None:
    assert not [step for step in riverton()[0].steps.values() if step.verb.word == "look_up" and step.name == "tenancy"]
    keys = ("3", "2", "1", "400411", "1")
    ours = heard(*keys)
    assert any("Your repair has the number" in line for line in ours)
    other = heard("3", "2", "1", "400412", "1")
    assert len(ours) == len(other)


def set_utc(state: Path, at: str) -> None:
    """The council's clock stands there."""
    with closing(sqlite3.connect(state / "riverton.db")) as db:
        db.executescript(f"drop view utc; create view utc as select '{at}' as at;")


@pytest.mark.parametrize(
    ("utc", "next_day"),
    [
        ("2026-11-24 06:59:59", "2026-11-24"),  # a Tuesday
        ("2026-11-24 07:00:00", "2026-12-01"),
        ("2026-11-24 21:00:00", "2026-12-01"),
        ("2027-06-22 05:59:59", "2027-06-22"),  # summer time
        ("2027-06-22 06:00:00", "2027-06-29"),
        ("2027-06-21 23:30:00", "2027-06-22"),
    ],
)
async def test_bins_are_not_collected_today_after_they_were(
    council: Sources, tmp_path: Path, utc: str, next_day: str
) -> None:
    set_utc(tmp_path, utc)
    told = await council.look_up("bin_rounds", {"postcode": "SG61 1AB"})
    assert told is not None
    assert (told["bin_day"], told["next_day"]) == ("Tuesday", next_day)


@pytest.mark.parametrize(
    ("utc", "today"),
    [
        ("2027-03-27 23:59:59", "2027-03-27"),
        ("2027-03-28 23:00:00", "2027-03-29"),  # the last Sunday in March
        ("2027-10-30 23:00:00", "2027-10-31"),
        ("2027-10-31 23:00:00", "2027-10-31"),  # the last one in October
        ("2029-03-25 22:59:59", "2029-03-25"),
        ("2029-03-25 23:00:00", "2029-03-26"),  # 1 April is a Sunday
        ("2026-11-29 23:30:00", "2026-11-29"),
    ],
)
async def test_the_council_keeps_british_time(council: Sources, tmp_path: Path, utc: str, today: str) -> None:
    set_utc(tmp_path, utc)
    with closing(sqlite3.connect(tmp_path / "riverton.db")) as db:
        assert db.execute("select today from clock").fetchone() == (today,)


async def test_a_hole_that_is_there_after_thirty_days_is_reported_anew(council: Sources, tmp_path: Path) -> None:
    numbers = []
    for day in ("2027-01-01", "2027-01-30", "2027-01-31", "2027-02-01"):
        set_utc(tmp_path, f"{day} 12:00:00")
        numbers.append(await council.look_up("street_reports", {"kind": "pothole", "place": "SG61 1AB"}))
    assert numbers[0] == numbers[1]
    assert numbers[2] == numbers[3]
    assert numbers[1] != numbers[2]


async def test_who_refuses_an_appointment_is_offered_the_next_one(council: Sources) -> None:
    first = await council.look_up("free_slots", {"from_day": "2000-01-01", "refused": "0"})
    assert first is not None
    second = await council.look_up("free_slots", {"from_day": "2000-01-01", "refused": first["slot"]})
    assert second is not None
    assert (second["slot_day"], second["slot_time"]) > (first["slot_day"], first["slot_time"])


async def test_neighbours_who_miss_the_same_bin_have_numbers_of_their_own(council: Sources) -> None:
    numbers = [
        await council.look_up("missed_bins", {**REPORTS["missed_bins"], "house": house}) for house in ("12", "14")
    ]
    assert None not in numbers
    assert numbers[0] != numbers[1]
