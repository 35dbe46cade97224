"""A rule of the accessibility gate, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ivr.call import Prompt
from ivr.dialogue import Flow
from ivr.dialogue.flow import Step
from ivr.dialogue.words.options import YES_NO, Option
from ivr.plans.proof.findings import Severity
from ivr.plans.proof.prover import Proof
from ivr.plans.proof.speaking_time import SpeakingTime

Broken = tuple[Step, str]
"""A step that breaks a rule, and a sentence that says how to mend it."""

TELECOMS = "Irish National IT Accessibility Guidelines, Telecoms, 2.1: time enough for the slowest users"
W3C_VOICE = "W3C, cognitive accessibility, voice menus: a person is easily reached, slow speakers are waited for"
W3C_MEMORY = "W3C, cognitive accessibility, voice menus: working memory holds few choices while one is understood"
AVAYA = "Avaya, guidelines for voice response menus: four or five choices, the likeliest first, keys in their order"
ATTENDANT = "Avaya, guidelines for voice response: after two or three tries, a person"
PLUM = "Plum Voice, prompt guidelines: a prompt that asks for something takes at most twenty seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the rules look at."""

    flow: Flow
    proof: Proof
    time: SpeakingTime

    def menus(self) -> Iterator[tuple[Step, tuple[Option, ...]]]:
        """Every step that lets callers choose, with its choices."""
        for step in self.flow.steps.values():
            options = options_of(step)
            if options:
                yield step, options


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule."""

    name: str
    """What ``waive`` names."""
    severity: Severity
    asks: str
    source: str
    find: Callable[[Plan], Iterator[Broken]] = field(repr=False)


def options_of(step: Step) -> tuple[Option, ...]:
    """What a step lets callers choose from; empty for yes or no, and for what is no choice."""
    expectation = step.verb.expectation()
    options = expectation.options if expectation is not None else ()
    return () if options == YES_NO else options


def text_of(prompts: Iterable[Prompt]) -> str:
    """What `prompts` say, one after the other."""
    return " ".join(prompt.text for prompt in prompts)
