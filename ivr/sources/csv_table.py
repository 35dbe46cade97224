"""A CSV file as bytes becomes a table that is asked by some columns and answers with others."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.errors import FlowError
from ivr.sources.source import Unusable
from ivr.sources.values import as_text, comparable

SEPARATORS = (",", ";", "\t", "|")
"""Excel writes semicolons where the comma is the decimal sign."""
Key = tuple[str, ...]
Row = tuple[str, ...]


class NoColumn(Exception):
    """The header lacks `column`; it has `columns`."""

    def __init__(self, column: str, columns: Sequence[str]) -> None:
        super().__init__(column)
        self.column = column
        self.columns = tuple(columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Every row by what it is asked by, and where rows for the same say different things."""

    rows: Mapping[Key, tuple[Row, ...]]
    """At most two that differ for each key."""
    different: tuple[tuple[int, int], ...]
    """Lines of two such rows, for the first keys that have them."""

    def find(self, values: Sequence[str]) -> tuple[Row, ...]:
        """The rows for `values`; case and blanks make no difference."""
        return self.rows.get(tuple(map(comparable, values)), ())


MOST_TOLD = 3


def read_table(raw: bytes, *, file: str, match: Sequence[str], take: Sequence[str]) -> Table:
    """The table in `raw`, by the columns `match`, with the columns `take`.

    The file is UTF-8 with a header; the separator is the one of `SEPARATORS` with which the header holds all columns.
    Raises NoColumn, or FlowError with the line in `file`.
    """
    text = _decoded(raw, file)
    needed = [*match, *take]
    separator, header = _header(text, needed, file)
    places = [header.index(column) for column in needed]
    found: dict[Key, tuple[Row, ...]] = {}
    first_line: dict[Key, int] = {}
    different: list[tuple[int, int]] = []
    records = _records(text, separator, file)
    next(records, None)
    for line, cells in records:
        if len(cells) != len(header):
            raise FlowError(
                f"this row has {len(cells)} fields, the header {len(header)}; put a field that holds "
                f"'{separator}' in quotes",
                file=file,
                line=line,
            )
        key = tuple(comparable(cells[place]) for place in places[: len(match)])
        try:
            row = tuple(as_text(cells[place]) for place in places[len(match) :])
        except Unusable as fault:
            raise FlowError(f"{fault}; shorten it", file=file, line=line) from None
        before = found.get(key, ())
        if row not in before and len(before) < 2:
            found[key] = (*before, row)
            if before and len(different) < MOST_TOLD:
                different.append((first_line[key], line))
        first_line.setdefault(key, line)
    return Table(rows=found, different=tuple(different))


def _decoded(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = raw[: fault.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        message = "not UTF-8; save the file as 'CSV UTF-8'"
        raise FlowError(message, file=file, line=before.count(b"\n") + 1, column=column) from None


def _header(text: str, needed: Sequence[str], file: str) -> tuple[str, list[str]]:
    """The separator, and the columns in their order. Raises NoColumn, FlowError."""
    widest: list[str] = []
    for separator in SEPARATORS:
        _, cells = next(_records(text, separator, file), (1, []))
        header = [" ".join(cell.split()) for cell in cells]
        twice = next((column for column in needed if header.count(column) > 1), None)
        if twice is not None:
            raise FlowError(f"the header has two columns '{twice}'; rename or remove one", file=file)
        if all(column in header for column in needed):
            return separator, header
        widest = max(widest, header, key=len)
    if not widest:
        raise FlowError("the file is empty; its first line names the columns", file=file)
    raise NoColumn(next(column for column in needed if column not in widest), widest)


def _records(text: str, separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds something, with the line that it begins in. Raises FlowError."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        began = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            message = f"the quotes do not fit ({fault}); write a quote within a field twice"
            raise FlowError(message, file=file, line=began) from None
        if any(cell.strip() for cell in cells):
            yield began, cells
