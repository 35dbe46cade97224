"""A model's zip file is unpacked whole into its own folder, or not at all."""

from __future__ import annotations

import errno
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.errors import ModelError
from ivr.speech.models import model_archive
from ivr.speech.models.model_archive import unpack
from ivr.speech.models.model_catalogue import Offer
from ivr.speech.models.model_store import ModelStore

NAME = "vosk-model-small-de-0.15"
PARTS = {"am/final.mdl": b"a", "graph/HCLr.fst": b"b", "graph/Gr.fst": b"c", "graph/words.txt": b"tonne 1\n"}

Pack = Callable[[zipfile.ZipFile], None]


def offer(size_bytes: int = 1000) -> Offer:
    return Offer(
        name=NAME,
        language="de",
        language_name="German",
        kind="small",
        size_bytes=size_bytes,
        md5="0" * 32,
        url="https://models.example/de.zip",
        obsolete=False,
    )


def model_zip(folder: Path, more: Pack = lambda packed: None, *, top: str = NAME, parts: bool = True) -> Path:
    """A zip file of a model below `top`, with whatever `more` packs into it."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "model.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{top}/", b"")
        for name, data in PARTS.items() if parts else ():
            packed.writestr(f"{top}/{name}", data)
        more(packed)
    return folder / "model.zip"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def test_a_model_is_unpacked_under_the_name_of_the_catalogue(tmp_path: Path, models: Path) -> None:
    folder = unpack(model_zip(tmp_path, top="some-other-name"), offer(), models)
    assert folder == models / NAME
    assert (folder / "graph/words.txt").read_bytes() == b"tonne 1\n"
    assert [each.name for each in models.iterdir()] == [NAME]
    store = ModelStore(models)
    assert store.language(NAME) == "de"
    assert store.verify(store.get(NAME))


def test_an_older_one_of_that_name_is_replaced(tmp_path: Path, models: Path) -> None:
    (models / NAME).mkdir()
    (models / NAME / "left over").touch()
    unpack(model_zip(tmp_path), offer(), models)
    assert not (models / NAME / "left over").exists()
    assert [each.name for each in models.iterdir()] == [NAME]


def link(packed: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo(f"{NAME}/graph/evil")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed.writestr(entry, "/etc/passwd")


def device(packed: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo(f"{NAME}/graph/evil")
    entry.external_attr = (stat.S_IFIFO | 0o666) << 16
    packed.writestr(entry, "")


def named(name: str) -> Pack:
    return lambda packed: packed.writestr(name, b"evil")


def swollen(packed: zipfile.ZipFile) -> None:
    packed.writestr(f"{NAME}/graph/evil", bytes(11_000_000))


def many(packed: zipfile.ZipFile) -> None:
    for number in range(2001):
        packed.writestr(f"{NAME}/{number}", b"")


@pytest.mark.parametrize(
    ("pack", "told"),
    [
        (named("../evil"), "no file of a model"),
        (named(f"{NAME}/../../evil"), "no file of a model"),
        (named("/tmp/evil"), "no file of a model"),
        (named(f"{NAME}\\..\\evil"), "no file of a model"),
        (named("evil"), "no file of a model"),
        (named("another/evil"), "not one folder"),
        (link, "no file of a model"),
        (device, "no file of a model"),
        (named(f"{NAME}/installed.json"), "no file of a model"),
        (named(f"{NAME}/Installed.JSON/evil"), "no file of a model"),
        (named(f"{NAME}/\x1b[2J\x1b]0;evil\x07"), "no file of a model"),
        (named(f"{NAME}/" + "a/" * 2000 + "evil"), "no file of a model"),
        (named(f"{NAME}/{'a' * 300}"), "File name too long"),
        (swollen, "far larger"),
        (many, "too many"),
    ],
)
def test_an_evil_zip_file_leaves_nothing_anywhere(tmp_path: Path, models: Path, pack: Pack, told: str) -> None:
    archive = model_zip(tmp_path / "in", pack)
    before = set(tmp_path.rglob("*"))
    with pytest.raises(ModelError, match=told) as fault:
        unpack(archive, offer(), models)
    assert str(fault.value).isprintable()
    assert set(tmp_path.rglob("*")) == before


def test_the_same_name_twice_is_refused(tmp_path: Path, models: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = model_zip(tmp_path, named(f"{NAME}/am/final.mdl"))
    with pytest.raises(ModelError, match="cannot be unpacked"):
        unpack(archive, offer(), models)
    assert list(models.iterdir()) == []


def test_what_is_no_model_is_not_installed(tmp_path: Path, models: Path) -> None:
    archive = model_zip(tmp_path, named(f"{NAME}/README"), parts=False)
    with pytest.raises(ModelError, match=r"no am/final\.mdl"):
        unpack(archive, offer(), models)
    assert list(models.iterdir()) == []


def test_what_is_no_zip_file_is_one_line(tmp_path: Path, models: Path) -> None:
    (tmp_path / "model.zip").write_bytes(b"<html>not here</html>")
    with pytest.raises(ModelError, match="no zip file"):
        unpack(tmp_path / "model.zip", offer(), models)


def test_a_damaged_zip_file_is_one_line(tmp_path: Path, models: Path) -> None:
    archive = model_zip(tmp_path, lambda packed: packed.writestr(f"{NAME}/big", bytes(range(256)) * 400))
    data = bytearray(archive.read_bytes())
    data[data.index(b"/big") + 40] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(ModelError, match="no zip file that can be unpacked"):
        unpack(archive, offer(100_000), models)
    assert list(models.iterdir()) == []


def test_a_name_that_is_no_text_is_one_line(tmp_path: Path, models: Path) -> None:
    archive = model_zip(tmp_path, named(f"{NAME}/ää"))
    archive.write_bytes(archive.read_bytes().replace("ää".encode(), b"\xff\xfe\xff\xfe"))
    with pytest.raises(ModelError, match="no zip file that can be unpacked"):
        unpack(archive, offer(), models)
    assert list(models.iterdir()) == []


CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4)


@given(changes=CHANGES, end=st.integers(1, 20_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_zip_file_with_any_bytes_changed_is_unpacked_or_one_line(
    tmp_path: Path, models: Path, changes: list[tuple[int, int]], end: int
) -> None:
    data = bytearray(model_zip(tmp_path).read_bytes())
    for at, value in changes:
        data[at % len(data)] = value
    (tmp_path / "model.zip").write_bytes(data[:end])
    try:
        unpack(tmp_path / "model.zip", offer(), models)
    except ModelError as fault:
        assert str(fault).isprintable()
    assert [each.name for each in models.iterdir()] in ([], [NAME])


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_interrupted_change_of_an_installed_model_leaves_a_whole_one(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    unpack(model_zip(tmp_path), offer(), models)
    renames = interrupted(monkeypatch, at)
    if at < 2:
        with pytest.raises(KeyboardInterrupt):
            unpack(model_zip(tmp_path), offer(), models)
    else:
        unpack(model_zip(tmp_path), offer(), models)
    assert renames == [".before-" + NAME, NAME][: at + 1]
    store = ModelStore(models)
    assert store.verify(store.get(NAME))
    assert [each.name for each in models.iterdir()] == [NAME]


def interrupted(monkeypatch: pytest.MonkeyPatch, at: int) -> list[str]:
    """Ctrl-C comes before the rename number `at`, once; the names that were renamed to so far."""
    renames: list[str] = []
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        renames.append(target.name)
        if len(renames) == at + 1:
            monkeypatch.setattr(Path, "rename", real)
            raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    return renames


def test_a_linked_model_is_replaced_and_what_it_linked_to_stays(tmp_path: Path, models: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/mine").touch()
    (models / NAME).symlink_to(tmp_path / "elsewhere")
    unpack(model_zip(tmp_path), offer(), models)
    assert not (models / NAME).is_symlink()
    assert (tmp_path / "elsewhere/mine").exists()
    assert [each.name for each in models.iterdir()] == [NAME]


def test_a_full_disk_is_one_line_and_keeps_the_older_model(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpack(model_zip(tmp_path), offer(), models)

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(model_archive, "_write", full)
    with pytest.raises(ModelError, match="the disk is full"):
        unpack(model_zip(tmp_path), offer(), models)
    store = ModelStore(models)
    assert store.verify(store.get(NAME))


def test_a_changed_or_lost_file_is_named(tmp_path: Path, models: Path) -> None:
    folder = unpack(model_zip(tmp_path), offer(), models)
    store = ModelStore(models)
    (folder / "am/final.mdl").write_bytes(b"other")
    with pytest.raises(ModelError, match=r"final\.mdl is not the file that was downloaded: 'ivr models download"):
        store.verify(store.get(NAME))
    (folder / "am/final.mdl").unlink()
    with pytest.raises(ModelError, match=r"final\.mdl cannot be read"):
        store.verify(store.get(NAME))


def test_a_model_that_was_unpacked_by_hand_has_no_checksums(tmp_path: Path, models: Path) -> None:
    folder = unpack(model_zip(tmp_path), offer(), models)
    assert json.loads((folder / "installed.json").read_text())["md5"] == "0" * 32
    (folder / "installed.json").unlink()
    store = ModelStore(models)
    assert not store.verify(store.get(NAME))
    assert store.language(NAME) == "de"  # its name says so
    shutil.rmtree(folder)
    with pytest.raises(ModelError, match="no model 'vosk-model-small-de"):
        store.get(NAME)
