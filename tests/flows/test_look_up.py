"""Look-ups within a call: what the caller hears meanwhile, and where each answer leads."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ivr.call import Caller, EndReason, FactLearnt, Heard, Listening, Prompt, StepEntered, StepFailed
from ivr.dialogue import Flow, run_flow
from ivr.dialogue.verbs import VERBS
from ivr.dialogue.verbs.look_up import LookUp
from ivr.dialogue.written import Written
from ivr.errors import FlowError, LookUpFailed
from ivr.knowledge import Knowledge
from ivr.testing.clock import run
from ivr.testing.fake_telephone import FakeTelephone
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import ScriptedCaller, hangs_up, presses
from tests.flows.helplines import CALL, CALLER, Kept, plan

STEPS = """
  one:
    ask: Please press your reference.
    answer: digits
    digits: 4
    fact: reference
    goto: find
  find:
    look_up: accounts
    with: {reference: "{reference}"}
    facts: balance
    found: tell
    not_found: unknown
    failed: broken
  tell:
    say: You owe {balance} pounds.
    goto: bye
  unknown:
    say: We do not know that reference.
    goto: bye
  broken:
    say: We cannot look now.
    goto: bye
  bye:
    hang_up: Goodbye.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowWorld(FixedWorld):
    """A world whose sources answer after `takes_s`; remembers what they were asked."""

    takes_s: float = 0.0
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """See `World`."""
        self.asked.append((source, asked))
        await asyncio.sleep(self.takes_s)
        self.answered.append(source)
        if source not in self.known:
            raise LookUpFailed("it is away")
        return self.known[source]


@dataclass
class Took:
    """A call that is over."""

    said: list[str]
    feed: Kept
    reason: EndReason

    @property
    def steps(self) -> list[str]:
        return [event.step for event in self.feed.of(StepEntered)]


class SlowTelephone(FakeTelephone):
    """A telephone whose prompts take a second each."""

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        await asyncio.sleep(len(prompts))
        return await super().converse(prompts, listening)


def called(
    helpline: tuple[Flow, Knowledge], world: SlowWorld, *, change: Callable[[Flow], Flow] = lambda flow: flow,
    hang_up_at: int | None = None, leaves: bool = False, caller: Caller = CALLER,
) -> Took:  # fmt: skip
    """One call whose caller presses a reference, on a clock that jumps."""
    flow, knowledge = helpline
    telephone = SlowTelephone(
        ScriptedCaller([hangs_up()] if leaves else [presses("1234"), presses("1")]), hang_up_at=hang_up_at
    )
    feed = Kept()
    seconds = itertools.count(1_700_000_000.0)
    conclusion = run(
        run_flow(
            change(flow),
            call_id=CALL,
            caller=caller,
            telephone=telephone,
            knowledge=knowledge,
            world=world,
            feed=feed,
            now=lambda: next(seconds),
        )
    )
    return Took(telephone.said, feed, conclusion.reason)


@pytest.fixture
def helpline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Flow, Knowledge]:
    monkeypatch.setitem(VERBS, "look_up", LookUp)
    return plan(tmp_path, STEPS)


FOUND = {"accounts": {"balance": "120", "name": "Ada"}}


def test_what_is_found_is_a_fact_and_nothing_else_of_the_record_is_kept(helpline: tuple[Flow, Knowledge]) -> None:
    world = SlowWorld(known=FOUND)
    took = called(helpline, world)
    assert took.steps == ["one", "find", "tell", "bye"]
    assert world.asked == [("accounts", {"reference": "1234"})]
    assert "You owe 120 pounds. Goodbye." in took.said[-1]
    learnt = {event.name: event.value for event in took.feed.of(FactLearnt)}
    assert learnt == {"reference": "1234", "balance": "120"}


def test_an_answer_that_is_there_at_once_needs_no_one_moment(helpline: tuple[Flow, Knowledge]) -> None:
    assert not [said for said in called(helpline, SlowWorld(known=FOUND)).said if "moment" in said]


def test_a_caller_hears_that_it_is_looked_up_and_again_while_it_takes_long(helpline: tuple[Flow, Knowledge]) -> None:
    took = called(helpline, SlowWorld(known=FOUND, takes_s=13))
    heard = [said for said in took.said if "moment" in said or "still" in said]
    # 0.3 s, a second of prompt, then 4 s of silence and a second of prompt each
    assert heard == ["One moment, please.", "I am still looking.", "I am still looking."]
    assert took.steps[-2:] == ["tell", "bye"]


def test_nothing_known_leads_elsewhere(helpline: tuple[Flow, Knowledge]) -> None:
    assert called(helpline, SlowWorld(known={"accounts": None})).steps == ["one", "find", "unknown", "bye"]


