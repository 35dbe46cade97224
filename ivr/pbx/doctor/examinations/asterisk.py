"""Asterisk itself: version, modules, clock, time zone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ivr.pbx.doctor.findings import Finding, fault, fine, unseen, warning
from ivr.pbx.doctor.manager_line import Refused
from ivr.pbx.doctor.patient import NotPermitted, Patient
from ivr.pbx.doctor.wanted import ADVISED_VERSION, LEAST_VERSIONS, Module, Wanted

MOST_SKEW_S = 2.0
"""Beyond it the journal of a call and Asterisk's log cannot be laid side by side."""
_VERSION = re.compile(r"(?:Asterisk )?(\d+)\.(\d+)\.(\d+)")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


def version(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether chan_websocket of this Asterisk can what we need."""
    told = patient.ask("CoreSettings")[0].get("AsteriskVersion", "")
    found = _VERSION.match(told)
    least = ", ".join(f"{major}.{minor}" for major, minor in LEAST_VERSIONS.items())
    mend = "install a newer Asterisk 22 (asterisk/get-asterisk gets one)"
    if found is None:
        yield warning(f"Asterisk calls its version '{told[:60]}'; needed is one of {least} or newer", mend=mend)
        return
    major, minor, patch = (int(part) for part in found.groups())
    if major not in LEAST_VERSIONS and major < max(LEAST_VERSIONS):
        yield fault(f"Asterisk {told} has no chan_websocket that speaks JSON; needed is {least} or newer", mend=mend)
    elif (major, minor) < (major, LEAST_VERSIONS.get(major, 0)):
        yield fault(f"Asterisk {told} is too old: chan_websocket speaks JSON from {least} on", mend=mend)
    elif major == ADVISED_VERSION[0] and (major, minor, patch) < ADVISED_VERSION:
        advised = ".".join(map(str, ADVISED_VERSION))
        yield warning(f"Asterisk {told} lacks the security mends of {advised}", mend=mend)
    else:
        yield fine(f"Asterisk {told}")


def modules(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether everything is loaded that dialplan and service use."""
    missing = []
    try:
        for module in wanted.modules:
            if not any(_loaded(patient, name) for name in module.names):
                missing.append(module)
    except NotPermitted:
        yield unseen(
            "which modules are loaded is not told to this account",
            where="modules.conf",
            line="load = func_module.so",
            mend="this lets the account ask IFMODULE(); or name an account with 'write = system' by --admin",
        )
        return
    for module in missing:
        yield _missing(module)
    if not missing:
        yield fine(f"all {len(wanted.modules)} modules are loaded")


def _loaded(patient: Patient, name: str) -> bool:
    """By IFMODULE(), which is silent unless func_module is loaded, else by ModuleCheck."""
    told = patient.value(f"IFMODULE({name})")
    if told in {"0", "1"}:
        return told == "1"
    try:
        patient.ask("ModuleCheck", {"Module": name})
    except Refused:
        return False
    return True


def _missing(module: Module) -> Finding:
    others = f" (nor {', '.join(module.names[1:])})" if len(module.names) > 1 else ""
    found = warning if module.if_missing_warn else fault
    return found(
        f"the module {module.names[0]} is not loaded{others}: {module.why}",
        where="modules.conf",
        line=f"load = {module.names[0]}",
        mend=f"and in Asterisk's command line: module load {module.names[0]}; is there a 'noload' for it?",
    )


def clock(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether Asterisk's clock and ours agree."""
    before = time.time()
    stamp = patient.ask("Ping")[0].get("Timestamp", "")
    after = time.time()
    try:
        there = float(stamp)
    except ValueError:
        yield unseen("Asterisk does not say what time it is")
        return
    skew_s = max(0.0, before - there, there - after)
    if skew_s > MOST_SKEW_S:
        late = "behind" if there < before else "ahead of"
        yield warning(
            f"Asterisk's clock is {skew_s:.0f} s {late} the service's",
            where="both machines",
            line="timedatectl set-ntp true",
            mend="let both take their time from the same server",
        )
    else:
        yield fine("Asterisk's clock and the service's agree")


def time_zones(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether Asterisk lives in the plans' time zone: the plan in Asterisk alone has its hours from there."""
    now = datetime.now(UTC)
    told = patient.value(f"STRFTIME({int(now.timestamp())},,%z)")
    found = _OFFSET.fullmatch(told)
    if found is None:
        yield unseen("Asterisk's time zone is not told: STRFTIME() is missing (module func_strings.so)")
        return
    offset_s = (int(found[2]) * 3600 + int(found[3]) * 60) * (1 if found[1] == "+" else -1)
    for zone, plan in wanted.zones.items():
        ours = ZoneInfo(zone).utcoffset(now)
        if ours is not None and ours.total_seconds() != offset_s:
            yield warning(
                f"Asterisk's local time is UTC{told}, that of {plan} ({zone}) is not: with the service down, the plan "
                "in Asterisk alone would open and close at the wrong hour",
                where="the environment in which Asterisk is started",
                line=f"TZ={zone}",
            )
            return
    yield fine("Asterisk's local time is the plans'")
