"""What a failing end-to-end test leaves in one folder: every call's sound, every log's part, every call's journal."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from ivr.testing.sip_phone import SipPhone

BUILD = Path(__file__).parents[2] / "build"


@dataclass(frozen=True)
class _Log:
    """How far a log was written when a test began."""

    name: str
    inode: int
    size: int

    def since(self, file: Path) -> bytes:
        """What came since; a service that was started anew has put the former log aside (stand.py)."""
        parts = [one for one in (file.with_suffix(".log.1"), file) if one.exists()]
        known = next((at for at, one in enumerate(parts) if one.stat().st_ino == self.inode), None)
        if known is None:
            return parts[-1].read_bytes() if parts else b""
        return b"".join(one.read_bytes() for one in parts[known:])[self.size :]


class Evidence:
    """Collected while a test runs, saved below ``build/evidence/<test>`` if it fails."""

    def __init__(self, test: str) -> None:
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in test.rpartition("/")[2])
        self.folder = BUILD / "evidence" / name[:120]
        self.phones: list[SipPhone] = []
        self._began = time.time() - 1  # the clock of files is coarse
        self._logs: dict[Path, _Log] = {}
        self._folders: list[Path] = []

    def follow(self, log: Path, name: str) -> None:
        """Keep what is written into `log` from now on, as `name`."""
        if log not in self._logs:
            there = log.stat() if log.exists() else None
            self._logs[log] = _Log(name, there.st_ino if there else 0, there.st_size if there else 0)

    def collect(self, folder: Path) -> None:
        """Keep the files of `folder` that change during the test."""
        self._folders.append(folder)

    def save(self) -> Path:
        """Write everything; returns the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for number, call in enumerate((call for phone in self.phones for call in phone.calls), 1):
            call.save(self.folder / f"{number} {call.title.replace('/', '_')}.wav")
        for file, log in self._logs.items():
            (self.folder / log.name).write_bytes(log.since(file))
        for folder in self._folders:
            for file in folder.glob("*"):
                if file.is_file() and file.stat().st_mtime >= self._began:
                    shutil.copy(file, self.folder / file.name)
        return self.folder
