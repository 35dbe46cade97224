"""How the line treats a caller: when it believes what it heard, how long it waits, what it says when nothing came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ivr.call import BargeIn, Pauses, Prompt
from ivr.dialogue import wording
from ivr.dialogue.written import Jump, Written

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
THINKING_S = 8.0
"""For a number that has to be looked up, a day that has to be found, a question that has to be put into words: the
least that `ivr check` asks for."""


def prompts_from(texts: Iterable[str]) -> tuple[Prompt, ...]:
    """Each text as a prompt that everything may interrupt."""
    return tuple(Prompt(text=text) for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What happens at the n-th time that something of its kind happens in a step."""

    prompts: tuple[Prompt, ...] = ()
    goto: Written | None = None
    """The step that comes next; None: this one goes on asking."""


def reactions_from(texts: Iterable[str]) -> tuple[Reaction, ...]:
    """The first, second … reaction, each saying one text."""
    return tuple(Reaction(prompts=(prompt,)) for prompt in prompts_from(texts))


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
    on_silence: tuple[Reaction, ...] = reactions_from(wording.ON_SILENCE)
    """To the first, second … silence of a step; the last one again after that. So with the others."""
    on_not_understood: tuple[Reaction, ...] = reactions_from(wording.ON_NOT_UNDERSTOOD)
    on_unheard: tuple[Reaction, ...] = reactions_from([wording.UNHEARD])
    """The caller spoke, and there was nobody to hear it (recognition is down or fully used)."""
    on_help: tuple[Reaction, ...] = reactions_from([wording.HELP])
    """The caller asked for help; the question comes again after it."""
    on_error: Written | None = None
    """The step after one that failed by a fault of the service; None: a person."""
    on_hang_up: Written | None = None
    """The step after the caller has hung up; a step that speaks ends what follows from it."""
    offer_person_after: int = 2
    """Failures of one step after which a person is offered, and again after as many more."""
    sensitive: bool = False
    """Keys only, and what is keyed is kept from journal, log, screen pop and recording: it is there for look-ups."""
    person_queue: str = ""
    """Where a caller goes who wants a person."""
    origins: Mapping[str, Written] = field(default_factory=lambda: MappingProxyType({}))
    """Setting → where the innermost of helpline, flow and step says so; what is not in it is built in."""

    def waits_s(self, *, thinking: bool) -> float:
        """Seconds for an answer; for one that takes some `thinking`, `THINKING_S` unless the plan says how long."""
        if thinking and "answer_within_s" not in self.origins:
            return max(self.answer_within_s, THINKING_S)
        return self.answer_within_s

    @property
    def reactions(self) -> tuple[Reaction, ...]:
        """All of them."""
        return (*self.on_silence, *self.on_not_understood, *self.on_unheard, *self.on_help)

    def prompts(self) -> tuple[Prompt, ...]:
        """What the reactions say."""
        return tuple(prompt for reaction in self.reactions for prompt in reaction.prompts)

    def jumps(self) -> tuple[Jump, ...]:
        """Where the reactions, a fault and a hang-up lead."""
        kinds = {
            "silence": self.on_silence,
            "not understood": self.on_not_understood,
            "not heard": self.on_unheard,
            "help": self.on_help,
        }
        counted = (
            Jump.to(reaction.goto, f"{_ordinal(number)} {kind}")
            for kind, reactions in kinds.items()
            for number, reaction in enumerate(reactions, 1)
            if reaction.goto is not None
        )
        others = {"error": self.on_error, "caller hangs up": self.on_hang_up}
        return (*counted, *(Jump.to(step, when) for when, step in others.items() if step is not None))


def _ordinal(number: int) -> str:
    return f"{number}{('st', 'nd', 'rd')[number - 1] if number <= 3 else 'th'}"
