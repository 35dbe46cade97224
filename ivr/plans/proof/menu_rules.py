"""Rules about menus: how many choices, how deep, in which order, and whether callers are told how many there are."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from ivr.call import Prompt
from ivr.dialogue import Flow
from ivr.dialogue.flow import Step
from ivr.dialogue.words.options import Option
from ivr.plans.proof.findings import Severity
from ivr.plans.proof.rule import AVAYA, W3C_MEMORY, W3C_VOICE, Broken, Plan, Rule, options_of, text_of

MOST_OPTIONS = 4
MOST_LEVELS = 3
FIRST_OPTION_S = 10.0
"""From the start of the call, or of the step."""
COUNTED_FROM = 3
"""Options from which on their number is worth saying."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NOUNS = "choices|options|topics|things|services|ways"
_COUNTED = re.compile(rf"\b([2-9]|{'|'.join(_NUMBERS[2:])})\b(?:\s+\w+){{0,2}}\s+(?:{_NOUNS})\b")


def _too_many(plan: Plan) -> Iterator[Broken]:
    for step, options in plan.menus():
        if len(options) > MOST_OPTIONS:
            message = (
                f"menu '{step.name}' has {len(options)} options, and few people keep more than {MOST_OPTIONS} in mind; "
                "join some in a menu of their own, or leave the rest to a question in free words"
            )
            yield step, message


def _too_deep(plan: Plan) -> Iterator[Broken]:
    for name, level in _levels(plan.flow).items():
        step = plan.flow.steps[name]
        if level > MOST_LEVELS and options_of(step):
            message = (
                f"menu '{name}' is on level {level}, and {MOST_LEVELS} are the most that callers should go down; "
                "lead to it from further up"
            )
            yield step, message


def _levels(flow: Flow) -> dict[str, int]:
    """Step → menus on the way to it with the fewest, its own included."""
    levels: dict[str, int] = {}
    waiting = deque([(flow.start, 0)])
    while waiting:
        name, above = waiting.popleft()
        step = flow.steps.get(name)
        if step is None:
            continue
        level = above + bool(options_of(step))
        if level < levels.get(name, level + 1):
            levels[name] = level
            waiting.extend((jump.text, level) for jump in step.verb.jumps())
    return levels


def _others_first(plan: Plan) -> Iterator[Broken]:
    for step, options in plan.menus():
        steps = [plan.flow.steps.get(jump.text) for jump in step.verb.jumps()]
        if len(steps) != len(options):
            continue
        rest = [target is not None and _for_the_rest(target) for target in steps]
        at = next((at for at, is_rest in enumerate(rest) if is_rest and not all(rest[at:])), None)
        if at is not None:
            message = (
                f"menu '{step.name}' offers '{options[at].spoken}' before topics of its own; put what most people want "
                "first, and the way for the rest last"
            )
            yield step, message


def _for_the_rest(step: Step) -> bool:
    """Whether a step is for who did not find their topic: a person, or a question in free words."""
    return bool(step.verb.queues()) or step.verb.asks_knowledge


def _keys_in_order(plan: Plan) -> Iterator[Broken]:
    for step, options in plan.menus():
        keys = [option.key for option in options if option.key is not None]
        if keys != sorted(keys):
            message = (
                f"the keys of menu '{step.name}' come as {', '.join(keys)}; number them in the order of the choices"
            )
            yield step, message


def _counted(plan: Plan) -> Iterator[Broken]:
    if not plan.flow.language.startswith("en"):
        return
    for step, options in plan.menus():
        said = _COUNTED.search(text_of(step.verb.prompts()).lower())
        number = len(options)
        in_words = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
        if said is None and number >= COUNTED_FROM:
            message = (
                f"menu '{step.name}' does not say how many choices there are; begin with 'You have {in_words} choices'"
            )
            yield step, message
        elif said is not None and said.group(1) not in (str(number), in_words):
            yield step, f"menu '{step.name}' says '{said.group()}' and has {number}; correct either"


def _late_options(plan: Plan) -> Iterator[Broken]:
    first, before = _before_first_question(plan.flow)
    for step, options in plan.menus():
        told = before if step.name == first else ()
        prompts = (*told, *step.verb.prompts())
        characters = sum(len(prompt.text) + 1 for prompt in told)
        characters += _lead_in(text_of(step.verb.prompts()), options)
        seconds = plan.time.until(prompts, characters)
        if seconds > FIRST_OPTION_S:
            message = (
                f"the first option of menu '{step.name}' is heard after {seconds:.0f} s ({plan.time.how(prompts)}); "
                f"have it within {FIRST_OPTION_S:g} s"
            )
            yield step, message


def _before_first_question(flow: Flow) -> tuple[str, tuple[Prompt, ...]]:
    """The first step that waits, and what is said from the start of the call until then."""
    said: tuple[Prompt, ...] = ()
    name, seen = flow.start, set[str]()
    while name in flow.steps and name not in seen and not flow.steps[name].verb.listens:
        seen.add(name)
        said += flow.steps[name].verb.prompts()
        name = next((jump.text for jump in flow.steps[name].verb.jumps()), "")
    return name, said


def _lead_in(text: str, options: Iterable[Option]) -> int:
    """Characters before the first option; the whole text if none of them is in it."""
    starts = [text.lower().find(phrase) for option in options for phrase in option.phrases]
    return min((start for start in starts if start >= 0), default=len(text))


MENU_RULES = (
    Rule(
        name="options-per-menu",
        severity=Severity.ERROR,
        asks=f"at most {MOST_OPTIONS} options in a menu",
        source=W3C_MEMORY,
        find=_too_many,
    ),
    Rule(
        name="menu-levels",
        severity=Severity.ERROR,
        asks=f"at most {MOST_LEVELS} levels of menus",
        source=W3C_MEMORY,
        find=_too_deep,
    ),
    Rule(
        name="commonest-first",
        severity=Severity.WARNING,
        asks="topics come before 'something else' and before people",
        source=AVAYA,
        find=_others_first,
    ),
    Rule(
        name="keys-in-order",
        severity=Severity.WARNING,
        asks="keys are numbered in the order of the choices",
        source=AVAYA,
        find=_keys_in_order,
    ),
    Rule(
        name="options-counted",
        severity=Severity.WARNING,
        asks=f"a menu of {COUNTED_FROM} or more choices says how many there are",
        source=W3C_MEMORY,
        find=_counted,
    ),
    Rule(
        name="first-option",
        severity=Severity.WARNING,
        asks=f"the first option is heard within {FIRST_OPTION_S:g} s",
        source=W3C_VOICE,
        find=_late_options,
    ),
)
