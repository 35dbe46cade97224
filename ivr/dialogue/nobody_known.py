"""For a helpline without a file of callers: nobody is known."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.call import Caller, CheckOutcome, Level, Said


class NoRecord:
    """A `Record` of nobody."""

    known = False
    level = Level.NONE
    by = ""

    async def ready(self) -> None:
        """There is nothing to wait for."""

    def value(self, name: str, *, spoken: bool) -> str:
        """Nothing."""
        return ""

    def said(self) -> tuple[Said, ...]:
        """Nothing."""
        return ()

    def locked(self) -> bool:
        """Nobody failed."""
        return False

    async def check(self, level: Level, found_by: Mapping[str, str], told: Mapping[str, str]) -> CheckOutcome:
        """There is nothing to compare with."""
        return CheckOutcome.UNKNOWN

    async def close(self) -> None:
        """Nothing is held."""


class NobodyKnown:
    """`Callers` of a world that has none."""

    def ring(self, caller: Caller) -> NoRecord:
        """Nothing is asked."""
        return NoRecord()
