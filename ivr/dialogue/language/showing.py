"""What holds at a step of a plan: its lines, its settings and where each comes from, its ways on, what is heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from ivr.call import Pauses
from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.language.lines import in_words
from ivr.dialogue.language.settings import SETTINGS
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.written import Jump, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting as it holds somewhere; `origin` None: built in. Its `text` is the layer: ``step reference``."""

    name: str
    value: str
    origin: Written | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One step."""

    step: Step
    lines: tuple[str, ...]
    """As they stand in the file, without what they are indented by."""
    settings: tuple[Setting, ...]
    jumps: tuple[Jump, ...]
    phrases: tuple[str, ...] | None
    """What callers may say, besides what is understood everywhere; None: anything."""
    keys: tuple[str, ...]
    """What they may press."""


def shown(flow: Flow, step: Step, text: str, phrasings: tuple[str, ...] = ()) -> Shown:
    """What holds at `step` of `flow`, whose file holds `text`; `phrasings` are those of the articles."""
    expected = step.verb.expectation(phrasings)
    thinking = expected is not None and (expected.counted is not None or expected.free)
    return Shown(
        step=step,
        lines=tuple(_lines(step, text.splitlines())),
        settings=tuple(settings_of(step.manner, thinking=thinking)),
        jumps=(*step.verb.jumps(), *step.manner.jumps()),
        phrases=() if expected is None or step.manner.sensitive else _phrases(step, expected),
        keys=() if expected is None else tuple(_keys(step, expected)),
    )


def _phrases(step: Step, expected: Expectation) -> tuple[str, ...] | None:
    phrases = expected.listening(step.manner).phrases
    everywhere = {phrase for option in expected.everywhere for phrase in option.phrases}
    return None if phrases is None else tuple(phrase for phrase in phrases if phrase not in everywhere)


def _keys(step: Step, expected: Expectation) -> Iterator[str]:
    keys = expected.listening(step.manner).keys
    yield from sorted(keys.options)
    if keys.digits_max:
        fewer = f"{keys.digits_min} to " if keys.digits_min < keys.digits_max else ""
        yield f"{fewer}{keys.digits_max} digits"


def settings_of(manner: Manner, *, thinking: bool = False) -> Iterator[Setting]:
    """Every setting of `manner`, each pause by itself; `thinking`: as it holds where an answer takes some."""
    for one in SETTINGS:
        value = manner.waits_s(thinking=thinking) if one.name == "answer_within_s" else getattr(manner, one.attribute)
        if isinstance(value, Pauses):
            for pause in fields(value):
                name = f"{one.name}.{pause.name}"
                yield Setting(name=name, value=f"{getattr(value, pause.name):g}", origin=manner.origins.get(name))
        else:
            yield Setting(name=one.name, value=in_words(one, value), origin=manner.origins.get(one.name))


def _lines(step: Step, lines: list[str]) -> Iterator[str]:
    """From the verb to the end of the step: what is indented as far, or on the same line."""
    indent = step.column - 1
    first = lines[step.line - 1]
    if first[:indent].strip():  # {goto: main} on the line of the name
        yield first.strip()
        return
    for line in lines[step.line - 1 :]:
        if line.strip() and line[:indent].strip():
            return
        if line.strip() and not line.lstrip().startswith("#"):
            yield line[indent:].rstrip()
