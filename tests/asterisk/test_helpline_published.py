"""A published helpline under calls: each keeps the version that it began with, new ones get the next, none is lost."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.call import Ended, EndReason, StepEntered
from ivr.plans.versions import VersionStore
from tests.asterisk.conftest import PLANS, StandMaker
from tests.asterisk.evidence import Evidence
from tests.asterisk.helpline import Caller, Helpline

pytestmark = pytest.mark.asyncio(loop_scope="session")

PARTS = ("hall", "keyholders/sources.yaml", "keyholders/callers.yaml", "outbox.yaml")
MEANWHILE = 8
"""Callers who dial while a version is published."""


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plans = tmp_path_factory.mktemp("published") / "plans"
    shutil.copytree(PLANS, plans)
    return plans / "hall.yaml"


@pytest.fixture(scope="session")
def store(plan: Path) -> VersionStore:
    store = VersionStore(plan.parent.parent / "versions/hall")
    store.publish(plan, [plan.parent / part for part in PARTS])
    return store


@pytest_asyncio.fixture(loop_scope="session")
async def published(stands: StandMaker, store: VersionStore, evidence: Evidence) -> AsyncIterator[Helpline]:
    async with AsyncExitStack() as stack:
        one = Helpline(await stands("published", helpline=store.folder), evidence, stack)
        yield one
        await one.tidy()


async def test_calls_keep_their_version_and_none_is_lost(published: Helpline, plan: Path, store: VersionStore) -> None:
    before = await published.dial()
    since = published.log_size()
    right = plan.read_text()
    plan.write_text(right.replace("goto: resident\n", "goto: place\n", 1))
    version, fresh = store.publish(plan, [plan.parent / part for part in PARTS])
    assert (version.name, fresh) == ("0002", True)
    meanwhile = await asyncio.gather(*(published.dial() for _ in range(MEANWHILE)))
    await published.log_says("the changed plan is taken: new calls get it", since)
    assert await _way(await published.dial()) == "place"
    assert await _way(before) == "resident"
    ways = await asyncio.gather(*map(_way, meanwhile))
    assert set(ways) <= {"resident", "place"}
    for caller in (before, *meanwhile):
        await caller.leaves()
        assert (await caller.journal.next(Ended)).reason is EndReason.CALLER_LEFT

    since = published.log_size()
    store.make_current(store.before_current())
    await published.log_says("the changed plan is taken: new calls get it", since)
    assert await _way(await published.dial()) == "resident"


async def _way(caller: Caller) -> str:
    """The step behind key 1 of this caller's main menu."""
    await caller.at("main")
    await caller.presses("1")
    return (await caller.journal.next(StepEntered)).step
