"""An SQLite file of the service's own that a script of SQL makes: for a demo, and what a small agency keeps here."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from ivr.sources.source import Place

BUSY_S = 10.0
"""Two services may start at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDatabase:
    """The database `file`, made and completed by `script`, which the file of sources names `at` a place."""

    file: Path
    script: Path
    at: Place

    def make(self) -> bool:
        """Run the script, whole or not at all; True if there was no such file before. Blocks. Raises FlowError.

        It is run at every start, so it is written to leave alone what is there (``create table if not exists``,
        ``insert or ignore``), and may add what has become due: the appointments of another day.
        """
        try:
            script = self.script.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise self.at.wrong(f"'{self.script}' cannot be read ({fault}); name a script of SQL") from None
        new = not self.file.exists()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch(mode=0o600)  # it holds what callers told; SQLite's journal takes the same mode
            with contextlib.closing(sqlite3.connect(self.file, timeout=BUSY_S, isolation_level=None)) as made:
                made.executescript(f"begin immediate;\n{script}\n;commit;")
        except (OSError, sqlite3.Error) as fault:
            if new:
                self.file.unlink(missing_ok=True)
            raise self.at.wrong(f"'{self.script}' does not make {self.file}: {fault}; mend it") from None
        return new

    def remove(self) -> None:
        """Forget everything in it."""
        self.file.unlink(missing_ok=True)
