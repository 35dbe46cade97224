"""What is being sent, on disk: written before and after each attempt, so that a crash never makes two letters of one.

A row goes ``sending`` → ``sent``, ``failed``, ``unknown``, or → ``waiting`` → ``sending`` again. Whatever is
``sending`` when a ledger is opened was under way as the service died: nobody knows its fate, and it is not repeated.
Text and address are kept only as long as they are needed; what stays for a day, for counting, is a keyed hash of the
address, with the call, the time and the way.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.call import By, CallId, Fate, Letter
from ivr.outbox.gateway import Full, Limits

LEDGER = "ledger.sqlite"
"""In the folder of what is sent."""
DAY_S = 24 * 3600.0
HOUR_S = 3600.0
MOST_WAITING = 1000
"""Letters that wait to be tried again; beyond it the caller hears that nothing was sent."""
_TABLES = """
create table if not exists letters (
    id text primary key, call_id text not null, whom blob not null, state text not null, began real not null,
    tries integer not null default 1, next_at real not null default 0,
    by text not null default '', recipient text not null default '', text text not null default '',
    link text not null default '', subject text not null default '');
create index if not exists by_state on letters (state, next_at);
create index if not exists by_whom on letters (whom, began);
create index if not exists by_time on letters (began);
create table if not exists keys (key blob not null);
create trigger if not exists nothing_stays after update of state on letters
    when new.state in ('sent', 'failed', 'unknown')
    begin update letters set recipient = '', text = '', link = '', subject = '' where id = new.id; end;
"""
_COUNT_TO = "select count(*) from letters where whom = ? and began > ? and state != 'failed'"
_COUNT_IN_CALL = "select count(*) from letters where call_id = ? and began > ? and state != 'failed'"
_COUNT_ALL = "select count(*) from letters where began > ? and state != 'failed'"
_COUNT_WAITING = "select count(*) from letters where state = 'waiting'"
_DUE = """
select id, call_id, by, recipient, text, link, subject, tries, began from letters
where state = 'waiting' and next_at <= ? and by in (select value from json_each(?)) order by next_at limit 1
"""
_FATES = {
    "sent": Fate.SENT,
    "failed": Fate.FAILED,
    "unknown": Fate.UNKNOWN,
    "waiting": Fate.LATER,
    "sending": Fate.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A letter that is to be tried again; it has been tried `tries` times, first at `began` (Unix seconds)."""

    letter: Letter
    tries: int
    began: float


class Ledger:
    """Blocks; one thread at a time. Every method raises sqlite3.Error or OSError if the disk does not take it."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would make it readable for all
        self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=1)
        self._base.executescript("pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;")
        self._base.executescript(_TABLES)
        with self._whole() as base:
            if base.execute("select 1 from keys").fetchone() is None:
                base.execute("insert into keys values (?)", (secrets.token_bytes(32),))
        self._key: bytes = self._base.execute("select key from keys").fetchone()[0]

    def close(self) -> None:
        """Give the file back."""
        self._base.close()

    def stranded(self) -> int:
        """Call what was under way when the service died of unknown fate; how many these were."""
        with self._whole() as base:
            return base.execute("update letters set state = 'unknown' where state = 'sending'").rowcount

    def begin(self, letter: Letter, limits: Limits, now: float) -> Fate | None:
        """Write down that `letter` is being sent; None: go on, else it is not to be sent, for this is its fate.

        Raises Full if nobody is to be sent any more for now.
        """
        whom = self._whom(letter.by, letter.to)
        with self._whole() as base:
            known = base.execute("select state from letters where id = ?", (letter.id,)).fetchone()
            if known is not None:
                return _FATES[known[0]]
            today, in_call, in_all, waiting = (
                base.execute(count, values).fetchone()[0]
                for count, values in (
                    (_COUNT_TO, (whom, now - DAY_S)),
                    (_COUNT_IN_CALL, (letter.call_id, now - DAY_S)),
                    (_COUNT_ALL, (now - HOUR_S,)),
                    (_COUNT_WAITING, ()),
                )
            )
            if today >= limits.most_a_day or in_call >= limits.most_a_call:
                return Fate.TOO_MANY
            if in_all >= limits.most_an_hour:
                raise Full("as many were sent within an hour as 'most_an_hour' in the file of gateways allows")
            if waiting >= MOST_WAITING:
                raise Full("as many wait to be tried again as the ledger holds")
            base.execute(
                "insert into letters (id, call_id, whom, state, began, by, recipient, text, link, subject)"
                " values (?, ?, ?, 'sending', ?, ?, ?, ?, ?, ?)",
                (
                    letter.id,
                    letter.call_id,
                    whom,
                    now,
                    letter.by.value,
                    letter.to,
                    letter.text,
                    letter.link,
                    letter.subject,
                ),
            )
        return None

    def ended(self, letter: Letter, fate: Fate) -> None:
        """It will not be tried again: of its text and address nothing stays."""
        with self._whole() as base:
            base.execute("update letters set state = ? where id = ?", (fate.value, letter.id))

    def wait(self, letter: Letter, until: float) -> None:
        """It was not taken, and is to be tried again."""
        with self._whole() as base:
            base.execute(
                "update letters set state = 'waiting', next_at = ?, tries = tries + 1 where id = ?", (until, letter.id)
            )

    def take_due(self, now: float, ways: frozenset[By]) -> Due | None:
        """The next letter that is to be tried again, by one of `ways`; it is being sent from now on."""
        with self._whole() as base:
            row = base.execute(_DUE, (now, json.dumps([way.value for way in ways]))).fetchone()
            if row is None:
                return None
            base.execute("update letters set state = 'sending' where id = ?", (row[0],))
        letter = Letter(call_id=CallId(row[1]), by=By(row[2]), to=row[3], text=row[4], link=row[5], subject=row[6])
        return Due(letter=letter, tries=row[7] - 1, began=row[8])

    def tidy(self, now: float, keep_trying_s: float) -> int:
        """Give up what has waited too long, and forget what is over for a day; how many were given up."""
        with self._whole() as base:
            given_up = base.execute(
                "update letters set state = 'failed' where state = 'waiting' and began < ?",
                (now - keep_trying_s,),
            ).rowcount
            base.execute(
                "delete from letters where state in ('sent', 'failed', 'unknown') and began < ?", (now - DAY_S,)
            )
        return given_up

    def forget(self, by: By, to: str) -> int:
        """Delete what is written of letters to one number or address, and send none that waits; how many these were.

        What is under way stays until its fate is known, or it might be sent twice.
        """
        with self._whole() as base:
            return base.execute(
                "delete from letters where whom = ? and state != 'sending'", (self._whom(by, to),)
            ).rowcount

    def _whom(self, by: By, to: str) -> bytes:
        return hmac.digest(self._key, f"{by.value}:{to.lower()}".encode(), hashlib.sha256)

    @contextmanager
    def _whole(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        self._base.execute("begin immediate")
        try:
            yield self._base
        except BaseException:
            self._base.execute("rollback")
            raise
        self._base.execute("commit")
