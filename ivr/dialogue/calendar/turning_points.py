"""The instants at which a calendar is worth trying: before and after each change that it knows of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ivr.dialogue.calendar.hours import FURTHEST_DAYS, Hours, Ruling
from ivr.dialogue.calendar.notices import Notice
from ivr.dialogue.calendar.opening import instant

_MIDDAY_MIN = 12 * 60


def turning_points(hours: Iterable[Hours], notices: Iterable[Notice], at: datetime) -> tuple[datetime, ...]:
    """Aware instants within a year from `at` at which every state of `hours` and `notices` comes up, in their order.

    Of days with the same reason and the same openings only the first is there: its midday, the beginning of its
    openings and the moments at which they end.
    """
    furthest = at + timedelta(days=FURTHEST_DAYS)
    found = {point for one in hours for point in _of_hours(one, at)}
    found |= {point for one in notices for point in (one.begins, one.ends) if point is not None}
    return tuple(sorted(point for point in {at, *found} if at <= point <= furthest))


def _of_hours(hours: Hours, at: datetime) -> Iterator[datetime]:
    today = hours.day(at)
    seen: set[Ruling] = set()
    for ahead in range(FURTHEST_DAYS):
        day = today + timedelta(days=ahead)
        ruling = hours.ruling(day)
        if ruling not in seen:
            seen.add(ruling)
            yield instant(day, _MIDDAY_MIN, hours.zone)
            for opening in ruling.openings:
                yield instant(day, opening.start_min, hours.zone)
                yield instant(day, opening.end_min, hours.zone)
