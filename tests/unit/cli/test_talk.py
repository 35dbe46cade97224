"""`ivr talk` from a pipe: a call in a script, as text and as JSON, and mistakes in one line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from ivr.cli import main
from tests.unit.plans.rehearsal.plans import plan_in


def talks(monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["talk", *words])


def test_lines_of_a_pipe_are_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talks(monkeypatch, "my keys\n\n123\n1\n", str(plan_in(tmp_path)), "--caller", "withheld") == 0
    told = capsys.readouterr().out
    assert "> my keys\n  Which number has it?\n>\n  Sorry, I did not hear you. Which" in told
    assert told.endswith("  Goodbye.\nThe call is over: hung_up.\n")
    assert "\x1b" not in told


def test_the_end_of_input_is_a_hang_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talks(monkeypatch, "", str(plan_in(tmp_path)), "--format", "json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["over"] for line in lines] == [None, "caller_left"]


def test_a_scene_can_be_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--at", "2026-12-25T10:00", "--closed", "--recogniser-down", "--finds", "a.b=c", "--finds", "d=nothing"]
    assert talks(monkeypatch, "lights\n", str(plan_in(tmp_path)), *words) == 0
    assert "I cannot hear words just now" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--at", "noon"], "ivr: --at: 'noon' is no local time"),
        (["--caller", "Ada"], "ivr: --caller: 'Ada' is no number"),
        (["--finds", "bins"], "ivr: --finds: 'bins' is not SOURCE.FIELD=VALUE"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    assert talks(monkeypatch, "", str(plan_in(tmp_path)), *words) == 2
    assert capsys.readouterr().err.startswith(told)
    assert talks(monkeypatch, "", str(tmp_path / "nothing.yaml")) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_a_line_of_a_script_that_makes_no_sense_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talks(monkeypatch, "/stpe\n", str(plan_in(tmp_path))) == 1
    assert "'/stpe' is not known here" in capsys.readouterr().out
