"""Settings of how the line treats a caller, in layers: built in, helpline, sub-flow, step; the innermost wins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ivr.call import Pauses
from ivr.dialogue.language.lines import Line, line, whole
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import BARGE_IN, FLAG, QUEUE, REACTIONS, STEP, number, whole_number
from ivr.dialogue.manner import Manner
from ivr.dialogue.written import Written
from ivr.errors import FlowError
from ivr.yaml_file import Fields, Value

_USUAL = Manner()
_BUILT_IN = Pauses()


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseLines:
    """Silence that ends what a caller says, in seconds."""

    unambiguous_s: float = line(
        number(0.1, 3), "After an answer that no further word could change.", default=_BUILT_IN.unambiguous_s
    )
    complete_s: float = line(
        number(0.2, 3), "After an answer that further words could change.", default=_BUILT_IN.complete_s
    )
    incomplete_s: float = line(number(0.3, 5), "After words that are no answer yet.", default=_BUILT_IN.incomplete_s)
    free_s: float = line(number(0.3, 5), "After a question in free words.", default=_BUILT_IN.free_s)
    digits_s: float = line(number(0.3, 5), "After enough digits, where more may follow.", default=_BUILT_IN.digits_s)
    counting_s: float = line(number(0.5, 10), "After fewer digits than are wanted.", default=_BUILT_IN.counting_s)


def _pauses(value: Value, scope: Scope) -> Pauses:
    """Those of the layers around with what the lines of `value` say otherwise."""
    lines = whole(PauseLines, value, scope)
    return replace(scope.manner.pauses, **{name: getattr(lines, name) for name in value.fields().keys})


_PAUSES: Shape[Pauses] = Shape(
    read=_pauses, schema={"$ref": "#/$defs/pauses"}, insides=(PauseLines,), about="lines with seconds"
)
_QUEUE_NAME: Shape[str] = Shape(
    read=lambda value, scope: QUEUE.read(value, scope).text, schema=QUEUE.schema, about=QUEUE.about
)
_CONFIDENCE = number(0, 1)


def _setting(name: str, shape: Shape[Any], about: str) -> Line:
    return Line(name=name, attribute=name, shape=shape, about=about, default=getattr(_USUAL, name))


SETTINGS = (
    _setting("accept", _CONFIDENCE, "From this confidence on, what was heard counts."),
    _setting(
        "confirm", _CONFIDENCE, "From here to `accept` the line asks “did you say …?”; below, it was not understood."
    ),
    _setting("close", _CONFIDENCE, "Of two meanings that differ by less, neither of them sure, the line asks which."),
    _setting("read_back_from", _CONFIDENCE, "From this confidence on, what is counted or spelled out is read back."),
    _setting("barge_in", BARGE_IN, "What may interrupt a prompt."),
    _setting(
        "answer_within_s",
        number(1, 60),
        "Seconds from the end of a prompt to the caller's first word or key; left out, values and questions have 8.",
    ),
    _setting("longest_s", number(2, 60), "The longest that a caller may speak, in seconds."),
    _setting("pauses", _PAUSES, "Silence that ends what a caller says."),
    _setting("on_silence", REACTIONS, "After a prompt that nobody answered."),
    _setting("on_not_understood", REACTIONS, "After words or keys that mean nothing here."),
    _setting("on_unheard", REACTIONS, "After words that nobody could hear, because recognition is down or full."),
    _setting("on_help", REACTIONS, "When the caller asks for help; the question comes again after it."),
    _setting("on_error", STEP, "The step after one that failed by a fault of the service; without it, a person."),
    _setting("on_hang_up", STEP, "The step after the caller has hung up; what speaks ends it."),
    _setting("offer_person_after", whole_number(1, 20), "Failures of one step after which a person is offered."),
    _setting(
        "sensitive",
        FLAG,
        "Keys only, and what is keyed is kept from journal, log, screen pop and recording: it is there for look-ups.",
    ),
    _setting("person_queue", _QUEUE_NAME, "Where a caller goes who wants a person."),
)
"""Every setting, in the order in which it is read: prompts of the others take `barge_in` from it."""


def manner_of(given: Fields, scope: Scope, layer: str, own: Collection[str] = ()) -> Manner:
    """`scope.manner` with what `given`, the lines of `layer`, say otherwise; `own` are lines of a verb's instead.

    Raises FlowError.
    """
    manner, origins = scope.manner, dict(scope.manner.origins)
    for one in SETTINGS:
        value = given.get(one.name) if one.name not in own else None
        if value is None or one.shape is None:
            continue
        read = one.shape.read(value, replace(scope, manner=manner))
        manner = replace(manner, **{one.attribute: read})
        origins[one.name] = _at(given.keys[one.name], layer)
        if one.shape is _PAUSES:
            origins |= {f"{one.name}.{name}": _at(key, layer) for name, key in value.fields().keys.items()}
    manner = replace(manner, origins=MappingProxyType(origins)) if origins != manner.origins else manner
    if manner.confirm > manner.accept:
        raise _crossed(given, manner, own)
    return manner


def _at(key: Value, layer: str) -> Written:
    return Written(text=layer, line=key.line, column=key.column)


def _crossed(given: Fields, manner: Manner, own: Collection[str]) -> FlowError:
    """The error about ``accept`` below ``confirm``, at the one that stands in `given`."""
    confirm = given.get("confirm") if "confirm" not in own else None
    if confirm is not None:
        other = f"'accept' ({manner.accept:g}, {_origin('accept', given, manner)})"
        return confirm.wrong(
            f"'confirm' ({manner.confirm:g}) must not be above {other}; lower it, or raise 'accept' here"
        )
    other = f"'confirm' ({manner.confirm:g}, {_origin('confirm', given, manner)})"
    wrong = given.get("accept") or given.whole
    return wrong.wrong(f"'accept' ({manner.accept:g}) must not be below {other}; raise it, or lower 'confirm' here")


def _origin(name: str, given: Fields, manner: Manner) -> str:
    """Where the value of `name` comes from."""
    origin = manner.origins.get(name)
    if origin is None:
        return "the default"
    return f"line {origin.line}" if name in given.keys else f"the {origin.text}'s, line {origin.line}"
