"""Who takes calls: queues, agents' telephones, and the codecs between."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ivr.pbx.doctor.findings import Finding, fault, fine, unseen, warning
from ivr.pbx.doctor.manager_line import Refused
from ivr.pbx.doctor.patient import UNKNOWN, NotPermitted, Patient
from ivr.pbx.doctor.wanted import Wanted, WantedAgent

TELEPHONE_CODECS = frozenset({"ulaw", "alaw"})
MOST_ENDPOINTS = 200
"""Endpoints whose codecs are read."""


def queues(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether app_queue knows every queue that plans and agents name."""
    try:
        listed = patient.ask("QueueStatus", collect=True)[1:]
    except Refused as refusal:
        if not refusal.words.startswith(UNKNOWN):
            raise
        yield fault(
            "Asterisk has no queues at all: app_queue.so is not loaded",
            where="modules.conf",
            line="load = app_queue.so",
        )
        return
    there = {item.get("Queue", "") for item in listed if item.get("Event") == "QueueParams"}
    for name, source in wanted.queues.items():
        if name not in there:
            like = difflib.get_close_matches(name.lower(), [other.lower() for other in there], 1, 0.7)
            alike = [other for other in there if other.lower() in like]
            yield fault(
                f"there is no queue '{name}' ({source})" + (f"; there is '{alike[0]}'" if alike else ""),
                where="queues.conf",
                line=f"[{name}](every-queue)\nstrategy = leastrecent",
                mend="then in Asterisk's command line: queue reload all; [every-queue](!) is in asterisk/queues.conf",
            )
    if there >= set(wanted.queues):
        yield fine(f"all queues exist: {', '.join(wanted.queues)}")


def agents(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether each agent's telephone exists, and whether it is registered (which is for information)."""
    states = _endpoint_states(patient)
    for agent in wanted.agents:
        technology, _, device = agent.interface.partition("/")
        if technology != "PJSIP":
            state = patient.value(f"DEVICE_STATE({agent.interface})")
            yield (
                fine(f"{agent.name}: {agent.interface} is {state}")
                if state
                else unseen(f"{agent.name}: {agent.interface} is no PJSIP telephone and was not looked at")
            )
        elif device not in states if states is not None else not _exists(patient, device):
            yield _no_endpoint(agent, device)
        else:
            told = (states or {}).get(device) or patient.value(f"DEVICE_STATE({agent.interface})")
            state = f", {_about(told)}" if told else ""
            yield fine(f"{agent.name}: {agent.interface} exists{state}")


def codecs(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether every telephone and trunk may send what telephones speak, and Asterisk keeps the keys and the sound."""
    states = _endpoint_states(patient)
    if states is None:
        raise NotPermitted("the action PJSIPShowEndpoints")
    names = list(states)
    if not names:
        yield warning(
            "there is no telephone and no trunk: nobody can call by SIP",
            where="pjsip.conf",
            line="type = endpoint",
            mend="asterisk/pjsip.conf shows what an endpoint needs, each line with its reason",
        )
        return
    ours = {agent.interface.partition("/")[2] for agent in wanted.agents}
    bad = 0
    for name in names[:MOST_ENDPOINTS]:
        details = patient.ask("PJSIPShowEndpoint", {"Endpoint": name}, collect=True)[1:]
        fields = next((item for item in details if item.get("Event") == "EndpointDetail"), {})
        for finding in _of_endpoint(name, fields):
            bad += 1
            yield finding
        if name in ours and fields.get("DirectMedia") == "true":
            bad += 1
            yield _line_of(name, "sends its sound past Asterisk after the hand-over", "direct_media = no", warns=True)
    if not bad:
        yield fine(
            f"{min(len(names), MOST_ENDPOINTS)} telephones and trunks speak ulaw or alaw and send keys as events"
        )


def _of_endpoint(name: str, fields: dict[str, str]) -> Iterator[Finding]:
    allowed = set(fields.get("Allow", "").strip("()").split("|"))
    if allowed and not allowed & TELEPHONE_CODECS:
        yield _line_of(name, f"speaks neither ulaw nor alaw but {', '.join(sorted(allowed))}", "allow = ulaw,alaw")
    if fields.get("DtmfMode") in {"inband", "none"}:
        yield _line_of(name, "sends keys as sound: a voice can fake them", "dtmf_mode = rfc4733", warns=True)


def _line_of(name: str, what: str, line: str, *, warns: bool = False) -> Finding:
    return (warning if warns else fault)(f"the endpoint {name} {what}", where=f"pjsip.conf [{name}]", line=line)


def _endpoint_states(patient: Patient) -> dict[str, str] | None:
    """Endpoint → state of its device; None if we may not know."""
    try:
        listed = patient.ask("PJSIPShowEndpoints", collect=True)[1:]
    except NotPermitted:
        return None
    except Refused:  # "No endpoints found", or no PJSIP at all
        return {}
    return {item["ObjectName"]: item.get("DeviceState", "") for item in listed if "ObjectName" in item}


def _exists(patient: Patient, device: str) -> bool:
    """PJSIPQualify asks a telephone whether it is there (SIP OPTIONS), and refuses if there is no such endpoint."""
    try:
        patient.ask("PJSIPQualify", {"Endpoint": device})
    except Refused:
        return False
    return True


def _no_endpoint(agent: WantedAgent, device: str) -> Finding:
    return fault(
        f"{agent.name}'s telephone {agent.interface} does not exist",
        where="pjsip.conf",
        line=f"[{device}](phone)\ncontext = from-agents\nauth = {device}\naors = {device}",
        mend=f"with [{device}](phone-auth) and [{device}](phone-aor) as in asterisk/each/pjsip.conf; or mend its "
        "interface in agents.yaml",
    )


def _about(state: str) -> str:
    if state.upper() in {"UNAVAILABLE", "INVALID"}:
        return "not registered now"
    return f"registered ({state.lower()})"
