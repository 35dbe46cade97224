"""One feed of several: the journal, and whoever else keeps something of a call's events."""

from __future__ import annotations

from typing import Protocol

from ivr.call import CallEvent


class Feed(Protocol):
    """Where events go."""

    def note(self, event: CallEvent) -> None:
        """Take one event; never waits, never raises."""
        ...


class Feeds:
    """Gives each event to all `feeds`, in their order."""

    def __init__(self, *feeds: Feed) -> None:
        self._feeds = feeds

    def note(self, event: CallEvent) -> None:
        """Take one event."""
        for feed in self._feeds:
            feed.note(event)
