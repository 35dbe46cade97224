"""One caller's record in a call: whose it stays, and what a check makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.call import Caller, CheckOutcome, Level
from ivr.callers import Callers, Lock
from ivr.callers.callers import CallersRecord
from ivr.callers_file import CallersFile, read_callers
from ivr.errors import LookUpFailed
from ivr.testing.clock import run
from tests.flows.known_callers import ADA, BOB, TODAY, Clock, beside

FILE = """\
key: reference
wait_s: 1
fields:
  reference: {level: knowledge, kind: reference}
  name: knowledge
  flag: number
  bank: pin
  date_of_birth: {level: agent, kind: date}
  pin: secret
sources:
  residents:
    match:
      - {look_up: by_phone, with: {phone: "{number}"}}
      - {look_up: by_reference, with: {reference: "{reference}"}}
    take: {reference: reference, name: name, flag: vulnerable, bank: balance, date_of_birth: born, pin: pin}
  late:
    match: {look_up: late, with: {phone: "{number}"}}
    take: {reference: reference, name: name}
    priority: 100
"""
CALLER = Caller(number="07700900123", name="", dialled="100")
BIRTH = {"date_of_birth": ADA["born"]}


@pytest.fixture
def file(tmp_path: Path) -> CallersFile:
    return read_callers(beside(tmp_path, FILE))


class Late:
    """Ada's record at once; the best source says two seconds later whose number it thinks it is."""

    def __init__(self, thinks: Mapping[str, str] | None = None) -> None:
        self.thinks = thinks

    async def look_up(self, name: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        if name == "late":
            await asyncio.sleep(2)
            return self.thinks
        return next((one for one in (ADA, BOB) if all(one[key] == value for key, value in asked.items())), None)


def ringing(file: CallersFile, thinks: Mapping[str, str] | None = None, caller: Caller = CALLER) -> CallersRecord:
    return Callers(file, Late(thinks).look_up, Lock(None, "key", Clock()), lambda: TODAY).ring(caller)


def spoken(record: CallersRecord) -> dict[str, str]:
    return {name: record.value(name, spoken=True) for name in ("name", "flag", "bank", "date_of_birth", "pin")}


def test_what_is_proven_is_nobody_elses_whoever_answers_late(file: CallersFile) -> None:
    async def call() -> None:
        record = ringing(file, BOB)
        await record.ready()
        assert await record.check(Level.KNOWLEDGE, {}, BIRTH) is CheckOutcome.PASSED
        await asyncio.sleep(3)
        assert record.value("name", spoken=True) == "Ada"
        late = [one for one in record.said() if one.source == "late"]
        assert late and all(one.stranger and not one.counts for one in late)
        await record.close()

    run(call())


def test_before_it_is_proven_the_best_source_says_whose_number_it_is(file: CallersFile) -> None:
    async def call() -> None:
        record = ringing(file, BOB)
        await asyncio.sleep(3)
        assert await record.check(Level.KNOWLEDGE, {}, BIRTH) is CheckOutcome.UNKNOWN
        assert record.level is Level.NUMBER and spoken(record)["name"] == ""
        await record.close()

    run(call())


def test_each_field_is_there_from_its_level_on_and_some_never(file: CallersFile) -> None:
    async def call() -> None:
        record = ringing(file)
        await record.ready()
        assert set(spoken(record).values()) == {""}
        assert record.value("flag", spoken=False) == "no"
        assert record.value("name", spoken=False) == ""
        await record.check(Level.KNOWLEDGE, {}, BIRTH)
        assert spoken(record) == {"name": "Ada", "flag": "", "bank": "", "date_of_birth": "", "pin": ""}
        assert await record.check(Level.PIN, {}, {"pin": "4711"}) is CheckOutcome.PASSED
        assert spoken(record)["bank"] == "12.50"
        assert (record.level, record.by) == (Level.PIN, "number, date_of_birth, pin")
        assert record.value("pin", spoken=False) == ""
        await record.close()

    run(call())


def test_who_is_found_by_what_they_tell_leaves_nothing_of_the_numbers_owner(file: CallersFile) -> None:
    async def call() -> None:
        record = ringing(file, ADA)
        await record.ready()
        found_by = {"reference": BOB["reference"]}
        assert await record.check(Level.KNOWLEDGE, found_by, BIRTH) is CheckOutcome.WRONG
        assert record.level is Level.NUMBER
        assert await record.check(Level.KNOWLEDGE, found_by, {"date_of_birth": BOB["born"]}) is CheckOutcome.PASSED
        await asyncio.sleep(3)
        assert record.value("name", spoken=True) == "Bob"
        assert "Ada" not in str([one.value for one in record.said()])
        await record.close()
        assert len(asyncio.all_tasks()) == 1

    run(call())


def test_a_withheld_number_locks_nobody_else(file: CallersFile) -> None:
    async def call() -> None:
        callers = Callers(file, Late().look_up, Lock(None, "key", Clock()), lambda: TODAY)
        for at in range(4):
            record = callers.ring(replace(CALLER, number=""))
            outcome = await record.check(Level.KNOWLEDGE, {"reference": f"9999999{at}"}, BIRTH)
            assert outcome is CheckOutcome.WRONG
            await record.close()

    run(call())


TWO = """\
key: reference
fields:
  reference: {level: knowledge, kind: reference}
  name: knowledge
  phone: agent
  date_of_birth: {level: agent, kind: date}
sources:
  residents:
    match: {look_up: residents, with: {reference: "{reference}"}}
    take: {reference: reference, name: name, date_of_birth: born, phone: phone}
  students:
    match: {look_up: students, with: {reference: "{reference}"}}
    take: {reference: reference, name: name, date_of_birth: born}
  permits:
    match: {look_up: permits, with: {phone: "{phone}"}}
    take: {reference: reference, name: name}
"""
WRONG_BIRTH = {"date_of_birth": "1999-09-09"}
NOBODYS, ADAS, BOBS = "00000000", ADA["reference"], BOB["reference"]


def outcomes(file: CallersFile, away: set[str], *tries: tuple[str, Mapping[str, str]]) -> list[CheckOutcome]:
    """What comes of `tries` (reference and what is told), each in a call that withholds its number, one after another.

    Ada is a resident, Bob a student; sources `away` fail.
    """

    async def look_up(name: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        if name in away:
            raise LookUpFailed("away")
        of = {"residents": [ADA], "students": [BOB], "permits": [ADA]}[name]
        return next((one for one in of if all(one[key] == value for key, value in asked.items())), None)

    async def rings() -> list[CheckOutcome]:
        callers = Callers(file, look_up, Lock(None, "key", Clock()), lambda: TODAY)
        found = []
        for reference, told in tries:
            record = callers.ring(replace(CALLER, number=""))
            found.append(await record.check(Level.KNOWLEDGE, {"reference": reference}, told))
            await record.close()
        return found

    return run(rings())


@pytest.mark.parametrize("away", [set(), {"residents"}, {"students"}, {"permits"}, {"residents", "students"}])
def test_whatever_source_is_away_a_wrong_answer_tells_nobody_whether_there_is_such_a_record(
    tmp_path: Path, away: set[str]
) -> None:
    file = read_callers(beside(tmp_path, TWO))
    first, *others = ([(reference, WRONG_BIRTH)] * 4 for reference in (NOBODYS, ADAS, BOBS))
    expected = outcomes(file, away, *first)
    assert all(outcomes(file, away, *tries) == expected for tries in others)
    locks = not {"residents", "students"} <= away
    assert (expected[-1] is CheckOutcome.LOCKED) is locks, "guesses are counted unless there is nothing to guess"


def test_while_a_source_is_away_who_is_right_is_known_by_another_and_nobody_else_is(tmp_path: Path) -> None:
    file = read_callers(beside(tmp_path, TWO))
    bob, ada = (BOBS, {"date_of_birth": BOB["born"]}), (ADAS, BIRTH)
    assert outcomes(file, {"residents"}, bob, ada) == [CheckOutcome.PASSED, CheckOutcome.UNKNOWN]
    assert outcomes(file, {"permits"}, bob, ada) == [CheckOutcome.PASSED, CheckOutcome.PASSED]


def test_who_forges_numbers_gets_no_more_tries_at_a_record(file: CallersFile) -> None:
    async def call() -> list[CheckOutcome]:
        callers = Callers(file, Late().look_up, Lock(None, "key", Clock()), lambda: TODAY)
        found = []
        for at in range(4):
            record = callers.ring(replace(CALLER, number=f"0770090050{at}"))
            found.append(await record.check(Level.KNOWLEDGE, {"reference": BOBS}, WRONG_BIRTH))
            await record.close()
        return found

    assert run(call()) == [CheckOutcome.WRONG, CheckOutcome.WRONG, CheckOutcome.LOCKED, CheckOutcome.LOCKED]
