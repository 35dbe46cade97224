"""A voice that comes into a prompt: whether the prompt is silent for it, and whether what was said means anything."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.call import Hypothesis, Listening, Match, WordPattern
from ivr.speech.ear import FRAME_MS

DOUBT_MS = 700
"""Of a voice without words: by then the prompt plays again. The bundled model prints the first word 0.46 s after the
voice's beginning at the median and "no" as spoken by three synthetic voices within 0.6 s."""
HOPE_MS = 2000
"""After the last new word the prompt plays again, whatever the words were: the next group of a number comes sooner."""
FLICKER_MS = 500
"""So long it stays silent when words that had begun an answer are read as others: the next result, 240 ms later with
the bundled model, often reads them right again ("i want to", something else, "i want to speak")."""
MOST_DOUBTS = 2
"""So often in one turn the prompt falls silent for a voice without words."""
MOST_HOPES = 5
"""So often in one turn it falls silent for words in vain: a television has words, too."""


def means_something(listening: Listening, readings: Sequence[Hypothesis]) -> bool:
    """Whether `readings` of one utterance are together sure enough to be an answer: what cuts a prompt."""
    urgent = _meant(listening.urgent, readings) if listening.urgent is not None else []
    meant = _meant(listening.words, readings)
    return (bool(urgent) and sum(urgent) >= listening.urgent_from) or (
        bool(meant) and sum(meant) >= listening.refuse_below
    )


def _meant(words: WordPattern | None, readings: Sequence[Hypothesis]) -> list[float]:
    """How sure each of `readings` is that means something."""
    return [one.confidence for one in readings if one.text and (not words or words.judge(one.text).means_something)]


class Interruptions:
    """The voices that come into the prompts of one turn; time is that of the caller's sound.

    A voice makes the prompt fall silent, and it plays on after `DOUBT_MS` if there was no word that may belong to an
    answer. Words hold it silent, until they are wrong or the next one does not come. It is cut only by the readings of
    the whole utterance: of 60 bursts of noise like coughs 25 had, for a moment, a word of a menu of 14 phrases in
    their partial result and 5 in their reading, 3 with a confidence above 0.5. (For the caller there is no difference.)

    Echo of the prompt and talk in the background would make it stop and go for ever: after `MOST_DOUBTS` vain pauses in
    a turn only words make it fall silent, after `MOST_HOPES` only a whole utterance that means something.
    """

    def __init__(self, listening: Listening) -> None:
        self._words = listening.words
        self._partial = ""
        self._hopeful_until_ms: int | None = None
        self._vain = 0
        self._silent = False

    def begin(self) -> None:
        """A voice begins."""
        self._partial = ""
        self._hopeful_until_ms = None

    def silences(self, voice_ms: int, partial: str) -> bool:
        """Whether the prompt shall be silent now, `voice_ms` after the beginning of the voice."""
        if partial != self._partial:
            self._partial = partial
            if self._may_be_an_answer(partial):
                self._hopeful_until_ms = voice_ms + HOPE_MS
            elif self._hopeful_until_ms is not None:
                self._hopeful_until_ms = min(self._hopeful_until_ms, voice_ms + FLICKER_MS)
        if self._hopeful_until_ms is None:
            silent = self._vain < MOST_DOUBTS and voice_ms + FRAME_MS <= DOUBT_MS
        else:
            silent = self._vain < MOST_HOPES and voice_ms < self._hopeful_until_ms
        if self._silent and not silent:
            self._vain += 1
        self._silent = silent
        return silent

    def in_vain(self) -> None:
        """The voice is over and meant nothing."""
        self._vain += self._silent
        self._silent = False

    def _may_be_an_answer(self, partial: str) -> bool:
        if not partial or self._words is None:
            return bool(partial)
        return self._words.judge(partial) is not Match.NO_MATCH
