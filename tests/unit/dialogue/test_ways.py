"""Where calls can go: circles, also through sub-flows, steps out of reach, and facts that no way has learnt."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.dialogue import Flow
from ivr.errors import FlowError
from tests.flows.helplines import plan

END = "  end: {hang_up: Goodbye.}\n"
QUIET = """
flows:
  quiet:
    start: one
    steps:
      one: {outcome: seen, goto: two}
      two:
        return:
  asking:
    start: one
    steps:
      one: {ask: Well., answer: yes_or_no, yes: two, no: two}
      two:
        return:
"""


def load(folder: Path, steps: str, head: str = "") -> Flow:
    return plan(folder, steps + END, head)[0]


def test_a_circle_through_a_sub_flow_that_asks_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="the steps one → two → one go round without ever waiting"):
        load(tmp_path, "  one: {call: quiet, goto: two}\n  two: {outcome: x, goto: one}\n", QUIET)
    flow = load(tmp_path, "  one: {call: asking, goto: two}\n  two: {outcome: x, goto: one}\n", QUIET)
    assert flow.flows["asking"].start == "asking.one"


def test_a_circle_by_any_way_of_a_branch_or_split_is_found(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="one → two → one go round"):
        load(tmp_path, "  one: {split: {end: 50, two: 50}}\n  two: {goto: one}\n")


def test_a_sub_flow_that_calls_itself_through_another_is_found(tmp_path: Path) -> None:
    head = """
flows:
  a: {start: one, steps: {one: {call: b, goto: end}}}
  b: {start: one, steps: {one: {call: a, goto: end}}}
"""
    with pytest.raises(FlowError, match=r":9:39: the sub-flows a → b → a call themselves"):
        load(tmp_path, "  one: {call: a, goto: end}\n", head)


def test_a_thousand_steps_in_a_row_are_no_circle(tmp_path: Path) -> None:
    row = "".join(
        f"  {name}: {{goto: s{at + 1}}}\n" for at, name in enumerate(["one", *(f"s{n}" for n in range(1, 2000))])
    )
    flow = load(tmp_path, f"{row}  s2000: {{goto: end}}\n")
    assert flow.warnings == ()


def test_steps_are_reached_through_sub_flows_and_reactions(tmp_path: Path) -> None:
    steps = """
  one: {ask: Well., answer: yes_or_no, yes: two, no: two, on_silence: [Hello., {say: Bye., goto: left}]}
  two: {call: asking, goto: end}
  left: {goto: end}
"""
    (warning, second) = load(tmp_path, steps, QUIET).warnings
    assert "no way leads to step 'quiet.one'" in warning
    assert "no way leads to step 'quiet.two'" in second


def test_a_fact_that_no_way_has_learnt_is_a_warning(tmp_path: Path) -> None:
    steps = """
  one: {say: "You are {number}.", goto: end}
  later: {ask: Which., answer: digits, digits: 3, fact: number, read_back: "{number}?", goto: end}
"""
    warnings = load(tmp_path, steps).warnings
    assert any("no way to step 'one' learns the fact 'number'" in warning for warning in warnings)
    assert len(warnings) == 2, "and the step that learns it is out of reach"
    steps = """
  one: {call: who, goto: two}
  two: {say: "You are {number}.", goto: end}
"""
    head = """
flows:
  who:
    start: ask
    steps:
      ask: {ask: Which., answer: digits, digits: 3, fact: number, goto: back}
      back:
        return:
"""
    assert load(tmp_path, steps, head).warnings == ()


FAULTS = [
    ("  one: {call: x, goto: end}\n", "flows: {x: {start: end, steps: {a: {goto: end}}}}", "a step of its own"),
    ("  one: {call: x, goto: end}\n", "flows: {x: {start: a, steps: {a: {goto: nd}}}}", "did you mean 'end'?"),
    ("  one: {call: x, goto: a}\n", "flows: {x: {start: a, steps: {a: {goto: end}}}}", "there is no step 'a'"),
    ("  one: {goto: end}\n  a.b: {goto: end}\n", "", "holds a '.'"),
    ("  one: {goto: end}\n", "flows: {x.y: {start: a, steps: {a: {goto: end}}}}", "holds a '.'"),
    ("  one: {goto: end}\n", "on_hang_up: end", "the caller has gone, so 'hang_up' does nothing"),
    ("  one: {goto: end}\n", "time_zone: Europe/Londn", "did you mean 'Europe/London'?"),
    ("  one: {goto: end}\n", "sources: nowhere.yaml", "there is no file"),
    ("  one: {goto: end}\n", "waive: {Most Options: why}", "is no rule"),
    ("  one: {goto: end}\n", "on_silence: [{say: Hm., go: end}]", "did you mean 'goto'?"),
    ("  one: {ask: A., answer: spelling, characters: 2, fact: x, goto: end, sensitive: yes}\n", "", "keys only"),
    (
        "  one: {ask: A., answer: digits, digits: 2, fact: x, goto: two, sensitive: yes}\n"
        '  two: {say: "{x}", goto: end}\n',
        "",
        "'x' is learnt in a sensitive step",
    ),
]


@pytest.mark.parametrize(("steps", "head", "mending"), FAULTS)
def test_a_fault_is_told(tmp_path: Path, steps: str, head: str, mending: str) -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:\d+:\d+: ") as raised:
        load(tmp_path, steps, head)
    assert mending in str(raised.value)


def test_the_innermost_layer_wins_and_is_known(tmp_path: Path) -> None:
    head = """
answer_within_s: 6
offer_person_after: 3
pauses: {free_s: 0.7}
flows:
  who:
    start: ask
    answer_within_s: 8
    pauses: {digits_s: 1}
    steps:
      ask: {ask: Well., answer: yes_or_no, yes: back, no: back, answer_within_s: 10, waive: {time-to-answer: long}}
      back:
        return:
"""
    flow = load(tmp_path, "  one: {call: who, goto: end}\n", head)
    assert [flow.steps[name].manner.answer_within_s for name in ("one", "who.back", "who.ask")] == [6, 8, 10]
    manner = flow.steps["who.ask"].manner
    assert (manner.pauses.free_s, manner.pauses.digits_s) == (0.7, 1)
    origins = {name: (origin.text, origin.line) for name, origin in manner.origins.items()}
    assert origins["answer_within_s"] == ("step who.ask", 16)
    assert origins["offer_person_after"] == ("helpline", 8)
    assert (origins["pauses.free_s"], origins["pauses.digits_s"]) == (("helpline", 9), ("flow who", 14))
    assert "longest_s" not in origins
    assert flow.steps["who.ask"].waivers == {"time-to-answer": "long"}
