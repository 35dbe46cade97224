"""The end of an answer to a menu: soon after words that are a whole answer, later after others."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call import Match, Pauses, WordPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOnMatch:
    """An `Ending` by what the words mean: "bins" may end soon, "my" may not."""

    pauses: Pauses
    words: WordPattern

    def pause_s(self, partial: str) -> float:
        """See `Ending`. A noise, and words that have not come yet, wait like words that are no answer yet."""
        match self.words.judge(partial):
            case Match.MAX_MATCH:
                return self.pauses.unambiguous_s
            case Match.MATCH:
                return self.pauses.complete_s
            case _:
                return self.pauses.incomplete_s
