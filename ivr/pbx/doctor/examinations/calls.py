"""The dialplan: the way of a call to the service, from it into a queue, and out when the service fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.pbx.doctor.dialplan import Dialplan, DialplanStep, Extension
from ivr.pbx.doctor.findings import Finding, fault, fine, warning
from ivr.pbx.doctor.patient import Patient
from ivr.pbx.doctor.wanted import SAFETY_QUEUE, Wanted

FILE = "extensions.conf"
HELPLINE, SAFETY_NET, QUEUES, NOBODY_CAME = "helpline", "safety-net", "queues", "nobody-came"
AGI_LINE = " same => n,AGI(agi://{host}:{port}/{path})"
AGI_PATH = "@AGI_SECRET@"
"""What is shown instead of the path, which is a secret."""
_RELOAD = "then in Asterisk's command line: dialplan reload"
_AGI = re.compile(r"agi://([^:/,]+|\[[0-9a-fA-F:]+\])(?::(\d+))?/([^,?]*)")
_LIMIT = re.compile(r"TIMEOUT\(absolute\)=(\d+)")
_QUEUE = re.compile(r"([^,]+)(?:,([^,]*))?")
_LOOPBACKS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The extension of [helpline] that calls the service: its steps before AGI, AGI's argument, the steps after."""

    name: str
    before: Extension
    agi: str
    after: Extension


