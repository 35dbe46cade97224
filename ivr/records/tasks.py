"""What callers' questions leave to do for the owners of articles: one task an article, counted, until it is closed.

A task is a small file below one folder, so that closing it is removing it; who reads sees whole ones only.
"""

from __future__ import annotations

import json
import logging
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ivr.call import AnswerWithheld, CallEvent

log = logging.getLogger(__name__)

FOLDER = "tasks"
"""Below the state's folder."""
MOST_TASKS = 500
"""As many articles want renewing at most; further ones are told in the log. An agency has some hundred articles."""
_UNSAFE = re.compile(r"[^0-9A-Za-z._-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An article to be renewed; `first` and `last`: when callers asked (UTC, ISO 8601), `callers`: how many."""

    article: str
    title: str
    owner: str
    callers: int
    first: str
    last: str


class Tasks:
    """A `Feed`: takes the events that leave something to do. Its files are below `folder` (mode 0700, files 0600)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, event: CallEvent) -> None:
        """Count `event` for its article; never raises. A small write on the event loop, a few times a day."""
        if not isinstance(event, AnswerWithheld):
            return
        try:
            self._count(event)
        except OSError as fault:
            log.error("a task could not be kept", extra={"fault": str(fault), "article": event.article})

    def open(self) -> tuple[Task, ...]:
        """Those that are not closed, the most wanted first."""
        found = (_read(file) for file in self._folder.glob("*.json"))
        return tuple(sorted((task for task in found if task), key=lambda one: (-one.callers, one.article)))

    def close(self, article: str) -> bool:
        """The article is in order again; False if there was nothing to do about it. Raises OSError."""
        try:
            self._file(article).unlink()
        except FileNotFoundError:
            return False
        return True

    def _count(self, event: AnswerWithheld) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._file(event.article)
        before = _read(file)
        if before is None and sum(1 for _ in self._folder.glob("*.json")) >= MOST_TASKS:
            raise OSError(f"there are {MOST_TASKS} tasks already; see 'ivr tasks'")
        now = datetime.fromtimestamp(event.at, UTC).isoformat(timespec="seconds")
        task = Task(
            article=event.article,
            title=event.title,
            owner=event.owner,
            callers=(before.callers if before else 0) + 1,
            first=before.first if before else now,
            last=now,
        )
        part = self._folder / f".{file.name}.part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump(asdict(task), opened, ensure_ascii=False)
        part.rename(file)

    def _file(self, article: str) -> Path:
        return self._folder / f"{_UNSAFE.sub('_', article).lstrip('.')}.json"


def _read(file: Path) -> Task | None:
    """The task in `file`; None if there is none, or it cannot be read."""
    try:
        task = Task(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return task if isinstance(task.callers, int) else None
