"""Scenarios of the demo as real calls: by voice, by keys, in silence; each at its own time, with its own look-ups."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.cli.test import line_of
from ivr.plans.rehearsal.by_sip import Manner, call_for_real
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came
from tests.asterisk.conftest import StandMaker
from tests.asterisk.evidence import BUILD

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]
"""Every prompt of the demo is rendered first, where no run before has done it."""

PLAYED = (
    "an urgent repair",
    "a missed bin by keys",
    "what is owed in council tax, known by the number",
    "how long a parking permit is valid",
    "somebody who says nothing",
    "a repair that cannot be noted goes to a person",
    "opening hours at Christmas, by keys",
    "what is owed, with the number withheld",
)


async def test_scenarios_pass_as_real_calls(stands: StandMaker) -> None:
    there, plan = read_scenarios(Path("dialplans/scenarios/riverton.yaml"))
    chosen = [scenario for scenario in there.scenarios if scenario.name in PLAYED]
    assert len(chosen) == len(PLAYED)
    stand = await stands("scenarios", helpline=plan.file, rehearses=True)
    try:
        line = line_of(stand, evidence=BUILD / "evidence/scenarios")
        voice = Manner(voice="en-gb")
        results = await asyncio.gather(*(call_for_real(scenario, line, voice) for scenario in chosen))
    finally:
        await stand.stop()
    failed = [(str(one.evidence), one.message()) for one in results if one.came is not Came.PASSED]
    assert not failed, failed
