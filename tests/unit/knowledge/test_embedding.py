"""The bundled embedding model: whole as it was shipped, near where the meaning is, the same vector every time; kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import ModelError
from ivr.knowledge.embedding import DIMENSIONS, FOLDER, NETWORK, SUMS, Embedder, Vectors, bundled
from ivr.knowledge.kept_vectors import vectors_of

RUBBISH = "when do you pick up my rubbish"


class CountingEmbedder(Embedder):
    """Counts the texts that it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def embed(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self.embedded += texts
        return super().embed(texts)


@pytest.fixture(scope="module")
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


def test_other_words_for_the_same_thing_lie_close_and_other_things_do_not() -> None:
    asked, same, other = bundled().embed([RUBBISH, "what day is the bin collection", "who won the football"])
    assert asked @ same > 0.4 > 0.2 > asked @ other


def test_a_text_has_one_vector_of_length_one_alone_and_among_others() -> None:
    alone = bundled().embed([RUBBISH])
    among = bundled().embed_many(["a permit", RUBBISH, "", "word " * 500])
    assert alone.shape == (1, DIMENSIONS) and alone.dtype == np.float32
    assert np.array_equal(alone[0], among[1])
    assert np.allclose(np.linalg.norm(among, axis=1), 1.0, atol=1e-5)
    assert bundled().embed([]).shape == bundled().embed_many([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("name", [NETWORK, "LICENSE.txt"])
def test_a_file_that_is_not_the_one_that_was_shipped_is_refused(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "models"))
    with (folder / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=f"{name} is not the file that was shipped: install the package again"):
        Embedder(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name} cannot be read"):
        Embedder(folder)


def test_a_list_of_checksums_that_names_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / SUMS).write_text("")
    with pytest.raises(ModelError, match="does not name"):
        Embedder(tmp_path)


def test_vectors_are_kept_and_only_new_texts_are_embedded(tmp_path: Path, embedder: CountingEmbedder) -> None:
    embedder.embedded.clear()
    first = vectors_of(["a permit", RUBBISH], embedder, tmp_path)
    again = vectors_of([RUBBISH, "a sticker"], embedder, tmp_path)
    assert sorted(embedder.embedded) == ["a permit", "a sticker", RUBBISH]
    assert np.array_equal(first[1], again[0])
    (file,) = tmp_path.iterdir()
    assert file.name == f"{embedder.identity}.npz"


def test_a_torn_file_of_vectors_is_made_anew(tmp_path: Path, embedder: CountingEmbedder) -> None:
    wanted = vectors_of([RUBBISH], embedder, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:200])
    assert np.array_equal(vectors_of([RUBBISH], embedder, tmp_path), wanted)
    embedder.embedded.clear()
    vectors_of([RUBBISH], embedder, tmp_path)
    assert not embedder.embedded


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path, embedder: CountingEmbedder) -> None:
    (tmp_path / "vectors").write_text("a file where the folder should be")
    assert vectors_of([RUBBISH], embedder, tmp_path / "vectors").shape == (1, DIMENSIONS)
