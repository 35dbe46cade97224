"""The bundled model is the one that was shipped, and a broken one is told in one line."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import pytest

from ivr.errors import ModelError
from ivr.speech.models.model import BUNDLED_FOLDER, SUMS_FILE, find_model, verify


def empty_model(folder: Path, *, words: str | None = "<eps> 0\nbin 1\ntax 2\n[unk] 3\n") -> Path:
    for name in ("am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    if words is not None:
        (folder / "graph/words.txt").write_text(words)
    return folder


def test_every_file_of_the_bundled_model_has_its_checksum() -> None:
    verify()
    listed = {line.split("  ")[1] for line in (BUNDLED_FOLDER.parent / SUMS_FILE).read_text().splitlines()}
    there = {str(f.relative_to(BUNDLED_FOLDER.parent)) for f in BUNDLED_FOLDER.rglob("*") if f.is_file()}
    assert listed == there


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BUNDLED_FOLDER, tmp_path / BUNDLED_FOLDER.name))
    shutil.copy(BUNDLED_FOLDER.parent / SUMS_FILE, tmp_path)
    (folder / "graph/words.txt").write_text("bin 1\n")
    with pytest.raises(ModelError, match=r"words\.txt is not the file that was shipped: install"):
        verify(folder)
    (folder / "am/final.mdl").unlink()
    with pytest.raises(ModelError, match=r"final\.mdl cannot be read"):
        verify(folder)


def test_the_bundled_model_is_described_for_the_start_up_print() -> None:
    assert find_model().description == "bundled English telephone model, 11,359 words"


def test_words_that_can_never_be_heard_are_found() -> None:
    assert find_model().unknown_words(["bin", "bins", "council", "tax", "[unk]"]) == {"bins", "[unk]"}


def test_another_model_is_named_by_its_folder(tmp_path: Path) -> None:
    model = find_model(str(empty_model(tmp_path / "vosk-model-small-en")))
    assert model.description == "Vosk model 'vosk-model-small-en', 2 words"
    assert not model.bundled


@pytest.mark.parametrize("lost", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
def test_a_model_without_a_part_is_refused_in_one_line(tmp_path: Path, lost: str) -> None:
    folder = empty_model(tmp_path / "broken")
    (folder / lost).unlink()
    with pytest.raises(ModelError, match=lost) as fault:
        find_model(str(folder))
    assert "\n" not in str(fault.value)
    assert "ivr models list" in str(fault.value)


@pytest.mark.parametrize("words", ["", "<eps> 0\n#0 1\n"])
def test_an_empty_list_of_words_is_refused(tmp_path: Path, words: str) -> None:
    with pytest.raises(ModelError, match="empty"):
        find_model(str(empty_model(tmp_path, words=words)))


def test_a_missing_folder_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"neither installed nor a folder: name one that 'ivr models list'"):
        find_model(str(tmp_path / "nowhere"), tmp_path)


def test_an_installed_model_is_found_by_its_name(tmp_path: Path) -> None:
    empty_model(tmp_path / "vosk-model-small-de-0.15")
    found = find_model("vosk-model-small-de-0.15", tmp_path)
    assert found.folder == tmp_path / "vosk-model-small-de-0.15"
    assert find_model("bundled", tmp_path).bundled


def fst_text(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode()


def fst_head(*, flags: int, symbols: list[str]) -> bytes:
    head = struct.pack("<i", 2125659606) + fst_text("const") + fst_text("standard")
    head += struct.pack("<iiQqqq", 2, flags, 0, 0, 1, 1)
    table = struct.pack("<i", 2125658996) + fst_text("words.txt") + struct.pack("<qq", len(symbols), len(symbols))
    return head + table + b"".join(fst_text(symbol) + struct.pack("<q", key) for key, symbol in enumerate(symbols))


def test_words_are_read_from_the_graph_where_there_is_no_list(tmp_path: Path) -> None:
    folder = empty_model(tmp_path, words=None)
    (folder / "graph/Gr.fst").write_bytes(fst_head(flags=2, symbols=["<eps>", "bin", "tax", "[unk]"]))
    assert find_model(str(folder)).words == {"bin", "tax"}


@pytest.mark.parametrize(
    "graph", [b"", b"\0" * 40, fst_head(flags=0, symbols=[]), fst_head(flags=2, symbols=["a", "b"])[:-9]]
)
def test_a_model_whose_words_cannot_be_known_is_refused(tmp_path: Path, graph: bytes) -> None:
    folder = empty_model(tmp_path, words=None)
    (folder / "graph/Gr.fst").write_bytes(graph)
    with pytest.raises(ModelError, match="no list of words"):
        find_model(str(folder))
