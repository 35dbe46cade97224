"""A database as a source: one query, which only reads, in threads of its own."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ivr.errors import LookUpFailed
from ivr.sources.source import Answer, Named, Place, Setup, Unusable, one_answer
from ivr.sources.template import Environment, Template
from ivr.sources.threads import Threads, within
from ivr.sources.values import as_text
from ivr.yaml_file import did_you_mean

MOST_CONNECTIONS = 4
"""To one database, and threads for it."""
MOST_ROWS = 100
"""Looked at, to see whether they differ."""
CLOSING_S = 2.0
_ENV = re.compile(r"\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_KEPT = re.compile(r"ivrenv_([A-Za-z_][A-Za-z0-9_]*)_vne")
_READS = re.compile(r"(select|with|values)\b", re.IGNORECASE)
_BRACED = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_ONLY_READ = {
    "postgresql": ("SET default_transaction_read_only = on", "SET statement_timeout = {limit_ms}"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY",),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION max_statement_time = {limit_s}"),
}
"""Backend → what each new connection is told. SQLite files are opened so that they cannot be written at all."""
_CONNECT_TIMEOUT = frozenset({"psycopg", "psycopg2", "pymysql", "mysqldb", "mysqlconnector", "mariadbconnector"})
"""Drivers that take `connect_timeout` in whole seconds."""


def query_fault(query: str) -> str | None:
    """What is wrong with the text of a query, as far as that can be seen without its database; None: nothing."""
    if not _READS.match(query):
        return "a look-up only reads; the query begins with 'select' or 'with'"
    if "--" in query:
        return "'--' makes the rest of the query a comment; write comments after '#', on lines of their own"
    if ";" in query.rstrip("; "):
        return "a source has one query; remove what follows the ';'"
    found = _BRACED.search(query)
    if found is not None:
        return f"write ':{found.group(1)}', without quotes, instead of '{found.group()}': a value is never part of SQL"
    return None


class SqlSource:
    """The rows of `query`, whose ``:values`` are bound as texts and never become part of its text.

    Every connection is rolled back; on PostgreSQL, MySQL and MariaDB it is set to reading, SQLite files are opened for
    reading. Any database for which SQLAlchemy has a dialect and an installed driver that blocks.
    """

    def __init__(
        self, setup: Setup, *, url: str, at: Place, query: str, query_at: Place, environment: Environment, folder: Path
    ) -> None:
        """`folder` is where relative names of SQLite files begin. Raises FlowError for an address that is none."""
        self.setup = setup
        self._template = Template(url)
        self._url = _parsed(url, at)
        self._at = at
        self._query_at = query_at
        self._statement = sqlalchemy.text(query.rstrip("; "))
        self._environment = environment
        self._folder = folder
        self._threads = Threads(MOST_CONNECTIONS)
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def asks(self) -> frozenset[str]:
        """Every ``:value`` of the query."""
        return frozenset(self._statement.compile().params)

    def check(self) -> tuple[str, ...]:
        """Raise FlowError for a query that its database refuses; warn if there is no database to ask.

        The query is run once with texts "0", and no row of it is looked at.
        """
        for name in self._environment.missing(self._template.secrets):
            return (self._warning(f"the environment variable {name} is not set; set it"),)
        try:
            engine = self._connected()
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as fault:
            raise self._at.wrong(f"no driver for this address ({self._told(fault)}); install it, or mend it") from None
        try:
            return within(self.setup.time_limit_s + 1, lambda: self._prepared(engine))
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
        engine = self._engine
        if engine is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSING_S):
                    await self._threads.run(engine.dispose)

    def rows(self, values: Mapping[str, str], deadline_s: float) -> list[tuple[str, ...]]:
        """What the query gives for `values`. Blocks, on SQLite until `deadline_s` (monotonic). Raises LookUpFailed."""
        try:
            with self._connected().connect() as connection:
                _end_at(connection, deadline_s)
                result = connection.execution_options(stream_results=True).execute(self._statement, dict(values))
                columns = list(result.keys())
                places = [_place(column, columns) for column in self.setup.take.values()]
                return [tuple(as_text(row[place]) for place in places) for row in result.fetchmany(MOST_ROWS)]
        except DataError as fault:
            raise Unusable(f"the database cannot compare with such a value ({_code(fault)})") from None
        except SQLAlchemyError as fault:  # whose text may hold what was asked
            raise LookUpFailed(f"the database cannot be asked ({_code(fault)})") from None
        except (ModuleNotFoundError, ValueError) as fault:
            raise LookUpFailed(f"there is no driver for the database ({type(fault).__name__})") from None

    # -- looking at it as it is now ------------------------------------------------------------------

    def _prepared(self, engine: Engine) -> tuple[str, ...]:
        try:
            connection = engine.connect()
        except SQLAlchemyError as fault:
            return (self._warning(f"the database cannot be reached ({self._told(fault)}); see whether it runs"),)
        with connection:
            _end_at(connection, time.monotonic() + self.setup.time_limit_s)
            try:
                result = connection.execution_options(stream_results=True).execute(
                    self._statement, dict.fromkeys(self.asks, "0")
                )
            except DataError:
                return ()  # understood, but "0" is no day or the like
            except SQLAlchemyError as fault:
                if _code(fault).startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT")):
                    return (self._warning(f"the query cannot be tried just now ({_code(fault)})"),)
                raise self._query_at.wrong(f"the database refuses the query: {self._told(fault)}; mend it") from None
            columns = list(result.keys())
            for column in self.setup.take.values():
                if _found(column, columns) is None:
                    near = did_you_mean(column.text, columns)
                    mending = f"did you mean '{near}'?" if near else f"it has: {', '.join(columns)}"
                    raise column.at.wrong(f"the query has no column '{column.text}'; {mending}")
        return ()

    def _warning(self, message: str) -> str:
        return str(self._at.wrong(f"source '{self.setup.name}': {message}"))

    def _told(self, fault: Exception) -> str:
        """What a library says at load, when nothing of a caller is in it, without secrets, on one line."""
        said = str(fault.orig) if isinstance(fault, DBAPIError) and fault.orig is not None else str(fault)
        lines = self._environment.hidden(said, self._template.secrets).strip().splitlines()
        return lines[0] if lines else type(fault).__name__

    # -- connecting ----------------------------------------------------------------------------------

    def _connected(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = self._made()
            return self._engine

    def _made(self) -> Engine:
        url, limit_s = self._filled(), self.setup.time_limit_s
        backend, options = url.get_backend_name(), dict[str, Any]()
        if backend == "sqlite":
            path = self._folder / (url.database or "")
            url = url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
            # a file is opened in less than a millisecond, and a connection that is kept would not see a new one
            options = {"connect_args": {"timeout": limit_s}, "poolclass": NullPool}
        else:
            options = {
                "pool_size": MOST_CONNECTIONS,
                "max_overflow": 0,
                "pool_timeout": limit_s,
                "pool_pre_ping": True,
                "pool_recycle": 600,
            }
            if url.get_driver_name() in _CONNECT_TIMEOUT:
                options["connect_args"] = {"connect_timeout": math.ceil(limit_s)}
        engine = sqlalchemy.create_engine(url, hide_parameters=True, **options)
        orders = [
            order.format(limit_ms=math.ceil(limit_s * 1000), limit_s=limit_s) for order in _ONLY_READ.get(backend, ())
        ]

        def only_reads(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            for order in orders:
                cursor.execute(order)
            cursor.close()
            connection.commit()  # a rollback would take the settings back

        if orders:
            event.listen(engine, "connect", only_reads)
        return engine

    def _filled(self) -> URL:
        """The address with its secrets, which may hold any character. Raises LookUpFailed, ValueError."""
        if self._url is None:
            return make_url(self._template.filled({}, self._environment))

        def filled(part: str | None) -> str | None:
            return _KEPT.sub(lambda found: self._environment.secret(found.group(1)), part) if part else part

        url = self._url
        return url.set(
            username=filled(url.username),
            password=filled(str(url.password)) if url.password else None,
            host=filled(url.host),
            database=filled(url.database),
        )


def _parsed(text: str, at: Place) -> URL | None:
    """The address with marks where its secrets belong; None if all of it is one. Raises FlowError."""
    if _ENV.fullmatch(text):
        return None
    try:
        url = make_url(_ENV.sub(r"ivrenv_\1_vne", text))
    except (ArgumentError, ValueError):
        example = "postgresql://helpline:{env:ACCOUNTS_PASSWORD}@db.example/accounts"
        raise at.wrong(f"no address of a database; write one like 'sqlite:///accounts.db' or '{example}'") from None
    if url.password and not _KEPT.fullmatch(str(url.password)):
        raise at.wrong("a password must not stand in a file; write {env:NAME} and set the environment variable NAME")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise at.wrong("this database is always empty; name a file, as in 'sqlite:///accounts.db'")
    return url


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


def _code(fault: SQLAlchemyError) -> str:
    """What kind of fault it is, in the driver's own names, which hold no values."""
    original = getattr(fault, "orig", None) or fault
    for attribute in ("sqlite_errorname", "sqlstate", "pgcode"):
        code = getattr(original, attribute, None)
        if code:
            return str(code)
    return type(original).__name__
