"""How the line treats a caller: when it believes what it heard, how long it waits, what it says when nothing came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ivr.call import BargeIn, Pauses, Prompt
from ivr.dialogue import wording

ACCEPT, CONFIRM = 0.75, 0.5
"""The three bands of confidence begin here: refused, asked back, accepted.

Confidence is the probability of being right, so the bands follow from what each costs a caller of the demo, in seconds
(`make bench`, section hearing): to be asked back 5.1, to be refused and say it again 9.8, to be sent wrong 24, its own
seconds counted twice for lost trust. That gives 0.64 and 0.52, at which 1.2 % of everything said is acted on wrongly;
`ACCEPT` lies higher, for 0.8 %.
"""
READ_BACK = 0.1
"""What is counted or spelled out is read back whatever its confidence, so only what is hardly speech is refused: a
wrong reading costs no more than a refusal, and a right one is saved."""
CLOSE = 0.15


def prompts_from(texts: Iterable[str]) -> tuple[Prompt, ...]:
    """Each text as a prompt that everything may interrupt."""
    return tuple(Prompt(text=text) for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the line treats a caller; a step may differ from its helpline in each point."""

    accept: float = ACCEPT
    """From this confidence on, what was heard counts."""
    confirm: float = CONFIRM
    """From here to `accept` the line asks "did you say …?"; below, it was not understood."""
    read_back_from: float = READ_BACK
    """From this confidence on, digits and letters are read back; below, they were not understood."""
    close: float = CLOSE
    """Of two meanings whose confidences differ by less, neither sure, the line asks which."""
    barge_in: BargeIn = BargeIn.BOTH
    answer_within_s: float = 5.0
    """From the end of a prompt to the caller's first word or key."""
    pauses: Pauses = field(default_factory=Pauses)
    """Silence that ends what the caller says."""
    longest_s: float = 12.0
    """Longest that the caller may speak; then what was heard counts."""
    on_silence: tuple[Prompt, ...] = prompts_from(wording.ON_SILENCE)
    """Said after the first, second … silence of a step; the last one again after that."""
    on_not_understood: tuple[Prompt, ...] = prompts_from(wording.ON_NOT_UNDERSTOOD)
    person_queue: str = ""
    """Where a caller goes who wants a person."""
