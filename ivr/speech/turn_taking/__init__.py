"""How much silence ends what a caller says, given the words so far: one strategy a file."""

from __future__ import annotations

from ivr.call import EndOfTurn, Listening
from ivr.speech.turn_taking.ending import Ending
from ivr.speech.turn_taking.stop_on_digits import StopOnDigits
from ivr.speech.turn_taking.stop_on_match import StopOnMatch
from ivr.speech.turn_taking.stop_on_silence import StopOnSilence

__all__ = ["Ending", "StopOnDigits", "StopOnMatch", "StopOnSilence", "ending_for"]


def ending_for(listening: Listening) -> Ending:
    """The strategy that `listening` asks for; without `listening.words` only silence can end a turn."""
    if listening.words is None or listening.end is EndOfTurn.SILENCE:
        return StopOnSilence(pauses=listening.pauses)
    if listening.end is EndOfTurn.DIGITS:
        return StopOnDigits(pauses=listening.pauses, words=listening.words)
    return StopOnMatch(pauses=listening.pauses, words=listening.words)
