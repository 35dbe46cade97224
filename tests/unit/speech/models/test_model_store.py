"""The models on this machine are listed, and removed, whatever stands in their folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ivr.errors import ModelError
from ivr.speech.models.model_folder import LOCK, held_alone
from ivr.speech.models.model_store import ModelStore

NAME = "vosk-model-small-de-0.15"


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    (tmp_path / "models" / NAME).mkdir(parents=True)
    (tmp_path / "models" / NAME / "file").write_text("data")
    return ModelStore(tmp_path / "models")


def names(store: ModelStore) -> set[str]:
    return {each.name for each in store.folder.iterdir()} - {LOCK}


@pytest.mark.parametrize(
    "record",
    [
        "[" * 100_000,
        "",
        "\x00",
        "[]",
        '{"language": "\\u001b[2J"}',
        '{"language": ["fr"]}',
        "9" * 5000,
        "x" * (1 << 21),
    ],
    ids=lambda record: record[:10],
)
def test_a_record_that_makes_no_sense_is_none(store: ModelStore, record: str) -> None:
    (store.folder / NAME / "installed.json").write_text(record)
    assert store.get(NAME).language == "de"  # its name says so
    assert not store.verify(store.get(NAME))
    store.remove(NAME)
    assert names(store) == set()


@pytest.mark.parametrize("name", ["\0", "\x1b[2J", "../nowhere"])
def test_a_record_of_files_that_cannot_be_is_one_line(store: ModelStore, name: str) -> None:
    (store.folder / NAME / "installed.json").write_text(json.dumps({"files": {name: "0"}}))
    with pytest.raises(ModelError, match=r"'ivr models download") as fault:
        store.verify(store.get(NAME))
    assert str(fault.value).isprintable()


def test_nothing_in_the_folder_stands_in_for_the_bundled_model(store: ModelStore) -> None:
    (store.folder / "bundled").mkdir()
    assert [model.name for model in store.installed()] == ["bundled", NAME]
    assert store.get("bundled").folder.parent != store.folder
    assert store.language("bundled") == "en"


def test_of_a_linked_model_the_link_is_removed(store: ModelStore, tmp_path: Path) -> None:
    real = (store.folder / NAME).rename(tmp_path / "real")
    (store.folder / NAME).symlink_to(real)
    store.remove(NAME)
    assert names(store) == set()
    assert (real / "file").exists()


def test_a_removal_that_broke_off_does_not_stand_in_the_way(store: ModelStore) -> None:
    (store.folder / f".removing-{NAME}").mkdir()
    (store.folder / f".removing-{NAME}" / "left").touch()
    store.remove(NAME)
    assert names(store) == set()


def test_a_model_that_cannot_be_removed_is_one_line(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", refuse)
        with pytest.raises(ModelError, match="cannot be removed whole: Permission denied") as fault:
            store.remove(NAME)
    assert "\n" not in str(fault.value)
    assert [model.name for model in store.installed()] == ["bundled"]
    with held_alone(store.folder):
        assert names(store) == set()


def test_nothing_is_removed_while_another_command_is_at_work(store: ModelStore) -> None:
    with held_alone(store.folder), pytest.raises(ModelError, match="another command"):
        store.remove(NAME)
    assert names(store) == {NAME}


@pytest.mark.parametrize("name", ["../models", ".", "", "bundled", f"{NAME}\n", ".lock"])
def test_what_is_no_name_of_a_model_is_not_removed(store: ModelStore, name: str) -> None:
    with pytest.raises(ModelError) as fault:
        store.remove(name)
    assert str(fault.value).isprintable()
    assert names(store) == {NAME}


def test_the_size_is_that_of_all_files(store: ModelStore) -> None:
    (store.folder / NAME / "graph").mkdir()
    (store.folder / NAME / "graph/more").write_bytes(bytes(10))
    assert store.get(NAME).size_bytes == 14
