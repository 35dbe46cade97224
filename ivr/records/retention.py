"""The end of life of what is kept of calls: what is old goes, when the service starts and once a day.

Files are as old as their last change. Nothing ever is older than its days: what would become so before the next look
goes now, for callers were told how long ("we keep it for thirty days").
"""

from __future__ import annotations

import asyncio
import logging
import stat
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
        """Those that go at `now` (Unix seconds). Raises OSError.

        A link leads to what is not ours: neither it nor what stands behind it goes. `folder` itself may be one.
        """
        oldest = now + LOOK_S - self.days * DAY_S
        for file in self.folder.glob(self.pattern):
            between = file.relative_to(self.folder).parents
            if any((self.folder / part).is_symlink() for part in between if part.name):
                continue
            try:
                about = file.lstat()
            except FileNotFoundError:  # somebody deleted it meanwhile
                continue
            if stat.S_ISREG(about.st_mode) and about.st_mtime < oldest:
                yield file


class Retention:
    """Sees to it that `kept`, and questions that nobody answered, have an end."""

    def __init__(self, *kept: Kept, misses: Misses, now: Callable[[], float] = time.time) -> None:
        self._kept = kept
        self._misses = misses
        self._now = now

    async def keep_up(self) -> None:
        """Look now and every day, until cancelled: whatever goes wrong at one look, the next one comes."""
        while True:
            try:
                await asyncio.to_thread(self.enforce)
            except Exception:  # a promise to callers must not end with the first fault nobody thought of
                log.exception("what is too old could not be looked for; the next look comes")
            await asyncio.sleep(LOOK_S)

    def enforce(self) -> None:
        """Delete what is too old. Blocks; what cannot be deleted is logged and tried again at the next look."""
        now = self._now()
        for kept in self._kept:
            deleted = 0
            try:
                for file in kept.old(now):
                    deleted += _deleted(file, kept.what)
            except OSError as fault:
                _tell(kept.what, fault)
            if deleted:
                log.info("what is too old was deleted", extra={"what": kept.what, "files": deleted})
        try:
            self._misses.tidy(now + LOOK_S)
        except OSError as fault:
            _tell("misses", fault)


def _deleted(file: Path, what: str) -> bool:
    """Whether `file` is gone; one that stays must not keep those behind it."""
    try:
        file.unlink(missing_ok=True)
    except OSError as fault:
        _tell(what, fault)
        return False
    return True


def _tell(what: str, fault: OSError) -> None:
    log.error("what is too old cannot be deleted", extra={"what": what, "fault": fault.strerror})
