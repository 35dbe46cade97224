"""What takes a caller out of a step besides an answer: counted reactions, help, faults, a hang-up, a sub-flow's end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import pytest

from ivr.call import EndReason, FactLearnt, KeysPressed, Prompt, StepEntered, StepFailed
from ivr.dialogue import Conclusion, Flow, wording
from ivr.dialogue.conversation import Conversation
from ivr.dialogue.flow import Verb
from ivr.dialogue.manner import Reaction
from ivr.dialogue.notebook import KEPT_BACK
from ivr.dialogue.sub_flows import DEEPEST
from ivr.dialogue.written import Written
from ivr.knowledge import Knowledge
from ivr.testing.scripted_caller import hangs_up, keeps_silent, mumbles, presses, says
from tests.flows.helplines import call, plan

STEPS = """
  one:
    ask: Is it urgent?
    answer: yes_or_no
    fact: urgent
    yes: bye
    no: two
  two:
    ask: Which number?
    answer: digits
    digits: 3
    fact: number
    goto: bye
  elsewhere:
    say: Let us try it another way.
    goto: bye
  bye:
    hang_up: Goodbye.
"""


def to(step: str) -> Written:
    return Written(text=step, line=1, column=1)


def says_then(text: str, step: str | None = None) -> Reaction:
    return Reaction(prompts=(Prompt(text=text),), goto=to(step) if step else None)


def helpline(folder: Path, step: str = "one", **manner: Any) -> tuple[Flow, Knowledge]:
    """The steps above; `step` treats the caller as `manner` says."""
    flow, knowledge = plan(folder, STEPS)
    changed = replace(flow.steps[step], manner=replace(flow.steps[step].manner, **manner))
    return with_steps(flow, {step: changed}), knowledge


def with_steps(flow: Flow, steps: Mapping[str, Any]) -> Flow:
    return replace(flow, steps=MappingProxyType({**flow.steps, **steps}))


def test_the_second_silence_leaves_the_step_for_the_one_that_the_plan_names(tmp_path: Path) -> None:
    ways = (says_then("Nothing yet."), says_then("Still nothing.", "elsewhere"))
    called = call(helpline(tmp_path, on_silence=ways), keeps_silent(), keeps_silent(expect="Nothing yet"))
    assert called.said[-1] == "Still nothing. Let us try it another way. Goodbye."
    assert called.reason is EndReason.HUNG_UP


def test_a_person_is_offered_after_as_many_failures_as_the_plan_says(tmp_path: Path) -> None:
    called = call(helpline(tmp_path, offer_person_after=1), mumbles(), says("yes", expect="speak to a person"))
    assert called.hand_over.queue == "office"
    called = call(helpline(tmp_path, offer_person_after=3), mumbles(), mumbles(), says("yes", expect="urgent"))
    assert called.reason is EndReason.HUNG_UP


def test_help_is_given_and_the_question_comes_again(tmp_path: Path) -> None:
    called = call(helpline(tmp_path), says("help"), says("yes", expect=f"{wording.HELP} Is it urgent?"))
    assert called.reason is EndReason.HUNG_UP
    assert not called.feed.of(StepFailed)
    own = (says_then("Urgent is what cannot wait."), says_then("I pass you on.", "elsewhere"))
    called = call(helpline(tmp_path, on_help=own), says("help"), says("what can i say", expect="cannot wait."))
    assert "I pass you on. Let us try it another way." in called.said[-1]


def test_who_cannot_be_heard_is_told_so_in_the_plans_words(tmp_path: Path) -> None:
    ways = (says_then("The line is deaf today."), says_then("Still deaf.", "elsewhere"))
    line = helpline(tmp_path, on_unheard=ways)
    called = call(line, says("yes"), says("yes", expect="The line is deaf"), understands=False)
    assert "Still deaf. Let us try it another way." in called.said[-1]


def test_what_is_keyed_in_a_sensitive_step_stands_nowhere(tmp_path: Path) -> None:
    called = call(helpline(tmp_path, "two", sensitive=True), says("no"), presses("739"), presses("1"), whole=False)
    asked = [listening for _, listening in called.telephone.turns if listening is not None]
    assert [listening.speech for listening in asked[:2]] == [True, False]
    assert called.feed.of(KeysPressed)[0].keys == KEPT_BACK
    assert [fact.name for fact in called.feed.of(FactLearnt)] == ["urgent"]
    assert "739" not in repr(called.feed.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Does(Verb):
    """Whatever a test wants of a verb."""

    word: ClassVar[str] = "does"
    what: Any

    @classmethod
    def read(cls, fields: Any, manner: Any) -> Does:
        raise NotImplementedError

    async def run(self, conversation: Conversation) -> Any:
        return await self.what(conversation)


def doing(flow: Flow, what: Any, step: str = "one", **manner: Any) -> Flow:
    here = flow.steps[step]
    return with_steps(flow, {step: replace(here, verb=Does(what=what), manner=replace(here.manner, **manner))})


async def breaks(conversation: Conversation) -> Any:
    raise KeyError("a fault of ours")


def test_a_fault_in_a_step_leads_where_the_plan_says_and_else_to_a_person(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flow, knowledge = plan(tmp_path, STEPS)
    called = call((doing(flow, breaks, on_error=to("elsewhere")), knowledge), faults=True, whole=False)
    assert called.said == ["Let us try it another way. Goodbye."]
    assert [(failed.step, failed.failure) for failed in called.feed.of(StepFailed)] == [("one", "error")]
    called = call((doing(flow, breaks), knowledge), faults=True, whole=False)
    assert (called.hand_over.queue, called.hand_over.reason) == ("office", "error")
    called = call((doing(flow, breaks, on_error=to("one")), knowledge), faults=True, whole=False)
    assert called.hand_over.reason == "error"  # it breaks again: no third time
    assert caplog.messages.count("a step failed") == 4


def test_what_a_plan_does_after_the_caller_left_is_done_until_it_speaks(tmp_path: Path) -> None:
    flow, knowledge = plan(tmp_path, STEPS)

    async def files(conversation: Conversation) -> str:
        conversation.learnt("left_at", conversation.step.name, 1.0)
        return "two"

    leaves = replace(flow.steps["one"], manner=replace(flow.steps["one"].manner, on_hang_up=to("elsewhere")))
    flow = with_steps(flow, {"one": leaves})
    called = call((doing(flow, files, "elsewhere"), knowledge), hangs_up())
    assert called.conclusion == Conclusion(reason=EndReason.CALLER_LEFT)
    assert [fact.value for fact in called.feed.of(FactLearnt)] == ["elsewhere"]
    assert [entered.step for entered in called.feed.of(StepEntered)] == ["one", "elsewhere", "two"]
    assert called.said == ["Is it urgent?"]

    async def round_and_round(conversation: Conversation) -> str:
        return "elsewhere"

    called = call((doing(flow, round_and_round, "elsewhere"), knowledge), hangs_up())
    assert called.reason is EndReason.CALLER_LEFT


SHARED = """
flows:
  sub:
    start: two
    steps:
      two:
        ask: Which number?
        answer: digits
        digits: 3
        fact: number
        on_not_understood: [{goto: elsewhere}]
        goto: end
      end:
        return:
