"""The agency's figures: fees, dates and names that change, each in one place, written ``{name}`` wherever it is said.

Their file is flat YAML, ``garden_waste: £40``. A value is a text as people write it; money, numbers, dates and
telephone numbers in it are said as people say them. ``{hours.office}`` stands for opening hours of the plan.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ivr.dialogue.calendar.hours import Hours
from ivr.dialogue.calendar.spoken import weekly_phrase
from ivr.dialogue.written import Written
from ivr.errors import FlowError
from ivr.yaml_dates import date_in
from ivr.yaml_file import Value, parse, read_text

HOURS = "hours."
"""Begins the names of opening hours."""
LONGEST = 200
"""Characters of one figure: it stands within a sentence."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SUM = re.compile(r"[£$€]\s?(\d[\d.,]*\d|\d|(?=\D)|$)", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Name → what is said for it; `places` are the names of the `file`, where they stand in it."""

    said: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    file: Path | None = None
    places: tuple[Written, ...] = ()

    def unused(self, used: Collection[str]) -> Iterator[str]:
        """A warning for each figure that is not among the names `used`, as ``file:line:column: …``."""
        for place in self.places:
            if place.text not in used:
                yield str(self.wrong(place, f"nothing says '{{{place.text}}}'; write it in a prompt or an article"))

    def wrong(self, place: Written, message: str) -> FlowError:
        """The error to raise about one of `places`."""
        return FlowError(message, file=str(self.file), line=place.line, column=place.column)


def read_figures(file: Path | None, hours: Mapping[str, Hours]) -> Figures:
    """The figures in `file` (None: there is none), and the `hours` of the plan. Raises FlowError."""
    said = {f"{HOURS}{name}": weekly_phrase(one.week) for name, one in hours.items()}
    places: list[Written] = []
    if file is not None:
        given = parse(read_text(file), file=str(file), name="the file of figures")
        for name, key in given.keys.items():
            if not _NAME.fullmatch(name):
                raise key.wrong(f"'{name}' is no name of a figure; write lower-case letters, digits and '_'")
            said[name] = _said(given.take(name))
            places.append(Written(text=name, line=key.line, column=key.column))
    return Figures(said=MappingProxyType(said), file=file, places=tuple(places))


def _said(value: Value) -> str:
    """A text that can be said; dates and sums in it must be some."""
    text = value.text()
    if len(text) > LONGEST:
        raise value.wrong(f"'{value.name}' has {len(text)} characters, more than {LONGEST}; write an article instead")
    if "{" in text or "}" in text:
        raise value.wrong(f"'{value.name}' holds a brace, and a figure stands for no other one; remove it")
    for day in _DATE.findall(text):
        date_in(day, value)
    for amount in _SUM.findall(text):
        if not _AMOUNT.fullmatch(amount):
            raise value.wrong(f"'{text}' holds no sum of money; write it like '£40', '£24.50' or '£1,900'")
    return text
