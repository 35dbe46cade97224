"""One command at a time changes the folder of models, and the next one mends what broke off."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import ModelError
from ivr.speech.models.model_folder import LOCK, held_alone, tidy

NAME = "vosk-model-small-de-0.15"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def folder(path: Path) -> Path:
    path.mkdir()
    (path / "file").write_text(path.name)
    return path


def names(models: Path) -> set[str]:
    return {each.name for each in models.iterdir()} - {LOCK}


def test_a_second_command_is_told_to_wait_and_a_third_may_go_on(tmp_path: Path) -> None:
    with held_alone(tmp_path / "models"):
        with (
            pytest.raises(ModelError, match="another command is changing the models") as refused,
            held_alone(tmp_path / "models"),
        ):
            pass
        assert "\n" not in str(refused.value)
    with held_alone(tmp_path / "models"):
        assert (tmp_path / "models").is_dir()


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="cannot be written") as refused, held_alone(tmp_path / "file"):
        pass
    assert "\n" not in str(refused.value)


def test_what_broke_off_is_deleted(models: Path, tmp_path: Path) -> None:
    for name in (".unpacking-x1", f".removing-{NAME}", f".before-{NAME}", NAME, ".downloads"):
        folder(models / name)
    (models / ".removing-link").symlink_to(folder(tmp_path / "elsewhere"))
    (models / ".unpacking-file").touch()
    with held_alone(models):
        assert names(models) == {NAME, ".downloads"}
    assert (models / NAME / "file").read_text() == NAME
    assert (tmp_path / "elsewhere/file").exists()


def test_an_older_model_whose_new_one_never_came_is_put_back(models: Path) -> None:
    folder(models / f".before-{NAME}")
    tidy(models)
    assert names(models) == {NAME}


def test_who_only_looks_mends_nothing_while_another_command_is_at_work(models: Path) -> None:
    with held_alone(models):
        folder(models / f".before-{NAME}")
        tidy(models)
        assert names(models) == {f".before-{NAME}"}
    tidy(models)
    assert names(models) == {NAME}


def test_who_only_looks_writes_nothing_where_all_is_well(tmp_path: Path, models: Path) -> None:
    tidy(tmp_path / "nowhere")
    tidy(models)
    assert not (tmp_path / "nowhere").exists()
    assert list(models.iterdir()) == []
