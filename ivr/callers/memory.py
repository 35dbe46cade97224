"""What is kept of numbers, in one small database: the last calls of each and how its caller wants to be spoken to.

The file holds no number, only a keyed hash of it; what is deleted is overwritten. One thread does the work in order, so
that a call sees what the one before it left, and neither the event loop nor a slow disk keeps a caller waiting. A file
that is damaged is made anew: it costs memory, never a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ivr.call import EarlierCall, Preferences, Remembered
from ivr.callers.rows import call_from_text, call_to_text, preferences_from_text, preferences_to_text

log = logging.getLogger(__name__)

T = TypeVar("T")
MOST_WAITING = 500
"""Calls that end while the disk stands still; what comes then is not kept."""
WITHIN_S = 0.5
"""A caller waits for their memory so long; on a healthy disk it takes a millisecond or two."""
BUSY_S = 2.0
"""Another process (`ivr forget`) may hold the file so long."""
DAY_S = 86_400.0
_TABLES = """
create table if not exists calls (number blob not null, ended_at real not null, call text not null);
create index if not exists calls_of on calls (number, ended_at);
create index if not exists calls_by_age on calls (ended_at);
create table if not exists preferences (number blob primary key, seen_at real not null, preferences text not null);
create index if not exists preferences_by_age on preferences (seen_at);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is kept, and how long."""

    days: float = 30.0
    """Of calls."""
    preferences_days: float = 365.0
    """Of preferences, since the last call."""
    calls: int = 5
    """Of one number."""
    numbers: int = 50_000
    """Of which there are calls, and as many again with preferences."""


class CallMemory:
    """A `Memory` of the dialogue in `file` (mode 0600); `key` hashes the numbers, a caller waits at most `within_s`."""

    def __init__(
        self,
        file: Path,
        *,
        key: str,
        bounds: Bounds | None = None,
        within_s: float = WITHIN_S,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = file
        self._key = key.encode()
        self._bounds = bounds or Bounds()
        self._within_s = within_s
        self._now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="memory")
        self._waiting = 0
        self._connection: sqlite3.Connection | None = None

    async def recollect(self, number: str) -> Remembered:
        """What is kept of `number`; nothing if that takes too long."""
        return await self._done(lambda db: self._read(db, self._hash(number)), otherwise=Remembered())

    def note_call(self, number: str, call: EarlierCall) -> None:
        """Keep `call`; returns at once. A failure is logged: the next call does without it."""
        if self._waiting >= MOST_WAITING:
            log.warning("a call is not remembered: too many wait to be written", extra={"waiting": self._waiting})
            return
        loop = asyncio.get_running_loop()
        try:
            written = self._thread.submit(self._work, lambda db: self._write_call(db, self._hash(number), call))
        except RuntimeError:  # closed
            log.warning("a call is not remembered: the service stops")
            return
        self._waiting += 1
        written.add_done_callback(lambda done: _leave(loop, self._written, done))

    async def prefer(self, number: str, preferences: Preferences) -> bool:
        """Keep them from now on; False if they could not be written within the time."""
        return await self._done(
            lambda db: self._write_preferences(db, self._hash(number), preferences), otherwise=False
        )

    async def forget(self, number: str) -> bool:
        """Delete everything about `number`; False if that could not be done within the time."""
        return await self._done(lambda db: self._delete(db, self._hash(number)) >= 0, otherwise=False)

    def forget_now(self, number: str) -> int:
        """Delete everything about `number`, for who has no loop; how many entries there were. Raises sqlite3.Error."""
        return self._thread.submit(self._tried, lambda db: self._delete(db, self._hash(number))).result()

    async def close(self) -> None:
        """Finish what is under way."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """The same without a loop; once or more often."""
        with contextlib.suppress(RuntimeError):
            self._thread.submit(self._let_go)
        self._thread.shutdown()

    def _written(self, done: Future[None]) -> None:
        self._waiting -= 1
        if (fault := done.exception()) is not None:
            log.warning("a call is not remembered", extra={"fault": type(fault).__name__})

    def _hash(self, number: str) -> bytes:
        return hmac.new(self._key, number.encode(), hashlib.sha256).digest()

    # -- in the thread -------------------------------------------------------------------------------

    async def _done(self, work: Callable[[sqlite3.Connection], T], *, otherwise: T) -> T:
        try:
            async with asyncio.timeout(self._within_s):
                return await asyncio.wrap_future(self._thread.submit(self._work, work))
        except TimeoutError:
            log.warning("what is remembered of a caller took too long", extra={"limit_s": self._within_s})
        except (sqlite3.Error, OSError, RuntimeError) as fault:
            log.warning("what is remembered of a caller cannot be used", extra={"fault": type(fault).__name__})
        return otherwise

    def _work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work`, once more with a new file if the one that is there is damaged."""
        try:
            return self._tried(work)
        except sqlite3.Error as fault:
            self._let_go()
            if type(fault) is not sqlite3.DatabaseError:  # locked, full, read-only: the file itself is sound
                raise
            log.error("what was remembered of callers is damaged and begun anew", extra={"fault": str(fault)})
            for part in ("", "-journal", "-wal", "-shm"):
                self._file.with_name(self._file.name + part).unlink(missing_ok=True)
            return self._tried(work)

    def _tried(self, work: Callable[[sqlite3.Connection], T]) -> T:
        db = self._opened()
        with db:  # one transaction: all of it or nothing
            return work(db)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
            db = sqlite3.connect(self._file, timeout=BUSY_S)
            try:
                db.execute("pragma secure_delete = on")
                db.execute("pragma journal_mode = delete")
                db.execute("pragma synchronous = full")
                db.executescript(_TABLES)
                self._age(db)
                db.commit()
            except sqlite3.Error:
                db.close()
                raise
            self._connection = db
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, db: sqlite3.Connection, number: bytes) -> Remembered:
        since = self._now() - self._bounds.days * DAY_S
        query = "select call from calls where number = ? and ended_at >= ? order by ended_at desc, rowid desc limit ?"
        rows = db.execute(query, (number, since, self._bounds.calls)).fetchall()
        found = db.execute("select preferences, seen_at from preferences where number = ?", (number,)).fetchone()
        preferences = Preferences()
        if found is not None and found[1] >= self._now() - self._bounds.preferences_days * DAY_S:
            preferences = preferences_from_text(found[0])
            if found[1] < self._now() - DAY_S:  # once a day: a read that writes waits for the disk
                db.execute("update preferences set seen_at = ? where number = ?", (self._now(), number))
        calls = (call_from_text(text) for (text,) in rows)
        return Remembered(calls=tuple(call for call in calls if call is not None), preferences=preferences)

    def _write_call(self, db: sqlite3.Connection, number: bytes, call: EarlierCall) -> None:
        db.execute("insert into calls values (?, ?, ?)", (number, call.ended_at, call_to_text(call)))
        newest = "select rowid from calls where number = ? order by ended_at desc, rowid desc limit ?"
        kept = (number, number, self._bounds.calls)
        db.execute(f"delete from calls where number = ? and rowid not in ({newest})", kept)  # noqa: S608 - no value in it
        self._age(db)

    def _write_preferences(self, db: sqlite3.Connection, number: bytes, preferences: Preferences) -> bool:
        if preferences == Preferences():
            db.execute("delete from preferences where number = ?", (number,))
        else:
            row = (number, self._now(), preferences_to_text(preferences))
            db.execute("insert or replace into preferences values (?, ?, ?)", row)
        self._age(db)
        return True

    def _delete(self, db: sqlite3.Connection, number: bytes) -> int:
        tables = ("calls", "preferences")
        return sum(db.execute(f"delete from {one} where number = ?", (number,)).rowcount for one in tables)  # noqa: S608

    def _age(self, db: sqlite3.Connection) -> None:
        """Delete what is too old, and what was there longest where there is too much."""
        bounds, now = self._bounds, self._now()
        db.execute("delete from calls where ended_at < ?", (now - bounds.days * DAY_S,))
        db.execute("delete from preferences where seen_at < ?", (now - bounds.preferences_days * DAY_S,))
        for table, column, most in (
            ("calls", "ended_at", bounds.numbers * bounds.calls),
            ("preferences", "seen_at", bounds.numbers),
        ):
            (many,) = db.execute(f"select count(*) from {table}").fetchone()  # noqa: S608 - no value in it
            oldest = f"select rowid from {table} order by {column} limit ?"  # noqa: S608
            if many > most:
                db.execute(f"delete from {table} where rowid in ({oldest})", (many - most,))  # noqa: S608


def _leave(loop: asyncio.AbstractEventLoop, done: Callable[[Future[None]], None], future: Future[None]) -> None:
    """Tell the loop; at its end nobody counts any more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(done, future)
