"""Which keys to press here, said when a caller spoke and nobody could hear them, or prefers keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ivr.call import BargeIn, Prompt
from ivr.dialogue import wording
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import FIRST, PERSON, YES_NO

_YES_NO = {option.name for option in YES_NO}


def key_hints(expectation: Expectation) -> tuple[str, ...]:
    """Sentences after `wording.UNHEARD`: with them a caller gets on by keys alone, or to a person."""
    if expectation.counted is not None and expectation.counted.press:
        return (expectation.counted.press,)
    if {option.name for option in expectation.options} == _YES_NO:
        return (wording.PRESS_YES_NO,)
    if any(option.name == FIRST for option in expectation.options):
        return (wording.PRESS_WHICH,)
    choices = tuple(wording.press_for(option.spoken, option.key) for option in expectation.options if option.key)
    person = tuple(
        wording.PRESS_FOR_PERSON for option in expectation.everywhere if option.name == PERSON and option.key
    )
    return (*choices, *person) if choices else (*person, wording.PRESS_FOR_MENU)


def keys_do(expectation: Expectation) -> bool:
    """Whether whatever is asked can be answered by keys; so can what asks nothing."""
    if expectation.counted is not None:
        return bool(expectation.counted.press)
    return not expectation.free and (not expectation.options or any(option.key for option in expectation.options))


def cut_by_keys_only(prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
    """`prompts` as they are said to a caller whom nobody can hear: no voice cuts what says which keys do."""
    return tuple(replace(prompt, barge_in=prompt.barge_in & ~BargeIn.SPEECH) for prompt in prompts)


def with_key_hints(prompts: Iterable[Prompt], expectation: Expectation) -> tuple[Prompt, ...]:
    """`prompts`, and after them which keys answer, as far as they do not say so themselves."""
    said = tuple(prompts)
    if not said or (expectation.counted is None and not expectation.options):
        return said
    words = " ".join(prompt.text for prompt in said).lower()
    hints = (hint for hint in key_hints(expectation) if hint.lower().rstrip(".") not in words)
    return (*said, *(Prompt(text=hint, barge_in=said[-1].barge_in) for hint in hints))
