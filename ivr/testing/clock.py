"""A clock that jumps: an event loop whose time moves to the next timer as soon as nothing else is to be done.

Timeouts of minutes pass in microseconds and in the right order, and no test sleeps. The loop still does real I/O
on sockets that are ready. Use it as pytest-asyncio's policy (see tests/conftest.py) or through `run`.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits: what it would have waited is added to `offset_s`."""

    def __init__(self) -> None:
        super().__init__()
        self.offset_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # nothing is scheduled: only real I/O or another thread can go on
            return list(super().select(None))
        ready = list(super().select(0))
        if not ready and timeout > 0:
            self.offset_s += timeout
        return ready


class JumpLoop(asyncio.SelectorEventLoop):
    """An event loop that starts at time 0 and jumps to its next timer."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, as the jumps made them."""
        return self._jumping.offset_s


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end on a loop whose clock jumps."""
    with asyncio.Runner(loop_factory=JumpLoop) as runner:
        return runner.run(work)
