"""What the ear asks of a strategy: how long a silence ends the turn now."""

from __future__ import annotations

from typing import Protocol


class Ending(Protocol):
    """One strategy of turn-taking; without state, so that the words of any moment may be judged."""

    def pause_s(self, partial: str) -> float:
        """Seconds of silence, in the caller's sound, that end the turn after the words `partial` (empty: none yet)."""
        ...
