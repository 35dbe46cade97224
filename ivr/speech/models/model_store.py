"""The speech models on this machine: the bundled one, and those in the folder that downloads go to."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import ModelError
from ivr.speech.models.languages import same_language
from ivr.speech.models.model import BUNDLED, BUNDLED_FOLDER, verify
from ivr.speech.models.model_catalogue import NAME

RECORD = "installed.json"
"""In a model's folder: where it came from, and the checksum of every file."""
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
        """Of all its files."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The models below `folder`, which need not exist. Reads it anew at every question."""

    folder: Path

    def installed(self) -> tuple[Installed, ...]:
        """All, the bundled one first."""
        bundled = Installed(name=BUNDLED, folder=BUNDLED_FOLDER, language=BUNDLED_LANGUAGE, small=True)
        folders = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return (bundled, *(_known(each) for each in folders if each.is_dir() and NAME.fullmatch(each.name)))

    def get(self, name: str) -> Installed:
        """The one of that name. Raises ModelError."""
        for model in self.installed():
            if model.name == name:
                return model
        raise ModelError(f"no model '{name}' in {self.folder}: 'ivr models list' shows what there is")

    def language(self, model: str) -> str | None:
        """What `model` ('bundled', an installed name, a folder) hears, as far as that is known."""
        if model == BUNDLED:
            return BUNDLED_LANGUAGE
        folder = self.folder / model if NAME.fullmatch(model) and (self.folder / model).is_dir() else Path(model)
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
            try:
                actual = hashlib.sha256((model.folder / str(name)).read_bytes()).hexdigest()
            except OSError as fault:
                raise ModelError(f"{model.folder / str(name)} cannot be read ({fault.strerror}): {mend}") from None
            if actual != expected:
                raise ModelError(f"{model.folder / str(name)} is not the file that was downloaded: {mend}")
        return True

    def remove(self, name: str) -> Path:
        """Delete the model of that name. Raises ModelError; never for ones outside `folder`."""
        if name == BUNDLED:
            raise ModelError("the bundled model stays: it is what hears without a network")
        folder = self.get(name).folder
        try:
            doomed = folder.rename(folder.with_name(f".removing-{folder.name}"))
            shutil.rmtree(doomed)
        except OSError as fault:
            raise ModelError(f"{folder} cannot be removed: {fault.strerror}") from None
        return folder


def _known(folder: Path) -> Installed:
    record = _record(folder)
    named = _FROM_NAME.match(folder.name)
    language = record.get("language") or (named.group(1) if named else None)
    small = record.get("kind", "small" if "-small-" in folder.name else "") == "small"
    return Installed(name=folder.name, folder=folder, language=str(language) if language else None, small=small)


def _record(folder: Path) -> dict[str, object]:
    """What the download wrote; empty for a model that came another way."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
