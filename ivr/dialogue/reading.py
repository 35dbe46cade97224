"""Parts of a step that many verbs have, read from their lines: prompts, jumps, phrases, keys, and the manner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ivr.call import BargeIn, Pauses, Prompt
from ivr.dialogue.flow import Written
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.phrases import expand
from ivr.yaml_file import Fields, Value

PAUSES = {
    "unambiguous_s": (0.1, 3.0),
    "complete_s": (0.2, 3.0),
    "incomplete_s": (0.3, 5.0),
    "free_s": (0.3, 5.0),
    "digits_s": (0.3, 5.0),
    "counting_s": (0.5, 10.0),
}
"""Name in a plan → the least and the most that make sense, in seconds."""
BARGE_IN = {"both": BargeIn.BOTH, "keys": BargeIn.KEYS, "speech": BargeIn.SPEECH, "none": BargeIn.NONE}


def manner_of(fields: Fields, outer: Manner) -> Manner:
    """`outer` with what `fields` say otherwise."""
    manner = outer
    if value := fields.get("accept"):
        manner = replace(manner, accept=value.number(0, 1))
    if value := fields.get("confirm"):
        manner = replace(manner, confirm=value.number(0, 1))
    if value := fields.get("close"):
        manner = replace(manner, close=value.number(0, 1))
    if value := fields.get("read_back_from"):
        manner = replace(manner, read_back_from=value.number(0, 1))
    if manner.confirm > manner.accept:
        wrong = fields.get("confirm") or fields.get("accept") or fields.whole
        raise wrong.wrong(f"'confirm' ({manner.confirm:g}) must not be above 'accept' ({manner.accept:g}); lower it")
    if value := fields.get("barge_in"):
        manner = replace(manner, barge_in=BARGE_IN[value.one_of(BARGE_IN)])
    if value := fields.get("answer_within_s"):
        manner = replace(manner, answer_within_s=value.number(1, 60))
    if value := fields.get("pauses"):
        manner = replace(manner, pauses=_pauses(value, manner.pauses))
    if value := fields.get("longest_s"):
        manner = replace(manner, longest_s=value.number(2, 60))
    if value := fields.get("on_silence"):
        manner = replace(manner, on_silence=prompts_of(value, manner))
    if value := fields.get("on_not_understood"):
        manner = replace(manner, on_not_understood=prompts_of(value, manner))
    if value := fields.get("person_queue"):
        manner = replace(manner, person_queue=value.text())
    return manner


def _pauses(value: Value, outer: Pauses) -> Pauses:
    """`outer` with what the lines of `value` say otherwise."""
    fields = value.fields()
    said = {name: given.number(low, high) for name, (low, high) in PAUSES.items() if (given := fields.get(name))}
    fields.done()
    return replace(outer, **said)


def prompts_of(value: Value, manner: Manner) -> tuple[Prompt, ...]:
    """One prompt or a list of them, each a text or ``text``, ``recording``, ``barge_in``."""
    return tuple(_prompt(item, manner) for item in value.items())


def _prompt(value: Value, manner: Manner) -> Prompt:
    if not value.is_mapping:
        return Prompt(text=value.text(), barge_in=manner.barge_in)
    fields = value.fields()
    text = fields.take("text").text()
    recording = fields.get("recording")
    barge_in = fields.get("barge_in")
    fields.done()
    return Prompt(
        text=text,
        recording=_recording(recording) if recording else None,
        barge_in=BARGE_IN[barge_in.one_of(BARGE_IN)] if barge_in else manner.barge_in,
    )


def _recording(value: Value) -> str:
    name = value.text()
    parts = name.split("/")
    if any(part in ("", ".", "..") or not part.replace("-", "").replace("_", "").isalnum() for part in parts):
        raise value.wrong(f"'{name}' is no name of a recording; write letters, digits, '-' and '_' without a suffix")
    return name


def written(value: Value) -> Written:
    """A name with its place."""
    return Written(text=value.text(), line=value.line, column=value.column)


def phrases_of(value: Value) -> tuple[Written, ...]:
    """Every phrase that the patterns of `value` stand for, with the place of its pattern."""
    found: list[Written] = []
    for item in value.items():
        try:
            expanded = expand(item.text())
        except ValueError as fault:
            raise item.wrong(
                f"this phrase {fault}" if str(fault).startswith(("stands", "may", "has")) else str(fault)
            ) from None
        found += (Written(text=phrase, line=item.line, column=item.column) for phrase in expanded)
    return tuple(found)


def no_clash(value: Value, what: str, mine: Iterable[str], taken: dict[str, str], owner: str) -> None:
    """Raise FlowError if one of `mine` is `taken`; else take them for `owner`."""
    for one in mine:
        if one in taken and taken[one] != owner:
            raise value.wrong(f"the {what} '{one}' already means {taken[one]}; use another one")
        taken[one] = owner
