"""What a failing end-to-end test leaves in one folder: every call's sound, every log's part, every call's journal."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from ivr.testing.sip_phone import SipPhone

BUILD = Path(__file__).parents[2] / "build"


class Evidence:
    """Collected while a test runs, saved below ``build/evidence/<test>`` if it fails."""

    def __init__(self, test: str) -> None:
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in test.rpartition("/")[2])
        self.folder = BUILD / "evidence" / name[:120]
        self.phones: list[SipPhone] = []
        self._began = time.time()
        self._logs: dict[Path, tuple[str, int]] = {}
        self._folders: list[Path] = []

    def follow(self, log: Path, name: str) -> None:
        """Keep what is written into `log` from now on, as `name`."""
        if log not in self._logs:
            self._logs[log] = (name, log.stat().st_size if log.exists() else 0)

    def _written(self, log: Path) -> bytes:
        """What came into `log` during the test; a service that was started anew has put the old one aside."""
        _, began = self._logs[log]
        old = log.with_suffix(".log.1")
        if old.exists() and old.stat().st_mtime >= self._began:
            return old.read_bytes()[began:] + log.read_bytes()
        return log.read_bytes()[began:]

    def collect(self, folder: Path) -> None:
        """Keep the files of `folder` that change during the test."""
        self._folders.append(folder)

    def save(self) -> Path:
        """Write everything; returns the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for number, call in enumerate((call for phone in self.phones for call in phone.calls), 1):
            call.save(self.folder / f"{number} {call.title.replace('/', '_')}.wav")
        for log, (name, _) in self._logs.items():
            if log.exists():
                (self.folder / name).write_bytes(self._written(log))
        for folder in self._folders:
            for file in folder.glob("*"):
                if file.is_file() and file.stat().st_mtime >= self._began:
                    shutil.copy(file, self.folder / file.name)
        return self.folder
