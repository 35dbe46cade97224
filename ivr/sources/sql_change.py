"""A database as a source that changes something for a caller: one statement, whole or not at all, and at most once."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import sqlalchemy
from sqlalchemy.engine import Connection

from ivr.errors import LookUpFailed
from ivr.sources.source import Unusable
from ivr.sources.sql_source import SqlSource, statement_fault

LEAVES_S = 0.1
"""Before the time limit nothing is committed any more: who was told that it failed should not find it done."""
_CHANGES = re.compile(r"(insert|update|delete)\b", re.IGNORECASE)
_OF_ALL = re.compile(r"(update|delete)\b", re.IGNORECASE)


def change_fault(statement: str) -> str | None:
    """What is wrong with the text of a change, as far as that can be seen without its database; None: nothing."""
    if not _CHANGES.match(statement):
        return "a change begins with 'insert', 'update' or 'delete'"
    if not re.search(r"\breturning\b", statement, re.IGNORECASE):
        return "a change must say what came of it; end it with 'returning' and the columns that 'take' names"
    if _OF_ALL.match(statement) and not re.search(r"\bwhere\b", statement, re.IGNORECASE):
        return "this changes every row; say which with 'where'"
    return statement_fault(statement)


class SqlChange(SqlSource):
    """Changes one row by `statement`, and gives what it returns of it; None if there was no such row.

    One transaction: it is committed only if one row was changed, all columns are there, and time is left; otherwise
    nothing is changed. It is tried once, whatever happens: if a connection breaks at the very commit, nobody knows
    whether it counts, and the caller hears that it failed.
    """

    @property
    def may_be_rehearsed(self) -> bool:
        """See `Source`: only what the service itself keeps has a copy to rehearse on."""
        return self._database.in_state

    def _asked(self, connection: Connection, values: Mapping[str, str], deadline_s: float) -> list[tuple[str, ...]]:
        result = connection.execute(self._statement, dict(values))
        rows = self._taken(list(result.keys()), result.fetchmany(2))
        result.close()
        if len(rows) > 1:
            raise Unusable("it would change several rows, so nothing was changed")
        if time.monotonic() > deadline_s - LEAVES_S:
            raise LookUpFailed("there was no time left, so nothing was changed")
        connection.commit()
        return rows

    def _tried(self, connection: Connection) -> None:
        """The database explains what it would do: nothing is changed, and columns show only when it is done."""
        connection.execute(sqlalchemy.text(f"explain {self._text}"), dict.fromkeys(self.asks, "0"))
