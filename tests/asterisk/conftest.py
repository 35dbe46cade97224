"""A real Asterisk for the session, real SIP phones for a test, and evidence of what went wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.errors import PbxError
from ivr.pbx import Pbx, Ports, find_asterisk
from ivr.secrets_file import Secrets, load_or_make
from ivr.settings import Settings
from ivr.testing.sip_phone import SipPhone
from tests.asterisk.bare_service import ABSOLUTE_TIMEOUT_S

BUILD = Path(__file__).parents[2] / "build"


PhoneMaker = Callable[..., Awaitable[SipPhone]]


class Evidence:
    """What a failing test leaves in ``build/evidence/<test>``: both sides of each call, Asterisk's log, and `files`."""

    def __init__(self, name: str, log: Path) -> None:
        self.folder = BUILD / "evidence" / name
        self.phones: list[SipPhone] = []
        self.files: list[Path] = []
        """Journals and the like that a test wants to be kept."""
        self._log = log
        self._log_began = log.stat().st_size if log.exists() else 0

    def save(self) -> Path:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        calls = [call for phone in self.phones for call in phone.calls]
        for number, call in enumerate(calls, 1):
            call.save(self.folder / f"{number} {call.title.replace('/', '_')}.wav")
        if self._log.exists():
            (self.folder / "asterisk.log").write_bytes(self._log.read_bytes()[self._log_began :])
        for file in self.files:
            if file.exists():
                shutil.copy(file, self.folder / file.name)
        return self.folder


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
        for_tests=True,
        queue_wait_s=15,
    )
    await pbx.start()
    yield pbx
    await pbx.stop()
    shutil.rmtree(pbx.run_dir)


@pytest.fixture
def pbx(_running_pbx: Pbx, evidence: Evidence) -> Pbx:
    """The session's Asterisk, for one test."""
    return _running_pbx


@pytest.fixture
def evidence(request: pytest.FixtureRequest, _running_pbx: Pbx) -> Iterator[Evidence]:
    name = request.node.nodeid.rpartition("/")[2]
    kept = Evidence("".join(c if c.isalnum() or c in "-_." else "_" for c in name)[:120], _running_pbx.log_path)
    request.node.stash[_EVIDENCE] = kept
    yield kept


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
