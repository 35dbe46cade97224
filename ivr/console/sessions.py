"""Who is logged in: random session ids in a cookie, everything else kept here and on disk.

The file outlives the service, so that a page that comes back after a restart goes on by itself. It holds hashes of the
ids, never the ids: who reads it cannot log in with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

LASTS_S = 12 * 3600.0
"""A long working day; then the agent logs in again."""
MOST = 1000
"""Sessions at once; beyond it the oldest ends."""
LARGEST_FILE = 1_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One log-in of `agent` until `expires_at` (Unix time).

    `pages_close` is set at log-out, at expiry and when the service stops: its live pages close then.
    """

    digest: str = field(repr=False)
    agent: str
    expires_at: float
    pages_close: asyncio.Event = field(default_factory=asyncio.Event)


class Sessions:
    """All sessions of this node, kept in `file` (mode 0600); `agents` may have one, and `now` gives Unix time.

    What cannot be read or written costs the sessions at the next start, never the start.
    """

    def __init__(self, file: Path, agents: Iterable[str], *, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._agents = frozenset(agents)
        self._now = now
        self._sessions: dict[str, Session] = {}
        self._changes = 0
        self._written = 0
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """Take up the sessions that an earlier run left, except those of agents who are no longer listed."""
        found = await asyncio.to_thread(_read, self._file)
        for session in found[-MOST:]:
            if session.agent in self._agents and self.remaining_s(session) > 0:
                self._sessions[session.digest] = session
        if len(self._sessions) < len(found):
            await self._save()  # an agent who is listed again later has to log in again

    async def begin(self, agent: str) -> str:
        """A new session of `agent`, on disk; returns its id, which only the cookie keeps."""
        for old in list(self._sessions.values()):
            if self.remaining_s(old) == 0 or len(self._sessions) >= MOST:
                self._drop(old)
        session_id = secrets.token_urlsafe(32)
        session = Session(digest=_digest(session_id), agent=agent, expires_at=self._now() + LASTS_S)
        self._sessions[session.digest] = session
        await self._save()
        return session_id

    def find(self, session_id: str | None) -> Session | None:
        """The session with this id if it goes on. (The id is 256 random bits: no guess comes near it in time.)"""
        session = self._sessions.get(_digest(session_id or ""))
        if session is not None and self.remaining_s(session) == 0:
            self._drop(session)  # the file needs no change: who reads it sees the expiry, too
            return None
        return session

    def remaining_s(self, session: Session) -> float:
        """Seconds until `session` expires, never more than `LASTS_S`, even if the clock was set back."""
        now = self._now()
        session.expires_at = min(session.expires_at, now + LASTS_S)
        return max(session.expires_at - now, 0.0)

    async def end(self, session: Session) -> None:
        """End `session`: its pages close at once, and on return it is off the disk."""
        self._drop(session)
        await self._save()

    def close(self) -> None:
        """Close the live pages, for the service stops; the sessions go on with the next one."""
        for session in self._sessions.values():
            session.pages_close.set()

    def _drop(self, session: Session) -> None:
        self._sessions.pop(session.digest, None)
        session.pages_close.set()

    async def _save(self) -> None:
        """Write down what is true now; of several that wait, one writes for all."""
        self._changes += 1
        wanted = self._changes
        async with self._writing:
            if self._written >= wanted:
                return
            changes = self._changes
            rows = [
                {"sha256": session.digest, "agent": session.agent, "expires_at": session.expires_at}
                for session in self._sessions.values()
            ]
            await asyncio.to_thread(_write, self._file, json.dumps(rows, indent=1))
            self._written = changes


def _digest(session_id: str) -> str:
    # surrogatepass: a cookie may hold anything, and that must be unknown, not a fault
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).hexdigest()


def _read(file: Path) -> list[Session]:
    try:
        with file.open("rb") as opened:
            rows = json.loads(opened.read(LARGEST_FILE))
        if not isinstance(rows, list):
            raise ValueError("the sessions on disk are not a list")
        return [_session(row) for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as fault:
        log.warning("the sessions on disk cannot be read: agents log in again", extra={"fault": repr(fault)})
        return []


def _session(row: dict[str, object]) -> Session:
    digest, agent, expires_at = row["sha256"], row["agent"], row["expires_at"]
    if not isinstance(digest, str) or not isinstance(agent, str) or not isinstance(expires_at, int | float):
        raise TypeError("a session on disk has fields of other types")
    if not _DIGEST.fullmatch(digest) or not math.isfinite(expires_at):
        raise ValueError("a session on disk has no digest, or no end")
    return Session(digest=digest, agent=agent, expires_at=expires_at)


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)  # left by a crash, perhaps with another mode
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        fresh.replace(file)
    except OSError as fault:
        log.error("sessions cannot be kept on disk: agents log in again after a restart", extra={"fault": repr(fault)})
        _forget(file)


def _forget(file: Path) -> None:
    """Remove what is out of date: a session that has ended must not come back."""
    try:
        file.unlink(missing_ok=True)
    except OSError as fault:
        log.error("sessions that have ended may still be on disk", extra={"fault": repr(fault)})
