"""How long texts take to say: the real length of a recording, or an estimate from the words and the rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ivr.call import Prompt

USUAL_WPM = 150.0
"""Words a minute that books for listening are read at, roughly; used if nobody says which rate a voice has."""
PAUSE_S = 0.35
"""After each sentence; espeak-ng's and RHVoice's, roughly."""

RealLength = Callable[[Prompt], float | None]
"""Seconds of a prompt's recording; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakingTime:
    """Knows the seconds of prompts and of parts of them."""

    rate_wpm: float = USUAL_WPM
    real: RealLength = lambda prompt: None

    def of(self, prompts: Iterable[Prompt]) -> float:
        """Seconds of `prompts`, one after the other."""
        return sum(self._one(prompt) for prompt in prompts)

    def until(self, prompts: Iterable[Prompt], characters: int) -> float:
        """Seconds until `characters` of the text of `prompts`, joined by blanks, are said."""
        seconds, left = 0.0, characters
        for prompt in prompts:
            if left >= len(prompt.text):
                seconds, left = seconds + self._one(prompt), left - len(prompt.text) - 1
            else:
                whole = self.estimate(prompt.text)
                part = self.estimate(prompt.text[: max(0, left)])
                return seconds + (self._one(prompt) * part / whole if whole else 0.0)
        return seconds

    def estimate(self, text: str) -> float:
        """Seconds of `text` by its words and sentences."""
        sentences = sum(text.count(mark) for mark in ".!?")
        return len(text.split()) * 60 / self.rate_wpm + sentences * PAUSE_S

    def how(self, prompts: Iterable[Prompt]) -> str:
        """Whether the seconds of `prompts` are measured."""
        measured = [self.real(prompt) is not None for prompt in prompts]
        return "measured" if measured and all(measured) else f"estimated at {self.rate_wpm:g} words a minute"

    def _one(self, prompt: Prompt) -> float:
        real = self.real(prompt)
        return self.estimate(prompt.text) if real is None else real
