"""What the caller sent and nobody has taken yet: bounded, in order; sound may be lost, keys never."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from ivr.media.audio import Audio, Key, LineEnded, MediaInput

MOST_SOUND: Final = 250
"""Pieces of sound kept (5 s of 20 ms): older sound is no use to a conversation, the oldest is dropped."""
MOST_KEYS: Final = 256
"""Keys kept: no caller presses more in the time between two turns."""


class Inbox:
    """A queue for one reader, with an end that stays. `dropped` counts the pieces of sound that were lost."""

    def __init__(self) -> None:
        self._items: deque[Audio | Key] = deque()
        self._sound = 0
        self._end: LineEnded | None = None
        self._filled = asyncio.Event()
        self.dropped = 0

    def put(self, item: Audio | Key) -> bool:
        """Keep `item`; False if it is a key and has no place (more than a caller can press)."""
        if isinstance(item, Audio):
            if self._sound == MOST_SOUND:
                self._drop_oldest_sound()
            self._sound += 1
        elif len(self._items) - self._sound >= MOST_KEYS:
            return False
        self._items.append(item)
        self._filled.set()
        return True

    def close(self, end: LineEnded) -> None:
        """Nothing comes any more but `end`, behind what waits and as often as it is asked for."""
        self._end = end
        self._filled.set()

    async def get(self) -> MediaInput:
        """The oldest item, once there is one."""
        while not self._items:
            if self._end is not None:
                return self._end
            self._filled.clear()
            await self._filled.wait()
        item = self._items.popleft()
        if isinstance(item, Audio):
            self._sound -= 1
        return item

    def drain(self) -> list[MediaInput]:
        """Everything that waits, oldest first, and the end if it has come."""
        items: list[MediaInput] = list(self._items)
        if self._end is not None:
            items.append(self._end)
        self._items.clear()
        self._sound = 0
        return items

    def _drop_oldest_sound(self) -> None:
        place = next(i for i, item in enumerate(self._items) if isinstance(item, Audio))
        del self._items[place]
        self._sound -= 1
        self.dropped += 1
