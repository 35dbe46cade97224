"""The whole visit, at a manager interface that speaks real bytes: what cannot be seen keeps nothing else from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from ivr.pbx.doctor import EXAMINATIONS, Examined, Level, LogIn, Place, Wanted, examine
from ivr.testing.fake_ami import FakeAmi
from tests.unit.pbx.doctor.patients import NEEDED_ACTIONS, WANTED

SERVICE = LogIn(user="ivr", secret="secret")
ADMIN = LogIn(user="visitor", secret="other")
NOBODY = Place(host="127.0.0.1", port=1, setting="agi_port")


@pytest_asyncio.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    fake = FakeAmi()
    await fake.start()
    yield fake
    await fake.close()


def wanted(ami: FakeAmi) -> Wanted:
    place = Place(host="127.0.0.1", port=ami.port, setting="ami_port")
    return replace(WANTED, ami=place, agi=NOBODY, media=NOBODY, console=NOBODY)


async def visit(ami: FakeAmi, service: LogIn = SERVICE, admin: LogIn | None = None) -> list[Examined]:
    return await asyncio.to_thread(lambda: list(examine(wanted(ami), service, admin=admin)))


async def test_a_pbx_that_refuses_everything_is_looked_at_to_the_end(ami: FakeAmi) -> None:
    told = await visit(ami)
    assert [one.name for one in told] == ["ports of the service", "manager interface", *(n for n, _ in EXAMINATIONS)]
    assert all(one.findings for one in told if one.name not in {"when the service fails"})
    unseen = [one.name for one in told if any(finding.level is Level.UNSEEN for finding in one.findings)]
    assert {"version", "the way to the service", "the way of the sound"} <= set(unseen)


async def test_what_one_answer_hangs_on_does_not_hang_the_rest(ami: FakeAmi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.pbx.doctor.doctor.ManagerLine", _impatient())
    ami.answer("CoreSettings", never=True)
    told = {one.name: one.findings for one in await visit(ami)}
    assert "no answer to the manager action CoreSettings" in told["version"][0].what
    assert told["queues"][0].level is Level.UNSEEN
    assert sum(action["Action"] == "QueueStatus" for action in ami.actions) == 0


async def test_privileges_are_told_from_the_list_of_actions(ami: FakeAmi) -> None:
    ami.answer("ListCommands", {"Response": "Success", **NEEDED_ACTIONS})
    told = {one.name: one.findings for one in await visit(ami)}
    assert [finding.level for finding in told["what the account may do"]] == [Level.FINE]


async def test_a_wrong_secret_ends_the_visit_with_its_line(ami: FakeAmi) -> None:
    told = await visit(ami, LogIn(user="ivr", secret="guessed"))
    assert [one.name for one in told] == ["ports of the service", "manager interface"]
    assert told[1].findings[0].line == "secret = @AMI_SECRET@"


async def test_a_visitor_who_is_not_let_in_is_told_and_the_service_goes_on(ami: FakeAmi) -> None:
    told = await visit(ami, admin=ADMIN)
    first, second = told[1].findings
    assert first.level is Level.FINE
    assert "refuses the account 'visitor'" in second.what
    assert len(told) == 2 + len(EXAMINATIONS)


@pytest.mark.parametrize(
    ("banner", "what", "line"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "is not Asterisk's manager interface", "port = "),
        (b"", "does not greet", "tlsenable = no"),
    ],
)
async def test_what_is_no_manager_interface_has_its_line(
    ami: FakeAmi, monkeypatch: pytest.MonkeyPatch, banner: bytes, what: str, line: str
) -> None:
    monkeypatch.setattr("ivr.pbx.doctor.doctor.ManagerLine", _impatient())
    ami.banner = banner
    found = (await visit(ami))[-1].findings[0]
    assert what in found.what
    assert line in found.line


async def test_a_port_where_nobody_is_has_its_line(ami: FakeAmi) -> None:
    await ami.close()
    found = (await visit(ami))[-1].findings[0]
    assert "nobody takes calls at" in found.what
    assert found.line == f"enabled = yes\nport = {ami.port}"


def _impatient():
    from ivr.pbx.doctor.manager_line import ManagerLine

    return lambda host, port: ManagerLine(host, port, answer_s=0.15, greeting_s=0.15)
