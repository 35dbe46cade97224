"""A database as a source: one query, which only reads, in threads of its own."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, SQLAlchemyError

from ivr.errors import LookUpFailed
from ivr.sources.source import Answer, Named, Place, Setup, Unusable, one_answer
from ivr.sources.sql_database import MOST_CONNECTIONS, SqlDatabase, code_of
from ivr.sources.threads import Threads, within
from ivr.sources.values import as_text
from ivr.yaml_file import did_you_mean

MOST_ROWS = 100
"""Looked at, to see whether they differ."""
CLOSING_S = 2.0
_READS = re.compile(r"(select|with|values)\b", re.IGNORECASE)
_BRACED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def query_fault(query: str) -> str | None:
    """What is wrong with the text of a query, as far as that can be seen without its database; None: nothing."""
    if not _READS.match(query):
        return "a look-up only reads; the query begins with 'select' or 'with'; what changes something is a 'change'"
    return statement_fault(query)


def statement_fault(statement: str) -> str | None:
    """What no statement of a source may hold, if this one does."""
    if "--" in statement:
        return "'--' makes the rest of the query a comment; write comments after '#', on lines of their own"
    if ";" in statement.rstrip("; "):
        return "a source has one query; remove what follows the ';'"
    found = _BRACED.search(statement)
    if found is not None:
        return f"write ':{found.group(1)}', without quotes, instead of '{found.group()}': a value is never part of SQL"
    return None


class SqlSource:
    """The rows of `statement`, whose ``:values`` are bound as texts and never become part of its text.

    Every connection is rolled back; on PostgreSQL, MySQL and MariaDB it is set to reading, SQLite files are opened for
    reading.
    """

    def __init__(self, setup: Setup, *, database: SqlDatabase, at: Place, statement: str, statement_at: Place) -> None:
        self.setup = setup
        self._database = database
        self._at = at
        self._statement_at = statement_at
        self._text = statement.rstrip("; ")
        self._statement = sqlalchemy.text(self._text)
        self._threads = Threads(MOST_CONNECTIONS)

    @property
    def asks(self) -> frozenset[str]:
        """Every ``:value`` of the statement."""
        return frozenset(self._statement.compile().params)

    @property
    def may_be_rehearsed(self) -> bool:
        """See `Source`: a file is only read."""
        return self._database.file is not None

    def check(self) -> tuple[str, ...]:
        """Raise FlowError for a query that its database refuses; warn if there is no database to ask.

        The query is run once with texts "0", and no row of it is looked at.
        """
        for name in self._database.missing:
            return (self._warning(f"the environment variable {name} is not set; set it"),)
        try:
            engine = self._database.engine()
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as fault:
            told = self._database.told(fault)
            raise self._at.wrong(f"no driver for this address ({told}); install it, or mend it") from None
        try:
            return within(self.setup.time_limit_s + 1, lambda: self._looked_at(engine))
        except TimeoutError:
            return (self._warning(f"no answer within {self.setup.time_limit_s:g} s; see whether it runs"),)

    async def look_up(self, asked: Mapping[str, str]) -> Answer | None:
        """See `Source`."""
        deadline_s = time.monotonic() + self.setup.time_limit_s
        values = {name: asked[name] for name in self.asks}
        rows = await self._threads.run(lambda: self.rows(values, deadline_s))
        return one_answer(self.setup, rows)

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self._threads.run(self._database.dispose)

    def rows(self, values: Mapping[str, str], deadline_s: float) -> list[tuple[str, ...]]:
        """What comes of it for `values`. Blocks, on SQLite until `deadline_s` (monotonic). Raises LookUpFailed."""
        try:
            with self._database.engine().connect() as connection:
                _end_at(connection, deadline_s)
                return self._asked(connection, values, deadline_s)
        except DataError as fault:
            raise Unusable(f"the database cannot compare with such a value ({code_of(fault)})") from None
        except SQLAlchemyError as fault:  # whose text may hold what was asked
            raise LookUpFailed(f"the database cannot be asked ({code_of(fault)})") from None
        except (ModuleNotFoundError, ValueError) as fault:
            raise LookUpFailed(f"there is no driver for the database ({type(fault).__name__})") from None

    def _asked(self, connection: Connection, values: Mapping[str, str], deadline_s: float) -> list[tuple[str, ...]]:
        """Ask over `connection`, which is rolled back afterwards."""
        result = connection.execution_options(stream_results=True).execute(self._statement, dict(values))
        return self._taken(list(result.keys()), result.fetchmany(MOST_ROWS))

    def _taken(self, columns: list[str], rows: Sequence[Sequence[Any]]) -> list[tuple[str, ...]]:
        """What ``take`` names of `rows`. Raises LookUpFailed."""
        places = [_place(column, columns) for column in self.setup.take.values()]
        return [tuple(as_text(row[place]) for place in places) for row in rows]

    # -- looking at it as it is now ------------------------------------------------------------------

    def _looked_at(self, engine: Engine) -> tuple[str, ...]:
        try:
            connection = engine.connect()
        except SQLAlchemyError as fault:
            told = self._database.told(fault)
            return (self._warning(f"the database cannot be reached ({told}); {self._mending()}"),)
        with connection:
            _end_at(connection, time.monotonic() + self.setup.time_limit_s)
            try:
                self._tried(connection)
            except DataError:
                return ()  # understood, but "0" is no day or the like
            except SQLAlchemyError as fault:
                if code_of(fault).startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT")):
                    return (self._warning(f"the query cannot be tried just now ({code_of(fault)})"),)
                told = self._database.told(fault)
                raise self._statement_at.wrong(f"the database refuses the query: {told}; mend it") from None
        return ()

    def _tried(self, connection: Connection) -> None:
        """Raise FlowError for a column that the query does not have, SQLAlchemyError for a bad query."""
        result = connection.execution_options(stream_results=True).execute(
            self._statement, dict.fromkeys(self.asks, "0")
        )
        columns = list(result.keys())
        for column in self.setup.take.values():
            if _found(column, columns) is None:
                near = did_you_mean(column.text, columns)
                mending = f"did you mean '{near}'?" if near else f"it has: {', '.join(columns)}"
                raise column.at.wrong(f"the query has no column '{column.text}'; {mending}")

    def _mending(self) -> str:
        return "'ivr seed' makes it" if self._database.in_state else "see whether it runs"

    def _warning(self, message: str) -> str:
        return str(self._at.wrong(f"source '{self.setup.name}': {message}"))


def _end_at(connection: Connection, deadline_s: float) -> None:
    """Have SQLite give up at `deadline_s`: it runs in this process, and would go on for a caller who is long gone."""
    driver = connection.connection.dbapi_connection
    if driver is not None and hasattr(driver, "set_progress_handler"):
        driver.set_progress_handler(lambda: time.monotonic() > deadline_s, 10_000)


def _place(column: Named, columns: list[str]) -> int:
    place = _found(column, columns)
    if place is None:
        raise LookUpFailed(f"the query gives no column '{column.text}'")
    return place


def _found(column: Named, columns: list[str]) -> int | None:
    """Where `column` is; databases differ in the case that they give names."""
    if column.text in columns:
        return columns.index(column.text)
    folded = [one.casefold() for one in columns]
    return folded.index(column.text.casefold()) if column.text.casefold() in folded else None
