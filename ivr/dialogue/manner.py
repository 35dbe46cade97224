"""How the line treats a caller: when it believes what it heard, how long it waits, what it says when nothing came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.call import BargeIn, Prompt
from ivr.dialogue import wording


def prompts_from(texts: Iterable[str]) -> tuple[Prompt, ...]:
    """Each text as a prompt that everything may interrupt."""
    return tuple(Prompt(text=text) for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the line treats a caller; a step may differ from its helpline in each point."""

    accept: float = 0.75
    """From this confidence on, what was heard counts."""
    confirm: float = 0.45
    """From here to `accept` the line asks "did you say …?"; below, it was not understood."""
    barge_in: BargeIn = BargeIn.BOTH
    answer_within_s: float = 5.0
    """From the end of a prompt to the caller's first word or key."""
    pause_s: float = 0.6
    """Silence that ends what the caller says."""
    on_silence: tuple[Prompt, ...] = prompts_from(wording.ON_SILENCE)
    """Said after the first, second … silence of a step; the last one again after that."""
    on_not_understood: tuple[Prompt, ...] = prompts_from(wording.ON_NOT_UNDERSTOOD)
    person_queue: str = ""
    """Where a caller goes who wants a person."""
