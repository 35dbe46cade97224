"""Who is logged in: random session ids in a cookie, everything else kept here."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

LASTS_S = 12 * 3600.0
"""A long working day; then the agent logs in again."""
MOST = 1000
"""Sessions at once; beyond it the oldest ends."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Session:
    """One log-in of `agent`; `ended` is set at log-out or expiry, and its pages close then."""

    id: str = field(repr=False)
    agent: str
    expires_at: float
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Sessions:
    """All sessions of this node; `now` gives monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._sessions: dict[str, Session] = {}

    def begin(self, agent: str) -> Session:
        """A new session of `agent`."""
        for old in list(self._sessions.values()):
            if old.expires_at <= self._now() or len(self._sessions) >= MOST:
                self.end(old)
        session = Session(id=secrets.token_urlsafe(32), agent=agent, expires_at=self._now() + LASTS_S)
        self._sessions[session.id] = session
        return session

    def find(self, session_id: str | None) -> Session | None:
        """The session with this id if it goes on. (The id is 256 random bits: no guess comes near it in time.)"""
        session = self._sessions.get(session_id or "")
        if session is not None and session.expires_at <= self._now():
            self.end(session)
            return None
        return session

    def remaining_s(self, session: Session) -> float:
        """Seconds until `session` expires."""
        return max(session.expires_at - self._now(), 0.0)

    def end(self, session: Session) -> None:
        """End `session`; its pages close."""
        self._sessions.pop(session.id, None)
        session.ended.set()

    def end_all(self) -> None:
        """End every session: the service stops."""
        for session in list(self._sessions.values()):
            self.end(session)
