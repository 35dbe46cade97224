"""The end of life of what is kept of calls: what is old goes, when the service starts and once a day.

Files are as old as their last change. Nothing ever is older than its days: what would become so before the next look
goes now, for callers were told how long ("we keep it for thirty days").
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.records.misses import Misses

log = logging.getLogger(__name__)

DAY_S = 86_400.0
LOOK_S = DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Files of one kind, `what` in the log: those below `folder` that match `pattern`, for at most `days`."""

    what: str
    folder: Path
    pattern: str
    days: float

    def old(self, now: float) -> Iterator[Path]:
        """Those that go at `now` (Unix seconds). Raises OSError."""
        oldest = now + LOOK_S - self.days * DAY_S
        for file in self.folder.glob(self.pattern):
            try:
                too_old = file.stat().st_mtime < oldest
            except FileNotFoundError:  # somebody deleted it meanwhile
                continue
            if too_old:
                yield file


class Retention:
    """Sees to it that `kept`, and questions that nobody answered, have an end."""

    def __init__(self, *kept: Kept, misses: Misses, now: Callable[[], float] = time.time) -> None:
        self._kept = kept
        self._misses = misses
        self._now = now

    async def keep_up(self) -> None:
        """Look now and every day, until cancelled."""
        while True:
            await asyncio.to_thread(self.enforce)
            await asyncio.sleep(LOOK_S)

    def enforce(self) -> None:
        """Delete what is too old. Blocks; what cannot be deleted is logged and tried again at the next look."""
        now = self._now()
        for kept in self._kept:
            deleted = 0
            try:
                for file in kept.old(now):
                    file.unlink(missing_ok=True)
                    deleted += 1
            except OSError as fault:
                log.error("what is too old cannot be deleted", extra={"what": kept.what, "fault": fault.strerror})
            if deleted:
                log.info("what is too old was deleted", extra={"what": kept.what, "files": deleted})
        try:
            self._misses.tidy(now)
        except OSError as fault:
            log.error("what is too old cannot be deleted", extra={"what": "misses", "fault": fault.strerror})
