"""Settings: one clear line for a wrong one, and no open door by accident."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.settings import Settings


def test_every_setting_has_a_sentence() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        assert field.description.endswith("."), name


def test_a_wrong_setting_is_named_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_AGI_PORT", "many")
    with pytest.raises(SettingsError, match=r"'agi_port' \(IVR_AGI_PORT .*'many'"):
        Settings.read()


def test_an_unknown_setting_in_the_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ivr.toml").write_text("agi_prot = 4573\n")
    with pytest.raises(SettingsError, match="agi_prot"):
        Settings.read()


def test_a_file_that_is_no_toml_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ivr.toml").write_text("agi_port = \n")
    with pytest.raises(SettingsError, match=r"ivr\.toml.*line 1"):
        Settings.read()


def test_agi_and_media_do_not_face_the_world_by_accident() -> None:
    with pytest.raises(SettingsError, match="no log-in of their own"):
        Settings.read(bind="0.0.0.0")
    assert Settings.read(bind="0.0.0.0", allow_public_bind=True).bind == "0.0.0.0"


def test_a_mapping_that_is_no_json_is_one_line_that_shows_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LANGUAGE_MODELS", "de=x")
    with pytest.raises(SettingsError, match=r"language_models.*JSON"):
        Settings.read()


@pytest.mark.parametrize(("cores", "workers"), [(1, 2), (2, 2), (6, 6), (96, 8)])
def test_there_is_a_recognition_process_for_each_core_within_bounds(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)))
    assert Settings().recogniser_workers == workers
    assert Settings(recogniser_workers=3).recogniser_workers == 3
