"""Lines of a plan, declared as the fields of the dataclass that they are read into.

Each names its shape and says in one sentence what it is for; reader, schema and reference are made of that::

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Transfer(Verb):
        queue: Written = line(QUEUE, "The queue that the caller goes to.", name="transfer")
        reason: str = line(TEXT, "Why, for the agent.", default="plan")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar, cast, overload

from ivr.call import Pauses, Prompt
from ivr.dialogue.language.shape import Schema, Scope, Shape
from ivr.dialogue.manner import Reaction
from ivr.dialogue.written import Written
from ivr.errors import FlowError
from ivr.yaml_file import Fields, Value

T = TypeVar("T")
D = TypeVar("D")
_LINE = "line"
"""Key of a field's metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`name` as it stands in a plan; `attribute` of the dataclass that holds its value."""

    name: str
    attribute: str
    about: str
    shape: Shape[Any] | None = None
    kinds: Mapping[str, type[Any]] | None = None
    """Instead of a shape: what the line may say → the record of the lines that then stand beside it."""
    default: Any = MISSING

    @property
    def required(self) -> bool:
        """Whether it must be there."""
        return self.default is MISSING


@overload
def line(shape: Shape[T], about: str, *, name: str = "") -> T: ...
@overload
def line(shape: Shape[T], about: str, *, name: str = "", default: D) -> T | D: ...
def line(shape: Shape[Any], about: str, *, name: str = "", default: Any = MISSING) -> Any:
    """Declare the field as a line: called as the field if it has no `name`, required if it has no `default`."""
    return field(default=default, metadata={_LINE: {"shape": shape, "about": about, "name": name}})


def kinds(records: Mapping[str, type[T]], about: str, *, name: str = "") -> T:
    """Declare the field as a line that says which of `records` the lines beside it are."""
    return cast(T, field(metadata={_LINE: {"kinds": records, "about": about, "name": name}}))


_DECLARED: dict[type[Any], tuple[Line, ...]] = {}
"""What `lines_of` has found."""


def lines_of(record: type[Any]) -> tuple[Line, ...]:
    """The lines that `record` declares, in their order."""
    if record not in _DECLARED:
        _DECLARED[record] = tuple(_declared(record))
    return _DECLARED[record]


def _declared(record: type[Any]) -> Iterator[Line]:
    for one in fields(record):
        if _LINE in one.metadata:
            declared = dict(one.metadata[_LINE])
            declared["name"] = declared["name"] or one.name
            yield Line(attribute=one.name, default=one.default, **declared)


def read_lines(record: type[T], given: Fields, scope: Scope, **known: object) -> T:
    """A `record` of the lines `given`, and of what is `known` otherwise; whether there are more is not looked at.

    A record whose lines must go together has a method ``check(given)``, which raises FlowError if they do not.
    Raises FlowError.
    """
    values = dict(known)
    for one in lines_of(record):
        value = given.take(one.name) if one.required else given.get(one.name)
        if value is not None:
            values[one.attribute] = _read(one, value, given, scope)
    made = record(**values)
    check: Callable[[T, Fields], None] | None = getattr(record, "check", None)
    if check is not None:
        check(made, given)
    return made


def _read(one: Line, value: Value, given: Fields, scope: Scope) -> Any:
    if one.kinds is not None:
        return read_lines(one.kinds[value.one_of(one.kinds)], given, scope)
    assert one.shape is not None, "a line has a shape or kinds"
    return one.shape.read(value, scope)


def whole(record: type[T], value: Value, scope: Scope, **known: object) -> T:
    """A `record` of the lines of `value`, which has no others. Raises FlowError."""
    given = value.fields()
    made = read_lines(record, given, scope, **known)
    given.done()
    return made


def each(record: type[T], value: Value, scope: Scope) -> tuple[T, ...]:
    """A `record` with `name` and its `place` for each name that `value` lists. Raises FlowError."""
    listed = value.fields()
    if not listed.keys:
        raise value.wrong(f"'{value.name}' is empty; add at least one line")
    return tuple(
        whole(record, listed.take(name), scope, name=name, place=Written(text=name, line=key.line, column=key.column))
        for name, key in listed.keys.items()
    )


def schema_of(record: type[Any]) -> Schema:
    """What JSON Schema says of the lines of `record`, no others."""
    beside = [(one.name, kind, lines) for one in lines_of(record) for kind, lines in (one.kinds or {}).items()]
    if beside:
        return {"anyOf": [_of_kind(record, *one) for one in beside]}
    return {"type": "object", **properties(record), "additionalProperties": False}


def _of_kind(record: type[Any], name: str, kind: str, beside: type[Any]) -> Schema:
    """The same of a `record` whose line `name` says `kind`, which has the lines of `beside` then."""
    own, more = properties(record), properties(beside)
    said = {name: {"const": kind, "description": (beside.__doc__ or "").partition("\n")[0]}}
    return {
        "type": "object",
        "properties": {**own["properties"], **said, **more["properties"]},
        "required": [*own.get("required", ()), *more.get("required", ())],
        "additionalProperties": False,
    }


def properties(record: type[Any]) -> dict[str, Any]:
    """The same of its single lines, and of those that must be there."""
    lines = [one for one in lines_of(record) if one.shape is not None]
    required = [one.name for one in lines_of(record) if one.required]
    described = {one.name: {**one.shape.schema, "description": one.about} for one in lines if one.shape is not None}
    return {"properties": described, "required": required} if required else {"properties": described}


def in_words(line: Line, value: Any) -> str:
    """`value`, which `line` was read as, about as a plan says it; empty for what says nothing."""
    for name, meant in line.shape.values.items() if line.shape is not None else ():
        if meant == value and type(meant) is type(value):
            return name
    return _in_words(value)


def _in_words(value: Any) -> str:
    if value is None or value == () or isinstance(value, Pauses | Mapping):
        return ""
    if isinstance(value, Prompt):
        return f"“{value.text}”"
    if isinstance(value, Written):
        return value.text
    if isinstance(value, Reaction):
        said = ", ".join(_in_words(prompt) for prompt in value.prompts)
        return f"{said} → {value.goto.text}".strip() if value.goto is not None else said
    if isinstance(value, tuple):
        return ", then ".join(_in_words(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def wrong_at(given: Fields, place: Written, message: str) -> FlowError:
    """The error to raise about `place`, which was read of `given`."""
    return FlowError(message, file=given.whole.file, line=place.line, column=place.column)


def no_clash(given: Fields, what: str, mine: Iterable[Written], taken: dict[str, str], owner: str) -> None:
    """Raise FlowError if one of `mine` is `taken`; else take them for `owner`."""
    for one in mine:
        if taken.get(one.text, owner) != owner:
            raise wrong_at(given, one, f"the {what} '{one.text}' already means {taken[one.text]}; use another one")
        taken[one.text] = owner
