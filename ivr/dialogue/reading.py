"""Parts of a step that many verbs have, read from their lines: prompts, jumps, phrases, keys, and the manner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from unicodedata import normalize

from ivr.call import BargeIn, Pauses, Prompt
from ivr.dialogue.manner import Manner, Reaction
from ivr.dialogue.words.phrases import expand
from ivr.dialogue.written import Written
from ivr.errors import FlowError
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
_TOUCHING = re.compile(r"[\w']\(|\)[\w'(]")
"""A bracket without a blank between it and a word or another bracket."""
_PIECE = re.compile(r"(?:\([^()]*\)|[^\s()|])+")
_PART = re.compile(r"([\w']*)\(([\w' |]*)\)([\w']*)")
"""Brackets around one part of a word: ``bin(s)``, ``(re)cycling``, ``repair(s|ed)``."""
BARGE_IN = {"both": BargeIn.BOTH, "keys": BargeIn.KEYS, "speech": BargeIn.SPEECH, "none": BargeIn.NONE}


def manner_of(fields: Fields, outer: Manner, helpline: Fields | None = None) -> Manner:
    """`outer` with what `fields` say otherwise: lines of a step of `helpline`, or its own if that is None."""
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
        raise _crossed(fields, manner, helpline)
    if value := fields.get("barge_in"):
        manner = replace(manner, barge_in=BARGE_IN[value.one_of(BARGE_IN)])
    if value := fields.get("answer_within_s"):
        manner = replace(manner, answer_within_s=value.number(1, 60))
    if value := fields.get("pauses"):
        manner = replace(manner, pauses=_pauses(value, manner.pauses))
    if value := fields.get("longest_s"):
        manner = replace(manner, longest_s=value.number(2, 60))
    if value := fields.get("on_silence"):
        manner = replace(manner, on_silence=reactions_of(value, manner))
    if value := fields.get("on_not_understood"):
        manner = replace(manner, on_not_understood=reactions_of(value, manner))
    if value := fields.get("person_queue"):
        manner = replace(manner, person_queue=value.text())
    return manner


def _crossed(fields: Fields, manner: Manner, helpline: Fields | None) -> FlowError:
    """The error about ``accept`` below ``confirm``, at the one that stands in `fields`."""
    own = fields.get("confirm")
    if own is not None:
        other = f"'accept' ({manner.accept:g}, {_origin('accept', fields, helpline)})"
        return own.wrong(f"'confirm' ({manner.confirm:g}) must not be above {other}; lower it, or raise 'accept' here")
    other = f"'confirm' ({manner.confirm:g}, {_origin('confirm', fields, helpline)})"
    wrong = fields.get("accept") or fields.whole
    return wrong.wrong(f"'accept' ({manner.accept:g}) must not be below {other}; raise it, or lower 'confirm' here")


def _origin(name: str, fields: Fields, helpline: Fields | None) -> str:
    """Where the value of `name` comes from."""
    if name in fields.keys:
        return f"line {fields.keys[name].line}"
    if helpline is not None and name in helpline.keys:
        return f"the helpline's, line {helpline.keys[name].line}"
    return "the default"


def _pauses(value: Value, outer: Pauses) -> Pauses:
    """`outer` with what the lines of `value` say otherwise."""
    fields = value.fields()
    said = {name: given.number(low, high) for name, (low, high) in PAUSES.items() if (given := fields.get(name))}
    fields.done()
    return replace(outer, **said)


def reactions_of(value: Value, manner: Manner) -> tuple[Reaction, ...]:
    """What is said at the first, second … time."""
    return tuple(Reaction(prompts=(prompt,)) for prompt in prompts_of(value, manner))


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
        pattern = normalize("NFC", item.text())
        if _TOUCHING.search(pattern):
            raise item.wrong(_apart(pattern))
        try:
            expanded = expand(pattern)
        except ValueError as fault:
            raise item.wrong(
                f"this phrase {fault}" if str(fault).startswith(("stands", "may", "has")) else str(fault)
            ) from None
        found += (Written(text=phrase, line=item.line, column=item.column) for phrase in expanded)
    return tuple(found)


def _apart(pattern: str) -> str:
    """What to write instead of `pattern`, where brackets, which hold whole words, touch a word."""
    piece = next((one for one in _PIECE.findall(pattern) if _TOUCHING.search(one)), pattern)
    found = _PART.fullmatch(piece)
    if found is None:
        return f"in '{piece}' brackets touch a word or each other; put a blank between, or write both, as in (bin|bins)"
    before, inner, after = found.groups()
    words = (f"{before}{part}{after}" for part in (inner.split("|") if "|" in inner else ("", inner)))
    return f"in '{piece}' the brackets hold a part of a word; write ({'|'.join(words)})"


def no_clash(value: Value, what: str, mine: Iterable[str], taken: dict[str, str], owner: str) -> None:
    """Raise FlowError if one of `mine` is `taken`; else take them for `owner`."""
    for one in mine:
        if one in taken and taken[one] != owner:
            raise value.wrong(f"the {what} '{one}' already means {taken[one]}; use another one")
        taken[one] = owner
