"""Remembers who failed a check of who they are, across calls and restarts, and locks the check after some failures.

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
from dataclasses import astuple, dataclass
from pathlib import Path

from ivr.call import Level
from ivr.callers_file import LockRule

log = logging.getLogger(__name__)

MOST_KEPT = 5_000
"""Failures; beyond it the oldest are forgotten."""
_KEPT_S = 30 * 24 * 3600.0
"""As long as a rule may look back."""
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
        self._writing = asyncio.Lock()

    def hashed(self, what: str, values: Collection[str]) -> str:
        """`values` of the kind `what` as they are kept; empty for none."""
        if not values:
            return ""
        text = "\0".join((what, *values))
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()[:_HASH_BYTES].hex()

    def locked(self, rule: LockRule, number: str, record: str) -> bool:
        """Whether the check is locked for the (hashed) `number` or on the (hashed) `record`; empty ones are not."""
        by_number = [one.at for one in self._failures if number and one.number == number]
        on_record = [one.at for one in self._failures if record and one.record == record]
        return self._locks(rule, by_number) or self._locks(rule, on_record)

    async def failed(self, number: str, record: str, level: Level) -> None:
        """Keep one more failure, on disk when this returns; who hangs up meanwhile has failed all the same."""
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
        async with self._writing:
            try:
                await asyncio.to_thread(_write, self._file, tuple(self._failures))
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
