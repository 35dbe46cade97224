"""The manager interface comes and goes, and the last net holds when service and watchdog are both frozen."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager

import pytest
import pytest_asyncio

from ivr.call import Ended, EndReason
from ivr.pbx import Ports
from ivr.stand import Stand
from ivr.testing.agent_page import View
from tests.asterisk.cable import Cable
from tests.asterisk.conftest import StandMaker
from tests.asterisk.evidence import Evidence
from tests.asterisk.helpline import Helpline, kill

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMIT_S = 5
"""The rolling limit of this helpline: renewed every quarter of it."""
APOLOGY_S = 3.0
SLACK_S = 2.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cabled(stands: StandMaker) -> AsyncIterator[tuple[Stand, Cable]]:
    """A helpline whose service reaches the manager interface by a cable that can be cut."""
    ports = Ports.free()
    cable = Cable(ports.ami)
    await cable.start()
    stand = await stands("cabled", ports=ports, ami_port=cable.port, absolute_timeout_s=LIMIT_S)
    yield stand, cable
    await stand.stop()
    await cable.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def far(cabled: tuple[Stand, Cable], evidence: Evidence) -> AsyncIterator[Helpline]:
    """That helpline for one test."""
    stand, _ = cabled
    async with AsyncExitStack() as stack:
        one = Helpline(stand, evidence, stack)
        yield one
        await one.tidy()


def _now() -> float:
    return asyncio.get_running_loop().time()


@contextmanager
def _cut(cabled: tuple[Stand, Cable]) -> Iterator[float]:
    """The manager interface is away meanwhile; when it was cut."""
    _, cable = cabled
    cable.cut()
    try:
        yield _now()
    finally:
        cable.mend()


def _live(view: View) -> bool:
    return view["stale_since"] is None


def _stale(view: View) -> bool:
    return not _live(view)


async def test_a_cut_disturbs_no_call_and_the_hand_over_after_it_pops(
    far: Helpline, cabled: tuple[Stand, Cable]
) -> None:
    alice = await far.agent()
    caller = await far.dial()
    await caller.at("main")
    with _cut(cabled) as cut_at:
        await alice.page.wait_for(_stale, since=cut_at)
        await caller.presses("1")
        await caller.at("resident")
        await caller.interrupts("that's right")
        await caller.at("place")
    await alice.page.wait_for(_live, since=_now())
    await caller.interrupts("operator")
    _, pop = await alice.rings()
    assert {fact["name"]: fact["value"] for fact in pop["pop"]["facts"]} == {"resident": "yes"}


async def test_a_call_that_rings_while_ami_is_away_outlives_the_limit_and_is_handed_over(
    far: Helpline, cabled: tuple[Stand, Cable]
) -> None:
    alice = await far.agent()
    with _cut(cabled) as cut_at:
        await alice.page.wait_for(_stale, since=cut_at)
        caller = await far.dial()
        await caller.hears_out()
        while _now() - caller.call.answered_at < LIMIT_S + 1:  # nobody renews the limit, so it must have been lifted
            await caller.presses("*")
            await caller.hears_out()
        await caller.presses("0")
        await caller.journal.next(Ended, reason=EndReason.HANDED_OVER)
        ring = await alice.phone.wait_for_call(20)
    pop = await alice.pop("ringing", ring.number)
    assert pop["pop"]["reason"] == "asked"


async def test_service_and_watchdog_both_frozen_the_limit_saves_the_caller(far: Helpline) -> None:
    operator = (await far.agent()).phone
    caller = await far.dial()
    await caller.at("main")
    await caller.hears_out()
    watchdog, service = far.stand.watchdog_pid, far.stand.service_pid
    kill(watchdog, service, number=signal.SIGSTOP)
    failed_at = _now()
    try:
        ring = await operator.wait_for_call(LIMIT_S + APOLOGY_S + SLACK_S)
        assert ring.rang_at - failed_at < LIMIT_S + APOLOGY_S + SLACK_S
        await caller.call.wait_for_sound(since=failed_at + 0.5, timeout_s=1)
    finally:
        kill(watchdog, service, number=signal.SIGCONT)
    await caller.journal.next(Ended)
