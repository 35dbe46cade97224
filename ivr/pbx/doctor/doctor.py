"""Examines a PBX that an admin brings: log in, then one examination after the other, whatever the others find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import LineBroken, PbxError
from ivr.pbx.doctor import examinations as look
from ivr.pbx.doctor.findings import Examined, Finding, fault, fine, unseen
from ivr.pbx.doctor.manager_line import ManagerLine, NotReached, Refused, Trouble
from ivr.pbx.doctor.patient import NotPermitted, Patient
from ivr.pbx.doctor.wanted import Wanted

Examination = Callable[[Patient, Wanted], Iterator[Finding]]

EXAMINATIONS: tuple[tuple[str, Examination], ...] = (
    ("version", look.version),
    ("modules", look.modules),
    ("clock", look.clock),
    ("time zone", look.time_zones),
    ("what the account may do", look.actions),
    ("what the account is sent", look.events),
    ("passwords", look.config_readable),
    ("who reaches the manager interface", look.exposure),
    ("the way to the service", look.helpline),
    ("numbers that lead to it", look.entrances),
    ("time limits", look.endings),
    ("when the service fails", look.safety_net),
    ("the way into the queues", look.queue_extensions),
    ("queues", look.queues),
    ("agents' telephones", look.agents),
    ("codecs", look.codecs),
    ("the way of the sound", look.websocket_client),
)
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """An account of the manager interface."""

    user: str
    secret: str


def examine(
    wanted: Wanted, service: LogIn, *, admin: LogIn | None = None, folder: Path | None = None
) -> Iterator[Examined]:
    """Every examination, told as it ends; blocking, at most some ten seconds.

    `admin` is an account that may look further (``write = system``), `folder` Asterisk's configuration on this machine.
    """
    yield Examined(name="ports of the service", findings=tuple(look.own_ports(wanted)))
    with ExitStack() as stack:
        found, line = _logged_in(wanted, service, stack, "service")
        findings = [found]
        admin_line = None
        if line is not None and admin is not None:
            found, admin_line = _logged_in(wanted, admin, stack, "admin")
            findings.append(found)
        yield Examined(name="manager interface", findings=tuple(findings))
        if line is None:
            return
        patient = Patient(service=line, admin=admin_line, folder=folder)
        for name, examination in EXAMINATIONS:
            yield Examined(name=name, findings=tuple(_carefully(examination, patient, wanted)))


def _carefully(examination: Examination, patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """What an examination finds; what it may not look at, or has no answer to, keeps none of the others from theirs."""
    try:
        yield from examination(patient, wanted)
    except NotPermitted as lack:
        yield unseen(
            f"not looked at: the account {wanted.ami_user} may not use {lack.needs}",
            mend="name an account with 'write = system' by --admin"
            + (", or Asterisk's folder by --etc" if lack.needs.endswith("GetConfig") else ""),
        )
    except (PbxError, LineBroken) as why:  # a refusal, a file that may not be read, an answer that did not come
        yield unseen(f"not looked at: {why}")


def _logged_in(wanted: Wanted, log_in: LogIn, stack: ExitStack, whose: str) -> tuple[Finding, ManagerLine | None]:
    try:
        line = ManagerLine(wanted.ami.host, wanted.ami.port)
    except NotReached as broken:
        return _not_reached(wanted, broken), None
    stack.callback(line.close)
    try:
        line.log_in(log_in.user, log_in.secret)
    except Refused:
        return _not_let_in(wanted, log_in.user, whose), None
    except (LineBroken, PbxError) as broken:
        return fault(
            f"Asterisk at {wanted.ami} does not answer the log-in: {broken}",
            mend="is it starting, or frozen? ask its command line: core show uptime",
        ), None
    return fine(f"{log_in.user} is logged in at {wanted.ami}"), line


def _not_let_in(wanted: Wanted, user: str, whose: str) -> Finding:
    secret = {
        "service": "the secret of 'ami' in the service's secrets file (setting secrets)",
        "admin": "the secret that IVR_DOCTOR_ADMIN_SECRET holds",
    }[whose]
    return fault(
        f"Asterisk refuses the account '{user}': there is none, its secret is another, or its permit leaves us out",
        where=f"manager.conf [{user}]",
        line="secret = @AMI_SECRET@" if whose == "service" else "secret = …",
        mend=f"with {secret}; then in Asterisk's command line: manager reload",
    )


def _not_reached(wanted: Wanted, broken: NotReached) -> Finding:
    at, port = str(wanted.ami), wanted.ami.port
    where = "manager.conf [general]"
    setting = f"or tell the service: {wanted.ami.setting}, ami_host"
    match broken.trouble:
        case Trouble.NO_HOST:
            return fault(f"the host {wanted.ami.host} is not known: {broken}", where="ivr.toml",
                         line='ami_host = "…"', mend="or name it by --host")  # fmt: skip
        case Trouble.REFUSED:
            return fault(
                f"nobody takes calls at {at} ({broken}): Asterisk does not run there, or its manager interface is off",
                where=where,
                line=f"enabled = yes\nport = {port}",
                mend=f"then in Asterisk's command line: manager reload; {setting}",
            )
        case Trouble.TIMED_OUT:
            return fault(
                f"{at} does not answer at all: a firewall drops what we send, or the machine is off",
                where="the firewall of that machine",
                line=f"nft add rule inet filter input ip saddr OUR_ADDRESS tcp dport {port} accept",
                mend=setting,
            )
        case Trouble.CLOSED:
            return fault(
                f"{at} hangs up before it greets: too many log-ins at once, or something in between",
                where=where,
                line="authlimit = 20\nauthtimeout = 5",
                mend="who else is connected? manager show connected",
            )
        case Trouble.MUTE:
            return fault(
                f"{at} takes the connection but does not greet: it expects TLS, or Asterisk is frozen",
                where=where,
                line=f"tlsenable = no\nport = {port}",
                mend=setting,
            )
        case Trouble.NOT_MANAGER:
            return fault(
                f"what answers at {at} is not Asterisk's manager interface",
                where=where,
                line=f"port = {port}",
                mend=setting,
            )
