"""One timer for all lines of a scripted phone: fifty calls at once leave the processor to what they measure."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

GRAIN_S = 0.001
"""Lines that are due within so long of each other are served by one wake-up; a packet is early by so much at most."""


class Pace:
    """Calls each line when it is due; a line says when it is due next, or None to end."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], float | None]]] = []
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None

    def keep(self, due_at: float, step: Callable[[], float | None]) -> None:
        """Call `step` at `due_at` (the loop's time), and from then on whenever it says."""
        self._number += 1  # lines that are due at the same moment are served in the order in which they came
        heapq.heappush(self._due, (due_at, self._number, step))
        self._wind()

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(self._due[0][0], self._serve) if self._due else None

    def _serve(self) -> None:
        self._timer = None
        horizon = asyncio.get_running_loop().time() + GRAIN_S
        while self._due and self._due[0][0] <= horizon:
            _, number, step = self._due[0]
            due_at = step()
            if due_at is None:
                heapq.heappop(self._due)
            else:
                heapq.heapreplace(self._due, (due_at, number, step))
        self._wind()
