"""`ivr check` tells what callers would run into: by lines for people, as JSON for machines, by its exit code for CI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.cli import main

HEAD = "helpline: T\nstart: one\nmain_menu: one\nperson_queue: a\nqueues: {a: us}\nsteps:\n"
ROUND = """  one:
    menu: You have two choices. Say bins or parking.
    on_silence: [{goto: one}]
    choices:
      bins: {say: bin collection, key: 1, goto: end}
      parking: {say: parking, key: 2, goto: end}
  end:
    hang_up: Goodbye.
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IVR_PROMPTS", str(tmp_path))
    path = tmp_path / "plan.yaml"
    path.write_text(HEAD + ROUND)
    return path


def test_a_caller_without_an_end_blocks_with_the_way_there(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(plan)]) == 1
    told = capsys.readouterr().out
    first, second, *_ = told.splitlines()
    assert first.startswith(f"error: {plan}:8:5: a caller who says nothing is asked more than 12 times")
    assert first.endswith("[no-end]")
    assert second == "    1. one: “You have two choices. Say bins or parking.” — caller says nothing"
    assert "fit for use" not in told
    assert "\x1b" not in told, "no colour where nobody looks"


def test_the_same_as_json(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(plan), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["fit"] is False
    assert told["errors"] == []
    (blocking,) = [one for one in told["findings"] if one["severity"] == "error"]
    assert (blocking["rule"], blocking["line"], blocking["step"]) == ("no-end", 8, "one")
    assert told["proof"]["holds"] is False


def test_a_plan_that_cannot_be_read_is_json_too(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text("helpline: [")
    assert main(["check", str(plan), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["errors"][0].startswith(f"{plan}:1:")
    assert told["proof"] is None


def test_a_mended_plan_is_fit(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(HEAD + ROUND.replace("    on_silence: [{goto: one}]\n", ""))
    assert main(["check", str(plan)]) == 0
    assert "whatever callers do, they come to a person or a proper end within 12 turns" in capsys.readouterr().out
    assert main(["check", str(plan), "--within-turns", "2"]) == 1


@pytest.mark.parametrize("arguments", [["nowhere.yaml"], ["plan.yaml", "--within-turns", "many"]])
def test_what_cannot_be_meant_is_a_mistake(
    arguments: list[str], plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["check", *arguments])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err
