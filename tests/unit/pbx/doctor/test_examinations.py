"""Each examination at a patient who is well, and at one with a single thing wrong."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ivr.pbx.doctor import Finding, Level, Wanted, WantedAgent
from ivr.pbx.doctor import examinations as look
from ivr.pbx.doctor.patient import NotPermitted, Patient
from ivr.pbx.doctor.wanted import ACTIONS, MODULES, PJSIP_MODULES, Place
from ivr.pbx.render import TEMPLATES
from tests.unit.pbx.doctor.patients import NEEDED_ACTIONS, WANTED, Answer, RecordedLine, listed, shipped_dialplan

IVR = Path(__file__).parents[4] / "ivr"
IN_CALLS = [look.helpline, look.entrances, look.endings, look.safety_net, look.queue_extensions]


def found(
    examination: Callable[[Patient, Wanted], Iterator[Finding]],
    answers: dict[str, Answer | str],
    *,
    wanted: Wanted = WANTED,
    admin: dict[str, Answer | str] | None = None,
    strangers: frozenset[str] = frozenset(),
) -> list[Finding]:
    line = RecordedLine(answers, strangers=strangers)
    patient = Patient(service=line, admin=RecordedLine(admin) if admin is not None else None)
    return list(examination(patient, wanted))


def levels(findings: list[Finding]) -> list[Level]:
    return [finding.level for finding in findings]


def value(text: str) -> Answer:
    return [{"Response": "Success", "Value": text}]


# -- what is wanted is what is so -------------------------------------------------------------------------------


def test_every_action_of_the_service_is_looked_for() -> None:
    said: set[str] = set()
    for path in [*(IVR / "handoff").rglob("*.py"), *(IVR / "telephony").rglob("*.py")]:
        text = path.read_text()
        said |= set(re.findall(r'action\(\s*"(\w+)"', text)) | set(re.findall(r'"Action": "(\w+)"', text))
        said |= set(re.findall(r'"(Queue(?:Add|Remove))"', text))
    assert said == set(ACTIONS)


def test_every_module_that_is_looked_for_is_one_that_we_load() -> None:
    text = (TEMPLATES / "modules.conf").read_text(encoding="utf-8")
    loaded = set(re.findall(r"^require = (\S+)", text, re.MULTILINE))
    assert all(set(module.names) & loaded for module in (*MODULES, *PJSIP_MODULES))


@pytest.mark.parametrize("examination", IN_CALLS)
def test_nothing_is_wrong_with_the_dialplan_that_we_ship(examination) -> None:
    assert levels(found(examination, {"ShowDialPlan": listed(shipped_dialplan())})) == [Level.FINE]


# -- the dialplan -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("examination", "old", "new", "what"),
    [
        (look.helpline, "[helpline]", "[help]", "no context [helpline]"),
        (look.helpline, "AGI(agi://", "AGI(agi:async", "does not call the service"),
        (look.helpline, ":4573/", ":4574/", "calls go to port 4574, the service listens on 4573"),
        (look.helpline, "127.0.0.1:4573", "10.0.0.7:4573", "calls go to 10.0.0.7"),
        (look.helpline, "Set(IVR_NONCE=${UUID()})", "Set(IVR_NONCE=1)", "no random IVR_NONCE"),
        (look.helpline, "Set(AGIEXITONHANGUP=yes)", "NoOp()", "holds the call for ever"),
        (look.helpline, "Set(IVR_DONE=)", "NoOp()", "IVR_DONE is not emptied"),
        (look.helpline, "Set(IVR_QUEUE=)", "NoOp()", "IVR_QUEUE is not emptied"),
        (look.helpline, "Goto(queues,to_${", "Goto(queue,to_${", "nobody is handed over"),
        (look.entrances, "CALLERID(ani)=", "CALLERID(xxx)=", "uncleaned"),
        (look.entrances, "Goto(helpline,100,1)", "Hangup()", "no number leads"),
        (look.entrances, "[from-agents]", "[from-agents]\ninclude => helpline", "[from-agents] brings"),
        (look.endings, "exten => T,1,Goto(safety-net", "exten => X,1,Goto(safety-net", "[helpline] has no extension T"),
        (look.safety_net, "[nobody-came]", "[nobody]", "no context [nobody-came]"),
        (look.safety_net, "Goto(queues,to_operator,1)", "Hangup()", "does not lead to the queue operator"),
        (look.queue_extensions, "[queues]", "[lines]", "no context [queues]"),
        (look.queue_extensions, "exten => i,1,", "exten => x,1,", "ends the call"),
        (look.queue_extensions, "Queue(housing,", "Queue(operator,", "no extension leads into the queue 'housing'"),
    ],
)
def test_what_is_wrong_in_a_dialplan_is_found_with_its_line(examination, old: str, new: str, what: str) -> None:
    text = shipped_dialplan()
    assert old in text
    findings = found(examination, {"ShowDialPlan": listed(text.replace(old, new))})
    hit = next(finding for finding in findings if what in finding.what)
    assert hit.level in {Level.FAULT, Level.WARNING}
    assert hit.line
    assert hit.where.startswith("extensions.conf")


def test_the_lines_that_mend_a_dialplan_are_lines_of_ours() -> None:
    """Whoever writes what the doctor says has what asterisk/extensions.conf has."""
    shipped = set(shipped_dialplan().replace("a-path", "@AGI_SECRET@").splitlines())
    gone = re.sub(
        r"(?m)^exten => [Ti],.*|Set\((IVR|AGI|TIMEOUT).*|GotoIf.*|Goto\(queues.*", "NoOp()", shipped_dialplan()
    )
    told = [finding for look_at in IN_CALLS for finding in found(look_at, {"ShowDialPlan": listed(gone)})]
    lines = [line for finding in told if finding.level is Level.FAULT for line in finding.line.split("\n")]
    assert len(lines) > 10
    assert {line for line in lines if line not in shipped} == set()


def test_the_path_is_not_asked_for_where_nobody_knows_it() -> None:
    answers = {"ShowDialPlan": listed(shipped_dialplan())}
    assert levels(found(look.helpline, answers, wanted=replace(WANTED, agi_secret=None))) == [Level.FINE]


# -- Asterisk itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ("22.10.1+dfsg+~cs6.17", Level.FINE),
        ("22.9.0", Level.WARNING),
        ("22.8.0", Level.WARNING),
        ("22.7.0", Level.FAULT),
        ("20.18.0", Level.FINE),
        ("20.6.0~dfsg", Level.FAULT),
        ("21.11.0", Level.FAULT),
        ("18.26.4", Level.FAULT),
        ("23.1.0", Level.FAULT),
        ("23.2.0", Level.FINE),
        ("24.0.0", Level.FINE),
        ("GIT-master-abc", Level.WARNING),
        ("", Level.WARNING),
    ],
)
def test_versions(told: str, level: Level) -> None:
    assert levels(found(look.version, {"CoreSettings": [{"AsteriskVersion": told}]})) == [level]


def test_modules_that_are_missing_are_named_one_by_one() -> None:
    answers: dict[str, Answer | str] = {"Getvar": value("1")}
    for name in ("app_queue.so", "res_timing_timerfd.so", "codec_resample.so"):
        answers[f"Getvar IFMODULE({name})"] = value("0")
    findings = found(look.modules, answers)
    assert [(finding.level, finding.line) for finding in findings] == [
        (Level.FAULT, "load = app_queue.so"),
        (Level.WARNING, "load = codec_resample.so"),
    ]


def test_modules_are_asked_of_a_visitors_account_where_the_own_is_told_nothing() -> None:
    deaf: dict[str, Answer | str] = {"Getvar": value("")}
    assert levels(found(look.modules, deaf)) == [Level.UNSEEN]
    admin: dict[str, Answer | str] = {"ModuleCheck": [{}], "ModuleCheck res_agi.so": "Module not loaded"}
    assert [finding.line for finding in found(look.modules, deaf, admin=admin)] == ["load = res_agi.so"]


def test_phones_of_another_kind_need_no_pjsip() -> None:
    other = replace(WANTED, agents=(WantedAgent(name="alice", interface="Local/1@phones"),))
    answers: dict[str, Answer | str] = {"Getvar": value("1"), "Getvar IFMODULE(chan_pjsip.so)": value("0")}
    assert levels(found(look.modules, answers, wanted=other)) == [Level.FINE]
    assert levels(found(look.modules, answers)) == [Level.FAULT]


@pytest.mark.parametrize(
    ("ahead_s", "what"),
    [(0, "agree"), (90, "90 s ahead of"), (-3600, "3600 s behind")],
    ids=["same", "ahead", "behind"],
)
def test_clocks(ahead_s: int, what: str) -> None:
    findings = found(look.clock, {"Ping": [{"Timestamp": f"{time.time() + ahead_s:.6f}"}]})
    assert what in findings[0].what
    assert levels(found(look.clock, {"Ping": [{"Timestamp": "soon"}]})) == [Level.UNSEEN]


def test_time_zones() -> None:
    zones = replace(WANTED, zones={"Asia/Kolkata": "delhi.yaml"})
    assert levels(found(look.time_zones, {"Getvar": value("+0530")}, wanted=zones)) == [Level.FINE]
    wrong = found(look.time_zones, {"Getvar": value("+0000")}, wanted=zones)
    assert [finding.line for finding in wrong] == ["TZ=Asia/Kolkata"]
    assert levels(found(look.time_zones, {"Getvar": value("")}, wanted=zones)) == [Level.UNSEEN]


# -- the account ------------------------------------------------------------------------------------------------


def test_what_the_account_may_do() -> None:
    assert levels(found(look.actions, {"ListCommands": [NEEDED_ACTIONS]})) == [Level.FINE]
    wide = {**NEEDED_ACTIONS, "Originate": "Originate a call.  (Priv: originate,all)"}
    assert "originate: Originate" in found(look.actions, {"ListCommands": [wide]})[0].what
    narrow = {name: about for name, about in NEEDED_ACTIONS.items() if name != "QueuePause"}
    assert "QueuePause" in found(look.actions, {"ListCommands": [narrow]})[0].what


def test_actions_of_a_module_that_is_not_loaded_are_no_missing_privilege() -> None:
    without = {name: about for name, about in NEEDED_ACTIONS.items() if not name.startswith("Queue")}
    assert all("Queue" not in finding.what or "QueueStatus" in finding.what for finding in found(
        look.actions, {"ListCommands": [without]}))  # fmt: skip


def manager_conf(*lines: str) -> dict[str, Answer | str]:
    listed_ = {f"Line-000000-{at:06}": line for at, line in enumerate(lines)}
    return {"GetConfig": [{"Category-000000": "ivr", **listed_}]}


FILTERS = tuple(f"eventfilter(action(include),name({name}))=" for name in sorted(WANTED.event_names))
PERMIT = "permit=127.0.0.1/255.255.255.255"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("read=call,agent,reporting", PERMIT, *FILTERS), []),
        (("read=agent,call", "acl=service", *FILTERS), []),
        (("read=call,agent", PERMIT, "eventfilter=Event: Hangup", "eventfilter=Event: AgentCalled"), []),
        (("read=call", PERMIT, *FILTERS), ["not sent events of the class agent"]),
        ((PERMIT, *FILTERS), ["not sent events of the class agent, call"]),
        (("read=all", PERMIT, *FILTERS), ["may read more than the service needs: all"]),
        (("read=call,agent", *FILTERS), ["from any address"]),
        (("read=call,agent", PERMIT), ["every event of its classes"]),
        (("read=call,agent", PERMIT, FILTERS[0]), ["filtered out: Hangup"]),
        (("read=call,agent", PERMIT, *FILTERS, "eventfilter(action(include),name(DTMFEnd))="), ["sent DTMFEnd"]),
        (("read=call,agent", PERMIT, "eventfilter=Agent.*"), ["cannot be judged"]),
        (("read=call,agent", PERMIT, "eventfilter(action(exclude),name(X))="), ["every event of its classes"]),
    ],
)
def test_what_the_account_is_sent(lines: tuple[str, ...], expected: list[str]) -> None:
    findings = [one for one in found(look.events, manager_conf(*lines)) if one.level is not Level.FINE]
    assert len(findings) == len(expected)
    assert all(what in finding.what for what, finding in zip(expected, findings, strict=True))


def test_events_of_strangers_are_noticed_without_the_file() -> None:
    findings = found(look.events, {}, strangers=frozenset({"FullyBooted", "Hangup"}))
    assert levels(findings) == [Level.FAULT, Level.UNSEEN]
    assert "FullyBooted" in findings[0].what
    assert "Hangup" not in findings[0].what


def test_an_account_that_reads_passwords_is_warned_of_without_telling_them() -> None:
    findings = found(look.config_readable, {"Getvar": value("yes")})
    assert [finding.line for finding in findings] == ["noload = func_config.so"]
    assert levels(found(look.config_readable, {"Getvar": value("")})) == [Level.FINE]


def test_a_manager_interface_elsewhere_is_not_encrypted() -> None:
    far = replace(WANTED, ami=Place(host="10.0.0.7", port=5038, setting="ami_port"))
    assert levels(found(look.exposure, {}, wanted=far)) == [Level.WARNING]
    assert levels(found(look.exposure, {})) == [Level.FINE]


# -- people and sound -------------------------------------------------------------------------------------------


def test_queues_that_are_missing_are_named_with_what_is_like_them() -> None:
    status = [{}, {"Event": "QueueParams", "Queue": "operator"}, {"Event": "QueueParams", "Queue": "Housing"}]
    findings = found(look.queues, {"QueueStatus": status})
    assert [finding.what for finding in findings] == ["there is no queue 'housing' (plan.yaml); there is 'Housing'"]
    gone = found(look.queues, {"QueueStatus": "Invalid/unknown command: QueueStatus."})
    assert [finding.line for finding in gone] == ["load = app_queue.so"]


def test_agents_telephones() -> None:
    states = [{}, {"Event": "EndpointList", "ObjectName": "alice", "DeviceState": "Unavailable"}]
    seen = found(look.agents, {"PJSIPShowEndpoints": states})
    assert seen[0].what == "alice: PJSIP/alice exists, not registered now"
    states[1]["DeviceState"] = "Not in use"
    assert "registered (not in use)" in found(look.agents, {"PJSIPShowEndpoints": states})[0].what
    states[1]["ObjectName"] = "alicia"
    missing = found(look.agents, {"PJSIPShowEndpoints": states})
    assert missing[0].level is Level.FAULT
    assert missing[0].line.startswith("[alice](phone)\n")


def test_agents_telephones_are_found_without_privileges() -> None:
    answers: dict[str, Answer | str] = {"PJSIPQualify alice": [{}], "Getvar": value("")}
    assert found(look.agents, answers)[0].what == "alice: PJSIP/alice exists"
    answers["PJSIPQualify alice"] = "Unable to retrieve endpoint"
    assert levels(found(look.agents, answers)) == [Level.FAULT]


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"Allow": "(ulaw|g722)", "DtmfMode": "rfc4733"}, None),
        ({"Allow": "(g722)", "DtmfMode": "rfc4733"}, "allow = ulaw,alaw"),
        ({"Allow": "(alaw)", "DtmfMode": "inband"}, "dtmf_mode = rfc4733"),
        ({"Allow": "(alaw)", "DtmfMode": "auto", "DirectMedia": "true"}, "direct_media = no"),
    ],
)
def test_codecs(fields: dict[str, str], line: str | None) -> None:
    answers: dict[str, Answer | str] = {
        "PJSIPShowEndpoints": [{}, {"ObjectName": "alice"}],
        "PJSIPShowEndpoint": [{}, {"Event": "EndpointDetail", **fields}],
    }
    assert [finding.line for finding in found(look.codecs, answers) if finding.level is not Level.FINE] == (
        [line] if line else []
    )
    with pytest.raises(NotPermitted):
        found(look.codecs, {})


SOCKET = {
    "type": "websocket_client",
    "connection_type": "per_call_config",
    "uri": "ws://127.0.0.1:8089/media",
    "protocols": "media",
}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, None),
        ({"uri": "ws://127.0.0.1:8088/media"}, "uri = ws://127.0.0.1:8089/media"),
        ({"uri": "ws://127.0.0.1:8089/sound"}, "uri = ws://127.0.0.1:8089/media"),
        ({"uri": "ws://127.0.0.1:808900/media"}, "uri = ws://127.0.0.1:8089/media"),
        ({"uri": "wss://127.0.0.1:8089/media"}, "uri = ws://127.0.0.1:8089/media\ntls_enabled = no"),
        ({"uri": "ws://10.0.0.7:8089/media"}, "uri = ws://127.0.0.1:8089/media"),
        ({"connection_type": "persistent"}, "connection_type = per_call_config"),
        ({"protocols": "sound"}, "protocols = media"),
        ({"connection_timeout": "60000"}, "connection_timeout = 1000"),
    ],
)
def test_the_way_of_the_sound(changes: dict[str, str], line: str | None) -> None:
    entries = {f"Line-000000-{at:06}": f"{k}={v}" for at, (k, v) in enumerate({**SOCKET, **changes}.items())}
    findings = found(look.websocket_client, {"GetConfig": [{"Category-000000": "ivr", **entries}]})
    assert [finding.line for finding in findings if finding.level is not Level.FINE] == ([line] if line else [])


def test_a_missing_file_is_a_missing_section() -> None:
    findings = found(look.websocket_client, {"GetConfig": "Config file not found"})
    assert findings[0].line.startswith("[ivr]\ntype = websocket_client\n")


# -- ports ------------------------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_ports_are_free_or_somebody_elses() -> None:
    places = {
        name: Place(host="127.0.0.1", port=_free_port(), setting=f"{name}_port") for name in ("agi", "media", "console")
    }
    wanted = replace(WANTED, **places)
    assert levels(list(look.own_ports(wanted))) == [Level.FINE] * 3
    with socket.create_server(("127.0.0.1", wanted.media.port)):
        findings = list(look.own_ports(wanted))
    assert [finding.line for finding in findings if finding.level is Level.FAULT] == ["media_port = another port"]


def test_ports_of_a_service_that_runs_are_its_own() -> None:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(b'{"ok": false, "reasons": ["no connection"]}')

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as console, socket.create_server(("127.0.0.1", 0)) as agi:
        serving = threading.Thread(target=console.serve_forever, daemon=True)
        serving.start()
        wanted = replace(
            WANTED,
            agi=Place(host="127.0.0.1", port=agi.getsockname()[1], setting="agi_port"),
            media=Place(host="127.0.0.1", port=_free_port(), setting="media_port"),
            console=Place(host="127.0.0.1", port=console.server_port, setting="console_port"),
        )
        findings = list(look.own_ports(wanted))
        console.shutdown()
        serving.join()
    assert levels(findings) == [Level.FINE, Level.FAULT, Level.FINE]
    assert "the service runs, but nobody listens" in findings[1].what


def test_an_asterisk_elsewhere_does_not_reach_loopback() -> None:
    places = {name: Place(host="127.0.0.1", port=_free_port(), setting=name) for name in ("agi", "media", "console")}
    far = replace(WANTED, ami=Place(host="10.0.0.7", port=5038, setting="ami_port"), **places)
    faults = [finding for finding in look.own_ports(far) if finding.level is Level.FAULT]
    assert len(faults) == 1
    assert "allow_public_bind = true" in faults[0].line
