"""`ivr forget`: nothing is kept of the number afterwards, however it is written; of others everything is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from ivr.app import memory_of
from ivr.call import Preferences, Remembered
from ivr.cli import main
from ivr.secrets_file import secrets_for
from ivr.settings import Settings

NUMBER, OTHER = "+447700900123", "+447700900124"
SLOWER = Remembered(preferences=Preferences(slower=True))


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("IVR_SECRETS", str(tmp_path / "secrets.json"))
    return secrets_for(tmp_path / "secrets.json", ()).callers


def kept(key: str, number: str) -> Remembered:
    memory = memory_of(Settings.read(), key)
    try:
        return asyncio.run(memory.recollect(number))
    finally:
        memory.close_now()


def keep(key: str, *numbers: str) -> None:
    memory = memory_of(Settings.read(), key)
    for number in numbers:
        assert asyncio.run(memory.prefer(number, Preferences(slower=True)))
    memory.close_now()


@pytest.mark.parametrize("written", ["07700900123", "+44 7700 900123", NUMBER])
def test_it_deletes_one_number_however_it_is_written(
    key: str, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(key, NUMBER, OTHER)
    assert main(["forget", written]) == 0
    assert capsys.readouterr().out == "deleted: 1 entries\n"
    assert kept(key, NUMBER) == Remembered()
    assert kept(key, OTHER) == SLOWER


def test_there_may_be_nothing_to_delete(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", NUMBER, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"deleted": 0}


def test_what_is_no_number_is_told_in_one_line(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", "Margaret"]) == 2
    assert capsys.readouterr().err == (
        "ivr: 'Margaret' is no number; write digits, such as 07700900123 or +447700900123\n"
    )


def test_without_secrets_nothing_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_SECRETS", str(tmp_path / "none.json"))
    assert main(["forget", NUMBER]) == 2
    assert "so nothing was ever kept here" in capsys.readouterr().err
    assert not (tmp_path / "none.json").exists()
