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


def test_the_demo_has_alice_in_both_queues_and_bob_in_housing() -> None:
    assert [(a.name, a.interface, a.queues) for a in load_agents(ROOT / "dialplans/agents.yaml")] == [
        ("alice", "PJSIP/alice", ("operator", "housing")),
        ("bob", "PJSIP/bob", ("housing",)),
    ]


def test_a_list_of_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "agents.yaml"
    path.write_text(GOOD)
    alice = Agent(name="alice", display_name="Alice Carter", interface="PJSIP/alice", queues=("operator", "housing"))
    assert load_agents(path) == (alice,)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "1:1", "empty"),
        ("agents: []", "1:9", "nobody"),
        ("agents: {}", "1:9", "is a list"),
        ("people: []", "1:1", "unknown key 'people'"),
        ("agents: [", "1:10", "not YAML"),
        (GOOD.replace("name: alice", "name: Alice!"), "2:11", "log-in name"),
        (GOOD.replace("PJSIP/alice", "PJSIP/alice,System(rm)"), "4:16", "a phone such as"),
        (GOOD.replace("[operator, housing]", "[]"), "5:13", "in no queue"),
        (GOOD.replace("[operator, housing]", "operator"), "5:13", "is a list"),
        (GOOD.replace("housing]", "a b]"), "5:24", "a queue's name"),
        (GOOD.replace("    queues: [operator, housing]\n", ""), "2:5", "'queues' is missing"),
        (GOOD.replace("display_name: Alice Carter", "display_name: 7"), "3:19", "a name to show"),
        (GOOD + GOOD.removeprefix("agents:\n"), "6:11", "name 'alice' is used twice"),
        (GOOD + "    colour: red\n", "6:5", "unknown key 'colour'"),
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
    with pytest.raises(FlowError, match="No such file"):
        load_agents(tmp_path / "agents.yaml")
