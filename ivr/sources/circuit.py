"""A source that failed several times in a row is left alone for a while, so that callers need not wait for it."""

from __future__ import annotations

import asyncio

FAILURES = 3
"""In a row."""
LEFT_ALONE_S = 15.0
"""A web server restarts in less; with a time limit of 3 s nine callers of ten are spared the wait meanwhile."""


class Circuit:
    """Counts how one source does; times are the loop's."""

    def __init__(self) -> None:
        self._failures = 0
        self._alone_until_s = 0.0
        self._trying = False

    def ask(self) -> bool:
        """Whether the source is to be asked now; after its rest one asks first, and the others wait for its luck."""
        if self._failures < FAILURES:
            return True
        if self._trying or asyncio.get_running_loop().time() < self._alone_until_s:
            return False
        self._trying = True
        return True

    def answered(self) -> None:
        """The source works."""
        self._failures = 0
        self._trying = False

    def failed(self) -> bool:
        """The source does not work; whether it is left alone from now on."""
        self._failures += 1
        self._trying = False
        self._alone_until_s = asyncio.get_running_loop().time() + LEFT_ALONE_S
        return self._failures >= FAILURES

    def given_up(self) -> None:
        """Who asked did not wait for the answer (the caller left)."""
        self._trying = False
