"""`ivr show`: what holds at a step, and which layer says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.cli import main
from tests.flows.helplines import COUNCIL, plan


def test_a_step_is_shown_with_its_lines_settings_and_ways(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(COUNCIL), "reference"]) == 0
    told = capsys.readouterr().out
    lines = Path(str(COUNCIL)).read_text().splitlines()
    line = next(number for number, line in enumerate(lines, 1) if "answer_within_s: 10" in line)
    assert f"    answer_within_s 10  (council.yaml:{line}:5, step reference)\n" in told
    assert "    longest_s 12  (built in)\n" in told
    assert "  | digits: 6\n" in told
    assert "    given → to_housing\n" in told
    assert "    *, 6 digits\n" in told


def test_a_step_that_takes_some_thinking_is_shown_with_the_time_that_it_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = "  one: {ask: How many?, answer: number, fact: many, goto: end}\n  end: {confirm: So., yes: one, no: one}"
    flow, _ = plan(tmp_path, steps)
    for step, waits_s in (("one", 8), ("end", 5)):
        assert main(["show", str(flow.file), step]) == 0
        assert f"    answer_within_s {waits_s}  (built in)\n" in capsys.readouterr().out


def test_a_whole_plan_is_shown_with_what_its_steps_say_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(COUNCIL)]) == 0
    told = capsys.readouterr().out
    assert "    person_queue operator  (council.yaml:" in told
    assert told.count("longest_s") == 1
    assert "    bins (1) → bins\n" in told


def test_layers_are_told_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = """
accept: 0.8
flows:
  who:
    start: ask
    confirm: 0.4
    steps:
      ask: {ask: So., answer: yes_or_no, yes: back, no: back, on_silence: [Hm., {say: Bye., goto: end}], waive: {a: b}}
      back:
        return:
"""
    flow, _ = plan(tmp_path, "  one: {call: who, goto: end}\n  end: {hang_up: Bye.}", head)
    assert main(["show", str(flow.file), "who.ask", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (step,) = told["steps"]
    settings = {one["name"]: (one["value"], (one["origin"] or {}).get("layer")) for one in step["settings"]}
    assert settings["accept"] == ("0.8", "helpline")
    assert settings["confirm"] == ("0.4", "flow who")
    assert settings["on_silence"] == ("“Hm.”, then “Bye.” → end", "step who.ask")
    assert settings["close"] == ("0.15", None)
    assert {"to": "end", "when": "2nd silence"} in step["jumps"]
    assert "yes" in step["phrases"]
    assert (step["waive"], len(step["lines"])) == ({"a": "b"}, 1)


def test_a_step_that_is_not_there_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(COUNCIL), "referenc"]) == 2
    assert "did you mean 'reference'?" in capsys.readouterr().err
