"""app_queue's events: whatever stands in their fields, the codec gives a value or nothing, and never raises."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ivr.handoff.agents import Agent
from ivr.handoff.board import Board
from ivr.handoff.queue_events import EVENT_NAMES, AgentLeg, CallerJoined, read_event, read_lists
from ivr.testing.manager_line import recorded_scene

RECORDING = Path(__file__).parent / "recordings/app_queue.json"
KEYS = ["Uniqueid", "Linkedid", "Queue", "Interface", "Location", "DestUniqueid", "HoldTime", "Cause", "Paused", "Wait"]
KEYS += ["CallerIDNum", "CallerIDName", "Exten", "Status", "Channel", "Application", "ApplicationData", "BridgeId"]
VALUE = (
    st.sampled_from(["1", "2", "PJSIP/a", "PJSIP/a-1", "AppQueue", "Queue", "²", "-1", "\\", "<unknown>"]) | st.text()
)
FIELDS = st.dictionaries(st.sampled_from(KEYS), VALUE)
LISTED = st.sampled_from(["QueueParams", "QueueMember", "QueueEntry", "CoreShowChannel"])
AGENTS = [
    Agent(name="a", display_name="A", interface="PJSIP/a", queues=("q",)),
    Agent(name="b", display_name="B", interface="PJSIP/b", queues=("q",)),
]


def event(names: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.builds(lambda name, fields: {**fields, "Event": name}, names, FIELDS)


@given(st.lists(event(st.sampled_from(sorted(EVENT_NAMES)))), st.lists(event(LISTED)), st.lists(event(LISTED)))
def test_no_field_can_break_the_codec_or_the_board(
    events: list[dict[str, str]], status: list[dict[str, str]], channels: list[dict[str, str]]
) -> None:
    board = Board(AGENTS, lambda party: None)
    board.replace(read_lists(status, channels, [agent.interface for agent in AGENTS]), 0.0)
    for fields in events:
        if (change := read_event(fields)) is not None:
            board.apply(change, 1.0)


def test_a_recorded_call_is_read_with_the_callers_name_unescaped() -> None:
    scene = recorded_scene(RECORDING, "answered_agent_hangs_up")
    values = [read_event(fields) for fields in scene if "ActionID" not in fields]
    joined = next(value for value in values if isinstance(value, CallerJoined))
    assert joined.party.caller.name == "Mrs <img onerror=alert(1)> O'Hara"
    legs = [value for value in values if isinstance(value, AgentLeg)]
    assert [(leg.talking, leg.wait_s, leg.interface) for leg in legs] == [
        (False, None, "Local/alice@agents/n"),
        (True, 1.0, "Local/alice@agents/n"),
    ]
    assert legs[0].leg_id == legs[1].leg_id != ""


def test_an_empty_caller_id_is_withheld() -> None:
    joined = read_event({"Event": "QueueCallerJoin", "Uniqueid": "1", "CallerIDNum": "<unknown>", "Queue": "q"})
    assert isinstance(joined, CallerJoined)
    assert joined.party.caller.withheld
