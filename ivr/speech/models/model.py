"""Which speech model hears: finding it, looking whether it is whole, and the words that it can hear."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ivr.errors import ModelError

BUNDLED = "bundled"
BUNDLED_FOLDER = Path(__file__).parent / "vosk-en-telephone"
SUMS_FILE = "MODEL.sha256"
"""Beside the model's folder, in the format of sha256sum(1)."""

_NEEDED = (("am/final.mdl", "final.mdl"), ("graph/HCLr.fst", "HCLr.fst"), ("graph/Gr.fst", "Gr.fst"))
"""Each in today's place or the one of older models (vosk-api src/model.cc: ConfigureV1, ConfigureV2)."""
_NOT_SPOKEN = frozenset({"<eps>", "<s>", "</s>", "[unk]", "<unk>", "#0"})
_FST_MAGIC = 2125659606
_SYMBOLS_MAGIC = 2125658996
_HAS_INPUT_SYMBOLS, _HAS_OUTPUT_SYMBOLS = 1, 2
_MOST_SYMBOLS = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechModel:
    """A Vosk model that looks whole; `words` is everything it can hear."""

    folder: Path
    bundled: bool
    words: frozenset[str]

    @property
    def description(self) -> str:
        """For the start-up print."""
        kind = "bundled English telephone model" if self.bundled else f"Vosk model '{self.folder.name}'"
        return f"{kind}, {len(self.words):,} words"

    def unknown_words(self, words: Iterable[str]) -> frozenset[str]:
        """Those of `words` that the model can never hear (Vosk would drop them from a grammar with a warning only)."""
        return frozenset(words) - self.words


def find_model(setting: str = BUNDLED, installed_in: Path | None = None) -> SpeechModel:
    """The model that `setting` names: ``bundled``, one below `installed_in`, or the folder of any Vosk model.

    It must take a grammar at run time.
    Reads its word list (and, of the bundled one, every byte: about 30 ms). Raises ModelError: one line, how to mend.
    """
    bundled = setting == BUNDLED
    mend = "install the package again" if bundled else "name one that 'ivr models list' has installed, or 'bundled'"
    try:
        folder = _folder(setting, installed_in)
        if not folder.is_dir():
            raise ModelError(f"speech model: '{setting}' is neither installed nor a folder: {mend}")
        for places in _NEEDED:
            if not any((folder / place).is_file() for place in places):
                kind = " (menus need a model with a run-time graph, such as a 'small' one)" if "Gr" in places[1] else ""
                raise ModelError(f"speech model {folder}: no {places[0]}{kind}: {mend}")
        if bundled:
            verify()
        return SpeechModel(folder=folder, bundled=bundled, words=_words(folder, mend))
    except OSError as fault:
        raise ModelError(f"speech model: {fault.filename} cannot be read ({fault.strerror}): {mend}") from None


def _folder(setting: str, installed_in: Path | None) -> Path:
    if setting == BUNDLED:
        return BUNDLED_FOLDER
    if installed_in is not None and (installed_in / setting).is_dir():
        return installed_in / setting
    return Path(setting)


def verify(folder: Path = BUNDLED_FOLDER) -> None:
    """Hold every file of the model in `folder` against the checksums beside it. Raises ModelError at a difference."""
    try:
        sums = (folder.parent / SUMS_FILE).read_text(encoding="ascii").splitlines()
        for line in sums:
            expected, name = line.split("  ", 1)
            actual = hashlib.sha256((folder.parent / name).read_bytes()).hexdigest()
            if actual != expected:
                raise ModelError(f"speech model: {name} is not the file that was shipped: install the package again")
    except OSError as fault:
        raise ModelError(
            f"speech model: {fault.filename} cannot be read ({fault.strerror}): install the package again"
        ) from None
    except ValueError:
        raise ModelError(f"speech model: {SUMS_FILE} is no list of checksums: install the package again") from None


def _words(folder: Path, mend: str) -> frozenset[str]:
    """The model's vocabulary from words.txt; some models carry it inside Gr.fst instead."""
    for place in ("graph/words.txt", "words.txt"):
        if (folder / place).is_file():
            lines = (folder / place).read_text(encoding="utf-8", errors="replace").splitlines()
            words = {line.split(maxsplit=1)[0] for line in lines if line.strip()}
            break
    else:
        graph = next(folder / place for place in _NEEDED[2] if (folder / place).is_file())
        try:
            with graph.open("rb") as file:
                words = _symbols_of_fst(file)
        except (struct.error, ValueError) as fault:
            raise ModelError(f"speech model {folder}: no list of words in it ({fault}): {mend}") from None
    if not words - _NOT_SPOKEN:
        raise ModelError(f"speech model {folder}: its list of words is empty: {mend}")
    return frozenset(words - _NOT_SPOKEN)


def _symbols_of_fst(file: BinaryIO) -> set[str]:
    """The output symbols in the head of an OpenFst file (OpenFst fst.cc FstHeader::Read, symbol-table.cc Read).

    Raises ValueError or struct.error if it has none.
    """
    if _number(file, "<i") != _FST_MAGIC:
        raise ValueError("Gr.fst is no OpenFst file")
    _text(file), _text(file)  # kinds of graph and arc
    _number(file, "<i")  # version
    flags = _number(file, "<i")
    file.seek(4 * 8, 1)  # properties, start, states, arcs
    if flags & _HAS_INPUT_SYMBOLS:
        _symbols(file)
    if not flags & _HAS_OUTPUT_SYMBOLS:
        raise ValueError("neither words.txt nor symbols in Gr.fst")
    return _symbols(file)


def _symbols(file: BinaryIO) -> set[str]:
    if _number(file, "<i") != _SYMBOLS_MAGIC:
        raise ValueError("Gr.fst: no symbol table")
    _text(file)  # its name
    _number(file, "<q")  # next free key
    size = _number(file, "<q")
    if not 0 <= size <= _MOST_SYMBOLS:
        raise ValueError(f"Gr.fst: {size} symbols")
    symbols = set()
    for _ in range(size):
        symbols.add(_text(file))
        _number(file, "<q")
    return symbols


def _number(file: BinaryIO, form: str) -> int:
    (value,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return int(value)


def _text(file: BinaryIO) -> str:
    size = _number(file, "<i")
    if not 0 <= size < 1000:
        raise ValueError(f"Gr.fst: a name of {size} bytes")
    return file.read(size).decode("utf-8", errors="replace")
