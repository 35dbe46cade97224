"""A real Asterisk for the session, real SIP phones for a test, and evidence of what went wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from ivr.errors import PbxError
from ivr.handoff.agents import load_agents
from ivr.pbx import Pbx, Ports, find_asterisk
from ivr.secrets_file import Secrets, load_or_make
from ivr.settings import Settings
from ivr.stand import Stand, free_settings, people_of
from ivr.testing.sip_phone import SipPhone
from tests.asterisk.bare_service import ABSOLUTE_TIMEOUT_S
from tests.asterisk.evidence import BUILD, Evidence
from tests.asterisk.helpline import Helpline
from tests.chromium import CHROMIUM, MISSING, chromium

PhoneMaker = Callable[..., Awaitable[SipPhone]]


_EVIDENCE = pytest.StashKey[Evidence]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    evidence = item.stash.get(_EVIDENCE, None)
    if report.failed and call.when == "call" and evidence is not None:
        report.sections.append(("evidence", f"sound and logs of this test: {evidence.save()}"))
    return report


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    path = tmp_path_factory.mktemp("secrets") / "secrets.json"
    return load_or_make(path, sip=["caller", "alice", "bob"], agents=["alice", "bob"])


@pytest.fixture(scope="session")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture(scope="session")
def settings(ports: Ports) -> Settings:
    return Settings.read(
        agi_port=ports.agi, media_port=ports.media, ami_port=ports.ami, absolute_timeout_s=ABSOLUTE_TIMEOUT_S
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _running_pbx(settings: Settings, secrets: Secrets, ports: Ports) -> AsyncIterator[Pbx]:
    try:
        installation = find_asterisk(BUILD / "asterisk-root")
    except PbxError as fault:
        pytest.skip(str(fault))
    pbx = Pbx(
        settings,
        secrets,
        installation=installation,
        ports=ports,
        name=f"test-{os.getpid()}",
        people=people_of(load_agents(settings.agents)),
        for_tests=True,
        queue_wait_s=8,
    )
    await pbx.start()
    yield pbx
    await pbx.stop()
    shutil.rmtree(pbx.run_dir)


@pytest.fixture
def pbx(_running_pbx: Pbx, evidence: Evidence) -> Pbx:
    """The session's Asterisk, for one test."""
    evidence.follow(_running_pbx.log_path, "asterisk.log")
    return _running_pbx


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """What this test leaves if it fails."""
    kept = Evidence(request.node.nodeid)
    request.node.stash[_EVIDENCE] = kept
    return kept


@pytest_asyncio.fixture
async def phone(pbx: Pbx, secrets: Secrets, evidence: Evidence) -> AsyncIterator[PhoneMaker]:
    """``await phone("caller")`` or ``await phone("alice", register=True, queue="operator")``; gone after the test."""
    async with AsyncExitStack() as stack:

        async def make(user: str, *, password: str | None = None, register: bool = False, queue: str = "") -> SipPhone:
            given = secrets.sip.get(user, "") if password is None else password
            made = await stack.enter_async_context(SipPhone(user, given, (pbx.ports.address, pbx.ports.sip)))
            evidence.phones.append(made)
            if register:
                await made.register()
            if queue:
                await pbx.console(f"queue add member PJSIP/{user} to {queue}")
                stack.push_async_callback(pbx.console, f"queue remove member PJSIP/{user} from {queue}")
            return made

        yield make


# -- a whole helpline, service and all --------------------------------------------------------------------

PLANS = Path(__file__).parent / "plans"
StandMaker = Callable[..., Awaitable[Stand]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stands(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StandMaker]:
    """``await stands("name", absolute_timeout_s=6)``: a helpline of its own that runs; gone after the session."""
    try:
        installation = find_asterisk(BUILD / "asterisk-root")
    except PbxError as fault:
        pytest.skip(str(fault))
    async with AsyncExitStack() as stack:

        async def make(name: str, *, ports: Ports | None = None, rehearses: bool = False, **changes: object) -> Stand:
            folder, ports = tmp_path_factory.mktemp(name), ports or Ports.free()
            settings = free_settings(
                Settings.read(), ports, folder=folder, **{"helpline": PLANS / "hall.yaml", **changes}
            )
            _share_prompts(settings.state)
            stand = Stand(
                settings,
                name=f"test-{os.getpid()}-{name}",
                ports=ports,
                installation=installation,
                scenes=folder / "scenes" if rehearses else None,
                log=folder / "service.log",
            )
            stack.callback(shutil.rmtree, stand.pbx.run_dir, ignore_errors=True)
            stack.push_async_callback(stand.stop)
            await stand.start()
            return stand

        yield make


def _share_prompts(state: Path) -> None:
    """All stands of all runs say the same words: each is rendered once (the cache's key holds voice and text)."""
    shared = BUILD / "test-prompts"
    shared.mkdir(parents=True, exist_ok=True)
    state.mkdir(parents=True)
    (state / "prompts").symlink_to(shared)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def calm_stand(stands: StandMaker) -> Stand:
    """The helpline of the tests in which nothing breaks."""
    return await stands("calm")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rough_stand(stands: StandMaker, tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """The helpline whose service is killed, frozen and misled; its plan is a copy that may be changed."""
    plans = tmp_path_factory.mktemp("plans") / "plans"
    shutil.copytree(PLANS, plans)
    return await stands("rough", helpline=plans / "hall.yaml")


@pytest_asyncio.fixture(loop_scope="session")
async def helpline(calm_stand: Stand, evidence: Evidence) -> AsyncIterator[Helpline]:
    """The calm helpline for one test, which may break nothing."""
    async with AsyncExitStack() as stack:
        one = Helpline(calm_stand, evidence, stack)
        yield one
        await one.tidy()


@pytest_asyncio.fixture(loop_scope="session")
async def rough(rough_stand: Stand, evidence: Evidence) -> AsyncIterator[Helpline]:
    """A helpline for one test that may do anything to its service: it is whole again afterwards."""
    if not await rough_stand.healthy():
        await rough_stand.stop_service()
        await rough_stand.start_service()
    async with AsyncExitStack() as stack:
        one = Helpline(rough_stand, evidence, stack)
        yield one
        await one.tidy()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(MISSING)
    async with chromium() as one:
        yield one
