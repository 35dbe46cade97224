"""One line on a terminal that says what takes so long, and goes when it is done; nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

EVERY_S = 0.2
"""A line that changes more often cannot be read, and costs time."""
_ERASED = "\r\x1b[K"


class Progress:
    """Call it with what is being done; leave it (``with``) before anything else is printed."""

    def __init__(self, stream: TextIO | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._now = now
        self._next = 0.0
        self._shown = False
        self._watched = self._stream.isatty()

    def __call__(self, text: str) -> None:
        """Show `text`, unless another one has just been shown."""
        if not self._watched or (self._shown and self._now() < self._next):
            return
        self._stream.write(f"{_ERASED}{text} ...")
        self._stream.flush()
        self._shown, self._next = True, self._now() + EVERY_S

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write(_ERASED)
            self._stream.flush()
            self._shown = False
