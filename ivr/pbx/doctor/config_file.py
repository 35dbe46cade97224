"""Reads Asterisk's configuration files into sections, from a folder's text or from a ``GetConfig`` answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import PbxError

LARGEST_FILE = 4 * 1024 * 1024
DEEPEST_INCLUDE = 10

_BLOCK_COMMENT = re.compile(r";--(?!-).*?--;", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\);.*")
_SECTION = re.compile(r"\[([^\]]*)\]\s*(?:\(([^)]*)\))?")
_INCLUDE = re.compile(r'#(?:try)?include\s+["<]?([^">]+)[">]?\s*$')
_CATEGORY = re.compile(r"Category-(\d+)")
_LINE = re.compile(r"Line-(\d+)-\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ``name = value``; `at` is ``file:line``, or ``file [section]`` if the line is not known."""

    name: str
    value: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section with what it inherits from its templates, which comes first; `at` as of an entry."""

    name: str
    at: str
    entries: tuple[Entry, ...]

    def get(self, name: str) -> Entry | None:
        """The entry `name` that counts: the last one."""
        found = [entry for entry in self.entries if entry.name.lower() == name]
        return found[-1] if found else None

    def value(self, name: str, default: str = "") -> str:
        """The value of `name`."""
        entry = self.get(name)
        return entry.value if entry is not None else default


Config = Mapping[str, Section]
"""Section by name."""


def read_config(folder: Path, name: str) -> Config:
    """The file `name` in `folder` with what it includes.

    ``#exec`` is not run. Raises FileNotFoundError if there is none; PbxError if one cannot be read, is too large, or
    includes go too deep.
    """
    reader = _Reader(folder)
    reader.take(name, 0)
    return {
        section: Section(name=section, at=reader.places[section], entries=tuple(entries))
        for section, entries in reader.sections.items()
        if section not in reader.templates
    }


def config_from_answer(answer: Mapping[str, str], file: str) -> Config:
    """The same from the response to ``GetConfig`` (main/manager.c, action_getconfig), which knows no lines."""
    names: dict[str, str] = {}
    found: dict[str, list[Entry]] = {}
    for key, value in answer.items():
        if category := _CATEGORY.fullmatch(key):
            names[category[1]] = value
            found.setdefault(value, [])
        elif (line := _LINE.fullmatch(key)) and line[1] in names:
            name, _, text = value.partition("=")
            at = f"{file} [{names[line[1]]}]"
            found[names[line[1]]].append(Entry(name=name.strip(), value=text.lstrip("> ").strip(), at=at))
    return {name: Section(name=name, at=f"{file} [{name}]", entries=tuple(entries)) for name, entries in found.items()}


class _Reader:
    """Follows the rules of main/config.c as far as the files of a PBX use them."""

    def __init__(self, folder: Path) -> None:
        self.sections: dict[str, list[Entry]] = {}
        self.places: dict[str, str] = {}
        self.templates: set[str] = set()
        self._folder = folder
        self._current: list[Entry] | None = None

    def take(self, name: str, depth: int) -> None:
        """Read one file. Raises FileNotFoundError, PbxError."""
        path = self._folder / name
        if depth > DEEPEST_INCLUDE:
            raise PbxError(f"{path}: files include each other more than {DEEPEST_INCLUDE} deep")
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise PbxError(f"{path} is larger than any configuration file")
            text = path.read_text("utf-8", "replace")
        except FileNotFoundError:
            raise
        except OSError as fault:
            raise PbxError(f"{path} cannot be read ({fault.strerror})") from None
        without = _BLOCK_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
        for number, line in enumerate(without.split("\n"), 1):
            self._take_line(_COMMENT.sub("", line).strip(), f"{name}:{number}", depth)

    def _take_line(self, line: str, at: str, depth: int) -> None:
        if line.startswith("#"):
            self._include(line, depth)
        elif line.startswith("[") and (head := _SECTION.match(line)):
            self._open(head[1].strip(), [part.strip() for part in (head[2] or "").split(",")], at)
        elif "=" in line and self._current is not None:
            name, _, value = line.partition("=")
            self._current.append(Entry(name=name.strip(), value=value.lstrip("> ").strip(), at=at))

    def _open(self, name: str, options: list[str], at: str) -> None:
        if "+" not in options or name not in self.sections:
            self.sections[name] = []
            self.places[name] = at
        if "!" in options:
            self.templates.add(name)
        self._current = self.sections[name]
        for template in options:
            self._current += self.sections.get(template, [])

    def _include(self, line: str, depth: int) -> None:
        include = _INCLUDE.match(line)
        if include is None:
            return
        named = Path(include[1].strip())
        here = self._folder / named.name if named.is_absolute() else self._folder / named
        for path in sorted(self._folder.glob(str(named))) if "*" in named.name and not named.is_absolute() else [here]:
            if path.is_file():  # an absolute path is one of the PBX's own root, which may not be ours
                self.take(str(path.relative_to(self._folder)), depth + 1)
