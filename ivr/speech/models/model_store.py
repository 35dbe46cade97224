"""The speech models on this machine: the bundled one, and those in the folder that downloads go to."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import ModelError
from ivr.speech.models.languages import is_tag, same_language
from ivr.speech.models.model import BUNDLED, BUNDLED_FOLDER, verify
from ivr.speech.models.model_catalogue import NAME
from ivr.speech.models.model_folder import delete, held_alone

RECORD = "installed.json"
"""In a model's folder: where it came from, and the checksum of every file."""
LARGEST_RECORD = 1 << 20
"""Bytes; as many files as an archive may hold have about 300 kB."""
BUNDLED_LANGUAGE = "en"
_FROM_NAME = re.compile(r"vosk-model-(?:small-)?([a-z]{2,3}(?:-[a-z]{2})?)-")
"""The language in the name of an official model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A model on this machine; `language` is None where neither record nor name tells."""

    name: str
    folder: Path
    language: str | None
    small: bool

    @property
    def size_bytes(self) -> int:
        """Of all its files, without those that go while they are counted."""
        return sum(_size(Path(at, name)) for at, _, names in os.walk(self.folder) for name in names)


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The models below `folder`, which need not exist. Reads it anew at every question."""

    folder: Path

    def installed(self) -> tuple[Installed, ...]:
        """All, the bundled one first. Raises ModelError if the folder cannot be read."""
        bundled = Installed(name=BUNDLED, folder=BUNDLED_FOLDER, language=BUNDLED_LANGUAGE, small=True)
        try:
            folders = [each for each in sorted(self.folder.iterdir()) if each.is_dir()] if self.folder.is_dir() else []
        except OSError as fault:
            raise ModelError(f"{self.folder} cannot be read ({fault.strerror}): see the setting 'models'") from None
        return (bundled, *(_known(each) for each in folders if _may_be_called(each.name)))

    def get(self, name: str) -> Installed:
        """The one of that name. Raises ModelError."""
        for model in self.installed():
            if model.name == name:
                return model
        raise ModelError(f"no model {name!r} in {self.folder}: 'ivr models list' shows what there is")

    def language(self, model: str) -> str | None:
        """What `model` ('bundled', an installed name, a folder) hears, as far as that is known."""
        if model == BUNDLED:
            return BUNDLED_LANGUAGE
        folder = self.folder / model if _may_be_called(model) and (self.folder / model).is_dir() else Path(model)
        return _known(folder).language

    def best_for(self, language: str) -> str | None:
        """An installed model for `language`: of its very region if there is one, then a small one, then by name."""
        fitting = [m for m in self.installed() if m.language is not None and same_language(m.language, language)]

        def rank(model: Installed) -> tuple[bool, bool, str]:
            return ((model.language or "").casefold() == language.casefold(), model.small, model.name)

        return max(fitting, key=rank).name if fitting else None

    def verify(self, model: Installed) -> bool:
        """Hold every file against its checksum; False if there are none to hold against (unpacked by hand).

        Raises ModelError at a difference.
        """
        if model.name == BUNDLED:
            verify()
            return True
        sums = _record(model.folder).get("files")
        if not isinstance(sums, dict):
            return False
        mend = f"'ivr models download {model.name}' fetches it again"
        for name, expected in sums.items():
            if not name.isprintable():
                raise ModelError(f"{model.folder / RECORD} is damaged: {mend}")
            try:
                with (model.folder / name).open("rb") as file:
                    actual = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as fault:
                raise ModelError(f"{model.folder / name} cannot be read ({fault.strerror}): {mend}") from None
            if actual != expected:
                raise ModelError(f"{model.folder / name} is not the file that was downloaded: {mend}")
        return True

    def remove(self, name: str) -> Path:
        """Delete the model of that name; of one that is linked from elsewhere, the link.

        Raises ModelError, one line, if there is none, it cannot be deleted, or another command is at work.
        """
        if name == BUNDLED:
            raise ModelError("the bundled model stays: it is what hears without a network")
        folder = self.get(name).folder
        with held_alone(self.folder):
            try:
                delete(folder)
            except OSError as fault:
                raise ModelError(f"{folder} cannot be removed whole: {fault.strerror or fault}") from None
        return folder


def _may_be_called(name: str) -> bool:
    """Whether `name` can be that of a model in the folder; nothing there stands in for the bundled one."""
    return NAME.fullmatch(name) is not None and name.casefold() != BUNDLED


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0


def _known(folder: Path) -> Installed:
    record = _record(folder)
    named = _FROM_NAME.match(folder.name)
    recorded = str(record.get("language", ""))
    language = recorded if is_tag(recorded) else named.group(1) if named else None
    small = record.get("kind", "small" if "-small-" in folder.name else "") == "small"
    return Installed(name=folder.name, folder=folder, language=language, small=small)


def _record(folder: Path) -> dict[str, object]:
    """What the download wrote; empty for a model that came another way, or if it makes no sense."""
    try:
        with (folder / RECORD).open("rb") as file:
            record = json.loads(file.read(LARGEST_RECORD))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}
