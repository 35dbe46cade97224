"""What the hand-over needs of Asterisk's manager interface (AMI), as a Protocol; telephony's client fits it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol

from ivr.call import CallEvent

Fields = Mapping[str, str]
"""One manager message: header → value, in Asterisk's spelling."""


class ManagerLine(Protocol):
    """A logged-in manager connection that mends itself."""

    @property
    def connected(self) -> bool:
        """Whether somebody is logged in right now."""

    def subscribe(self, names: Collection[str], callback: Callable[[Fields], None]) -> object:
        """Call `callback` with the fields of each event whose name is in `names`, in order."""

    def on_login(self, callback: Callable[[], Awaitable[None]]) -> object:
        """Await `callback` after each log-in; events may arrive meanwhile.

        If it raises a UserError or LineError, the connection is made anew and it is called again.
        """

    def on_lost(self, callback: Callable[[], None]) -> object:
        """Call `callback` when the connection is lost."""

    async def action(
        self, name: str, fields: Fields | None = None, *, collect: bool = False, deadline_s: float = 3.0
    ) -> list[dict[str, str]]:
        """The response and, with `collect`, the list items after it.

        Raises PbxError for ``Response: Error`` and LineBroken if the answer was lost (it is never repeated).
        """


class Feed(Protocol):
    """Where events of a call go."""

    def note(self, event: CallEvent) -> None:
        """Take `event`; never blocks, never raises."""
