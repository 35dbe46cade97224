"""How late the event loop is: what a caller's sound would have waited, sampled without busy work."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

SAMPLE_EVERY_S = 0.05
"""Twenty timers a second cost nothing that can be measured, and make 1,200 samples a minute: enough for a p99."""
KEPT_S = 60.0


class LoopLag:
    """Lag of the running loop over the last minute; `watch` samples until it is cancelled.

    A sample is how much later than due a timer ran. While the loop stands still it misses samples: they are added
    afterwards with the wait that each would have met, so that one stall of a second weighs as much as it lasted.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now  # a loop's own time may be counted in whole milliseconds (uvloop) and once a round
        self._samples_s: deque[float] = deque(maxlen=round(KEPT_S / SAMPLE_EVERY_S))

    async def watch(self) -> None:
        """Sample until cancelled."""
        due_at = self._now() + SAMPLE_EVERY_S
        while True:
            await asyncio.sleep(due_at - self._now())
            due_at = self.sampled(due_at)

    def sampled(self, due_at: float) -> float:
        """Note a timer that was due at `due_at` and runs now; when the next one is due."""
        late_s = max(0.0, self._now() - due_at)
        for _ in range(self._samples_s.maxlen or 0):
            self._samples_s.append(late_s)
            due_at += SAMPLE_EVERY_S
            if (late_s := late_s - SAMPLE_EVERY_S) < 0:
                break
        return max(due_at, self._now())

    def last_minute(self) -> dict[str, float]:
        """``p50``, ``p99`` and ``most`` in milliseconds; empty until something was sampled."""
        ordered = sorted(self._samples_s)
        if not ordered:
            return {}
        places = {"p50": len(ordered) // 2, "p99": len(ordered) * 99 // 100, "most": len(ordered) - 1}
        return {name: round(1000 * ordered[place], 2) for name, place in places.items()}
