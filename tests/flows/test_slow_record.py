"""Sources of callers that are slow or dead cost no caller the greeting: it plays while they are waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.call import EndReason
from ivr.testing.clock import run
from ivr.testing.scripted_caller import Act, presses, says
from tests.flows.helplines import CALLER, call, plan
from tests.flows.known_callers import ADA, BOB, HEAD, Residents, beside, world_of

STEPS = """
  one:
    say: Welcome to the office.
    goto: who
  who:
    branch: [{when: {fact: caller.vulnerable, is: "yes"}, goto: person}]
    else: asks
  asks:
    ask: Shall I go on?
    answer: yes_or_no
    yes: bye
    no: bye
  person: {transfer: office, reason: vulnerable}
  bye: {hang_up: Goodbye.}
"""


class SlowResidents(Residents):
    """They answer after `takes_s`."""

    takes_s = 0.0

    async def look_up(self, name: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """See `World.look_up`."""
        await asyncio.sleep(self.takes_s)
        return await super().look_up(name, asked)


def called(
    folder: Path, record: Mapping[str, str], takes_s: float, act: Act | None = None
) -> tuple[list[str], EndReason]:
    """What a caller with `record` heard, whose sources answer after `takes_s`, and how it ended."""
    residents = SlowResidents({**record, "phone": f"+44{CALLER.number[1:]}"})
    residents.takes_s = takes_s
    path = beside(folder)
    made = call(plan(folder, STEPS, HEAD), act or says("yes"), whole=False, world=world_of(path, residents), run=run)
    return made.said, made.reason


def test_who_is_known_at_once_hears_greeting_and_question_in_one(tmp_path: Path) -> None:
    said, _ = called(tmp_path, ADA, 0.0)
    assert said[0] == "Welcome to the office. Shall I go on?"


@pytest.mark.parametrize("takes_s", [0.5, 60.0])
def test_the_greeting_plays_while_sources_are_waited_for(tmp_path: Path, takes_s: float) -> None:
    said, _ = called(tmp_path, ADA, takes_s)
    assert said[:2] == ["Welcome to the office.", "Shall I go on?"]


@pytest.mark.parametrize(
    ("takes_s", "reason"), [(0.5, EndReason.HANDED_OVER), (60.0, EndReason.HUNG_UP)], ids=["slow", "dead"]
)
def test_what_comes_while_the_greeting_plays_still_decides(tmp_path: Path, takes_s: float, reason: EndReason) -> None:
    said, ended = called(tmp_path, BOB, takes_s)
    assert said[0] == "Welcome to the office." and ended is reason


def test_a_key_that_is_pressed_while_the_greeting_plays_answers_the_question(tmp_path: Path) -> None:
    said, ended = called(tmp_path, ADA, 60.0, presses("1", cuts_in_after=0.5))
    assert said == ["Welcome to the office.", "Shall I go on?", "Goodbye."] and ended is EndReason.HUNG_UP
