"""Text that people write in YAML, read strictly: every value knows its place and stays what was written.

No resolver is active: ``012`` stays "012", ``no`` and ``12:30`` stay what was written. Tags, anchors, aliases, double
keys, deep nesting and huge files are refused. Errors are FlowError with file, line, column and how to mend it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from ivr.errors import FlowError

LARGEST_FILE_BYTES = 512 * 1024
"""A helpline of a thousand steps has 130 to 200 kB; PyYAML's own parser takes two seconds for this much."""
DEEPEST = 12
MOST_NODES = 50_000
LONGEST_TEXT = 1200
"""Characters of one text: more than a minute of speech."""

_WHOLE = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_ONE_WORD = re.compile(r"\s*(- )*[\w-]+")
"""Before a ``:``, it is the name of a line rather than part of a text."""
MOST_LISTED = 12
"""Of what could be written instead: more is no help."""
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")


_FASTEST: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, fourteen times as fast where PyYAML was built with it (as its wheels are): 0.03 s for 1,000 steps."""


class _Composer:
    """Makes nodes of a parser's events; constructs nothing and resolves nothing."""

    def __init__(self, text: str, file: str, first_line: int, loader: type[Any]) -> None:
        self.file = file
        self.first_line = first_line
        self._events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self._depth = 0
        self._nodes = 0
        self.quoted: Any = None
        """The last text in quotes that goes over several lines (an event)."""

    def document(self) -> yaml.Node | None:
        """The root of the one document. Raises FlowError, yaml.YAMLError."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events))
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.wrong(event.start_mark, "a second document begins here; a file holds one, so remove the '---'")
        return root

    def _node(self, event: Any) -> yaml.Node:
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self.wrong(event.start_mark, "'&' anchors and '*' aliases are not allowed; put the text in quotes")
        if event.tag is not None:
            raise self.wrong(event.start_mark, f"the tag '{event.tag}' is not allowed; put the text in quotes")
        if self._depth >= DEEPEST:
            raise self.wrong(event.start_mark, f"nested more than {DEEPEST} deep; make it flatter")
        if self._nodes > MOST_NODES:
            raise self.wrong(event.start_mark, f"more than {MOST_NODES} values; make the file smaller")
        begins: Any = event.start_mark
        if isinstance(event, yaml.ScalarEvent):
            ends: Any = event.end_mark
            if event.style in ("'", '"') and ends.line > begins.line:
                self.quoted = event
            return yaml.ScalarNode("", event.value, begins)
        self._depth += 1
        node: yaml.Node
        if isinstance(event, yaml.SequenceStartEvent):
            node = yaml.SequenceNode("", list(self._parts(yaml.SequenceEndEvent)), begins)
        else:
            parts = self._parts(yaml.MappingEndEvent)
            node = yaml.MappingNode("", [(key, next(parts)) for key in parts], begins)
        self._depth -= 1
        return node

    def _parts(self, end: type[yaml.Event]) -> Iterator[yaml.Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event)

    def wrong(self, mark: Any, message: str) -> FlowError:
        """The error about what stands at `mark`."""
        line, column = (mark.line, mark.column) if mark is not None else (0, 0)
        return FlowError(message, file=self.file, line=line + self.first_line, column=column + 1)


IN_QUOTES = "; one that begins with '{' must stand in quotes"


class Value:
    """One value as it was written; `name` says in messages what it is the value of."""

    def __init__(self, node: yaml.Node, *, name: str, file: str, first_line: int) -> None:
        self._node = node
        self._first_line = first_line
        self.name = name
        self.file = file
        self.line: int = node.start_mark.line + first_line
        self.column: int = node.start_mark.column + 1

    def wrong(self, message: str) -> FlowError:
        """The error to raise for this value."""
        return FlowError(message, file=self.file, line=self.line, column=self.column)

    @property
    def is_mapping(self) -> bool:
        """Whether this is ``key: value`` lines."""
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands here."""
        return isinstance(self._node, yaml.ScalarNode) and not self._node.value.strip()

    def text(self) -> str:
        """Text of one line; line breaks and runs of blanks become one blank."""
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.wrong(f"'{self.name}' must be a text{IN_QUOTES if self._is_braced() else ''}")
        text = " ".join(self._node.value.split())
        if not text:
            raise self.wrong(f"'{self.name}' is empty; write a value (in quotes if it holds '#')")
        if len(text) > LONGEST_TEXT:
            raise self.wrong(f"'{self.name}' has {len(text)} characters; at most {LONGEST_TEXT} can be spoken")
        if not text.isprintable():
            raise self.wrong(f"'{self.name}' holds characters that cannot be shown; type it again")
        return text

    def paragraphs(self) -> list[str]:
        """The parts of a text between its empty lines, each as `text` gives it."""
        whole = self.text()
        assert isinstance(self._node, yaml.ScalarNode)
        return [" ".join(part.split()) for part in _EMPTY_LINE.split(self._node.value) if part.strip()] or [whole]

    def items(self) -> list[Value]:
        """The values of a list, or this one value as a list of one."""
        if isinstance(self._node, yaml.SequenceNode):
            if not self._node.value:
                raise self.wrong(f"'{self.name}' is an empty list; write at least one value")
            return [self._part(node, self.name) for node in self._node.value]
        return [self]

    def one_of(self, options: Iterable[str]) -> str:
        """One of `options`."""
        known = list(options)
        text = self.text()
        if text not in known:
            raise self.wrong(f"'{self.name}' cannot be '{text}'; {suggestion(text, known)}")
        return text

    def number(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        text = self.text()
        if not _NUMBER.fullmatch(text) or not low <= float(text) <= high:
            raise self.wrong(f"'{self.name}' must be a number from {low:g} to {high:g}, not '{text}'")
        return float(text)

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        text = self.text()
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise self.wrong(f"'{self.name}' must be a whole number from {low} to {high}, not '{text}'")
        return int(text)

    def flag(self) -> bool:
        """``yes`` or ``no`` (``true`` and ``false`` are understood too)."""
        return self.one_of(("yes", "no", "true", "false")) in ("yes", "true")

    def fields(self) -> Fields:
        """The ``key: value`` lines of this value."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.wrong(f"'{self.name}' must be 'key: value' lines")
        values: dict[str, Value] = {}
        keys: dict[str, Value] = {}
        for key_node, value_node in self._node.value:
            key = self._part(key_node, "key")
            word = key.text()
            if word in keys:
                raise key.wrong(f"'{word}' stands here twice (first in line {keys[word].line}); rename or remove one")
            keys[word] = key
            values[word] = self._part(value_node, word)
        return Fields(self, keys, values)

    def _is_braced(self) -> bool:
        """Whether it is what ``{fact}`` without quotes is to YAML: a name with nothing behind it."""
        return isinstance(self._node, yaml.MappingNode) and all(
            isinstance(value, yaml.ScalarNode) and not value.value for _, value in self._node.value
        )

    def _part(self, node: yaml.Node, name: str) -> Value:
        return Value(node, name=name, file=self.file, first_line=self._first_line)


class Fields:
    """``key: value`` lines; remembers which keys were asked for, so that `done` finds the ones nobody knows."""

    def __init__(self, whole: Value, keys: dict[str, Value], values: dict[str, Value]) -> None:
        self.whole = whole
        self._keys = keys
        self._values = values
        self._asked: list[str] = []

    @property
    def keys(self) -> dict[str, Value]:
        """Every key as it was written, in the order of the file."""
        return self._keys

    def get(self, key: str) -> Value | None:
        """The value of `key`, or None."""
        self._asked.append(key)
        return self._values.get(key)

    def take(self, key: str) -> Value:
        """The value of `key`, which must be there."""
        value = self.get(key)
        if value is None:
            strangers = [word for word in self._keys if word not in self._asked]
            for near in difflib.get_close_matches(key, strangers, n=1, cutoff=0.75):
                raise self._keys[near].wrong(f"'{near}' is not known here; did you mean '{key}'?")
            raise self.whole.wrong(f"'{key}' is missing in {self.whole.name}; add '{key}: …'")
        return value

    def done(self) -> None:
        """Raise FlowError for the first key that nobody asked for."""
        for word, key in self._keys.items():
            if word not in self._asked:
                raise key.wrong(f"'{word}' is not known here; {suggestion(word, self._asked)}")


def read_text(path: Path) -> str:
    """The text of `path`.

    Raises FlowError if it is missing, too large, or not UTF-8 (with the place of the first bad byte).
    """
    try:
        with path.open("rb") as opened:
            raw = opened.read(LARGEST_FILE_BYTES + 1)
    except OSError as fault:
        reason = "there is no such file" if isinstance(fault, FileNotFoundError) else (fault.strerror or str(fault))
        raise FlowError(f"{reason}; check the name and the permissions", file=str(path)) from None
    if len(raw) > LARGEST_FILE_BYTES:
        raise FlowError(f"larger than {LARGEST_FILE_BYTES // 1024} kB; make it smaller", file=str(path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = raw[: fault.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        message = "not UTF-8; save the file with the encoding UTF-8"
        raise FlowError(message, file=str(path), line=before.count(b"\n") + 1, column=column) from None


def parse(text: str, *, file: str, name: str, first_line: int = 1) -> Fields:
    """The top ``key: value`` lines of `text`, whose first line is line `first_line` of `file`.

    Raises FlowError for anything that is not plain YAML.
    """
    try:
        node = _Composer(text, file, first_line, _FASTEST).document()
    except yaml.YAMLError:  # PyYAML's own parser says better what is wrong
        node = _told(text, file, first_line)
    if node is None:
        raise FlowError(f"{name} is empty; write 'key: value' lines", file=file, line=first_line)
    return Value(node, name=name, file=file, first_line=first_line).fields()


def _told(text: str, file: str, first_line: int) -> yaml.Node | None:
    """As it is read by PyYAML's own parser. Raises FlowError."""
    try:
        composer = _Composer(text, file, first_line, yaml.SafeLoader)
    except yaml.reader.ReaderError as fault:
        raise _unreadable(fault, text, file, first_line) from None
    try:
        return composer.document()
    except yaml.reader.ReaderError as fault:
        raise _unreadable(fault, text, file, first_line) from None
    except yaml.MarkedYAMLError as fault:
        mark, mending = _mending(fault, text.splitlines(), composer.quoted)
        raise composer.wrong(mark, mending) from None


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """The nearest of `known` to a mistyped `word`, or None."""
    return next(iter(difflib.get_close_matches(word, known, n=1)), None)


def some_of(known: Iterable[str]) -> str:
    """What could be written instead, as one line can hold it."""
    names = list(dict.fromkeys(known))
    more = f" … ({len(names)} in all)" if len(names) > MOST_LISTED else ""
    return f"{', '.join(names[:MOST_LISTED])}{more}" or "none yet"


def suggestion(word: str, known: Collection[str]) -> str:
    """How a message ends that says that nobody knows `word`: the nearest of `known`, or some of them."""
    near = did_you_mean(word, known)
    return f"did you mean '{near}'?" if near else f"use one of: {some_of(known)}"


def _mending(fault: yaml.MarkedYAMLError, lines: list[str], quoted: Any) -> tuple[Any, str]:
    """Where the fault was made, which need not be where PyYAML stumbles, and how to mend it."""
    problem, mark = fault.problem or "cannot be read", fault.problem_mark or fault.context_mark
    if "quoted scalar" in (fault.context or "") and "unexpected end" in problem:
        return fault.context_mark, "a text in quotes begins here and never ends; add the closing quote"
    if quoted is not None and mark is not None and mark.line == quoted.end_mark.line:
        ends = quoted.end_mark.line - quoted.start_mark.line
        return (
            quoted.start_mark,
            f"a text in quotes begins here and ends only {ends} lines below; close it where it ends",
        )
    before = lines[mark.line][: mark.column].rstrip() if mark is not None and mark.line < len(lines) else ""
    if "mapping values are not allowed" in problem:
        if _ONE_WORD.fullmatch(before):
            return mark, "this line belongs to nothing: begin it in the same column as the lines that it stands with"
        return mark, "a text that holds ': ' must stand in quotes"
    if "\\t" in problem:
        return mark, "a tab stands where blanks belong; indent with blanks"
    if before.endswith(("}", "]")) and "<scalar>" in problem:
        return mark, f"a text that begins with '{'{' if before.endswith('}') else '['}' must stand in quotes"
    if before.endswith(("'", '"')) and "<scalar>" in problem:
        other = '"' if before.endswith("'") else "'"
        return (
            mark,
            f"the text goes on behind its closing quote; put the whole of it in quotes, in {other} if it holds one",
        )
    if bracket := re.search(r"expected ',' or '([\]}])'", problem):
        return mark, f"a list in brackets needs ',' between its parts and '{bracket[1]}' at its end"
    if first := re.search(r"character '(.)' that cannot start", problem):
        return mark, f"a text that begins with '{first[1]}' must stand in quotes"
    if "could not find expected ':'" in problem:
        return fault.context_mark or mark, "this is no 'key: value' line; add what is missing, or mend its indentation"
    if "<block mapping start>" in problem:
        return mark, "this line belongs to nothing: begin it in the same column as the lines that it stands with"
    return mark, f"not valid YAML: {problem}; check the indentation and the quotes"


def _unreadable(fault: yaml.reader.ReaderError, text: str, file: str, first_line: int) -> FlowError:
    before = text[: fault.position]
    message = "a character that cannot be shown; delete it and type the text again"
    column = len(before) - (before.rfind("\n") + 1) + 1
    return FlowError(message, file=file, line=before.count("\n") + first_line, column=column)
