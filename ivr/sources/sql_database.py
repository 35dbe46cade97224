"""How a source reaches its database: the address with its secrets, a pool, and whether anything may be written."""

from __future__ import annotations

import math
import re
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ivr.sources.source import Place
from ivr.web.template import Environment, Template

MOST_CONNECTIONS = 4
"""To one database, and threads for it."""
STATE = "{state}"
"""In the address of an SQLite file: the folder in which the service keeps what it writes."""
_ENV = re.compile(r"\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_KEPT = re.compile(r"ivrenv_([A-Za-z_][A-Za-z0-9_]*)_vne")
_ONLY_READ = {
    "postgresql": ("SET default_transaction_read_only = on",),
    "mysql": ("SET SESSION TRANSACTION READ ONLY",),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY",),
}
"""Backend → what each new connection is told that may not write. SQLite files are opened so."""
_IN_TIME = {
    "postgresql": ("SET statement_timeout = {limit_ms}",),
    "mariadb": ("SET SESSION max_statement_time = {limit_s}",),
}
"""Backend → what each new connection is told about its time. SQLite is stopped from here."""
_CONNECT_TIMEOUT = frozenset({"psycopg", "psycopg2", "pymysql", "mysqldb", "mysqlconnector", "mariadbconnector"})
"""Drivers that take `connect_timeout` in whole seconds."""


class SqlDatabase:
    """The database at one address. Any for which SQLAlchemy has a dialect and an installed driver that blocks."""

    def __init__(
        self, url: str, *, at: Place, environment: Environment, folder: Path, state: Path, limit_s: float, writes: bool
    ) -> None:
        """Relative names of SQLite files begin in `folder`, ``{state}/…`` in `state`. Raises FlowError."""
        self._template = Template(url)
        self._url = _parsed(url, at)
        self._environment = environment
        self._folder = folder
        self._state = state
        self._limit_s = limit_s
        self._writes = writes
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def missing(self) -> list[str]:
        """Environment variables that it needs and that are not set."""
        return self._environment.missing(self._template.secrets)

    @property
    def file(self) -> Path | None:
        """Where an SQLite database lies; None for any other, and for an address that is all secret."""
        if self._url is None or self._url.get_backend_name() != "sqlite":
            return None
        return self._place(self._url.database or "")

    @property
    def in_state(self) -> bool:
        """Whether it lies in the service's own folder."""
        return self._url is not None and (self._url.database or "").startswith(f"{STATE}/")

    def engine(self) -> Engine:
        """Connections to it. Raises LookUpFailed, ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError."""
        with self._lock:
            if self._engine is None:
                self._engine = self._made()
            return self._engine

    def dispose(self) -> None:
        """Close the connections that nobody uses. Blocks."""
        if self._engine is not None:
            self._engine.dispose()

    def told(self, fault: Exception) -> str:
        """What a library says at load, when nothing of a caller is in it, without secrets, on one line."""
        said = str(fault.orig) if isinstance(fault, DBAPIError) and fault.orig is not None else str(fault)
        lines = self._environment.hidden(said, self._template.secrets).strip().splitlines()
        return lines[0] if lines else type(fault).__name__

    def _made(self) -> Engine:
        url, limit_s = self._filled(), self._limit_s
        backend, options = url.get_backend_name(), dict[str, Any]()
        if backend == "sqlite":
            mode = "rw" if self._writes else "ro"  # neither makes a file that is missing
            path = quote(str(self._place(url.database or "")))
            url = url.set(database=f"file:{path}", query={"mode": mode, "uri": "true"})
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
        told = (*(() if self._writes else _ONLY_READ.get(backend, ())), *_IN_TIME.get(backend, ()))
        orders = [order.format(limit_ms=math.ceil(limit_s * 1000), limit_s=limit_s) for order in told]

        def tell(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            for order in orders:
                cursor.execute(order)
            cursor.close()
            connection.commit()  # a rollback would take the settings back

        if orders:
            event.listen(engine, "connect", tell)
        return engine

    def _place(self, database: str) -> Path:
        rest = database.removeprefix(f"{STATE}/")
        return self._folder / database if rest == database else self._state / rest

    def _filled(self) -> URL:
        """The address with its secrets, which may hold any character. Raises SecretMissing, ValueError."""
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


def code_of(fault: SQLAlchemyError) -> str:
    """What kind of fault it is, in the driver's own names, which hold no values."""
    original = getattr(fault, "orig", None) or fault
    for attribute in ("sqlite_errorname", "sqlstate", "pgcode"):
        code = getattr(original, attribute, None)
        if code:
            return str(code)
    return type(original).__name__


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
    rest = (url.database or "").removeprefix(f"{STATE}/")
    if rest != url.database and (Path(rest).is_absolute() or ".." in Path(rest).parts):
        raise at.wrong("a database of the service's own lies in its folder; write 'sqlite:///{state}/NAME.db'")
    return url
