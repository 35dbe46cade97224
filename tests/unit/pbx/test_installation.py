"""Finding an Asterisk: the order, the version, and one line for whoever has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import PbxError
from ivr.pbx.installation import Installation, find_asterisk


def program(folder: Path, version: str) -> Path:
    path = folder / "asterisk"
    path.write_text(f"#!/bin/sh\necho 'Asterisk {version}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def nothing_here(monkeypatch, tmp_path):
    for name in ("IVR_ASTERISK", "IVR_ASTERISK_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_one_on_path_is_used_if_new_enough(tmp_path):
    path = program(tmp_path, "22.10.1+dfsg")
    found = find_asterisk(tmp_path / "none")
    assert (found.binary, found.root, found.version) == (path, None, "22.10.1+dfsg")
    assert found.command("-V") == [str(path), "-V"]


@pytest.mark.parametrize("version", ["20.6.0", "22.7.2", "18.1", "certified-20.7", ""])
def test_an_old_one_is_refused_with_what_is_needed(tmp_path, version):
    program(tmp_path, version)
    with pytest.raises(PbxError, match=r"22\.8 or newer"):
        find_asterisk(tmp_path / "none")


@pytest.mark.parametrize("version", ["22.8.0", "23.2.0", "22.10.1"])
def test_newer_versions_are_compared_as_numbers(tmp_path, version):
    program(tmp_path, version)
    assert find_asterisk(tmp_path / "none").version == version


def test_the_one_that_is_named_wins(tmp_path, monkeypatch):
    program(tmp_path, "22.9.0")
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("IVR_ASTERISK", str(program(other, "23.2.0")))
    assert find_asterisk(tmp_path / "none").version == "23.2.0"


def test_none_at_all_says_how_to_get_one(tmp_path):
    with pytest.raises(PbxError, match="get-asterisk") as refused:
        find_asterisk(tmp_path / "none")
    assert "compose.yaml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_named_one_that_is_missing_is_told_by_name(monkeypatch):
    monkeypatch.setenv("IVR_ASTERISK", "/nowhere/asterisk")
    with pytest.raises(PbxError, match=r"/nowhere/asterisk .IVR_ASTERISK"):
        find_asterisk()


def test_paths_in_a_root_are_seen_from_inside(tmp_path):
    inside = Installation(binary=Path("/usr/sbin/asterisk"), root=tmp_path)
    assert inside.seen(inside.run_folder("x") / "etc") == "/srv/ivr-x/etc"
    assert inside.command("-V") == ["chroot", str(tmp_path), "/usr/sbin/asterisk", "-V"]
    with pytest.raises(PbxError, match="cannot be seen"):
        inside.seen(Path("/home"))


def test_without_a_root_paths_stay_what_they_are(tmp_path):
    here = Installation(binary=Path("/usr/sbin/asterisk"))
    folder = here.run_folder("x", tmp_path)
    assert here.seen(folder) == str(tmp_path / "pbx" / "x")
