"""Remembers who failed a check of who they are, across calls and restarts, and locks the check after some failures.

Failures count for the number that rang, for the record whichever number rings, and for all callers together: numbers
can be forged or withheld, and records are many, so without a limit over all of them somebody could try one birthday
after another on one record after another. The price is that as many failed checks as a rule allows an hour lock the
check for everybody until the hour's window has room again: somebody may bring that about on purpose. It is paid
knowingly: only the check is locked, and a plan leads who is locked to a person; who was wrong about a record and then
right about the same one counts for nothing; and it is loud, a warning in the log. Who fails while a source is away
counts as well, or the count would tell whose record that source has.

What is kept holds no number and no reference: only hashes of them under a key of the installation.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import os
import tempfile
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

from ivr.call import Level
from ivr.callers_file import LockRule

log = logging.getLogger(__name__)

MOST_KEPT = 5_000
"""Failures; beyond it the oldest are forgotten."""
_KEPT_S = 30 * 24 * 3600.0
"""As long as a rule may look back."""
WITHIN_S = 1.0
"""A caller waits so long for their failure to be on disk; then it counts in memory until the disk has taken it."""
_HOUR_S = 3600.0
_HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed check: when (Unix seconds), from which number (empty: withheld), on which record, of which level."""

    at: float
    number: str
    record: str
    level: int


class Lock:
    """Failures of all callers, in `file` (None: in memory only)."""

    def __init__(self, file: Path | None, key: str, now: Callable[[], float]) -> None:
        self._file = file
        self._key = key.encode()
        self._now = now
        self._failures = _read(file) if file is not None else []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lock")
        self._writing: Future[None] | None = None
        self._told_at = float("-inf")

    def hashed(self, what: str, values: Collection[str]) -> str:
        """`values` of the kind `what` as they are kept; empty for none."""
        if not values:
            return ""
        text = "\0".join((what, *values))
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()[:_HASH_BYTES].hex()

    def locked(self, rule: LockRule, number: str, record: str) -> bool:
        """Whether the check is locked for the (hashed) `number`, on the (hashed) `record`, or for everybody.

        A number and a record that are empty are not locked of themselves.
        """
        if self._locks_all(rule):
            return True
        by_number = [one.at for one in self._failures if number and one.number == number]
        on_record = [one.at for one in self._failures if record and one.record == record]
        return self._locks(rule, by_number) or self._locks(rule, on_record)

    async def failed(self, number: str, record: str, level: Level) -> None:
        """Keep one more failure, on disk when this returns; who hangs up meanwhile has failed all the same.

        A disk that hangs or fails is logged, and the failure counts until a restart.
        """
        self._failures.append(Failure(self._now(), number, record, level))
        await self._keep()

    async def passed(self, record: str, level: Level) -> None:
        """Whoever `record` belongs to has proven it: what failed on it before, was a mistake of theirs.

        Failures of a higher level stay: who knows a date of birth must not get ever more tries at the PIN.
        """
        before = len(self._failures)
        self._failures = [one for one in self._failures if one.record != record or one.level > level]
        if len(self._failures) != before:
            await self._keep()

    async def close(self) -> None:
        """Finish what is being written."""
        await asyncio.to_thread(self._thread.shutdown)

    def _locks_all(self, rule: LockRule) -> bool:
        now = self._now()
        if sum(1 for one in self._failures if one.at > now - _HOUR_S) < rule.most_an_hour:
            return False
        if now >= self._told_at + _HOUR_S:
            self._told_at = now
            log.warning(
                "the check of who calls is locked for all callers: too many have failed it within an hour, so somebody "
                "may be guessing",
                extra={"most_an_hour": rule.most_an_hour},
            )
        return True

    def _locks(self, rule: LockRule, times: Collection[float]) -> bool:
        if len(times) < rule.failures:
            return False
        last = max(times)
        counted = sum(1 for at in times if at > last - rule.within_s)
        return counted >= rule.failures and self._now() < last + rule.locked_s

    async def _keep(self) -> None:
        oldest = self._now() - _KEPT_S
        self._failures = [one for one in self._failures if one.at > oldest][-MOST_KEPT:]
        if self._file is None:
            return
        if self._writing is None or self._writing.running() or self._writing.done():
            try:
                self._writing = self._thread.submit(self._write_down, self._file)
            except RuntimeError:  # closed
                log.error("failed checks of callers cannot be kept", extra={"fault": "the service stops"})
                return
        try:
            async with asyncio.timeout(WITHIN_S):
                await asyncio.shield(asyncio.wrap_future(self._writing))
        except TimeoutError:
            log.error("failed checks of callers are not on disk in time; they count", extra={"limit_s": WITHIN_S})

    def _write_down(self, file: Path) -> None:
        """All failures as they are now. In the thread, one after the other: an older state never replaces a newer."""
        try:
            _write(file, tuple(self._failures))
        except OSError as fault:
            log.error("failed checks of callers cannot be kept", extra={"fault": fault.strerror})


def _read(file: Path) -> list[Failure]:
    try:
        kept = json.loads(file.read_bytes())
        return [Failure(float(at), str(number), str(record), int(level)) for at, number, record, level in kept][
            -MOST_KEPT:
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, RecursionError) as fault:
        log.error("failed checks of callers cannot be read; they begin anew", extra={"fault": type(fault).__name__})
        return []


def _write(file: Path, failures: Collection[Failure]) -> None:
    """Replace `file` in one step; nobody else can read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump([astuple(one) for one in failures], opened)
            opened.flush()
            os.fsync(opened.fileno())
        Path(fresh).replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            Path(fresh).unlink()
        raise
