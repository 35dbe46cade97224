"""One opening of one day, and the instants at which wall clocks show its times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """From `start_min` to `end_min`, in minutes by the wall clock since the day's midnight.

    0 ≤ start_min < 1440, start_min < end_min ≤ start_min + 1440: what goes past midnight belongs to the day on which
    it begins.
    """

    start_min: int
    end_min: int


Openings = tuple[Opening, ...]
"""Those of one day, in their order."""
CLOSED: Openings = ()
WHOLE_DAY: Openings = (Opening(0, DAY_MIN),)


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The first instant (in UTC) at which a clock in `zone` shows `minute` of `day`, or later.

    A time that a change to summer time leaves out is the change itself; of a time that comes twice in autumn it is the
    first, so that an opening begins once and ends once.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(first, zone) == wall:
        return first
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # left out: fold 0 is after the change, fold 1 before
    while first - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(first - before) // timedelta(seconds=2))
        if _wall(middle, zone) < wall:
            before = middle
        else:
            first = middle
    return first


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
