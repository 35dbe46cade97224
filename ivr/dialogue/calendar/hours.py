"""Opening hours: a week, bank holidays, and exceptions by date; open or closed at any instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.dialogue.calendar import spoken
from ivr.dialogue.calendar.bank_holidays import BankHolidays
from ivr.dialogue.calendar.opening import CLOSED, Openings, instant
from ivr.dialogue.written import Written

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OVERRIDE = "override"
FURTHEST_DAYS = 366
"""How far `closes_at` and `opens_next` look ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What holds from `first` to `last` (both included) instead of the week and the bank holidays."""

    first: date
    last: date
    openings: Openings
    place: Written

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What holds on one day and why: OVERRIDE, "bank holiday" with its name in `of`, or a weekday."""

    why: str
    of: str = ""
    openings: Openings

    @property
    def usual(self) -> bool:
        """Whether it is the week's."""
        return self.why in WEEKDAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours by the wall clocks of `zone`; every instant that goes in must be aware, those that come out are.

    An override wins over a bank holiday, a bank holiday over the week. Of overrides for the same day the one for fewer
    days wins, then the later one in the file. An opening that goes past midnight belongs to the day on which it begins.
    """

    name: str
    zone: ZoneInfo
    week: tuple[Openings, ...]
    """Monday to Sunday."""
    holidays: BankHolidays | None = None
    on_holidays: Openings = CLOSED
    overrides: tuple[Override, ...] = ()
    place: Written
    holidays_at: Written | None = None
    """Where the file names the region."""

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at `at`."""
        return self._opened_on(at) is not None

    def closes_at(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which it is closed.

        None if it is closed at `at`, or stays open for longer than FURTHEST_DAYS.
        """
        for start, end in self._periods(at):
            if start <= at:
                return end.astimezone(self.zone) if end <= self._furthest(at) else None
        return None

    def opens_next(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which it opens; None if there is none within FURTHEST_DAYS."""
        opening = next((start for start, _ in self._periods(at) if start > at), None)
        return opening.astimezone(self.zone) if opening and opening <= self._furthest(at) else None

    def why(self, at: datetime) -> str:
        """What decides at `at`: "override", "bank holiday: Boxing Day", "saturday"."""
        ruling = self.ruling(self._opened_on(at) or self.day(at))
        return f"{ruling.why}: {ruling.of}" if ruling.of else ruling.why

    def described(self, at: datetime) -> str:
        """A sentence for callers who ask at `at`, in spoken British English."""
        return spoken.described(self, at)

    def day(self, at: datetime) -> date:
        """The day that it is in `zone`. Raises ValueError if `at` is not aware."""
        if at.tzinfo is None:
            raise ValueError("the instant needs a time zone")
        return at.astimezone(self.zone).date()

    def ruling(self, day: date) -> Ruling:
        """What holds for openings that begin on `day`."""
        override = self.override_on(day)
        if override is not None:
            return Ruling(why=OVERRIDE, openings=override.openings)
        holiday = self.holidays.name_on(day) if self.holidays else None
        if holiday is not None:
            return Ruling(why="bank holiday", of=holiday, openings=self.on_holidays)
        return Ruling(why=WEEKDAYS[day.weekday()], openings=self.week[day.weekday()])

    def override_on(self, day: date) -> Override | None:
        """The one that wins on `day`."""
        found: Override | None = None
        for one in self.overrides:
            if one.first <= day <= one.last and (found is None or one.days <= found.days):
                found = one
        return found

    # -- from days to instants -----------------------------------------------------------------------

    def _opened_on(self, at: datetime) -> date | None:
        """The day of the opening that `at` lies in, the latest if there are two; None if it is closed."""
        days = [day for day, start, end in self._openings(self.day(at), 2) if start <= at < end]
        return max(days, default=None)

    def _openings(self, today: date, days: int) -> Iterator[tuple[date, datetime, datetime]]:
        """Those that begin on the day before `today` or within `days` from it, in UTC, in the order of beginning."""
        first = max(today.toordinal() - 1, date.min.toordinal() + 1)
        last = min(today.toordinal() + days, date.max.toordinal() - 2)
        for day in map(date.fromordinal, range(first, last)):
            for opening in self.ruling(day).openings:
                start, end = (instant(day, minute, self.zone) for minute in (opening.start_min, opening.end_min))
                if start < end:  # else a change to summer time leaves all of it out
                    yield day, start, end

    def _periods(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When it is open without a break, from `at` on (the first period may have begun before)."""
        period: tuple[datetime, datetime] | None = None
        for _, start, end in self._openings(self.day(at), FURTHEST_DAYS + 2):
            if period is not None and start <= period[1]:
                period = (period[0], max(end, period[1]))
                continue
            if period is not None and period[1] > at:
                yield period
            period = (start, end)
        if period is not None and period[1] > at:
            yield period

    @staticmethod
    def _furthest(at: datetime) -> datetime:
        return min(at.astimezone(UTC), datetime(9990, 1, 1, tzinfo=UTC)) + timedelta(days=FURTHEST_DAYS)
