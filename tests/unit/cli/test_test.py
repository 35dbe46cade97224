"""`ivr test`: exit codes, formats, and files that cannot be read beside files that can."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.cli import main
from tests.unit.plans.rehearsal.plans import scenarios_in

GOOD = "  good: {talk: [press: 2], ends: {queue: porter}}\n"
BAD = "  bad: {talk: [hears: cellar]}\n"


def test_scenarios_that_pass_are_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(scenarios_in(tmp_path, GOOD))]) == 0
    assert capsys.readouterr().out.endswith("1 scenario: 1 passed\n")


def test_one_that_fails_is_exit_code_1_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = scenarios_in(tmp_path, GOOD + BAD)
    assert main(["test", str(file), "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [one["result"] for one in data] == ["passed", "failed"]
    assert data[1]["failure"]["line"] == 4
    assert main(["test", str(file), "--only", "GOOD"]) == 0


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken").mkdir()
    broken = scenarios_in(tmp_path / "broken", "  one: {talk: [jump]}\n")
    assert main(["test", str(broken), str(scenarios_in(tmp_path, GOOD)), "--format", "junit"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(f"ivr: {broken}:3:16: 'talk' cannot be 'jump'")
    cases = ElementTree.fromstring(told.out).findall("testsuite/testcase")
    assert sorted([part.tag for part in case] for case in cases) == [[], ["error"]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "nobody"], "no scenario to play: none has 'nobody' in its name"),
        (["--noise-db", "99"], "--noise-db: must be from -10 to 60"),
        (["--voices", ","], "--voices: name at least one, such as en-gb,en-us"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["test", str(scenarios_in(tmp_path, GOOD)), *words]) == 2
    assert capsys.readouterr().err == f"ivr: {told}\n"


def test_who_stands_in_a_folder_without_scenarios_is_told_where_they_were_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["test"]) == 2
    told = capsys.readouterr().err
    assert f"there is none in dialplans/scenarios (the folder where you are is {tmp_path}); name their files" in told


def test_more_calls_than_one_run_takes_are_refused_before_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = "".join(f"  number {number}: {{talk: [wait]}}\n" for number in range(101))
    assert main(["test", str(scenarios_in(tmp_path, many)), "--sip", "--voices", "a,b"]) == 2
    assert "202 calls are too many for one run" in capsys.readouterr().err
