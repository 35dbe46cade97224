"""How far something that is still coming goes, keys or words alike: judged in four values (Adhearsion's)."""

from __future__ import annotations

from enum import Enum


class Match(Enum):
    """What the keys pressed or the words said so far are."""

    NO_MATCH = "no match"
    """Nothing that is wanted starts like this."""
    POTENTIAL = "potential"
    """May become a match."""
    MATCH = "match"
    """Means something already, and more may follow that changes it."""
    MAX_MATCH = "max match"
    """Means something, and nothing that may follow changes it: no need to wait."""

    @property
    def means_something(self) -> bool:
        """Whether it can be acted on as it is."""
        return self in (Match.MATCH, Match.MAX_MATCH)
