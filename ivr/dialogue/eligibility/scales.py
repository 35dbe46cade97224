"""Answers on a scale of whole numbers, so that what rules tell apart is a handful of spans that can be counted through.

A choice is its place among the choices, a sum of money its pence, an age its full years, a day its number in the
calendar. A condition is one or more spans of a scale; between the ends of all spans no rule tells two answers apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Protocol

Span = tuple[int, int]
"""From the first to before the second."""
OLDEST = 130
"""Years that nobody lives to see."""
_HUNDREDTHS = 100


class Scale(Protocol):
    """Where answers to one question stand."""

    @property
    def whole(self) -> Span:
        """All places that an answer may have."""
        ...

    def place(self, value: str, today: date) -> int | None:
        """Where `value` (canonical, as facts are kept) stands; None if it is no such answer."""
        ...

    def said(self, span: Span) -> str:
        """What is true of every answer in `span`: "under £6,000"."""
        ...

    def keys(self, place: int, today: date) -> str:
        """Keys that give an answer which stands at `place`; empty if it has none."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `names`, each with the key that gives it or an empty text."""

    names: tuple[str, ...]
    pressed: tuple[str, ...]

    @property
    def whole(self) -> Span:
        """See `Scale.whole`."""
        return 0, len(self.names)

    def place(self, value: str, today: date) -> int | None:
        """See `Scale.place`."""
        return self.names.index(value) if value in self.names else None

    def said(self, span: Span) -> str:
        """See `Scale.said`."""
        return " or ".join(name.replace("_", " ") for name in self.names[slice(*span)])

    def keys(self, place: int, today: date) -> str:
        """See `Scale.keys`."""
        return self.pressed[place]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number from `least` to `most`, or a sum of money in hundredths with its `sign`."""

    least: int
    most: int
    sign: str = ""

    @property
    def whole(self) -> Span:
        """See `Scale.whole`."""
        return self.least, self.most + 1

    def place(self, value: str, today: date) -> int | None:
        """See `Scale.place`."""
        try:
            amount = Decimal(value) * (_HUNDREDTHS if self.sign else 1)
        except InvalidOperation:
            return None
        fits = amount.is_finite() and amount == int(amount) and self.least <= amount <= self.most
        return int(amount) if fits else None

    def said(self, span: Span) -> str:
        """See `Scale.said`."""
        first, end = span
        if not self.sign and end == first + 1:
            return self._written(first)
        # of money the rule's own figure is said: "over £6,000" begins a penny above it
        over, under = self.sign and first % _HUNDREDTHS == 1, self.sign and end % _HUNDREDTHS == 0
        low = f"more than {self._written(first - 1)}" if over else f"{self._written(first)} or more"
        if end > self.most:
            return low if first > self.least else "any number"
        high = f"under {self._written(end)}" if under else f"at most {self._written(end - 1)}"
        if first > self.least:
            return f"{low}, but {high}"
        return high if under else f"{self._written(end - 1)} or {'less' if self.sign else 'fewer'}"

    def keys(self, place: int, today: date) -> str:
        """See `Scale.keys`."""
        return f"{place // _HUNDREDTHS}*{place % _HUNDREDTHS:02}" if self.sign else str(place)

    def _written(self, place: int) -> str:
        if not self.sign:
            return f"{place:,}"
        large, small = divmod(place, _HUNDREDTHS)
        return f"{self.sign}{large:,}" + (f".{small:02}" if small else "")


@dataclass(frozen=True, slots=True)
class Age:
    """Full years since a date of birth."""

    @property
    def whole(self) -> Span:
        """See `Scale.whole`."""
        return 0, OLDEST + 1

    def place(self, value: str, today: date) -> int | None:
        """See `Scale.place`. Who was born on 29 February is a year older on 1 March."""
        born = _day(value)
        if born is None:
            return None
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        return years if 0 <= years <= OLDEST else None

    def said(self, span: Span) -> str:
        """See `Scale.said`."""
        first, end = span
        low, high = f"{first} or over", f"under {end}"
        if end > OLDEST:
            return low if first else "of any age"
        return f"{low}, but {high}" if first else high

    def keys(self, place: int, today: date) -> str:
        """See `Scale.keys`: a birthday on the first of the year."""
        year = today.year - place
        return f"0101{year:04}" if year >= 1900 else ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A day."""

    @property
    def whole(self) -> Span:
        """See `Scale.whole`."""
        return date(1900, 1, 1).toordinal(), date(2200, 1, 1).toordinal()

    def place(self, value: str, today: date) -> int | None:
        """See `Scale.place`."""
        day = _day(value)
        return day.toordinal() if day is not None else None

    def said(self, span: Span) -> str:
        """See `Scale.said`."""
        first, end = (date.fromordinal(place) for place in span)
        low, high = f"on {_written(first)} or later", f"before {_written(end)}"
        earliest, latest = self.whole
        if span[1] >= latest:
            return low if span[0] > earliest else "on any day"
        return f"{low}, but {high}" if span[0] > earliest else high

    def keys(self, place: int, today: date) -> str:
        """See `Scale.keys`."""
        return f"{date.fromordinal(place):%d%m%Y}"


def cells(scale: Scale, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The scale cut at every end of `spans`."""
    first, end = scale.whole
    cuts = sorted({first, end, *(place for span in spans for place in span if first < place < end)})
    return tuple(pairwise(cuts))


def within(cell: Span, spans: Sequence[Span]) -> bool:
    """Whether `cell` lies in one of `spans`."""
    return any(first <= cell[0] and cell[1] <= end for first, end in spans)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
