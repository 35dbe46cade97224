"""A small plan to rehearse, and scenarios about it made on the spot."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ivr.plans.rehearsal.judging import Failure, judge
from ivr.plans.rehearsal.play import play
from ivr.plans.rehearsal.reading import read_scenarios

PLAN = """
helpline: Test
start: one
main_menu: one
person_queue: office
queues: {office: the office, porter: the porter}
steps:
  one:
    menu: Keys or lights?
    choices:
      keys: {say: [(my) keys, lost keys], key: 1, goto: number}
      lights: {say: lights, key: 2, goto: lights}
  lights:
    transfer: porter
    reason: dark
    say: The porter knows.
  number:
    ask: Which number has it?
    answer: digits
    digits: 3
    fact: number
    goto: bye
  bye:
    hang_up: Goodbye.
"""


def plan_in(folder: Path) -> Path:
    file = folder / "plan.yaml"
    file.write_text(PLAN, encoding="utf-8")
    return file


def scenarios_in(folder: Path, text: str) -> Path:
    plan_in(folder)
    file = folder / "scenarios.yaml"
    file.write_text(f"plan: plan.yaml\nscenarios:\n{text}", encoding="utf-8")
    return file


def outcome(folder: Path, talk: str, rest: str = "") -> Failure | None:
    """What came of one scenario: `talk` is a YAML list on one line, `rest` more keys on one line each."""
    more = "".join(f"    {line}\n" for line in rest.splitlines())
    there, plan = read_scenarios(scenarios_in(folder, f"  only:\n    talk: {talk}\n{more}"))
    (scenario,) = there.scenarios
    return judge(scenario, asyncio.run(play(plan, scenario.scene, scenario.acts)))
