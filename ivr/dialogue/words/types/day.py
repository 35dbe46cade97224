"""A date: "the third of May", "next Tuesday", "in two weeks", or its day, month and year on the keys.

A grammar of our own, because the recogniser hears only what it is given, and has to judge words that are still coming;
a library that reads text does neither. Of twelve such phrases dateparser 1.5 reads four ("the third of May" and "a
week on Friday" are nothing to it), the first one in 0.1 s.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from typing import ClassVar, Self

from ivr.call import KeyPattern
from ivr.dialogue import wording
from ivr.dialogue.words.types import calendar_words as said
from ivr.dialogue.words.types.answer_type import Impossible
from ivr.dialogue.words.types.pattern import Pattern
from ivr.dialogue.words.types.worded import Worded

_EVERY_DAY_WITHIN_YEARS = 8
"""29 February comes back within them, 1896 to 1904 and 2096 to 2104 included."""
_OLDEST = date(1900, 1, 1)
_NEWEST_YEARS = 100
_LEAP_YEAR = 2000


class Direction(Enum):
    """Which days make sense: an appointment's are to come, a birthday is over."""

    FUTURE = "future"
    PAST = "past"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Worded):
    """A date as seen from `today`, in ISO form; of several that were meant, first the likeliest in its `direction`."""

    press: ClassVar[str] = wording.PRESS_DATE
    tighter: ClassVar[str] = wording.TIGHTER_DATE
    direction: Direction = Direction.EITHER
    today: date = field(default=date(2000, 1, 1))
    """`on` sets it for each call."""

    @property
    def pattern(self) -> Pattern:
        """See `Worded.pattern`."""
        return said.DAY_PATTERN

    @property
    def keys(self) -> KeyPattern:
        """See `AnswerType.keys`."""
        return KeyPattern(digits_min=4, digits_max=8)

    def on(self, today: Callable[[], date]) -> Self:
        """See `AnswerType.on`."""
        return replace(self, today=today())

    def meant(self, found: Mapping[str, int]) -> tuple[str, ...]:
        """See `Worded.meant`."""
        if said.AFTER_TODAY in found:
            shift = found[said.AFTER_TODAY] - 1 + 7 * found.get(said.WEEKS, 0)
            return self._sensible([self.today + timedelta(days=shift)])
        if "count" in found:
            return self._sensible([self._away(found)])
        if said.DAY in found:
            return self._on_calendar(found)
        return self._sensible(self._weekdays(found))

    def keyed(self, keys: str) -> tuple[str, ...]:
        """See `Worded.keyed`. ``0305``, ``03052026`` or ``030526``."""
        if not keys.isdecimal() or len(keys) not in (4, 6, 8):
            return ()
        found = {said.DAY: int(keys[:2]), said.MONTH: int(keys[2:4])}
        if len(keys) == 8:
            found[said.YEAR] = int(keys[4:])
        if len(keys) == 6:
            century = self.today.year // 100 * 100
            later = century + int(keys[4:])
            found[said.YEAR] = later - 100 if self.direction is Direction.PAST and later > self.today.year else later
        return self._on_calendar(found)

    def said(self, value: str) -> str:
        """See `AnswerType.said`: ``Sunday 3 May 2026``."""
        day = date.fromisoformat(value)
        return f"{calendar.day_name[day.weekday()]} {day.day} {calendar.month_name[day.month]} {day.year}"

    def _on_calendar(self, found: Mapping[str, int]) -> tuple[str, ...]:
        """A day with its month, or the next or last such day of a month."""
        day, month, year = found[said.DAY], found.get(said.MONTH), found.get(said.YEAR)
        if month is not None and not 1 <= month <= 12:
            raise Impossible(wording.NO_SUCH_MONTH)
        if month is not None and not 1 <= day <= calendar.monthrange(year or _LEAP_YEAR, month)[1]:
            raise Impossible(wording.no_such_day(day, calendar.month_name[month], year))
        weekday = found.get(said.WEEKDAY)
        if year is not None:
            days = [date(year, month, day)] if month is not None else []
        elif month is not None:
            days = self._nearest(self._days(day, month, month))
        else:
            days = self._nearest([one for one in self._days(day, 1, 12) if weekday in (None, one.isoweekday())])
        fitting = [one for one in days if weekday in (None, one.isoweekday())]
        if days and not fitting:
            raise Impossible(wording.wrong_weekday(calendar.day_name[(weekday or 1) - 1]))
        return self._sensible(fitting) if fitting else ()

    def _nearest(self, days: list[date]) -> list[date]:
        """The nearest of `days` to come, and the last one that was, as far as either makes sense."""
        coming = [day for day in days if day >= self.today][:1]
        over = [day for day in days if day <= self.today][-1:]
        match self.direction:
            case Direction.FUTURE:
                return coming
            case Direction.PAST:
                return over
            case Direction.EITHER:
                return sorted({*coming, *over}, key=lambda day: abs(day - self.today))

    def _days(self, day: int, first_month: int, last_month: int) -> list[date]:
        """Every such day of those months that a date without its year may be, in order."""
        years = range(self.today.year - _EVERY_DAY_WITHIN_YEARS, self.today.year + _EVERY_DAY_WITHIN_YEARS + 1)
        months = ((year, month) for year in years for month in range(first_month, last_month + 1))
        return [date(year, month, day) for year, month in months if day <= calendar.monthrange(year, month)[1]]

    def _weekdays(self, found: Mapping[str, int]) -> list[date]:
        """The days that a weekday may be. On a Thursday "next Friday" is for some tomorrow, for most a week later."""
        wanted, weeks = found[said.WEEKDAY], found.get(said.WEEKS, 0)
        monday = self.today - timedelta(days=self.today.weekday())
        this_week = monday + timedelta(days=wanted - 1)
        week = timedelta(weeks=1)
        coming = this_week if this_week > self.today else this_week + week
        over = this_week if this_week < self.today else this_week - week
        if said.NEXT in found:
            return [this_week + week, coming]
        if said.LAST in found:
            return [this_week - week, over] if over == this_week - week else [over, this_week - week]
        if weeks or said.THIS in found:
            return [coming + weeks * week] if weeks else [this_week if this_week >= self.today else coming]
        today = [self.today] if this_week == self.today else []
        match self.direction:
            case Direction.FUTURE:
                return [coming, *today]
            case Direction.PAST:
                return [over, *today]
            case Direction.EITHER:
                return [coming, over, *today]

    def _away(self, found: Mapping[str, int]) -> date:
        count = found["count"] * (-1 if said.AGO in found else 1)
        days = count * (found.get(said.DAYS, 0) + 7 * found.get(said.WEEKS, 0))
        months = count * (found.get(said.MONTHS, 0) + 12 * found.get(said.YEARS, 0))
        index = self.today.year * 12 + self.today.month - 1 + months
        year, month = index // 12, index % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(self.today.day, last)) + timedelta(days=days)

    def _sensible(self, days: list[date]) -> tuple[str, ...]:
        """Those of `days` that lie in our `direction`, each once. Raises Impossible if none does."""
        latest = self.today.year + _NEWEST_YEARS
        within = [day for day in days if day >= _OLDEST and day.year <= latest]
        fits = {
            Direction.FUTURE: [day for day in within if day >= self.today],
            Direction.PAST: [day for day in within if day <= self.today],
            Direction.EITHER: within,
        }[self.direction]
        if not fits:
            raise Impossible(wording.NOT_IN_PAST if self.direction is Direction.FUTURE else wording.NOT_TO_COME)
        return tuple(dict.fromkeys(day.isoformat() for day in fits))