"""


def test_a_sub_flow_returns_to_where_it_was_called_and_the_main_menu_leaves_it(tmp_path: Path) -> None:
    steps = "  one: {call: sub, goto: bye}\n  elsewhere: {goto: one}\n  bye: {hang_up: Goodbye.}"
    line = plan(tmp_path, steps, SHARED)
    called = call(line, presses("123"), presses("1"))
    assert [entered.step for entered in called.feed.of(StepEntered)] == ["one", "sub.two", "sub.end", "bye"]
    called = call(line, says("main menu"), presses("123"), presses("1"))
    entered = [entered.step for entered in called.feed.of(StepEntered)]
    assert entered == ["one", "sub.two", "one", "sub.two", "sub.end", "bye"]
    out = [mumbles() for _ in range(DEEPEST + 2)]
    called = call(line, *out, presses("123"), presses("1"))
    assert called.reason is EndReason.HUNG_UP, "who leaves a sub-flow by another way has left it"


def test_sub_flows_within_sub_flows_have_an_end(tmp_path: Path) -> None:
    flow, knowledge = plan(tmp_path, STEPS, SHARED)

    async def calls_itself(conversation: Conversation) -> str:
        return conversation.sub_flows.enter("sub", "sub.end")

    called = call((doing(doing(flow, calls_itself), calls_itself, "sub.two"), knowledge), faults=True, whole=False)
    assert called.hand_over.reason == "error"
    assert len(called.feed.of(StepEntered)) == DEEPEST + 1


def test_a_fact_that_two_steps_may_learn_is_said_as_by_the_one_that_did(tmp_path: Path) -> None:
    steps = """
  one:
    ask: Is it today?
    answer: yes_or_no
    fact: day
    yes: bye
    no: two
  two:
    ask: Which day?
    answer: date
    fact: day
    goto: bye
  bye:
    hang_up: You said {day}.
"""
    assert call(plan(tmp_path, steps), says("yes")).said[-1] == "You said yes."
    called = call(plan(tmp_path, steps), says("no"), says("the third of may"), says("yes"))
    assert called.said[-1].startswith("You said ") and "2" not in called.said[-1].split("20")[0]
