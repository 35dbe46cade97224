"""Letters in scenarios: the scene says what becomes of them, and what was sent is held against what should be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.call import Fate
from ivr.errors import FlowError
from ivr.plans.rehearsal.judging import Failure, judge
from ivr.plans.rehearsal.play import play
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.writing import save

PLAN = """
helpline: Test
start: one
main_menu: one
person_queue: office
queues: {office: the office}
outbox: outbox.yaml
steps:
  one:
    send: Your bin day is Friday.
    sent: done
    not_sent: failed
    declined: done
  done: {hang_up: Done.}
  failed: {transfer: office}
"""


def scenarios(folder: Path, text: str) -> Path:
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "outbox.yaml").write_text("sms: {folder: texts}")
    file = folder / "scenarios.yaml"
    file.write_text(f"plan: plan.yaml\nscenarios:\n  only:\n{text}")
    return file


def outcome(folder: Path, text: str) -> Failure | None:
    there, plan = read_scenarios(scenarios(folder, text))
    (scenario,) = there.scenarios
    return judge(scenario, asyncio.run(play(plan, scenario.scene, scenario.acts)))


def test_what_was_sent_is_held_against_the_scenario(tmp_path: Path) -> None:
    assert outcome(tmp_path, "    talk: [press: 1, sent: bin day is friday, hears: I have sent it]\n") is None
    failure = outcome(tmp_path, "    talk: [press: 1, sent: council tax]\n")
    assert failure is not None
    assert "expected “council tax” to be sent, but sent was: Your bin day is Friday." in str(failure)
    failure = outcome(tmp_path, "    talk: [press: 2, sent: bin day]\n")
    assert failure is not None
    assert str(failure).endswith("but sent was: nothing")


@pytest.mark.parametrize("word", ["fails", "later", "unsure", "too_many"])
def test_a_scene_in_which_nothing_is_sent_shows_the_other_way(tmp_path: Path, word: str) -> None:
    text = f"    outbox: {word}\n    talk: [press: 1]\n    ends: {{queue: office}}\n"
    assert outcome(tmp_path, text) is None
    there, _ = read_scenarios(scenarios(tmp_path, text))
    assert there.scenarios[0].only_without_a_line() == ""
    failure = outcome(tmp_path, text.replace("[press: 1]", "[press: 1, sent: bin]"))
    assert failure is not None
    assert str(failure).endswith("but sent was: nothing")


def test_a_word_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="'outbox' cannot be 'failed'; did you mean 'fails'"):
        outcome(tmp_path, "    outbox: failed\n    talk: [wait]\n")


def test_a_scene_is_saved_with_what_becomes_of_letters(tmp_path: Path) -> None:
    there, plan = read_scenarios(scenarios(tmp_path, "    outbox: later\n    talk: [press: 1]\n"))
    (scenario,) = there.scenarios
    record = asyncio.run(play(plan, scenario.scene, scenario.acts))
    save(tmp_path / "saved.yaml", "again", plan, scenario.scene, scenario.acts, record)
    (saved,) = read_scenarios(tmp_path / "saved.yaml")[0].scenarios
    assert saved.scene.fate is Fate.LATER
