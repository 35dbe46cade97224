"""The manager account: what it may do and hear, and who can reach it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ivr.pbx.doctor.config_file import Section
from ivr.pbx.doctor.findings import Finding, fault, fine, unseen, warning
from ivr.pbx.doctor.manager_line import ManagerLine, NotReached
from ivr.pbx.doctor.patient import NotPermitted, Patient
from ivr.pbx.doctor.wanted import ACTIONS, CLASSES, READ_NEEDED, Wanted

FILE = "manager.conf"
RELOAD = "then in Asterisk's command line: manager reload"
LOOPBACKS = frozenset({"127.0.0.1", "::1", "localhost"})
MOST_NAMED = 6

_PRIVILEGES = re.compile(r"\(Priv: ([^)]*)\)\s*$", re.MULTILINE)
_ACTION = re.compile(r"action\((include|exclude)\)")
_NAME = re.compile(r"name\(([^)]*)\)")
_LEGACY = re.compile(r"^(!?)Event: ([A-Za-z]+)\$?$")


def actions(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """What the account may do, from the list of actions that Asterisk offers to it."""
    offered = _offered(patient.service.ask("ListCommands")[0])
    lacking = [action for action in ACTIONS if action not in offered]
    account, line = _account(wanted), f"write = {','.join(CLASSES)}"
    unloaded = "QueueStatus" in lacking  # it needs no privilege: its module is away, and with it the others'
    lacking = [action for action in lacking if not (unloaded and action.startswith("Queue"))]
    if lacking:
        yield fault(
            f"the account may not do what the service needs: {', '.join(lacking)}",
            where=account,
            line=line,
            mend=RELOAD,
        )
    wide = {
        action: sorted(classes)
        for action, classes in offered.items()
        if classes and not classes & set(CLASSES) and action not in ACTIONS
    }
    if wide:
        extra = sorted({name for classes in wide.values() for name in classes})
        few = ", ".join(sorted(wide)[:MOST_NAMED]) + (" …" if len(wide) > MOST_NAMED else "")
        yield fault(
            f"the account may do more than the service needs, by the class {', '.join(extra)}: {few}",
            where=account,
            line=line,
            mend=RELOAD,
        )
    if not lacking and not wide:
        yield fine(f"the account may do what the service needs ({', '.join(CLASSES)}) and no more")


def config_readable(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether Getvar gives out passwords: AST_CONFIG() reads every file, whatever the account's classes."""
    if patient.value(f"AST_CONFIG({FILE},general,enabled)"):
        yield warning(
            "the module func_config.so lets every account that may read variables read all of Asterisk's passwords, "
            "by Getvar of AST_CONFIG()",
            where="modules.conf",
            line="noload = func_config.so",
            mend="then restart Asterisk, or: module unload func_config.so",
        )
    else:
        yield fine("no passwords can be read with the account's variables")


