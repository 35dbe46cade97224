"""A CSV file as a source: read anew when it changes, and never replaced by a worse one."""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from ivr.errors import FlowError, LookUpFailed
from ivr.sources.csv_table import NoColumn, Row, Table, read_table
from ivr.sources.source import Answer, Named, Place, Setup, one_answer
from ivr.sources.threads import Threads, within
from ivr.yaml_file import did_you_mean

log = logging.getLogger(__name__)

LARGEST_CSV_BYTES = 16 * 1024 * 1024
"""Some 200,000 rows of 80 characters; what is larger belongs into a database."""
CHECK_LIMIT_S = 10.0
SETTLED_AFTER_S = 1.0
"""A file that changed more recently may still be written: until then the table before counts."""
MOST_THREADS = 4
Stamp = tuple[int, int, int]


class CsvSource:
    """Rows of the file `path` whose columns are as asked.

    A changed file that is broken, half written or gone leaves the table before in use, and the log says so once: what
    was right this morning serves callers better than nothing.
    """

    def __init__(self, setup: Setup, *, path: Path, at: Place, match: Mapping[str, Named]) -> None:
        self.setup = setup
        self._path = path
        self._at = at
        self._match = match
        self._threads = Threads(MOST_THREADS)
        self._lock = threading.Lock()
        self._seen: Stamp | None = None
        """The file of which the last attempt at reading came."""
        self._table: Table | None = None
        self._fault = ""

    @property
    def asks(self) -> frozenset[str]:
        """What ``match`` names."""
        return frozenset(self._match)

    @property
    def may_be_rehearsed(self) -> bool:
        """See `Source`: it is a file, and only read."""
        return True

    def check(self) -> tuple[str, ...]:
        """Raise FlowError for a file that cannot be read, or lacks a column; warn of rows that contradict each other.

        What was read is kept for the first look-up, which need not wait for it.
        """
        try:
            stamp, table = within(CHECK_LIMIT_S, self._read)
        except TimeoutError:
            raise self._at.wrong(f"'{self._path}' cannot be read within {CHECK_LIMIT_S:g} s") from None
        with self._lock:
            self._seen, self._table, self._fault = stamp, table, ""
        if self.setup.first_of_several:
            return ()
        return tuple(
            str(
                FlowError(
                    f"this row says other things than line {first} about the same; callers who ask are not answered: "
                    f"remove one, or write 'several: first' for source '{self.setup.name}'",
                    file=str(self._path),
                    line=second,
                )
            )
            for first, second in table.different
        )

    async def look_up(self, asked: Mapping[str, str]) -> Answer | None:
        """See `Source`."""
        return one_answer(self.setup, await self._threads.run(lambda: self.rows(asked)))

    async def close(self) -> None:
        """Nothing is held."""

    def rows(self, asked: Mapping[str, str]) -> tuple[Row, ...]:
        """The rows about `asked`, in the file as it is now. Blocks. Raises LookUpFailed.

        While a changed file is being read for one caller, the others are answered from the table before.
        """
        table = self._table
        if self._lock.acquire(blocking=table is None):
            try:
                table = self._table_now()
            finally:
                self._lock.release()
        assert table is not None, "who did not wait has the table before"
        return table.find([asked[name] for name in self._match])

    def _table_now(self) -> Table:
        try:
            state = self._path.stat()
        except OSError:
            return self._kept(None, "it is not there")
        stamp = _stamp(state)
        if stamp == self._seen:
            return self._kept(stamp, self._fault)
        if self._table is not None and 0 <= time.time() - state.st_mtime < SETTLED_AFTER_S:
            return self._table
        try:
            read, table = self._read()
        except FlowError as fault:
            return self._kept(stamp, f"{fault.message} (line {fault.line})")
        if read == stamp or self._table is None:
            self._seen, self._table, self._fault = read, table, ""
        return self._table

    def _kept(self, stamp: Stamp | None, fault: str) -> Table:
        """The table before, although the file of `stamp` has a `fault`. Raises LookUpFailed if there is none."""
        if (stamp, fault) != (self._seen, self._fault):
            self._seen, self._fault = stamp, fault
            log.warning(
                "a changed CSV file is not taken; the one before counts",
                extra={"source": self.setup.name, "file": str(self._path), "fault": fault},
            )
        if self._table is None:
            raise LookUpFailed(fault)
        return self._table

    def _read(self) -> tuple[Stamp, Table]:
        """The table, and which file it was. Raises FlowError at the place that can be mended."""
        taken = self.setup.take.values()
        try:
            raw, stamp = self._bytes()
            table = read_table(
                raw,
                file=str(self._path),
                match=[column.text for column in self._match.values()],
                take=[column.text for column in taken],
            )
        except NoColumn as fault:
            column = next(one for one in (*self._match.values(), *taken) if one.text == fault.column)
            near = did_you_mean(column.text, fault.columns)
            mending = f"did you mean '{near}'?" if near else f"it has: {', '.join(fault.columns)}"
            raise column.at.wrong(f"'{self._path.name}' has no column '{column.text}'; {mending}") from None
        except OSError as fault:
            reason = "there is no such file" if isinstance(fault, FileNotFoundError) else fault.strerror
            raise self._at.wrong(f"'{self._path}': {reason}; check the name and the permissions") from None
        return stamp, table

    def _bytes(self) -> tuple[bytes, Stamp]:
        """Everything in the file, which is none of those that never end. Raises OSError, FlowError."""
        if not stat.S_ISREG(self._path.stat().st_mode):
            raise self._at.wrong(f"'{self._path}' is no plain file; name a CSV file")
        with self._path.open("rb") as opened:
            stamp = _stamp(os.fstat(opened.fileno()))
            raw = opened.read(LARGEST_CSV_BYTES + 1)
        if len(raw) > LARGEST_CSV_BYTES:
            limit = f"larger than {LARGEST_CSV_BYTES // 1024 // 1024} MB"
            raise self._at.wrong(f"'{self._path}' is {limit}; put it into a database and ask that with 'sql: …'")
        return raw, stamp


def _stamp(state: os.stat_result) -> Stamp:
    return (state.st_mtime_ns, state.st_size, state.st_ino)
