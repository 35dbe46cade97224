"""The desk against real events of app_queue that were recorded on Asterisk 22.10.1 (tests/wire/recordings)."""

from __future__ import annotations

import asyncio
import dataclasses
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import pytest

from ivr.call import (
    AgentAnswered,
    AgentRang,
    AnswerHeard,
    Caller,
    CallEvent,
    CallId,
    Fact,
    HandOver,
    Intent,
    Speaker,
    TranscriptLine,
    Wrapped,
)
from ivr.errors import LineBroken, PbxError
from ivr.handoff import desk as desk_module
from ivr.handoff.agents import Agent
from ivr.handoff.board import PopState, Withdrawn
from ivr.handoff.desk import Desk, WrapUp
from ivr.handoff.presence import PresenceState
from ivr.handoff.screen_pop import schema
from ivr.testing.manager_line import ScriptedManagerLine, recorded_scene

RECORDING = Path(__file__).parents[2] / "wire/recordings/app_queue.json"
ALICE = Agent(name="alice", display_name="Alice", interface="Local/alice@agents/n", queues=("operator", "housing"))
BOB = Agent(name="bob", display_name="Bob", interface="Local/bob@agents/n", queues=("housing",))


class Notes:
    """A feed that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def note(self, event: CallEvent) -> None:
        self.events.append(event)


class Rig:
    """A desk, its line, its feed and a clock that the test moves."""

    def __init__(self, spool: Path) -> None:
        self.now = 1000.0
        self.line = ScriptedManagerLine()
        self.feed = Notes()
        self.spool = spool
        self.remembered: dict[CallId, HandOver] = {}
        """What the journals tell of calls without a hand-over."""
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        return Desk(
            self.line,
            queues=["operator"],
            agents=[ALICE, BOB],
            feed=self.feed,
            spool=self.spool,
            recall=lambda call_id, _queue: self.remembered.get(call_id),
            now=lambda: self.now,
        )

    def play_until(self, scene: str, event: str, *, count: int = 1) -> list[dict[str, str]]:
        """Play a recorded scene up to and with the `count`th `event`; returns the rest of it."""
        events = recorded_scene(RECORDING, scene)
        for index, fields in enumerate(events):
            self.line.play([fields])
            if fields.get("Event") == event:
                count -= 1
                if count == 0:
                    return events[index + 1 :]
        raise AssertionError(f"no such {event} in {scene}")

    def states(self, agent: str) -> list[PopState]:
        return [pop.state for pop in self.desk.view(agent).pops]


def lists(scene: str, nth: int) -> dict[str, list[dict[str, str]]]:
    """The `nth` answers to QueueStatus and CoreShowChannels in a recorded scene."""
    found: dict[str, list[list[dict[str, str]]]] = {"QueueStatus": [[]], "CoreShowChannels": [[]]}
    for item in recorded_scene(RECORDING, scene):
        kind = item.get("Event", "")
        if "ActionID" not in item or not kind:
            continue
        action = "CoreShowChannels" if kind.startswith("CoreShow") else "QueueStatus"
        found[action][-1].append(item)
        if kind.endswith("Complete"):
            found[action].append([])
    return {action: answers[nth] for action, answers in found.items()}


def hand_over(call_id: str, queue: str = "operator") -> HandOver:
    return HandOver(
        call_id=CallId(call_id),
        caller=Caller.presented("+441632960111", "Mrs O'Hara", "100"),
        queue=queue,
        reason="asked",
        intent=Intent(name="housing repairs", confidence=0.91),
        facts=(Fact(name="postcode", value="RV1 2AB", confidence=0.7),),
        answers_heard=(AnswerHeard(article="repairs", title="Reporting a repair", heard_to_end=False),),
        failures=("menu 'main': not understood twice",),
        transcript=(TranscriptLine(at_s=1.2, speaker=Speaker.CALLER, text="<img src=x onerror=alert(1)>"),),
    )


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path / "handovers")
    await rig.desk.start()
    await rig.line.log_in()
    yield rig
    await rig.desk.close()


async def test_the_pop_is_on_the_agents_page_while_the_phone_rings(rig: Rig) -> None:
    rig.desk.expect(hand_over("call-1-b"))
    rig.play_until("answered_agent_hangs_up", "QueueCallerJoin")
    rig.now += 4
    rig.line.play(e for e in recorded_scene(RECORDING, "answered_agent_hangs_up") if e.get("Event") == "AgentCalled")
    [shown] = rig.desk.view("alice").as_dict()["pops"]
    assert shown["state"] == "ringing"
    jsonschema.validate(shown["pop"], schema(), format_checker=jsonschema.FormatChecker())
    assert shown["pop"]["intent"] == {"name": "housing repairs", "confidence": 0.91}
    assert shown["pop"]["wait_s"] == 4.0
    assert not rig.desk.view("bob").pops
    assert rig.feed.events == [
        AgentRang(call_id=CallId("call-1-b"), at=1004.0, agent="alice", queue="operator", wait_s=4.0)
    ]


async def test_a_plans_own_reason_for_a_transfer_reaches_the_agent(rig: Rig) -> None:
    rig.desk.expect(dataclasses.replace(hand_over("call-1-b"), reason="hall hire"))
    rig.play_until("answered_agent_hangs_up", "AgentCalled")
    [shown] = rig.desk.view("alice").as_dict()["pops"]
    jsonschema.validate(shown["pop"], schema())
    assert shown["pop"]["reason"] == "hall hire"


async def test_a_call_walks_from_ringing_over_talking_to_wrap_up_and_its_outcome_is_noted(rig: Rig) -> None:
    rig.desk.expect(hand_over("call-2-b"))
    rig.play_until("answered_caller_hangs_up", "AgentCalled")
    assert rig.states("alice") == [PopState.RINGING]
    rig.now += 2
    rest = rig.play_until("answered_caller_hangs_up", "AgentConnect")
    assert rig.states("alice") == [PopState.TALKING]
    assert AgentAnswered(call_id=CallId("call-2-b"), at=1002.0, agent="alice", wait_s=2.0) in rig.feed.events
    with pytest.raises(ValueError, match="not over yet"):
        rig.desk.wrap_up("alice", "call-2-b", WrapUp.RESOLVED)
    rig.line.play(rest)
    assert rig.states("alice") == [PopState.WRAP_UP]
    with pytest.raises(ValueError, match="500"):
        rig.desk.wrap_up("alice", "call-2-b", WrapUp.RESOLVED, "x" * 501)
    rig.desk.wrap_up("alice", "call-2-b", WrapUp.FOLLOW_UP_NEEDED, "call back\x1b[2J on Monday")
    assert rig.states("alice") == []
    assert rig.feed.events[-1] == Wrapped(
        call_id=CallId("call-2-b"),
        at=1002.0,
        agent="alice",
        outcome="follow_up_needed",
        note="call back [2J on Monday",
    )
    with pytest.raises(ValueError, match="noted before"):
        rig.desk.wrap_up("alice", "call-2-b", WrapUp.RESOLVED)


async def test_an_agent_who_hangs_up_first_comes_to_wrap_up_too(rig: Rig) -> None:
    rig.play_until("answered_agent_hangs_up", "AgentComplete")
    assert rig.states("alice") == [PopState.WRAP_UP]


async def test_a_hand_over_is_found_by_the_linked_id_too(rig: Rig) -> None:
    rig.desk.expect(hand_over("call-1"))  # the events' Uniqueid is call-1-b, their Linkedid call-1
    rig.play_until("answered_agent_hangs_up", "AgentCalled")
    assert rig.desk.view("alice").pops[0].hand_over.reason == "asked"


async def test_who_does_not_answer_loses_the_pop_and_the_next_agent_gets_it(rig: Rig) -> None:
    rig.desk.expect(hand_over("call-3-b", "housing"))
    rest = rig.play_until("alice_does_not_answer_bob_does", "AgentRingNoAnswer")
    view = rig.desk.view("alice")
    assert not view.pops
    assert view.notice is not None and view.notice.reason is Withdrawn.NO_ANSWER
    rig.line.play(rest[:6])
    assert rig.states("bob") == [PopState.RINGING]
    rig.line.play(rest)
    assert rig.states("bob") == [PopState.WRAP_UP]
    assert [type(e).__name__ + e.agent for e in rig.feed.events if isinstance(e, AgentRang | AgentAnswered)] == [
        "AgentRangalice",
        "AgentRangbob",
        "AgentAnsweredbob",
    ]


async def test_when_both_ring_the_slower_agent_is_told_that_it_was_answered_elsewhere(rig: Rig) -> None:
    rest = rig.play_until("both_ring_bob_answers", "AgentCalled", count=2)
    assert rig.states("alice") == rig.states("bob") == [PopState.RINGING]
    rig.line.play(rest)
    notice = rig.desk.view("alice").notice
    assert notice is not None and notice.reason is Withdrawn.ANSWERED_ELSEWHERE
    assert rig.states("alice") == []
    assert rig.states("bob") == [PopState.WRAP_UP]


async def test_a_caller_who_gives_up_takes_the_pop_along(rig: Rig) -> None:
    rest = rig.play_until("caller_gives_up_while_ringing", "AgentCalled")
    rig.line.play(rest)
    view = rig.desk.view("alice")
    assert not view.pops
    assert view.notice is not None and view.notice.reason is Withdrawn.CALLER_GONE
    assert not view.queues[0].callers


async def test_a_caller_of_the_safety_net_pops_with_number_and_reason(rig: Rig) -> None:
    rig.play_until("answered_agent_hangs_up", "AgentCalled")
    [shown] = rig.desk.view("alice").as_dict()["pops"]
    jsonschema.validate(shown["pop"], schema())
    assert shown["pop"]["reason"] == "line_failed"
    assert shown["pop"]["caller"]["number"] == "+441632960111"
    assert shown["pop"]["caller"]["name"] == "Mrs <img onerror=alert(1)> O'Hara", "Asterisk's C escapes are undone"


async def test_waiting_callers_are_shown_with_what_they_want(rig: Rig) -> None:
    rig.desk.expect(hand_over("call-6-b"))
    rest = rig.play_until("nobody_free", "QueueCallerJoin")
    operator, housing = rig.desk.view("alice").as_dict()["queues"]
    [waiting] = operator["callers"]
    assert waiting["intent"] == "housing repairs" and waiting["number"] == "+441632960111"
    assert housing["callers"] == []
    rig.line.play(rest)
    assert rig.desk.view("alice").as_dict()["queues"][0]["callers"] == []


async def test_presence_is_what_the_queues_say(rig: Rig) -> None:
    def presence() -> tuple[PresenceState, str, tuple[str, ...]]:
        found = rig.desk.view("alice").presence
        return found.state, found.reason, found.queues

    assert presence() == (PresenceState.SIGNED_OFF, "", ())
    for _ in range(2):  # every command may be given twice
        await rig.desk.available("alice")
        assert presence() == (PresenceState.AVAILABLE, "", ("housing", "operator"))
    for _ in range(2):
        await rig.desk.pause("alice", "Lunch\r\nAction: Originate")
        assert presence() == (PresenceState.PAUSED, "Lunch Action: Originate", ("housing", "operator"))
    await rig.desk.available("alice")
    assert presence()[0] is PresenceState.AVAILABLE
    for _ in range(2):
        await rig.desk.sign_off("alice")
        assert presence() == (PresenceState.SIGNED_OFF, "", ())
    assert not any(char in value for _, f in rig.line.actions for value in f.values() for char in "\r\n\0")


async def test_the_recorded_presence_events_mean_the_same(rig: Rig) -> None:
    rig.play_until("presence", "QueueMemberPause", count=4)
    assert rig.desk.view("alice").presence.reason == "Lunch"
    rig.line.play(recorded_scene(RECORDING, "presence"))
    assert rig.desk.view("alice").presence.state is PresenceState.AVAILABLE
    rig.line.play(recorded_scene(RECORDING, "sign_off"))
    assert rig.desk.view("alice").presence.state is PresenceState.SIGNED_OFF


async def test_a_phone_that_is_not_connected_is_told(rig: Rig) -> None:
    added = next(e for e in recorded_scene(RECORDING, "presence") if e.get("Event") == "QueueMemberAdded")
    rig.line.play([{**added, "Status": "5"}])
    assert rig.desk.view("alice").presence.reachable is False


async def test_pausing_when_signed_off_never_opens_a_gap_for_a_call(rig: Rig) -> None:
    await rig.desk.pause("bob", "Lunch")
    adds = [fields for name, fields in rig.line.actions if name == "QueueAdd"]
    assert [fields["Paused"] for fields in adds] == ["true"]


async def test_a_missing_queue_is_one_line_that_names_the_file(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.line = ScriptedManagerLine(queues=["operator"])
    rig.desk = rig.new_desk()
    await rig.line.log_in()
    for attempt in (rig.desk.check_queues(["operator"]), rig.desk.available("bob")):
        with pytest.raises(PbxError) as caught:
            await attempt
        line = str(caught.value)
        assert "'housing'" in line and "asterisk/queues.conf" in line and "\n" not in line
    await rig.desk.close()


async def test_a_command_while_the_line_is_down_says_so(rig: Rig) -> None:
    rig.line.lose()
    with pytest.raises(LineBroken):
        await rig.desk.available("alice")


@pytest.mark.parametrize(("nth", "state"), [(0, PopState.RINGING), (1, PopState.TALKING)])
async def test_after_a_gap_the_board_is_right_again(rig: Rig, nth: int, state: PopState) -> None:
    rig.desk.expect(hand_over("call-1-b"))
    rig.line.lose()
    assert rig.desk.view("alice").stale_since == 1000.0
    rig.line.lists = lists("answered_agent_hangs_up", nth)
    rig.now += 30
    await rig.line.log_in()
    view = rig.desk.view("alice")
    assert view.stale_since is None
    assert [(pop.state, pop.queue, pop.hand_over.reason) for pop in view.pops] == [(state, "operator", "asked")]
    assert view.presence.state is PresenceState.AVAILABLE
    assert not rig.states("bob")


async def test_what_ended_in_a_gap_is_over_afterwards(rig: Rig) -> None:
    rig.desk.expect(hand_over("call-2-b"))
    rig.play_until("answered_caller_hangs_up", "AgentConnect")
    rig.line.lose()
    await rig.line.log_in()
    assert rig.states("alice") == [PopState.WRAP_UP]
    rig.play_until("caller_gives_up_while_ringing", "AgentCalled")
    rig.line.lose()
    await rig.line.log_in()
    assert rig.states("alice") == [PopState.WRAP_UP]


async def test_events_during_the_reading_are_newer_than_the_lists(rig: Rig) -> None:
    rig.line.lose()
    rig.line.lists = lists("answered_agent_hangs_up", 0)

    def meanwhile(action: str) -> None:
        if action == "CoreShowChannels":
            events = recorded_scene(RECORDING, "answered_agent_hangs_up")
            rig.line.play(e for e in events if e.get("Event") in {"QueueCallerLeave", "AgentConnect"})

    rig.line.while_asked = meanwhile
    await rig.line.log_in()
    assert rig.states("alice") == [PopState.TALKING]
    assert not rig.desk.view("alice").queues[0].callers


async def test_too_many_events_during_the_reading_make_it_start_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "MOST_HELD", 3)
    flood = [{"Event": "Hangup", "Uniqueid": str(n)} for n in range(10)]
    asked: list[str] = []

    def meanwhile(action: str) -> None:
        asked.append(action)
        if len(asked) == 1:
            rig.line.play(flood)

    rig.line.lose()
    rig.line.while_asked = meanwhile
    await rig.line.log_in()
    assert asked == ["QueueStatus", "CoreShowChannels"] * 2
    assert rig.desk.stale_since is None


@pytest.mark.parametrize("fault", [PbxError("refused: Permission denied"), LineBroken("no answer in time")])
async def test_a_reading_that_fails_leaves_the_page_stale_until_the_next_one(rig: Rig, fault: Exception) -> None:
    def meanwhile(action: str) -> None:
        if action == "CoreShowChannels":
            raise fault

    rig.line.lose()
    rig.line.while_asked = meanwhile
    with pytest.raises(type(fault)):
        await rig.line.log_in()
    assert rig.desk.stale_since is not None
    rig.line.while_asked = lambda action: None
    await rig.line.log_in()
    assert rig.desk.stale_since is None


async def test_a_flood_of_events_that_does_not_end_is_a_broken_line(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "MOST_HELD", 3)
    rig.line.while_asked = lambda action: rig.line.play([{"Event": "Hangup", "Uniqueid": "1"}] * 10)
    with pytest.raises(LineBroken, match="faster"):
        await rig.line.log_in()


async def test_a_connection_that_breaks_during_the_reading_leaves_the_page_stale(rig: Rig) -> None:
    rig.line.while_asked = lambda action: rig.line.lose() if action == "CoreShowChannels" else None
    await rig.line.log_in()
    assert rig.desk.stale_since is not None


async def test_a_restarted_service_still_knows_why_and_forgets_when_the_call_is_over(tmp_path: Path) -> None:
    before = Rig(tmp_path / "handovers")
    await before.desk.start()
    before.desk.expect(hand_over("call-1-b"))
    before.desk.expect(hand_over("gone"))
    await before.desk.close()
    files = sorted(before.spool.iterdir())
    assert [file.name for file in files] == ["call-1-b.json", "gone.json"]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert stat.S_IMODE(before.spool.stat().st_mode) == 0o700

    after = Rig(before.spool)
    after.now = files[0].stat().st_mtime + 60
    await after.desk.start()
    after.line.lists = lists("answered_agent_hangs_up", 0)
    await after.line.log_in()
    [pop] = after.desk.view("alice").pops
    assert pop.hand_over == hand_over("call-1-b")
    after.line.play(recorded_scene(RECORDING, "answered_agent_hangs_up"))
    await after.desk.close()
    assert list(before.spool.iterdir()) == []


@pytest.mark.parametrize(("nth", "state"), [(0, PopState.RINGING), (1, PopState.TALKING)])
async def test_after_a_restart_the_journal_tells_of_a_caller_whom_an_agent_has_already(
    rig: Rig, nth: int, state: PopState
) -> None:
    rig.remembered[CallId("call-1-b")] = hand_over("call-1-b")
    rig.line.lists = lists("answered_agent_hangs_up", nth)
    await rig.line.log_in()
    [pop] = rig.desk.view("alice").pops
    assert (pop.state, pop.hand_over) == (state, hand_over("call-1-b"))


@pytest.mark.parametrize("held", [False, True])
async def test_a_hand_over_of_a_caller_who_has_just_left_is_not_kept(rig: Rig, held: bool) -> None:
    gone = [{"Event": "Hangup", "Uniqueid": "call-9-b"}]

    def meanwhile(action: str) -> None:
        if action == "CoreShowChannels":
            rig.line.play(gone)

    if held:
        rig.line.lose()
        rig.line.while_asked = meanwhile
        await rig.line.log_in()
    else:
        rig.line.play(gone)
    rig.desk.expect(hand_over("call-9-b"))
    await rig.desk.close()
    assert not rig.spool.exists() or list(rig.spool.iterdir()) == []


async def test_channels_that_have_left_are_remembered_in_a_bounded_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "MOST_GONE", 2)
    rig = Rig(tmp_path / "handovers")
    await rig.desk.start()
    await rig.line.log_in()
    rig.line.play({"Event": "Hangup", "Uniqueid": f"call-{number}"} for number in range(3))
    for number in range(3):
        rig.desk.expect(hand_over(f"call-{number}"))
    await rig.desk.close()
    assert [file.stem for file in rig.spool.iterdir()] == ["call-0"]


async def test_hand_overs_are_bounded_in_number(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "MOST", 3)
    for number in range(5):
        rig.desk.expect(hand_over(f"call-{number}"))
    await rig.desk.close()
    assert sorted(file.stem for file in rig.spool.iterdir()) == ["call-2", "call-3", "call-4"]


async def test_a_slow_page_gets_the_newest_view_and_no_queue_grows(rig: Rig) -> None:
    with rig.desk.subscribe("alice") as watch:
        assert (await watch.next_view()).pops == ()
        rig.line.play(recorded_scene(RECORDING, "answered_agent_hangs_up"))
        assert [pop.state for pop in (await watch.next_view()).pops] == [PopState.WRAP_UP]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await watch.next_view()
