"""The doctor at a real Asterisk: nothing is wrong with our own, and each thing that we break is found with its line."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.cli.doctor import wanted_of
from ivr.errors import PbxError
from ivr.handoff.agents import load_agents
from ivr.pbx import Pbx, Ports, find_asterisk
from ivr.pbx.doctor import Finding, Level, LogIn, Place, Wanted, WantedAgent, examine
from ivr.secrets_file import Secrets
from ivr.settings import Settings
from ivr.stand import people_of
from tests.asterisk.evidence import BUILD

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = LogIn(user="visitor", secret="of-a-visitor")
_ADMIN_SECTION = f"\n[{ADMIN.user}]\nsecret = {ADMIN.secret}\nread = system\nwrite = system\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """An Asterisk whose files may be changed; `healthy` is what they held at the start."""

    pbx: Pbx
    wanted: Wanted
    service: LogIn
    healthy: dict[str, str]

    @property
    def etc(self) -> Path:
        return self.pbx.run_dir / "etc"

    async def findings(
        self,
        *,
        wanted: Wanted | None = None,
        service: LogIn | None = None,
        admin: LogIn | None = None,
        folder: Path | None = None,
    ) -> list[Finding]:
        def look() -> list[Finding]:
            told = examine(wanted or self.wanted, service or self.service, admin=admin, folder=folder)
            return [finding for one in told for finding in one.findings]

        return await asyncio.to_thread(look)

    async def change(self, file: str, old: str, new: str, reload: str) -> None:
        text = (self.etc / file).read_text()
        assert old in text, f"{old} is not in {file}"
        (self.etc / file).write_text(text.replace(old, new))
        await self.pbx.console(reload)

    async def heal(self, file: str, reload: str) -> None:
        (self.etc / file).write_text(self.healthy[file])
        await self.pbx.console(reload)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ward(secrets: Secrets) -> AsyncIterator[Ward]:
    try:
        installation = find_asterisk(BUILD / "asterisk-root")
    except PbxError as fault:
        pytest.skip(str(fault))
    ports = Ports.free()
    settings = Settings.read(agi_port=ports.agi, media_port=ports.media, ami_port=ports.ami, console_port=ports.console)
    pbx = Pbx(
        settings,
        secrets,
        installation=installation,
        ports=ports,
        name=f"test-{os.getpid()}-doctor",
        people=people_of(load_agents(settings.agents)),
    )
    await pbx.start()
    try:
        manager = pbx.run_dir / "etc" / "manager.conf"
        manager.write_text(manager.read_text() + _ADMIN_SECTION)
        await pbx.console("manager reload")
        yield Ward(
            pbx=pbx,
            # Every address of 127.0.0.0/8 is this machine's: the second stands for one on a network.
            wanted=replace(wanted_of(settings, agi_secret=secrets.agi), own_address="127.0.0.2", zones={}),
            service=LogIn(user=settings.ami_user, secret=secrets.ami),
            healthy={path.name: path.read_text() for path in (pbx.run_dir / "etc").glob("*.conf")},
        )
    finally:
        await pbx.stop()
        shutil.rmtree(pbx.run_dir)


def wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level in {Level.FAULT, Level.WARNING}]


async def test_nothing_is_wrong_with_our_own_and_everything_is_seen_with_a_visitors_account(ward: Ward) -> None:
    findings = await ward.findings(admin=ADMIN)
    assert {finding.level for finding in findings} == {Level.FINE}, wrong(findings)
    assert len(findings) >= 20


async def test_nothing_is_wrong_with_our_own_by_its_files_either(ward: Ward) -> None:
    findings = await ward.findings(folder=ward.etc)
    assert not wrong(findings)
    assert [finding.what for finding in findings if finding.level is Level.UNSEEN] == [
        "not looked at: the account ivr may not use the action PJSIPShowEndpoints"
    ]


async def test_the_services_own_account_sees_all_but_three_things(ward: Ward) -> None:
    findings = await ward.findings()
    assert not wrong(findings)
    assert sum(finding.level is Level.UNSEEN for finding in findings) == 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ill:
    """One thing broken in `file`; the finding holds `what`, and its mending line `line`."""

    file: str
    old: str
    new: str
    reload: str
    what: str
    line: str
    level: Level = Level.FAULT


_MANAGER, _DIALPLAN = "manager reload", "dialplan reload"
ILLS = {
    "a queue is missing": Ill(
        file="queues.conf", old="[housing]", new="[hosting]", reload="queue reload all",
        what="there is no queue 'housing'", line="[housing](every-queue)\nstrategy = leastrecent",
    ),
    "the account may do everything": Ill(
        file="manager.conf", old="write = call,agent,reporting", new="write = all", reload=_MANAGER,
        what="may do more than the service needs, by the class", line="write = call,agent,reporting",
    ),
    "the account may call out": Ill(
        file="manager.conf", old="write = call,agent,reporting", new="write = call,agent,reporting,originate",
        reload=_MANAGER, what="by the class originate: Originate", line="write = call,agent,reporting",
    ),
    "the account may not move agents": Ill(
        file="manager.conf", old="write = call,agent,reporting", new="write = call,reporting", reload=_MANAGER,
        what="may not do what the service needs: QueueAdd, QueueRemove, QueuePause",
        line="write = call,agent,reporting",
    ),
    "the account may not look": Ill(
        file="manager.conf", old="write = call,agent,reporting", new="write = call,agent", reload=_MANAGER,
        what="may not do what the service needs: CoreShowChannels", line="write = call,agent,reporting",
    ),
    "the account hears everything": Ill(
        file="manager.conf", old="read = call,agent,reporting", new="read = all", reload=_MANAGER,
        what="may read more than the service needs: all", line="read = call,agent,reporting",
    ),
    "an event is filtered out": Ill(
        file="manager.conf", old="eventfilter(action(include),name(Hangup)) =", new=";", reload=_MANAGER,
        what="filtered out: Hangup", line="eventfilter(action(include),name(Hangup)) =",
    ),
    "the account is taken from anywhere": Ill(
        file="manager.conf", old="permit = 127.0.0.1/255.255.255.255\n", new="\n", reload="core show uptime",
        what="is taken from any address", line="permit = 127.0.0.1/255.255.255.255", level=Level.WARNING,
    ),
    "the sound goes to another port": Ill(
        file="websocket_client.conf", old="/media", new="1/media", reload="core show uptime",
        what="the media server is on port", line="uri = ws://127.0.0.1:",
    ),
    "the sound's section is missing": Ill(
        file="websocket_client.conf", old="[ivr]", new="[other]", reload="core show uptime",
        what="has no section [ivr]", line="connection_type = per_call_config",
    ),
    "the safety net is missing": Ill(
        file="extensions.conf", old="[safety-net]", new="[safety-nest]", reload=_DIALPLAN,
        what="the dialplan has no context [safety-net]", line="[safety-net]",
    ),
    "calls go to another port": Ill(
        file="extensions.conf", old="AGI(agi://127.0.0.1:", new="AGI(agi://127.0.0.1:1", reload=_DIALPLAN,
        what="the service listens on", line="AGI(agi://127.0.0.1:",
    ),
    "the path is no secret": Ill(
        file="extensions.conf", old=")\n; Refused, killed", new="x)\n; Refused, killed", reload=_DIALPLAN,
        what="another path than its secret one", line="@AGI_SECRET@",
    ),
    "a number is not cleaned": Ill(
        file="extensions.conf", old="exten => 100,1,Set(CALLERID(num)=${FILTER(0-9A-Za-z+*#._-,${CALLERID(num)})})",
        new="exten => 100,1,NoOp()", reload=_DIALPLAN,
        what="[from-callers] 100 brings callers' numbers uncleaned", line="Set(CALLERID(num)=${FILTER(",
    ),
    "nothing proves the end": Ill(
        file="extensions.conf", old='GotoIf($["${IVR_DONE}" != "${IVR_NONCE}"]?safety-net,s,1)', new="NoOp()",
        reload=_DIALPLAN, what="callers of a dead service are lost", line="?safety-net,s,1)",
    ),
    "the limit is another": Ill(
        file="extensions.conf", old="TIMEOUT(absolute)=20", new="TIMEOUT(absolute)=5", reload=_DIALPLAN,
        what="rolling limit before the service is 5 s", line="Set(TIMEOUT(absolute)=20)",
    ),
    "a queue has no extension": Ill(
        file="extensions.conf", old="exten => to_housing,1,Answer()", new="exten => to_house,1,Answer()",
        reload=_DIALPLAN, what="no extension leads into the queue 'housing'", line="exten => to_housing,1,Answer()",
    ),
    "phones may move callers": Ill(
        file="extensions.conf", old="Queue(operator,i,", new="Queue(operator,,", reload=_DIALPLAN,
        what="can send the caller to any number", line="Queue(operator,i,", level=Level.WARNING,
    ),
    "a telephone speaks no ulaw": Ill(
        file="pjsip.conf", old="allow = ulaw,alaw", new="allow = gsm", reload="module reload res_pjsip.so",
        what="the endpoint alice speaks neither ulaw nor alaw but gsm", line="allow = ulaw,alaw",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ILLS)
async def test_what_is_broken_is_found_with_the_line_that_mends_it(ward: Ward, name: str) -> None:
    ill = ILLS[name]
    await ward.change(ill.file, ill.old, ill.new, ill.reload)
    try:
        found = wrong(await ward.findings(admin=ADMIN))
    finally:
        await ward.heal(ill.file, ill.reload)
    hits = [finding for finding in found if ill.what in finding.what]
    assert hits, found
    assert hits[0].level is ill.level
    assert ill.line in hits[0].line
    assert hits[0].where.startswith(ill.file)


@pytest.mark.parametrize("module", ["chan_websocket.so", "func_uuid.so", "codec_alaw.so", "app_queue.so"])
async def test_a_module_that_is_not_loaded_is_found(ward: Ward, module: str) -> None:
    await ward.pbx.console(f"module unload {module}")
    try:
        found = wrong(await ward.findings())
    finally:
        await ward.pbx.console(f"module load {module}")
    assert f"load = {module}" in [finding.line for finding in found]


async def test_modules_are_seen_by_a_visitor_where_the_account_cannot_ask(ward: Ward) -> None:
    await ward.pbx.console("module unload func_module.so")
    try:
        alone, together = await ward.findings(), await ward.findings(admin=ADMIN)
    finally:
        await ward.pbx.console("module load func_module.so")
    assert [finding.line for finding in alone if "modules" in finding.what] == ["load = func_module.so"]
    assert not wrong(together)


async def test_a_module_that_gives_out_passwords_is_found(ward: Ward) -> None:
    await ward.pbx.console("module load func_config.so")
    try:
        found = wrong(await ward.findings())
    finally:
        await ward.pbx.console("module unload func_config.so")
    assert [(finding.level, finding.line) for finding in found] == [(Level.WARNING, "noload = func_config.so")]


async def test_events_that_nobody_filters_are_noticed_without_seeing_the_file(ward: Ward) -> None:
    text = (ward.etc / "manager.conf").read_text()
    head, _, _ = text.partition("eventfilter")
    (ward.etc / "manager.conf").write_text(head.replace("read = call,agent,reporting", "read = all"))
    await ward.pbx.console("manager reload")
    try:
        found = wrong(await ward.findings())
    finally:
        await ward.heal("manager.conf", "manager reload")
    assert "FullyBooted" in found[0].what
    assert found[0].line.count("eventfilter(action(include)") == 12


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (lambda wanted: replace(wanted, queues={**wanted.queues, "gardens": "new.yaml"}), "no queue 'gardens' (new.y"),
        (
            lambda wanted: replace(wanted, agents=(WantedAgent(name="carol", interface="PJSIP/carol"),)),
            "carol's telephone PJSIP/carol does not exist",
        ),
        (lambda wanted: replace(wanted, zones={"Asia/Kolkata": "delhi.yaml"}), "that of delhi.yaml (Asia/Kolkata)"),
        (lambda wanted: replace(wanted, own_address="127.0.0.1"), "answers on 127.0.0.1, too"),
    ],
)
async def test_what_the_helpline_needs_and_the_pbx_lacks_is_found(
    ward: Ward, changed: Callable[[Wanted], Wanted], what: str
) -> None:
    found = wrong(await ward.findings(wanted=changed(ward.wanted)))
    assert any(what in finding.what and finding.line for finding in found), found


async def test_a_wrong_secret_is_one_finding(ward: Ward) -> None:
    found = wrong(await ward.findings(service=LogIn(user="ivr", secret="guessed")))
    assert len(found) == 1
    assert "refuses the account 'ivr'" in found[0].what
    assert found[0].line == "secret = @AMI_SECRET@"


async def test_an_asterisk_that_is_not_there_is_one_finding(ward: Ward) -> None:
    nowhere = replace(ward.wanted, ami=Place(host="127.0.0.1", port=ward.wanted.media.port, setting="ami_port"))
    found = wrong(await ward.findings(wanted=nowhere))
    assert len(found) == 1
    assert "enabled = yes" in found[0].line


async def test_no_finding_holds_a_secret(ward: Ward, secrets: Secrets) -> None:
    await ward.change("extensions.conf", "AGI(agi://127.0.0.1:", "AGI(agi://127.0.0.1:1", "dialplan reload")
    try:
        told = repr(await ward.findings(admin=ADMIN, folder=ward.etc))
    finally:
        await ward.heal("extensions.conf", "dialplan reload")
    assert not [secret for secret in (secrets.ami, secrets.agi, ADMIN.secret) if secret in told]
