"""make and the documents: every word that a reader meets exists, and every figure has a command."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ivr.cli import WORDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_make_alone_lists_the_words() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for word in ("run", "demo", "test", "check", "bench"):
        assert re.search(rf"^  make {word} ", listed, re.MULTILINE), word


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_names_only_words_that_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    for word in re.findall(r"`make ([a-z-]+)", text):
        assert word in targets(), f"make {word}"
    for word in re.findall(r"`ivr ([a-z-]+)`", text):
        assert word in WORDS or word in {"doctor"}, f"ivr {word}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_link_to_a_file_leads_somewhere(name: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text()):
        assert (ROOT / link).exists(), link
