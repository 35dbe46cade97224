"""What is known of one caller never reaches another: many calls at once, over sources of every speed and kind."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.call import Caller, CallId, KeysPressed, event_to_dict
from ivr.callers import Callers, Lock
from ivr.callers_file import read_callers
from ivr.dialogue import run_flow
from ivr.errors import LookUpFailed
from ivr.testing.clock import run
from ivr.testing.fake_telephone import FakeTelephone
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, ScriptedCaller, hangs_up, presses, says
from tests.flows.helplines import Kept, plan
from tests.flows.known_callers import HEAD, TODAY, Clock, beside
from tests.flows.test_identify import STEPS

CALLS, PEOPLE = 60, 20
FILE = """\
key: reference
wait_s: 1
lock: {failures: 10}
fields:
  reference: {level: knowledge, kind: reference}
  name: knowledge
  balance: knowledge
  date_of_birth: {level: agent, kind: date}
  pin: secret
sources:
  residents:
    match:
      - {look_up: by_phone, with: {phone: "{number}"}}
      - {look_up: by_reference, with: {reference: "{reference}"}}
    take: {reference: reference, name: name, date_of_birth: born, pin: pin}
    priority: 1
  tax:
    match: {look_up: tax, with: {reference: "{reference}"}}
    take: {balance: balance, name: name}
  parking:
    match: {look_up: parking, with: {phone: "{number}"}}
    take: {reference: reference, name: name, balance: balance, date_of_birth: born}
"""


def person(at: int) -> dict[str, str]:
    """Everything about a person carries their mark."""
    mark = f"{at:03d}"
    return {
        "phone": f"+447700900{mark}", "reference": f"10000{mark}", "name": f"Name-{mark}", "balance": f"9{mark}.00",
        "born": f"19{at + 10:02d}-0{at % 9 + 1}-1{at % 10}", "pin": f"5{mark}",
    }  # fmt: skip


class Unreliable:
    """Sources that answer late, fail, and of which one confuses telephones of different people."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    async def look_up(self, name: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        await asyncio.sleep(self._chance.choice((0, 0.001, 0.3, 0.9, 1.1, 4)))
        if self._chance.random() < 0.1:
            raise LookUpFailed("away")
        found = next(
            (at for at in range(PEOPLE) if all(person(at).get(key) == value for key, value in asked.items())), None
        )
        if found is not None and name == "parking" and self._chance.random() < 0.5:
            return person((found + 7) % PEOPLE)
        return person(found) if found is not None else None


def answers(chance: random.Random, one: dict[str, str]) -> list[Act]:
    """Somebody who answers for themselves, or guesses, or hangs up."""
    year, month, day = one["born"].split("-")
    acts: list[Act] = []
    for _ in range(chance.randint(1, 8)):
        key = chance.choice((one["reference"], f"{day}{month}{year}", f"{day}{month}{year}", one["pin"], "10000011"))
        acts += [presses(key), says("yes")]
    return [*acts, hangs_up()]


@pytest.mark.parametrize("seed", range(2))
def test_many_at_once_never_hear_or_hand_over_anything_of_each_other(tmp_path: Path, seed: int) -> None:
    beside(tmp_path, FILE)
    flow, knowledge = plan(tmp_path, STEPS, HEAD)
    chance = random.Random(seed)
    callers = Callers(
        read_callers(tmp_path / "callers.yaml"), Unreliable(chance).look_up, Lock(None, "key", Clock()), lambda: TODAY
    )
    identified = 0

    async def rings(number: int) -> None:
        nonlocal identified
        at = number % PEOPLE
        one = person(at)
        await asyncio.sleep(chance.random() * 3)
        feed, seconds = Kept(), itertools.count(1.0)
        telephone = FakeTelephone(ScriptedCaller(answers(chance, one)))
        conclusion = await run_flow(
            flow,
            call_id=CallId(f"{number}"),
            caller=Caller(number=one["phone"] if chance.random() < 0.8 else "", name="", dialled="100"),
            telephone=telephone,
            knowledge=knowledge,
            world=FixedWorld(callers=callers),
            feed=feed,
            now=lambda: next(seconds),
        )
        said = " ".join(telephone.said)
        identified += one["name"] in said
        for other in range(PEOPLE):
            if other != at:
                assert person(other)["name"] not in said
                assert person(other)["balance"] not in said
        secrets = {person(other)["pin"] for other in range(PEOPLE)}
        told = str([event_to_dict(event) for event in feed.events if not isinstance(event, KeysPressed)])
        assert not [pin for pin in secrets if f"'{pin}'" in told]
        used = [one for one in (conclusion.hand_over.record if conclusion.hand_over else ()) if one.counts]
        whose = {field.value for field in used if field.name == "reference"}
        assert len(whose) <= 1
        owner = next((person(one) for one in range(PEOPLE) if person(one)["reference"] in whose), None)
        assert not used or (owner is not None and {field.value for field in used} <= set(owner.values()))

    async def all_ring() -> None:
        async with asyncio.TaskGroup() as calls:
            for number in range(CALLS):
                calls.create_task(rings(number))

    run(all_ring())
    assert identified >= 5, "somebody was identified, else nothing was tested"
