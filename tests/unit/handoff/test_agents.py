"""The list of agents: the demo's loads, and every fault in one is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import FlowError
from ivr.handoff.agents import Agent, load_agents

ROOT = Path(__file__).parents[3]
GOOD = """\
agents:
  - name: alice
    display_name: Alice Carter
    interface: PJSIP/alice
    queues: [operator, housing]
"""


def test_the_demo_has_alice_in_every_queue_and_bob_in_those_of_homes_and_streets() -> None:
    every = ("operator", "housing", "council_tax", "benefits", "environment", "registrars", "parking")
    assert [(a.name, a.interface, a.queues) for a in load_agents(ROOT / "dialplans/agents.yaml")] == [
        ("alice", "PJSIP/alice", every),
        ("bob", "PJSIP/bob", ("housing", "environment", "parking")),
    ]


def test_a_single_queue_needs_no_list(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(GOOD.replace("[operator, housing]", "operator"))
    assert load_agents(path)[0].queues == ("operator",)


def test_a_list_of_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(GOOD)
    alice = Agent(name="alice", display_name="Alice Carter", interface="PJSIP/alice", queues=("operator", "housing"))
    assert load_agents(path) == (alice,)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "1:1", "empty"),
        ("agents: []", "1:9", "'agents' is an empty list"),
        ("agents: {}", "1:9", "'name' is missing"),
        ("agents: alice", "1:9", "must be 'key: value' lines"),
        ("people: []", "1:1", "'agents' is missing"),
        ("agents: [", "1:10", "not valid YAML"),
        (GOOD.replace("name: alice", "name: &a alice"), "2:11", "anchors"),
        (GOOD.replace("name: alice", "name: Alice"), "2:11", "lower-case letters, digits and '_'"),
        (GOOD.replace("name: alice", "name: al-ice"), "2:11", "lower-case letters, digits and '_'"),
        (GOOD.replace("name: alice", f"name: {'a' * 33}"), "2:11", "at most 32"),
        (
            GOOD.replace("name: alice", "name: caller"),
            "2:11",
            "uses 'caller' for something else; choose another log-in",
        ),
        (GOOD.replace("name: alice", "name: phone"), "2:11", "uses 'phone' for something else"),
        (GOOD.replace("name: alice", "name: global"), "2:11", "uses 'global' for something else"),
        (GOOD.replace("housing]", "general]"), "5:24", "Asterisk keeps 'general' for what all queues have in common"),
        (GOOD.replace("PJSIP/alice", "PJSIP/alice,System(rm)"), "4:16", "is no phone; write it as Asterisk does"),
        (GOOD.replace("[operator, housing]", "[]"), "5:13", "'queues' is an empty list"),
        (GOOD.replace("[operator, housing]", "{a: b}"), "5:13", "must be a text"),
        (GOOD.replace("housing]", "a b]"), "5:24", "lower-case letters, digits and '_'"),
        (GOOD.replace("housing]", "Housing]"), "5:24", "lower-case letters, digits and '_'"),
        (GOOD.replace("housing]", "housing-2]"), "5:24", "lower-case letters, digits and '_'"),
        (GOOD.replace("    queues: [operator, housing]\n", ""), "2:5", "'queues' is missing"),
        (GOOD.replace("display_name: Alice Carter", "display_name:"), "3:18", "'display_name' is empty"),
        (GOOD + GOOD.removeprefix("agents:\n"), "6:11", "name 'alice' is used twice"),
        (GOOD + "    colour: red\n", "6:5", "'colour' is not known here"),
        (GOOD + "    name: again\n", "6:5", "twice"),
    ],
)
def test_a_fault_is_named_with_line_and_column(tmp_path: Path, text: str, place: str, said: str) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(text)
    with pytest.raises(FlowError, match=r"agents\.yaml") as caught:
        load_agents(path)
    assert f"{caught.value.line}:{caught.value.column}" == place, str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: \x00", b"- " * 600_000])
def test_bytes_that_are_no_list_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "agents.yaml"
    path.write_bytes(content)
    with pytest.raises(FlowError) as caught:
        load_agents(path)
    assert "\n" not in str(caught.value)


def test_a_missing_list_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="there is no such file"):
        load_agents(tmp_path / "agents.yaml")
