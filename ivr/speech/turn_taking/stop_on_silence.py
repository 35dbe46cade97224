"""The end of free speech: silence alone, whatever was said."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call import Pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOnSilence:
    """An `Ending` for open questions, where no word tells whether more will follow."""

    pauses: Pauses

    def pause_s(self, partial: str) -> float:
        """See `Ending`. The first word is printed up to 0.7 s after it began: no word yet is no end."""
        return self.pauses.free_s if partial else max(self.pauses.free_s, self.pauses.incomplete_s)
