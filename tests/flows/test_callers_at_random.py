"""Whatever a caller does, the conversation ends, nobody is lost, and no turn beyond the cap is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call import EndReason, Heard, Listening, Outcome, Prompt, StepFailed
from ivr.dialogue import run_flow
from ivr.dialogue.turns import MOST_TURNS
from ivr.errors import CallerGone, LineBroken, LineError
from ivr.testing.fake_telephone import FakeTelephone
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, ScriptedCaller, Turn, keeps_silent, mumbles, presses, says
from tests.flows.helplines import CALL, CALLER, Kept, call, plan, riverton

PHRASES = [
    "yes", "no", "agent", "main menu", "repeat", "bin collection", "council tax", "housing repairs", "another question",
    "opening hours", "collection day", "one two three four five six", "one", "how do i pay my council tax", "bin",
    "[unk]", "no yes", "moving house", "is it your car", "{urgent}", "",
]  # fmt: skip
ACTS = st.one_of(
    st.builds(says, st.sampled_from(PHRASES), st.floats(0, 1), cuts_in_after=st.none() | st.floats(0, 1)),
    st.builds(presses, st.sampled_from(["1", "2", "3", "4", "5", "0", "*", "#", "123456", "12", "A"])),
    st.just(mumbles()),
    st.just(keeps_silent()),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTS, max_size=60))
def test_a_call_always_comes_to_an_end(acts: list[Act]) -> None:
    called = call(riverton(), *acts, whole=False)
    assert called.reason in (EndReason.HUNG_UP, EndReason.CALLER_LEFT, EndReason.HANDED_OVER)
    assert (called.conclusion.hand_over is not None) == (called.reason is EndReason.HANDED_OVER)
    assert len(called.said) <= MOST_TURNS + 1
    counted = [event.count for event in called.feed.of(StepFailed)]
    assert all(count >= 1 for count in counted)


class Endless(ScriptedCaller):
    """Does the same acts again and again."""

    async def next_act(self, turn: Turn) -> Act | None:
        if self.finished:
            self._left = list(self.acts)
        return await super().next_act(turn)


@pytest.mark.parametrize(
    "acts",
    [
        [says("repeat")],
        [says("main menu")],
        [presses("1"), presses("#")],
        [presses("4"), says("yes")],
        [presses("*")],
        [mumbles(), mumbles(), says("no")],
        [presses("3"), presses("2"), presses("123456"), presses("#"), presses("#"), presses("2"), presses("#")],
    ],
)
def test_who_goes_round_for_ever_gets_a_person_at_the_cap(acts: list[Act]) -> None:
    flow, knowledge = riverton()
    telephone = FakeTelephone(Endless(acts))
    conclusion = asyncio.run(
        run_flow(
            flow,
            call_id=CALL,
            caller=CALLER,
            telephone=telephone,
            knowledge=knowledge,
            world=FixedWorld(),
            feed=Kept(),
            now=lambda: 0.0,
        )
    )
    assert conclusion.reason is EndReason.HANDED_OVER
    assert len(telephone.turns) == MOST_TURNS + 1


class BrokenTelephone:
    """Fails at its second turn."""

    def __init__(self, fault: LineError) -> None:
        self.fault = fault
        self.turns = 0

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        self.turns += 1
        if self.turns == 2:
            raise self.fault
        return Heard(outcome=Outcome.NO_INPUT)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(CallerGone("gone"), EndReason.CALLER_LEFT), (LineBroken("socket"), EndReason.LINE_FAILED)],
)
def test_a_line_that_ends_concludes_the_call(fault: LineError, reason: EndReason) -> None:
    flow, knowledge = riverton()
    conclusion = asyncio.run(
        run_flow(
            flow,
            call_id=CALL,
            caller=CALLER,
            telephone=BrokenTelephone(fault),
            knowledge=knowledge,
            world=FixedWorld(),
            feed=Kept(),
            now=lambda: 0.0,
        )
    )
    assert conclusion.reason is reason
    if reason is EndReason.LINE_FAILED:
        assert conclusion.hand_over is not None
        assert (conclusion.hand_over.queue, conclusion.hand_over.reason) == ("operator", "line_failed")
        assert conclusion.hand_over.failures == ("menu 'main': silence once",)


def test_did_that_help_no_offers_the_articles_own_queue(tmp_path: Path) -> None:
    (tmp_path / "k").mkdir()
    (tmp_path / "k/lost.md").write_text(
        "---\ntitle: lost keys\ntopic: keys\nqueue: porter\nphrasings: [i lost my keys]\n---\nAsk the porter.\n"
    )
    head = "knowledge: k\n"
    steps = "  one:\n    question: What?\n    did_that_help: yes\n    goto: end\n  end:\n    hang_up: Goodbye."
    helpline = plan(tmp_path, steps, head)
    called = call(
        helpline,
        says("i lost my keys", expect="What?"),
        says("repeat", expect="Did that answer"),
        says("no", expect="Ask the porter. Did that answer"),
        says("yes", expect="in other words, or speak to a person"),
        says("yes", expect="Would you like to speak to a person"),
    )
    assert called.hand_over.queue == "porter"
    happy = call(helpline, says("i lost my keys"), says("yes"))
    assert happy.reason is EndReason.HUNG_UP


def test_a_step_may_treat_callers_otherwise_than_its_helpline(tmp_path: Path) -> None:
    steps = """
  one:
    menu: {text: Choose., barge_in: none}
    accept: 0.5
    on_silence: Silent one.
    choices: {go: {say: go on, key: 1, goto: end}}
  end:
    hang_up: Goodbye."""
    helpline = plan(tmp_path, steps, "on_silence: Silent.\nbarge_in: keys")
    called = call(helpline, keeps_silent(), says("go on", 0.5, expect="Silent one. Choose.", cuts_in_after=0.5))
    assert called.reason is EndReason.HUNG_UP, "0.5 is sure here"
    assert all(not event.barged_in for event in called.feed.events if hasattr(event, "barged_in"))


def test_a_fact_is_said_digit_by_digit_and_never_read_as_a_pattern(tmp_path: Path) -> None:
    steps = """
  one:
    ask: Four digits, please.
    answer: digits
    digits: 4
    fact: number
    goto: two
  two:
    say: I have {number}.
    goto: end
  end:
    hang_up: Goodbye {number}."""
    called = call(plan(tmp_path, steps), presses("0120"), presses("1", expect="I have 0 1, 2 0. Is that right?"))
    assert called.said[-1] == "I have 0 1, 2 0. Goodbye 0 1, 2 0."