def events(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """What the account is told, from manager.conf."""
    try:
        config = patient.config(FILE)
    except NotPermitted:
        yield from _strangers(patient, wanted)
        yield unseen(
            "which events the account is sent is not told to it",
            mend="name Asterisk's folder by --etc, or an account with 'write = system' by --admin",
        )
        return
    section = (config or {}).get(wanted.ami_user)
    if section is None:
        yield warning(
            f"{FILE} has no section [{wanted.ami_user}], though the account exists",
            where=FILE,
            line=f"[{wanted.ami_user}]",
            mend=f"copy it from asterisk/manager.conf, in which each line has its reason; {RELOAD}",
        )
        return
    found = [*_classes(section), *_filters(section, wanted)] or [*_strangers(patient, wanted)]
    found += _who_may(section, wanted)
    yield from found
    if not found:
        yield fine(
            f"the account is sent {len(wanted.event_names)} events by name, and takes log-ins from few addresses"
        )


def exposure(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether the manager interface, which is not encrypted, can be reached from elsewhere."""
    if wanted.ami.host not in LOOPBACKS:
        yield warning(
            f"the manager account's password and all events travel unencrypted to {wanted.ami.host}",
            where=FILE + " [general]",
            line="bindaddr = the address of a private network",
            mend="have nothing but the service in that network, or lead a tunnel to 127.0.0.1",
        )
        return
    if wanted.own_address is None:
        yield fine("the manager interface is asked on this machine, which has no other address")
        return
    try:
        ManagerLine(wanted.own_address, wanted.ami.port, greeting_s=1.0).close()
    except NotReached:
        yield fine("the manager interface is reached from this machine only")
        return
    yield warning(
        f"the manager interface, which is not encrypted, answers on {wanted.own_address}, too",
        where=FILE + " [general]",
        line="bindaddr = 127.0.0.1",
        mend=RELOAD,
    )


def _offered(answer: Mapping[str, str]) -> dict[str, set[str]]:
    """Action → the classes of which one allows it; none if everybody may."""
    found = {}
    for name, about in answer.items():
        if privileges := _PRIVILEGES.search(about):
            found[name] = {part for part in privileges[1].split(",") if part not in {"<none>", "all"}}
    return found


def _strangers(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Events that came during this visit: what is so, whatever the file says."""
    if told := sorted(patient.service.strangers - wanted.event_names):
        yield fault(
            f"the account is sent events that the service does not read: {', '.join(told[:MOST_NAMED])}",
            where=_account(wanted),
            line="\n".join(_filter_line(name) for name in sorted(wanted.event_names)),
            mend=f"and read = {','.join(CLASSES)}; {RELOAD}",
        )


def _classes(section: Section) -> Iterator[Finding]:
    entry = section.get("read")
    read = {part.strip() for part in (entry.value if entry else "").split(",") if part.strip()}
    where = entry.at if entry else section.at
    if "all" not in read and not read >= READ_NEEDED:
        yield fault(
            f"the account is not sent events of the class {', '.join(sorted(READ_NEEDED - read))}",
            where=where,
            line=f"read = {','.join(CLASSES)}",
            mend=RELOAD,
        )
    if extra := sorted(read - set(CLASSES)):
        yield fault(
            f"the account may read more than the service needs: {', '.join(extra)}",
            where=where,
            line=f"read = {','.join(CLASSES)}",
            mend=RELOAD,
        )


def _filters(section: Section, wanted: Wanted) -> Iterator[Finding]:
    """What the filters of events let through."""
    included: dict[str, str] = {}
    opaque = False
    for entry in section.entries:
        if not entry.name.lower().startswith("eventfilter"):
            continue
        kind, event, legacy = _ACTION.search(entry.name), _NAME.search(entry.name), _LEGACY.match(entry.value)
        if kind and event:
            if kind[1] == "include":
                included[event[1]] = entry.at
        elif legacy:
            if not legacy[1]:
                included[legacy[2]] = entry.at
        elif not entry.value.startswith("!"):
            opaque = True
    if opaque:
        yield warning(
            "a filter of events by pattern cannot be judged, and costs time on every event",
            where=section.at,
            line=_filter_line("EVENT"),
            mend=f"one such line an event: {', '.join(sorted(wanted.event_names))}",
        )
        return
    if lacking := sorted(wanted.event_names - set(included)):
        what = f"events that the service reads are filtered out: {', '.join(lacking)}"
        if not included:
            what = "every event of its classes is sent to the account, also those with unchecked words of callers"
        yield fault(what, where=section.at, line="\n".join(_filter_line(name) for name in lacking), mend=RELOAD)
    for name in sorted(set(included) - wanted.event_names):
        yield warning(
            f"the account is sent {name}, which the service does not read",
            where=included[name],
            mend=f"take the line out; {RELOAD}",
        )


def _who_may(section: Section, wanted: Wanted) -> Iterator[Finding]:
    """From where a log-in is taken."""
    names = {entry.name.lower() for entry in section.entries}
    if not names & {"permit", "acl"}:
        yield warning(
            "a log-in to the account is taken from any address",
            where=section.at,
            line="deny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1/255.255.255.255",
            mend="" if wanted.ami.host in LOOPBACKS else "with the service's address instead of 127.0.0.1",
        )


def _filter_line(name: str) -> str:
    return f"eventfilter(action(include),name({name})) ="


def _account(wanted: Wanted) -> str:
    return f"{FILE} [{wanted.ami_user}]"
