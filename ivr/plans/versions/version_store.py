"""The versions of a plan on disk: written once, whole, never changed; a small file says which one is current.

::

    published/riverton/
        current                  0002
        0001/                    riverton.yaml, riverton/knowledge/…, published.json
        0002/
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.errors import FlowError, SettingsError
from ivr.published import CURRENT, RECORD, current_version

LARGEST_FILE_BYTES = 20 * 1024 * 1024
MOST_FILES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version; `at` is its time of publication (UTC, ISO 8601), `files` the checksum of each."""

    name: str
    folder: Path
    at: str
    by: str
    note: str
    origin: str
    """The plan that it was made from."""
    files: Mapping[str, str]
    current: bool


@dataclass(frozen=True, slots=True)
class VersionStore:
    """The versions of one helpline, in `folder`, which is called like it and need not exist."""

    folder: Path

    def publish(self, plan: Path, parts: Iterable[Path], *, note: str = "") -> tuple[Version, bool]:
        """A new version of `plan` and its `parts` (files and folders beside it), made current; False if it is none.

        The content of the current version is no new one. Raises FlowError for a part that is not beside the plan,
        SettingsError if it cannot be written.
        """
        with self._alone():
            root = plan.resolve().parent
            found = dict(_found(plan.resolve(), [part.resolve() for part in parts], root, self.folder.name))
            sums = {name: _sum(file) for name, file in found.items()}
            for version in self.versions():
                if version.current and version.files == sums:
                    return version, False
            used = (int(each.name) for each in self.folder.iterdir() if each.name.isdecimal())
            name = f"{1 + max(used, default=0):04d}"
            self._write(name, found, sums, origin=str(plan.resolve()), note=note)
            self._point(name)
            return self.get(name), True

    def versions(self) -> tuple[Version, ...]:
        """All, the oldest first; what is no whole version is left out."""
        if not self.folder.is_dir():
            return ()
        try:
            current = current_version(self.folder)
        except FlowError:
            current = ""
        found = (_read(each, current) for each in sorted(self.folder.iterdir()) if each.name.isdecimal())
        return tuple(version for version in found if version is not None)

    def get(self, name: str) -> Version:
        """The version called `name` ("3" and "0003" are the same). Raises FlowError."""
        for version in self.versions():
            if name.isdecimal() and int(version.name) == int(name):
                return version
        listed = ", ".join(version.name for version in self.versions()) or "none"
        raise FlowError(f"there is no version '{name}'; there are: {listed}", file=str(self.folder))

    def before_current(self) -> Version:
        """The newest version that is older than the current one. Raises FlowError."""
        current = current_version(self.folder)
        older = [version for version in self.versions() if int(version.name) < int(current)]
        if not older:
            raise FlowError(f"version {current} is the oldest; there is none to go back to", file=str(self.folder))
        return older[-1]

    def make_current(self, version: Version) -> None:
        """New calls get `version` from now on. Raises FlowError if one of its files is not what was published."""
        self.verify(version)
        with self._alone():
            self._point(version.name)

    def verify(self, version: Version) -> None:
        """Hold every file against its checksum. Raises FlowError."""
        for name, expected in version.files.items():
            file = version.folder / name
            try:
                actual = _sum(file)
            except OSError as fault:
                raise FlowError(f"cannot be read ({fault.strerror}); publish again", file=str(file)) from None
            if actual != expected:
                raise FlowError("is not the file that was published; publish again", file=str(file))

    def _write(self, name: str, found: Mapping[str, Path], sums: Mapping[str, str], *, origin: str, note: str) -> None:
        """A whole version or none; its files are read-only."""
        making = self.folder / f".making-{name}"
        shutil.rmtree(making, ignore_errors=True)
        try:
            for relative, file in found.items():
                target = making / relative
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
                if _sum(target) != sums[relative]:
                    raise FlowError("was changed while it was being published; publish again", file=str(file))
                target.chmod(0o444)
            record = {"at": _now(), "by": _who(), "note": note, "origin": origin, "files": dict(sums)}
            text = json.dumps(record, indent=1, ensure_ascii=False)
            (making / RECORD).write_text(text, encoding="utf-8")
            making.rename(self.folder / name)
        except OSError as fault:
            shutil.rmtree(making, ignore_errors=True)
            raise SettingsError(f"a version cannot be written to {self.folder}: {fault.strerror}") from None
        except FlowError:
            shutil.rmtree(making, ignore_errors=True)
            raise

    def _point(self, name: str) -> None:
        """Replace the pointer in one step: a reader sees the old version or the new one."""
        part = self.folder / f".{CURRENT}.part"
        try:
            part.write_text(f"{name}\n", encoding="utf-8")
            part.rename(self.folder / CURRENT)
        except OSError as fault:
            raise SettingsError(f"{self.folder / CURRENT} cannot be written: {fault.strerror}") from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While this runs, nobody else publishes or rolls back here."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as fault:
            raise SettingsError(f"versions cannot be kept in {self.folder}: {fault.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise SettingsError(f"somebody else publishes in {self.folder} just now: try again") from None
        finally:
            os.close(lock)


def _found(plan: Path, parts: Iterable[Path], root: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Name in the version → file; the plan is called like the helpline."""
    yield f"{name}.yaml", plan
    count = 0
    for part in parts:
        if not part.is_relative_to(root):
            raise FlowError(
                f"'{part}' is not beside the plan, so no version could hold it; move it into {root}", file=str(plan)
            )
        for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if not file.is_file() or file.name.startswith("."):
                continue
            count += 1
            if count > MOST_FILES or file.stat().st_size > LARGEST_FILE_BYTES:
                most = f"{MOST_FILES} files of at most {LARGEST_FILE_BYTES // 1024 // 1024} MB"
                raise FlowError(f"a version holds at most {most}; keep data elsewhere", file=str(file))
            yield str(file.relative_to(root)), file


def _read(folder: Path, current: str) -> Version | None:
    try:
        record: Any = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return Version(
            name=folder.name,
            folder=folder,
            at=str(record["at"]),
            by=str(record["by"]),
            note=str(record["note"]),
            origin=str(record["origin"]),
            files={str(name): str(digest) for name, digest in record["files"].items()},
            current=folder.name == current,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _who() -> str:
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return "unknown"
