"""Whose turn it is to decode: first whoever's caller waits for a reply, then whoever has waited longest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Waiting(Protocol):
    """Somebody who wants a turn."""

    urgent: bool
    """Goes before others; may become true while it waits."""


class OneAtATime:
    """A lock between threads that is handed on by urgency."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._taken = False
        self._queue: list[tuple[Waiting, threading.Event]] = []

    @contextmanager
    def turn_of(self, one: Waiting) -> Iterator[None]:
        """Hold the turn; waits for it."""
        if (called := self._queued(one)) is not None:
            called.wait()
        try:
            yield
        finally:
            self._hand_on()

    @contextmanager
    def turn_if_free(self) -> Iterator[bool]:
        """Hold the turn if nobody else does: whether it is held."""
        with self._changing:
            free = not self._taken
            self._taken = True
        try:
            yield free
        finally:
            if free:
                self._hand_on()

    def _queued(self, one: Waiting) -> threading.Event | None:
        """None if the turn is free, and then it is taken."""
        with self._changing:
            if not self._taken:
                self._taken = True
                return None
            called = threading.Event()
            self._queue.append((one, called))
            return called

    def _hand_on(self) -> None:
        with self._changing:
            if not self._queue:
                self._taken = False
                return
            place = next((at for at, (one, _) in enumerate(self._queue) if one.urgent), 0)
            self._queue.pop(place)[1].set()
