"""Callers on record in scenarios and in `ivr talk`: the real merging and checking over the scene's records."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.errors import FlowError
from ivr.plans.rehearsal.judging import judge
from ivr.plans.rehearsal.play import play
from ivr.plans.rehearsal.reading import read_scenarios
from tests.flows.helplines import plan
from tests.flows.known_callers import HEAD, beside
from tests.flows.test_identify import STEPS

ADA = "{reference: '12345678', name: Ada, balance: '12.50', date_of_birth: 1970-05-03, pin: '4711'}"
BOB = "{reference: '87654321', name: Bob, balance: '99.99', date_of_birth: 1980-02-01}"
KEYS = {"birth": "- press: '03051970'\n      - say: yes", "reference": "- press: '12345678'\n      - say: yes"}
SCENARIOS = f"""\
plan: plan.yaml
scenarios:
  known by number:
    caller_record: {ADA}
    talk:
      - hears: Your date of birth?
      {KEYS["birth"]}
      - hears: Ada, you owe 12.50 pounds.
      - press: '4711'
      - hears: Goodbye.
    ends: hung_up
  withheld:
    caller: withheld
    caller_record: {ADA}
    talk:
      {KEYS["reference"]}
      {KEYS["birth"]}
      - hears: Ada, you owe
      - press: '0000'
      - press: '0001'
    pop: {{identity: knowledge, record: {{name: Ada, balance: "12.50"}}}}
  one who is found by what they tell:
    more_records: [{BOB}, {ADA}]
    talk:
      {KEYS["reference"]}
      {KEYS["birth"]}
      - hears: Ada, you owe
      - hang_up
    ends: caller_left
  wrong:
    caller_record: {BOB}
    talk:
      {KEYS["birth"]}
      - hears: does not match
      {KEYS["reference"]}
      {KEYS["birth"]}
    ends: {{queue: office, reason: failed}}
    pop: {{identity: number}}
  locked:
    caller_record: {ADA}
    identity_locked: yes
    talk: []
    ends: {{queue: office, reason: locked}}
  slow:
    caller_record: slow
    talk:
      {KEYS["reference"]}
      {KEYS["birth"]}
    ends: {{queue: office, reason: unknown}}
    pop: {{identity: none}}
  a source says otherwise:
    caller_record: {ADA}
    look_ups: {{by_phone: {{reference: '12345678', name: Adam, balance: '1', born: 1970-05-03}}}}
    talk:
      {KEYS["birth"]}
      - hears: Adam, you owe 1 pounds.
      - hang_up
"""


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    beside(tmp_path)
    plan(tmp_path, STEPS, HEAD)
    path = tmp_path / "scenarios.yaml"
    path.write_text(SCENARIOS.replace("    talk: []\n", "    talk:\n      - step: locked\n"))
    return path


def test_scenarios_of_every_kind_of_caller(scenarios: Path) -> None:
    found, made = read_scenarios(scenarios)
    assert len(found.scenarios) == 7
    for one in found.scenarios:
        record = asyncio.run(play(made, one.scene, one.acts))
        assert judge(one, record) is None, one.name


def test_what_the_pop_does_not_show_is_told(scenarios: Path) -> None:
    text = scenarios.read_text().replace(
        "identity: knowledge, record: {name: Ada", "identity: pin, record: {name: Adam"
    )
    found, made = read_scenarios(scenarios, text)
    scenario = found.scenarios[1]
    failure = judge(scenario, asyncio.run(play(made, scenario.scene, scenario.acts)))
    assert failure is not None and "the pop's identity to be 'pin', but it is 'knowledge'" in str(failure)
    found, made = read_scenarios(scenarios, text.replace("identity: pin, ", ""))
    failure = judge(found.scenarios[1], asyncio.run(play(made, scenario.scene, scenario.acts)))
    assert failure is not None and "record to have name as 'Adam', but it is 'Ada'" in str(failure)


@pytest.mark.parametrize(
    ("was", "is_", "message"),
    [
        ("caller_record: slow", "caller_record: sloww", "'caller_record' cannot be 'sloww'; did you mean 'slow'?"),
        ("name: Bob", "nmae: Bob", "a caller's record has no 'nmae'"),
        ("identity: number", "identity: numbers", "'identity' cannot be 'numbers'; did you mean 'number'?"),
    ],
)
def test_a_fault_in_a_scenario_has_its_place(scenarios: Path, was: str, is_: str, message: str) -> None:
    with pytest.raises(FlowError) as fault:
        read_scenarios(scenarios, scenarios.read_text().replace(was, is_, 1))
    assert message in str(fault.value) and str(fault.value).startswith(f"{scenarios}:")


def test_a_talk_with_a_record_is_saved_as_a_scenario_that_passes(
    scenarios: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = scenarios.parent / "saved.yaml"
    lines = ["03051970", "yes", "0000", "/pop", f"/save {file} saved"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    record = ["--record", "name=Ada", "--record", "reference=12345678", "--record", "date_of_birth=1970-05-03"]
    assert main(["talk", str(scenarios.parent / "plan.yaml"), *record]) == 0
    told = capsys.readouterr().out
    assert "identity: knowledge, by number, date_of_birth" in told
    assert "record: name = Ada (residents)" in told
    assert "caller_record: {name: Ada, reference: " in file.read_text()
    assert main(["test", str(file)]) == 0


def test_a_wrong_record_is_one_line(scenarios: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["talk", str(scenarios.parent / "plan.yaml"), "--record", "colour=red"]) != 0
    assert (
        "--record: 'colour=red' is not FIELD=VALUE or 'slow'; the fields are: reference, name"
        in capsys.readouterr().err
    )
