"""`ivr publish`, `ivr versions` and `ivr rollback`: what is unfit is refused, and every answer comes as JSON, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.cli import main

PLAN = """\
helpline: Hall
start: bye
main_menu: bye
person_queue: office
queues: {office: the office}
steps:
  bye:
    hang_up: Goodbye.
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IVR_PUBLISHED", str(tmp_path / "published"))
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    file = tmp_path / "hall.yaml"
    file.write_text(PLAN)
    return file


def test_versions_are_published_listed_and_gone_back_to(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(plan), "--note", "first", "--format", "json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["new"] is True
    plan.write_text(PLAN.replace("Goodbye.", "Thank you. Goodbye."))
    assert main(["publish", str(plan)]) == 0
    assert "published as version 0002" in capsys.readouterr().out
    assert main(["rollback", "hall", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "helpline": "hall",
        "version": first["version"],
        "folder": first["folder"],
    }
    assert main(["versions", "hall", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["current"]) for one in listed] == [("0001", True), ("0002", False)]
    assert main(["rollback", "hall", "0002"]) == 0
    assert "new calls get version 0002" in capsys.readouterr().out


def test_what_is_unfit_is_not_published(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(PLAN.replace("start: bye", "start: hello"))
    assert main(["publish", str(plan)]) == 1
    assert "is not published: mend the errors first" in capsys.readouterr().err
    assert main(["versions", "hall"]) == 2