def helpline(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether [helpline] calls the service at its port, by its secret path, and keeps what the service relies on."""
    plan = patient.dialplan()
    where = f"{FILE} [{HELPLINE}]"
    if HELPLINE not in plan.contexts:
        yield _no_context(HELPLINE)
        return
    ring = ring_of(plan)
    place = {"host": wanted.agi.host, "port": wanted.agi.port, "path": AGI_PATH}
    if ring is None:
        yield fault(
            f"[{HELPLINE}] does not call the service",
            where=where,
            line=AGI_LINE.format(**place),
            mend=f"with 'agi' of the service's secrets file for {AGI_PATH}; {_RELOAD}",
        )
        return
    found = [*_address(ring, wanted, AGI_LINE.format(**place)), *_promises(ring, wanted)]
    yield from found
    if not found:
        yield fine(f"[{HELPLINE}] calls the service at {wanted.agi} and proves its end")


def _address(ring: Ring, wanted: Wanted, line: str) -> Iterator[Finding]:
    match = _AGI.match(ring.agi)
    host, port, path = match.groups() if match else ("", "", "")
    where = f"{FILE} [{HELPLINE}] {ring.name}"
    mend = f"with 'agi' of the service's secrets file for {AGI_PATH}; {_RELOAD}"
    if int(port or 4573) != wanted.agi.port:
        yield fault(
            f"calls go to port {port or 4573}, the service listens on {wanted.agi.port}",
            where=where,
            line=line,
            mend=f"{mend}; or change the service's {wanted.agi.setting}",
        )
    if host != wanted.agi.host and not {host, wanted.agi.host} <= _LOOPBACKS:
        yield warning(
            f"calls go to {host}, the service listens on {wanted.agi.host}", where=where, line=line, mend=mend
        )
    if wanted.agi_secret is not None and path != wanted.agi_secret:
        yield fault("calls go to the service by another path than its secret one", where=where, line=line, mend=mend)


def _promises(ring: Ring, wanted: Wanted) -> Iterator[Finding]:
    """What the service and the safety net rely on, each with its line in asterisk/extensions.conf."""
    where = f"{FILE} [{HELPLINE}] {ring.name}"
    before, after = ring.before, ring.after
    for there, what, line in (
        (
            any(step.is_set("IVR_NONCE=") and "UUID()" in step.data for step in before),
            "no random IVR_NONCE before the service: anybody could say that it has ended well",
            f"exten => {ring.name},1,Set(IVR_NONCE=${{UUID()}})",
        ),
        (
            any(step.is_set("IVR_DONE=") and step.data.strip() == "IVR_DONE=" for step in before),
            "IVR_DONE is not emptied before the service",
            " same => n,Set(IVR_DONE=)",
        ),
        (
            any(step.is_set("IVR_QUEUE=") for step in before),
            "IVR_QUEUE is not emptied before the service",
            " same => n,Set(IVR_QUEUE=)",
        ),
        (
            any(step.is_set("AGIEXITONHANGUP=yes") for step in before),
            "a caller who leaves does not end the AGI, and a service that hangs holds the call for ever",
            " same => n,Set(AGIEXITONHANGUP=yes)",
        ),
        (
            any("IVR_DONE" in step.data and "IVR_NONCE" in step.data for step in after if _jumps(step)),
            "nothing after the service proves that it ended well: callers of a dead service are lost",
            f' same => n,GotoIf($["${{IVR_DONE}}" != "${{IVR_NONCE}}"]?{SAFETY_NET},s,1)',
        ),
        (
            any("IVR_QUEUE" in step.data and f"{QUEUES}," in step.data for step in after if _jumps(step)),
            f"nobody is handed over: no step goes on to [{QUEUES}]",
            f" same => n,Goto({QUEUES},to_${{FILTER(a-z0-9_,${{IVR_QUEUE}})}},1)",
        ),
    ):
        if not there:
            yield fault(what, where=where, line=line, mend=_RELOAD)
    limits = [match[1] for step in before if step.is_set("TIMEOUT") and (match := _LIMIT.match(step.data))]
    if not limits or int(limits[-1]) != wanted.absolute_timeout_s:
        now = f"is {limits[-1]} s" if limits else "is missing"
        yield fault(
            f"the rolling limit before the service {now}; the service renews {wanted.absolute_timeout_s} s",
            where=where,
            line=f" same => n,Set(TIMEOUT(absolute)={wanted.absolute_timeout_s})",
            mend=f"{_RELOAD}; or change the service's absolute_timeout_s",
        )


def endings(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether the limit's end (T) leads callers on, in each context where it can pass."""
    plan = patient.dialplan()
    bad, there = 0, {HELPLINE, SAFETY_NET, QUEUES} & set(plan.contexts)
    for context, line in (
        (HELPLINE, f"exten => T,1,Goto({SAFETY_NET},s,1)"),
        (SAFETY_NET, f"exten => T,1,Goto({SAFETY_NET},s,1)"),
        (QUEUES, "exten => T,1,Set(TIMEOUT(absolute)=0)"),
    ):
        if context in there and not plan.extension(context, "T"):
            bad += 1
            yield fault(
                f"[{context}] has no extension T: a limit that passes there cuts the caller",
                where=f"{FILE} [{context}]",
                line=line,
                mend=_RELOAD,
            )
    if there and not bad:
        yield fine("a limit that passes cuts nobody")


def safety_net(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether callers of a service that fails come to a person."""
    plan = patient.dialplan()
    for context in (SAFETY_NET, NOBODY_CAME):
        if not plan.extension(context, "s"):
            yield _no_context(context)
    steps = plan.extension(SAFETY_NET, "s")
    if steps and not any(f"{QUEUES},to_{SAFETY_QUEUE}," in step.data for step in steps if _jumps(step)):
        yield fault(
            f"[{SAFETY_NET}] does not lead to the queue {SAFETY_QUEUE}",
            where=f"{FILE} [{SAFETY_NET}]",
            line=f" same => n,Goto({QUEUES},to_{SAFETY_QUEUE},1)",
            mend=_RELOAD,
        )
    elif steps:
        yield fine(f"callers of a service that fails come to {SAFETY_QUEUE}")


def queue_extensions(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether each queue has its extension, and an unknown one a person."""
    plan = patient.dialplan()
    if QUEUES not in plan.contexts:
        yield _no_context(QUEUES)
        return
    bad = 0
    for name, source in wanted.queues.items():
        where = f"{FILE} [{QUEUES}]"
        asked = [step for step in plan.extension(QUEUES, f"to_{name}") if step.application.lower() == "queue"]
        matches = [match for step in asked if (match := _QUEUE.match(step.data))]
        if not any(match[1] == name for match in matches):
            bad += 1
            yield fault(
                f"no extension leads into the queue '{name}' ({source})",
                where=where,
                line=f"exten => to_{name},1,Answer()\n same => n,Queue({name},i,,,600)\n"
                f" same => n,Goto({NOBODY_CAME},s,1)",
                mend=_RELOAD,
            )
        elif not any("i" in (match[2] or "") for match in matches):
            bad += 1
            yield warning(
                f"a telephone that answers a call of '{name}' with 'moved' can send the caller to any number",
                where=where,
                line=f" same => n,Queue({name},i,,,600)",
                mend=_RELOAD,
            )
    if not plan.extension(QUEUES, "i"):
        bad += 1
        yield fault(
            "a queue that the dialplan does not know ends the call",
            where=f"{FILE} [{QUEUES}]",
            line=f"exten => i,1,Goto({QUEUES},to_{SAFETY_QUEUE},1)",
            mend=_RELOAD,
        )
    if not bad:
        yield fine(f"an extension leads into each queue: {', '.join(wanted.queues)}")


def entrances(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether a number leads to the helpline, and the caller's own words are cleaned on the way."""
    plan = patient.dialplan()
    ring = ring_of(plan)
    if ring is None:
        return
    ways = [
        (context, name, steps[:at])
        for context, name, steps in plan.everywhere()
        if context != HELPLINE
        for at, step in enumerate(steps)
        if _jumps(step) and re.search(rf"(^|\?|:){HELPLINE},", step.data)
    ]
    including = [context for context, names in plan.included.items() if HELPLINE in names]
    if not ways and not including:
        yield warning(
            f"no number leads to [{HELPLINE}]",
            where=FILE,
            line=f" same => n,Goto({HELPLINE},{ring.name},1)",
            mend=f"in the context of your trunk, unless that is [{HELPLINE}] itself; {_RELOAD}",
        )
    open_ways = [f"[{context}] {name}" for context, name, steps in ways if not _cleans((*steps, *ring.before))]
    open_ways += [f"[{context}]" for context in including if not _cleans(ring.before)]
    for way in open_ways:
        yield fault(
            f"{way} brings callers' numbers uncleaned: line breaks in one forge events of the manager interface",
            where=f"{FILE} {way}",
            line="\n".join(
                f" same => n,Set(CALLERID({part})=${{FILTER(0-9A-Za-z+*#._-,${{CALLERID({part})}})}})"
                for part in ("num", "ani")
            ),
            mend=f"before the Goto to [{HELPLINE}]; {_RELOAD}",
        )
    if ways and not open_ways:
        yield fine(f"callers' numbers are cleaned: {', '.join(f'[{context}] {name}' for context, name, _ in ways)}")


def ring_of(plan: Dialplan) -> Ring | None:
    """The extension of [helpline] with AGI by the network, if there is one."""
    for name, steps in plan.contexts.get(HELPLINE, {}).items():
        for at, step in enumerate(steps):
            if step.application.lower() == "agi" and step.data.startswith("agi://"):
                return Ring(name=name, before=steps[:at], agi=step.data, after=steps[at + 1 :])
    return None


def _cleans(steps: Extension) -> bool:
    return all(
        any(step.is_set(f"CALLERID({part})=${{FILTER(") for step in steps) for part in ("num", "ani")
    )  # fmt: skip


def _jumps(step: DialplanStep) -> bool:
    return step.application.lower() in {"goto", "gotoif", "gosub", "gosubif"}


def _no_context(name: str) -> Finding:
    return fault(
        f"the dialplan has no context [{name}]",
        where=FILE,
        line=f"[{name}]",
        mend=f"copy it from asterisk/extensions.conf, in which each line has its reason; {_RELOAD}",
    )
