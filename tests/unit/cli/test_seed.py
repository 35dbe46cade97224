"""`ivr seed`: makes what is missing, completes what is there, forgets only when told to."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from ivr.cli import main
from tests.unit.plans.rehearsal.test_sandbox import clinic


def test_a_database_is_made_then_kept_then_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic(tmp_path)
    script = tmp_path / "clinic.sql"
    script.write_text("create table if not exists slots (slot, who); insert into slots values ('9', null);")
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    plan = str(tmp_path / "plan.yaml")
    assert main(["seed", plan]) == 0
    assert "made by" in capsys.readouterr().out
    assert stat.S_IMODE((tmp_path / "state/clinic.db").stat().st_mode) == 0o600, "it may hold what callers said"
    assert main(["seed", plan, "--format", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["new"], told["file"]) == (False, str(tmp_path / "state/clinic.db"))
    assert _rows(tmp_path) == 2
    assert main(["seed", plan, "--again"]) == 0
    assert _rows(tmp_path) == 1


def _rows(folder: Path) -> int:
    with sqlite3.connect(folder / "state/clinic.db") as made:
        (count,) = made.execute("select count(*) from slots").fetchone()
    made.close()
    return int(count)


def test_a_plan_without_such_a_database_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clinic(tmp_path)
    (tmp_path / "sources.yaml").write_text("rounds: {csv: rounds.csv, match: {postcode: Postcode}, take: {day: Day}}\n")
    assert main(["seed", str(tmp_path / "plan.yaml")]) == 2
    assert "no source in" in capsys.readouterr().err
