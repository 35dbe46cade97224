"""The demo helpline itself: a repair that is urgent reaches the housing team with everything that was said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.call import HandedOver
from tests.asterisk.conftest import StandMaker
from tests.asterisk.evidence import Evidence
from tests.asterisk.helpline import Helpline

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]
"""Every prompt of the demo is rendered first, where no run before has done it."""


@pytest_asyncio.fixture(loop_scope="session")
async def riverton(stands: StandMaker, evidence: Evidence) -> AsyncIterator[Helpline]:
    """The demo helpline."""
    stand = await stands("riverton", helpline=Path("dialplans/riverton.yaml"))
    async with AsyncExitStack() as stack:
        yield Helpline(stand, evidence, stack)
    await stand.stop()


async def test_a_repair_reaches_the_housing_team(riverton: Helpline) -> None:
    bob = await riverton.agent("bob")
    caller = await riverton.dial(name="Margaret Hill")
    await caller.at("main")
    await caller.interrupts("housing repairs")
    await caller.at("urgent")
    await caller.interrupts("yes")
    await caller.at("tenancy.reference")
    await caller.interrupts("four two seven one zero five")
    await caller.was_told("tenancy reference")
    await caller.interrupts("that's right")
    await caller.journal.next(HandedOver, queue="housing", intent="housing_repairs")
    _, pop = await bob.rings()
    facts = {fact["name"]: fact["value"] for fact in pop["pop"]["facts"]}
    assert facts == {"urgent": "yes", "tenancy_reference": "427105"}
    assert pop["pop"]["queue"] == "housing"
    assert pop["pop"]["caller"]["name"] == "Margaret Hill"
