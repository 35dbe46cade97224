"""Secrets: made once, for every name, readable by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.secrets_file import load_or_make


def test_secrets_are_made_once_and_differ(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secrets.json"
    first = load_or_make(path, sip=["caller", "alice"], agents=["alice"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_make(path, sip=["caller", "alice"], agents=["alice"]) == first
    assert len({first.ami, first.agi, *first.sip.values(), *first.agents.values()}) == 5
    assert min(map(len, [first.ami, *first.sip.values(), *first.agents.values()])) >= 12


def test_a_new_agent_gets_a_secret_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = load_or_make(path, sip=["caller"], agents=[])
    second = load_or_make(path, sip=["caller", "bob"], agents=["bob"])
    assert second.ami == first.ami
    assert second.sip["caller"] == first.sip["caller"]
    assert second.agents["bob"]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="IVR_SECRETS"):
        load_or_make(tmp_path / "file" / "secrets.json", sip=[], agents=[])


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    load_or_make(path, sip=[], agents=[])
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_or_make(path, sip=[], agents=[])


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("{ not json")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="mend it, or delete it"):
        load_or_make(path, sip=[], agents=[])
    assert path.read_text() == "{ not json"
