"""Keeps the time limit that Asterisk puts on a call from passing, as long as this service lives.

A frozen service stops renewing, the limit passes, and the dialplan's ``T`` takes the caller: the second net behind
the watchdog. AMI is the only way, because an AGI command is pending while the caller talks (reference, asterisk.md).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import Protocol

from ivr.errors import HelplineError

log = logging.getLogger(__name__)

RENEWALS_PER_LIMIT = 4
AGAIN_AFTER_S = 1.0
"""After a renewal that failed: so an AMI that is away for half the limit costs no call, even a mute one (3 s a try)."""


class ManagerLine(Protocol):
    """The manager interface (ami.client)."""

    connected: bool

    def action(self, name: str, fields: Mapping[str, str] | None = None) -> Awaitable[object]:
        """Send one action. Raises PbxError, LineBroken."""
        ...


class Lifeline:
    """Renews ``AbsoluteTimeout`` of calls; `limit_s` as in the dialplan's ``TIMEOUT(absolute)``."""

    def __init__(self, manager: ManagerLine, *, limit_s: int) -> None:
        self._manager = manager
        self._limit_s = limit_s

    @property
    def holds(self) -> bool:
        """Whether a limit could be renewed just now."""
        return self._manager.connected

    async def keep(self, channel: str) -> None:
        """Renew the limit of `channel` until cancelled."""
        pause_s = self._limit_s / RENEWALS_PER_LIMIT
        while True:
            await asyncio.sleep(pause_s)
            pause_s = self._limit_s / RENEWALS_PER_LIMIT
            try:
                await self._renew(channel)
            except (HelplineError, ValueError) as fault:
                pause_s = AGAIN_AFTER_S
                log.warning("time limit of a call not renewed", extra={"fault": str(fault)})

    async def _renew(self, channel: str) -> None:
        """Renew once; a cancellation waits for what is on its way, which must not overtake the queue's "no limit"."""
        fields = {"Channel": channel, "Timeout": str(self._limit_s)}
        renewal = asyncio.ensure_future(self._manager.action("AbsoluteTimeout", fields))
        try:
            await asyncio.shield(renewal)
        except asyncio.CancelledError:
            await asyncio.wait({renewal})
            raise
