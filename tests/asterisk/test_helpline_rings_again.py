"""Whoever was cut off and rings again goes on where they were, though the service was killed in between."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing

import pytest
import pytest_asyncio

from ivr.call import Ended, EndReason, FactLearnt, Rang
from tests.asterisk.conftest import PLANS, StandMaker
from tests.asterisk.evidence import Evidence
from tests.asterisk.helpline import Caller, Helpline, eventually, kill

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGAIN = """
  again:
    recall: We were cut off. Shall I go on where we were?
    keep: resident
    goto: main
"""


@pytest_asyncio.fixture(loop_scope="session")
async def helpline(
    stands: StandMaker, evidence: Evidence, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Helpline]:
    """A helpline of its own, which knows again who rings again."""
    plans = tmp_path_factory.mktemp("again") / "plans"
    shutil.copytree(PLANS, plans)
    plan = plans / "hall.yaml"
    text = plan.read_text(encoding="utf-8").replace("start: main\n", "start: again\n", 1)
    plan.write_text(text.replace("\nsteps:\n", f"\nsteps:{AGAIN}", 1), encoding="utf-8")
    stand = await stands("again", helpline=plan)
    async with AsyncExitStack() as stack:
        one = Helpline(stand, evidence, stack)
        yield one
        await one.tidy()


async def _cut_off(helpline: Helpline, number: str) -> None:
    """A call of `number` that ends at the step `place` and is kept; its journal goes: the next one has its number."""
    before = _kept(helpline)
    caller = await helpline.dial(number=number)
    await caller.at("main")
    await caller.presses("1")
    await caller.at("resident")
    await caller.presses("1")
    await caller.at("place")
    await caller.hears_out()
    await caller.leaves()
    assert (await caller.journal.next(Ended)).reason is EndReason.CALLER_LEFT
    for file in helpline.journals.glob("*.jsonl"):
        if f'"number": "{number}"' in file.read_text().partition("\n")[0]:
            file.unlink()
    await eventually(lambda: _kept(helpline) > before, what="the call is not kept")


def _kept(helpline: Helpline) -> int:
    """How many calls are kept."""
    file = helpline.stand.settings.state / "callers.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file)) as db:
        try:
            return int(db.execute("select count(*) from calls").fetchone()[0])
        except sqlite3.OperationalError:  # it is just being made
            return 0


async def _goes_on(caller: Caller) -> None:
    await caller.at("again")
    await caller.hears_out()
    await caller.presses("1")
    assert (await caller.journal.next(FactLearnt)).value == "yes"
    await caller.at("place")
    assert len(caller.journal.all(Rang)) == 1
    await caller.leaves()
    await caller.journal.next(Ended)


async def test_who_was_cut_off_goes_on_after_the_service_was_killed(helpline: Helpline) -> None:
    number, stranger, stand = helpline.number(), helpline.number(), helpline.stand
    await _cut_off(helpline, number)
    killed = stand.service_pid
    kill(killed)
    await eventually(lambda: stand.service_pid not in (None, killed), what="the watchdog starts no new service")
    await eventually(stand.healthy, what="the new service does not become healthy", within_s=40)
    await _goes_on(await helpline.dial(number=number))
    other = await helpline.dial(number=stranger)
    await other.at("main")
    await other.leaves()
    await other.journal.next(Ended)
    file = stand.settings.state / "callers.sqlite"
    assert number.encode() not in file.read_bytes()
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
