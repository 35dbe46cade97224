"""Verbs that say nothing: branches on facts, queues and callers; facts that are set; shares; milestones; confirm."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ivr.call import EndReason, FactLearnt, OutcomeReached
from ivr.dialogue.ports import QueueState
from ivr.dialogue.verbs.split import drawn
from ivr.errors import FlowError
from ivr.testing.fixed_world import A_MONDAY, FixedWorld
from ivr.testing.scripted_caller import presses, says
from tests.flows.helplines import CALL, call, plan

ENDS = """
  first: {hang_up: First.}
  second: {hang_up: Second.}
  third: {hang_up: Third.}
"""


def branch(folder: Path, *cases: str, before: str = "") -> list[str]:
    """What is said last on the first of `cases` that fits, after the steps `before` (the first of them is 'one')."""
    ways = "".join(
        f"      - when: {case}\n        goto: {to}\n" for case, to in zip(cases, ["first", "second"], strict=False)
    )
    name = "way" if before else "one"
    return [f"{before}  {name}:\n    branch:\n{ways}    else: third\n{ENDS}"]


ASKED = "  one: {ask: How many., answer: number, fact: people, goto: way}\n"
HOW_MANY = [
    ("{fact: people}", "First."),
    ("{fact: people, known: no}", "Third."),
    ("{fact: people, is: 12}", "First."),
    ("{fact: people, is: [11, 12]}", "First."),
    ("{fact: people, is: 13}", "Third."),
    ("{fact: people, at_least: 12}", "First."),
    ("{fact: people, at_least: 12.5}", "Third."),
    ("{fact: people, at_least: 3, at_most: 12}", "First."),
    ("{fact: people, at_most: 11}", "Third."),
    ("[{fact: people}, {caller: number_shown}]", "First."),
    ("[{fact: people}, {caller: number_withheld}]", "Third."),
]


@pytest.mark.parametrize(("when", "end"), HOW_MANY)
def test_a_branch_goes_by_what_the_caller_told(tmp_path: Path, when: str, end: str) -> None:
    (steps,) = branch(tmp_path, when, before=ASKED)
    called = call(plan(tmp_path, steps), presses("12#"), presses("1"))
    assert called.said[-1] == end


def test_a_branch_takes_the_first_case_that_fits(tmp_path: Path) -> None:
    (steps,) = branch(tmp_path, "{caller: number_withheld}", "{caller: number_shown}")
    assert call(plan(tmp_path, steps)).said == ["Second."]


QUEUES = [
    ("agents_at_least: 2", QueueState(agents=2, free=0, waiting=9), "First."),
    ("agents_at_least: 2", QueueState(agents=1, free=1, waiting=0), "Third."),
    ("free_at_least: 1", QueueState(agents=2, free=0, waiting=0), "Third."),
    ("waiting_at_most: 5, agents_at_least: 1", QueueState(agents=1, free=0, waiting=5), "First."),
    ("waiting_at_most: 5, agents_at_least: 1", QueueState(agents=1, free=0, waiting=6), "Third."),
    ("waiting_at_most: 5", None, "Third."),
]


@pytest.mark.parametrize(("limits", "state", "end"), QUEUES)
def test_a_branch_goes_by_how_it_stands_in_a_queue(
    tmp_path: Path, limits: str, state: QueueState | None, end: str
) -> None:
    (steps,) = branch(tmp_path, f"{{queue: office, {limits}}}")
    world = FixedWorld(queues={"office": state} if state else {})
    assert call(plan(tmp_path, steps), world=world).said == [end]


def test_a_branch_goes_by_opening_hours(tmp_path: Path) -> None:
    (steps,) = branch(tmp_path, "{hours: office, open: no}", "{hours: office}")
    line = plan(tmp_path, steps, "hours: {office: {monday: 09:00-12:00}}")
    assert call(line, world=FixedWorld(at=A_MONDAY)).said == ["Second."]
    assert call(line, world=FixedWorld(at=A_MONDAY + timedelta(hours=2))).said == ["First."]


def test_facts_are_set_from_others_as_they_are_kept(tmp_path: Path) -> None:
    steps = """
  one: {ask: Which., answer: digits, digits: 4, fact: code, goto: two}
  two: {set: {kind: "flat {code}", nothing: "{kind_of}", kind_of: house}, goto: three}
  three: {hang_up: "{kind}, {code}."}
