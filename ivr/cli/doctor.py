"""Examine a PBX that you bring: version, modules, dialplan, account, queues, ports; what is wrong, what mends it."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

from ivr.dialogue import load_flow
from ivr.errors import SettingsError
from ivr.handoff.agents import load_agents
from ivr.handoff.queue_events import EVENT_NAMES
from ivr.pbx.doctor import Examined, Finding, Level, LogIn, Place, Wanted, WantedAgent, examine
from ivr.pbx.doctor.wanted import SAFETY_QUEUE
from ivr.published import plan_of
from ivr.secrets_file import load_or_make
from ivr.settings import Settings

SECRET, ADMIN_SECRET = "IVR_DOCTOR_SECRET", "IVR_DOCTOR_ADMIN_SECRET"
_COLOURS = {Level.FAULT: "31", Level.WARNING: "33", Level.UNSEEN: "36", Level.FINE: "32"}
_INDENT = " " * 9


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="*", help="the flow files (default: the helpline of the settings)")
    parser.add_argument("--host", help="of Asterisk's manager interface (default: setting ami_host)")
    parser.add_argument("--port", type=_port, help="of Asterisk's manager interface (default: setting ami_port)")
    parser.add_argument(
        "--user",
        help=f"the service's account (default: setting ami_user); its secret is in {SECRET} or the secrets file",
    )
    parser.add_argument(
        "--admin",
        metavar="USER",
        help=f"an account that may look further ('write = system'); its secret is in {ADMIN_SECRET}",
    )
    parser.add_argument(
        "--etc", type=Path, metavar="FOLDER", help="Asterisk's configuration, if it is on this machine: /etc/asterisk"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def main(given: argparse.Namespace) -> int:
    """0 if there is no fault (there may be warnings), 1 if there is one; raises UserError for what cannot be read."""
    settings = Settings.read()
    if given.etc is not None and not os.path.isfile(given.etc / "asterisk.conf"):  # noqa: PTH113 - False if forbidden
        raise SettingsError(f"--etc: there is no asterisk.conf in '{given.etc}'; Asterisk's own is /etc/asterisk")
    known_ami, known_agi = _secrets(settings)
    wanted = wanted_of(settings, given.plan, host=given.host, port=given.port, user=given.user, agi_secret=known_agi)
    service = LogIn(user=wanted.ami_user, secret=_secret(SECRET, known_ami, settings))
    admin = LogIn(user=given.admin, secret=_secret(ADMIN_SECRET, None, settings)) if given.admin else None
    told = examine(wanted, service, admin=admin, folder=given.etc)
    return _as_json(told) if given.format == "json" else _as_text(told)


def wanted_of(
    settings: Settings,
    plans: Iterable[Path] = (),
    *,
    host: str | None = None,
    port: int | None = None,
    user: str | None = None,
    agi_secret: str | None = None,
) -> Wanted:
    """What the helpline of `settings` with these `plans` needs. Raises FlowError if one of its files cannot be read."""
    queues = {SAFETY_QUEUE: "the safety net's"}
    zones: dict[str, str] = {}
    for file in list(plans) or [settings.helpline]:
        flow = load_flow(plan_of(file))
        zones.setdefault(flow.time_zone, str(flow.file))
        for name in flow.queues:
            queues.setdefault(name, f"named by {flow.file}")
    agents = load_agents(settings.agents)
    for agent in agents:
        for name in agent.queues:
            queues.setdefault(name, f"{agent.name}'s in {settings.agents}")
    return Wanted(
        ami=Place(host=host or settings.ami_host, port=port or settings.ami_port, setting="ami_port"),
        ami_user=user or settings.ami_user,
        agi=Place(host=settings.bind, port=settings.agi_port, setting="agi_port"),
        media=Place(host=settings.bind, port=settings.media_port, setting="media_port"),
        console=Place(host=settings.console_bind, port=settings.console_port, setting="console_port"),
        agi_secret=agi_secret,
        absolute_timeout_s=settings.absolute_timeout_s,
        queues=queues,
        agents=tuple(WantedAgent(name=agent.name, interface=agent.interface) for agent in agents),
        event_names=EVENT_NAMES,
        zones=zones,
        own_address=_own_address(),
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port: 1 to 65535")
    return int(text)


def _secrets(settings: Settings) -> tuple[str | None, str | None]:
    """The account's secret and the AGI path, if there is a secrets file; none is made here. Raises SettingsError."""
    if not settings.secrets.exists():
        return None, None
    known = load_or_make(settings.secrets, sip=(), agents=())
    return known.ami, known.agi


def _secret(variable: str, known: str | None, settings: Settings) -> str:
    secret = os.environ.get(variable) or known
    if secret is None:
        other = "" if variable == ADMIN_SECRET else f"; {settings.secrets} (setting secrets) does not exist"
        raise SettingsError(f"no secret for the account: put it into the environment variable {variable}{other}")
    if not secret.isprintable():
        raise SettingsError(f"{variable}: a secret is one line of printable characters")
    return secret


def _own_address() -> str | None:
    """This machine's address towards others; no packet is sent (192.0.2.0/24 is nobody's, RFC 5737)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith("127.") else address


def _as_json(told: Iterable[Examined]) -> int:
    examined = list(told)
    findings = [
        {
            "examination": one.name,
            "level": finding.level.value,
            "what": finding.what,
            "where": finding.where,
            "line": finding.line,
            "mend": finding.mend,
        }
        for one in examined
        for finding in one.findings
    ]
    faults = sum(finding["level"] == Level.FAULT.value for finding in findings)
    print(json.dumps({"fit": not faults, "findings": findings}, indent=2, ensure_ascii=False))
    return int(faults > 0)


def _as_text(told: Iterable[Examined]) -> int:
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    counts = dict.fromkeys(Level, 0)
    for one in told:
        for finding in one.findings:
            counts[finding.level] += 1
            print("\n".join(_lines(one.name, finding, coloured)), flush=True)
    print(
        f"{_number(counts[Level.FAULT], 'fault')}, {_number(counts[Level.WARNING], 'warning')}, "
        f"{counts[Level.UNSEEN]} not looked at, {counts[Level.FINE]} fine"
    )
    return int(counts[Level.FAULT] > 0)


def _lines(name: str, finding: Finding, coloured: bool) -> Iterable[str]:
    level = f"{finding.level.value:<{len(_INDENT)}}"
    if coloured:
        level = f"\x1b[{_COLOURS[finding.level]}m{level}\x1b[0m"
    yield f"{level}{name}: {finding.what}"
    if finding.line:
        yield f"{_INDENT}write in {finding.where}:"
        yield from (f"{_INDENT}    {line}" for line in finding.line.split("\n"))
    elif finding.where:
        yield f"{_INDENT}in {finding.where}"
    if finding.mend:
        yield f"{_INDENT}{finding.mend}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