@pytest.mark.parametrize("takes_s", [0, 3])
def test_a_failure_leads_elsewhere_and_is_noted(helpline: tuple[Flow, Knowledge], takes_s: float) -> None:
    took = called(helpline, SlowWorld(takes_s=takes_s))
    assert took.steps == ["one", "find", "broken", "bye"]
    assert [event.failure for event in took.feed.of(StepFailed)] == ["look_up"]


def test_a_value_that_is_not_there_this_time_does_not_stay_from_the_time_before(tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setitem(VERBS, "look_up", LookUp)
    again = (
        STEPS.replace("found: tell\n", "found: again\n", 1)
        + """
  again:
    look_up: others
    with: {reference: "{reference}"}
    facts: balance
    found: tell
    not_found: unknown
    failed: broken
"""
    )
    took = called(plan(tmp_path, again), SlowWorld(known={**FOUND, "others": {"balance": ""}}))
    assert "You owe pounds." in took.said[-1]


def test_who_hangs_up_while_it_is_looked_up_ends_the_look_up(helpline: tuple[Flow, Knowledge]) -> None:
    world = SlowWorld(known=FOUND, takes_s=9)
    took = called(helpline, world, hang_up_at=3)
    assert took.reason is EndReason.CALLER_LEFT
    assert (len(world.asked), world.answered) == (1, [])


def test_after_the_caller_left_it_is_looked_up_in_silence(tmp_path: Path) -> None:
    def afterwards(flow: Flow) -> Flow:
        first = flow.steps["one"]
        manner = replace(first.manner, on_hang_up=Written(text="find", line=1, column=1))
        return replace(flow, steps={**flow.steps, "one": replace(first, manner=manner)})

    world = SlowWorld(known=FOUND, takes_s=5)
    helpline = plan(tmp_path, STEPS.replace('"{reference}"', '"{caller_number}"'))
    took = called(helpline, world, change=afterwards, leaves=True)
    assert took.steps[:3] == ["one", "find", "tell"]
    assert world.answered == ["accounts"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("found: tell", "found: tel", "did you mean 'tell'?"),
        ("    failed: broken\n", "", "'failed' is missing"),
        ("    not_found: unknown\n", "", "'not_found' is missing"),
        ("facts: balance", "facts: Balance", "lower-case"),
        ("{balance} pounds", "{balanse} pounds", "did you mean '{balance}'?"),
        ('"{reference}"', '"{referense}"', "did you mean '{reference}'?"),
        ("facts: balance", "fakts: balance", "did you mean 'facts'?"),
    ],
)
def test_a_fault_in_its_lines_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, said: str
) -> None:
    monkeypatch.setitem(VERBS, "look_up", LookUp)
    with pytest.raises(FlowError) as raised:
        plan(tmp_path, STEPS.replace(before, after))
    assert said in str(raised.value)


BY_NUMBER = STEPS.replace('with: {reference: "{reference}"}', 'with: {number: "{caller_number}"}')


@pytest.mark.parametrize(
    ("number", "known_as"), [("020 7946 0018", "+442079460018"), ("+33142685300", "+33142685300"), ("205", "205")]
)
def test_a_record_is_found_by_the_number_that_the_caller_rings_from(tmp_path: Path, number: str, known_as: str) -> None:
    world = SlowWorld(known=FOUND)
    took = called(plan(tmp_path, BY_NUMBER), world, caller=replace(CALLER, number=number))
    assert world.asked == [("accounts", {"number": known_as})]
    assert took.steps[-2:] == ["tell", "bye"]


def test_a_withheld_number_is_nobodys_record(tmp_path: Path) -> None:
    world = SlowWorld(known=FOUND)
    took = called(plan(tmp_path, BY_NUMBER), world, caller=replace(CALLER, number=""))
    assert (world.asked, took.steps[-2:]) == ([], ["unknown", "bye"])


def test_the_number_is_said_as_people_write_it_and_can_be_decided_by(tmp_path: Path) -> None:
    steps = """
  one:
    branch:
      - when: {fact: caller_number}
        goto: ring_back
    else: bye
  ring_back:
    say: We ring you back on {caller_number}.
    goto: bye
  bye:
    hang_up: Goodbye.
"""
    helpline = plan(tmp_path, steps)
    shown = called(helpline, SlowWorld(), caller=replace(CALLER, number="02079460018"))
    assert shown.said == ["We ring you back on 020 7946 0018. Goodbye."]
    assert called(helpline, SlowWorld(), caller=replace(CALLER, number="")).said == ["Goodbye."]


def test_no_step_learns_another_number_under_its_name(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"'caller_number' is what the network says of the caller; choose another name"):
        plan(tmp_path, STEPS.replace("reference", "caller_number"))