"""
    called = call(plan(tmp_path, steps), presses("1234"), presses("1"))
    facts = [(fact.name, fact.value) for fact in called.feed.of(FactLearnt)]
    assert facts == [("code", "1234"), ("kind", "flat 1234"), ("kind_of", "house")]
    assert called.said[-1] == "flat 1234, 1 2, 3 4."


def test_a_split_sends_the_same_call_the_same_way(tmp_path: Path) -> None:
    number = drawn(CALL, "one")
    assert drawn(CALL, "one") == number != drawn(CALL, "two")
    counted = [drawn(f"{n}.1", "one") < 30 for n in range(2000)]  # type: ignore[arg-type]
    assert 0.27 < sum(counted) / 2000 < 0.33
    less, more = (f"  one: {{split: {{first: {end}, second: {100 - end}}}}}{ENDS}" for end in (number, number + 1))
    assert call(plan(tmp_path, more)).said == ["First."]
    assert call(plan(tmp_path, less)).said == ["Second."]


def test_a_milestone_is_noted(tmp_path: Path) -> None:
    called = call(plan(tmp_path, f"  one: {{outcome: report_filed, goto: first}}{ENDS}"))
    assert [event.outcome for event in called.feed.of(OutcomeReached)] == ["report_filed"]


def test_what_is_known_is_confirmed_by_yes_or_no(tmp_path: Path) -> None:
    steps = f"""
  one: {{ask: Which., answer: digits, digits: 4, fact: code, goto: two}}
  two: {{confirm: "You have the code {{code}}. Is that right?", yes: first, no: one}}{ENDS}"""
    right = "You have the code 1 2, 3 4. Is that right?"
    acts = [presses("9999"), presses("1"), says("no"), presses("1234"), presses("1"), says("yes", expect=right)]
    called = call(plan(tmp_path, steps), *acts)
    assert called.reason is EndReason.HUNG_UP
    assert called.said[-1] == "First."


FAULTS = [
    ("branch: [{when: {fact: x}, goto: first}]\n    else: second", "no step learns the fact 'x'"),
    ("branch: [{when: {fact: x}, goto: first}]", "'else' is missing"),
    ("branch: [{when: {is: x}, goto: first}]\n    else: second", "write one of: fact, queue, hours, caller"),
    ("branch: [{when: {queue: ofice, free_at_least: 1}, goto: first}]\n    else: second", "did you mean 'office'?"),
    ("branch: [{when: {queue: office}, goto: first}]\n    else: second", "say how it stands in the queue"),
    (
        "branch: [{when: {caller: friendly}, goto: first}]\n    else: second",
        "use one of: number_shown, number_withheld",
    ),
    ("branch: [{when: {fact: x, known: no, is: y}, goto: first}]\n    else: second", "has no value"),
    ("split: {first: 50, second: 49}", "the percentages come to 99; make them 100"),
    ("split: {first: 50, secnd: 50}", "did you mean 'second'?"),
    ("set: {Kind: x}\n    goto: first", "lower-case letters"),
    ("set: {}\n    goto: first", "'set' is empty"),
    ("set: {kind: '{knid}'}\n    goto: first", "did you mean '{kind}'?"),
    ("outcome: Report filed\n    goto: first", "lower-case letters"),
    ("call: nowhere\n    goto: first", "there is no sub-flow 'nowhere'; use one of: none yet"),
    ("return:", "'return' stands in sub-flows only"),
]


@pytest.mark.parametrize(("lines", "mending"), FAULTS)
def test_a_fault_is_told_with_its_mending(tmp_path: Path, lines: str, mending: str) -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:\d+:\d+: ") as raised:
        plan(tmp_path, f"  one:\n    {lines}{ENDS}")
    assert mending in str(raised.value)
