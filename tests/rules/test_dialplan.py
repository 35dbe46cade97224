"""Rules for Asterisk's configuration: no secret in it, a reason beside each line, nothing that lets a caller out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.handoff.agents import load_agents
from ivr.handoff.queue_events import EVENT_NAMES

FOLDER = Path(__file__).parents[2] / "asterisk"
FILES = sorted((*FOLDER.glob("*.conf"), *FOLDER.glob("each/*.conf")))
QUEUES = ("operator", "housing", "council_tax", "benefits", "environment", "registrars", "parking")
DIALPLAN = [FOLDER / "extensions.conf", FOLDER / "extensions-test.conf"]
SECRET = re.compile(r"^\s*(secret|password|md5_cred)\s*=>?\s*(.*?)\s*$")
CLEANED = re.compile(r"Set\(CALLERID\((num|ani)\)=\$\{FILTER\(0-9A-Za-z\+\*#\._-,\$\{CALLERID\(\1\)\}\)\}\)$")
FROM_THE_CALLER = re.compile(r"CALLERID|EXTEN\b|agi_|CONNECTEDLINE|PJSIP_HEADER|IVR_TEXT")


def named(path: Path) -> str:
    return str(path.relative_to(FOLDER))


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def steps(path: Path) -> list[str]:
    return [line for line in lines(path) if re.match(r"\s*(exten|same)\s*=>", line)]


def test_there_is_a_configuration_to_check() -> None:
    assert {"asterisk.conf", "extensions.conf", "pjsip.conf", "manager.conf"} <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_each_line_has_its_reason_beside_it(path: Path) -> None:
    """On the line itself, or on the comment line above it."""
    before = ""
    for number, line in enumerate(lines(path), 1):
        bare = line.strip()
        if bare and not bare.startswith((";", "[")):
            assert "; " in bare or before.startswith(";"), f"{path.name}:{number}: no reason for: {bare}"
        before = bare


@pytest.mark.parametrize("path", FILES, ids=named)
def test_each_file_says_what_it_is_for(path: Path) -> None:
    assert lines(path)[0].startswith("; ")


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_secret_stands_in_the_repository(path: Path) -> None:
    for line in lines(path):
        if found := SECRET.match(line):
            assert re.fullmatch(r"@[A-Z_]+@", found[2]), f"{path.name}: {found[1]} is no word to be filled in"


@pytest.mark.parametrize("path", DIALPLAN, ids=named)
def test_nothing_of_the_caller_is_dialled_passed_or_run(path: Path) -> None:
    for step in steps(path):
        if not CLEANED.search(step):
            assert not FROM_THE_CALLER.search(step), step
        assert not re.search(r"\b(System|TrySystem|Exec\w*|SHELL|EVAL|Originate|Dial)\(|PJSIP/|Local/", step), step


def test_the_agi_gets_no_arguments() -> None:
    calls = [step for step in steps(FOLDER / "extensions.conf") if "AGI(" in step]
    assert [re.search(r"AGI\((.*)\)", step)[1] for step in calls] == ["agi://127.0.0.1:@AGI_PORT@/@AGI_SECRET@"]


def test_the_manager_account_has_three_classes_and_only_this_machine() -> None:
    text = (FOLDER / "manager.conf").read_text(encoding="utf-8")
    for way in ("read", "write"):
        assert re.search(rf"^{way} = (.*)$", text, re.MULTILINE)[1] == "call,agent,reporting"
    assert text.index("deny = 0.0.0.0/0.0.0.0") < text.index("permit = 127.0.0.1/255.255.255.255")


def test_the_manager_sends_only_what_the_desk_reads() -> None:
    """A number with line breaks makes events of its own in whatever is raised before the dialplan has cleaned it."""
    text = (FOLDER / "manager.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"eventfilter\(action\(include\),name\((\w+)\)\)", text)) == EVENT_NAMES
    assert "action(exclude)" not in text


def test_every_number_is_cleaned_before_anything_else() -> None:
    text = (FOLDER / "extensions.conf").read_text(encoding="utf-8")
    reachable = text[text.index("[from-callers]") : text.index("[from-agents]")]
    firsts = re.findall(r"^exten => \w+,1,(.*)$", reachable, re.MULTILINE)
    assert len(firsts) == 2
    assert all(CLEANED.search(first) for first in firsts)


def test_no_queue_follows_a_phone_that_says_moved() -> None:
    files = (FOLDER / "extensions.conf", FOLDER / "each/extensions.conf")
    queues = [step for file in files for step in steps(file) if "Queue(" in step]
    assert len(queues) == len(QUEUES) + 1
    assert all(re.search(r"Queue\([\w@]+,i,", step) for step in queues)


def test_nobody_calls_without_a_password() -> None:
    text = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ("pjsip.conf", "each/pjsip.conf"))
    assert "[anonymous]" not in text
    endpoints = re.findall(r"^\[([\w@]+)\]\(phone\)\n((?:.+\n)+)", text, re.MULTILINE)
    assert {name for name, _ in endpoints} == {"caller", "@NAME@"}
    for name, settings in endpoints:
        assert f"\nauth = {name}\n" in settings


def test_only_named_modules_are_loaded() -> None:
    text = (FOLDER / "modules.conf").read_text(encoding="utf-8")
    assert "autoload = no" in text
    assert not re.search(r"app_system|func_shell|app_originate|res_ari|cdr_|app_mixmonitor", text)


def test_every_queue_of_the_dialplan_exists() -> None:
    exist = set(re.findall(r"^\[(\w+)\]\(every-queue\)", (FOLDER / "queues.conf").read_text(), re.MULTILINE))
    assert set(re.findall(r"Queue\((\w+)", (FOLDER / "extensions.conf").read_text())) == exist


def test_no_package_server_is_named() -> None:
    """The machine's own sources say where packages come from."""
    for path in (path for path in FOLDER.rglob("*") if path.is_file()):
        assert not re.search(r"https?://[\w-]+\.", path.read_text(encoding="utf-8")), path.name


def test_every_queue_has_a_section_and_an_extension_of_its_own() -> None:
    sections = re.findall(r"^\[(\w+)\]\(every-queue\)$", (FOLDER / "queues.conf").read_text(), re.MULTILINE)
    extensions = re.findall(r"^exten => to_(\w+),1,Answer\(\)$", (FOLDER / "extensions.conf").read_text(), re.MULTILINE)
    assert sections == extensions == list(QUEUES)
    agents = load_agents(FOLDER.parent / "dialplans/agents.yaml")
    assert {queue for agent in agents for queue in agent.queues} == set(QUEUES), "nobody is called from a queue"
