"""What is odd about a calendar but works: what is over, what overlaps, what is never open, what nobody says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import combinations

from ivr.dialogue.calendar.hours import Hours, Override
from ivr.dialogue.calendar.notices import EVERYBODY, Notice
from ivr.dialogue.written import Written


def oddities(hours: Iterable[Hours], notices: Iterable[Notice], at: datetime) -> tuple[Written, ...]:
    """A sentence for each oddity as it stands at `at` (aware), with its place."""
    about_hours = (odd for one in hours for odd in _about_hours(one, at))
    return (*about_hours, *(odd for one in notices for odd in _about_notice(one, at)))


def unsaid(notices: Iterable[Notice], topics: Collection[str]) -> tuple[Written, ...]:
    """A sentence for each notice that no step says; `topics` are those of all steps that say notices."""
    return tuple(
        _odd(one.place, f"no step says the notice '{one.name}'; add a step 'notice: {one.topic}'{_or_topic(one)}")
        for one in notices
        if one.topic not in topics
    )


def _or_topic(notice: Notice) -> str:
    return "" if notice.topic == EVERYBODY else f", or leave out its topic and say 'notice: {EVERYBODY}'"


def _about_hours(hours: Hours, at: datetime) -> Iterator[Written]:
    if not hours.is_open(at) and hours.opens_next(at) is None:
        yield _odd(
            hours.place, f"'{hours.name}' is never open within a year; add a line like 'monday-friday: 08:30-17:00'"
        )
    if hours.holidays is not None and hours.holidays_at is not None:
        fuller = hours.holidays.fuller_regions(hours.day(at).year)
        if fuller:
            yield _odd(
                hours.holidays_at,
                f"'{hours.holidays.region}' leaves out the holidays of its regions; use one of: {', '.join(fuller)}",
            )
    for override in hours.overrides:
        if override.last < hours.day(at):
            yield _odd(override.place, f"'{override.place.text}' is over; remove the line")
    for earlier, later in combinations(hours.overrides, 2):
        if _clash(earlier, later):
            winner = later if later.days <= earlier.days else earlier
            yield _odd(
                later.place,
                f"'{later.place.text}' overlaps '{earlier.place.text}' (line {earlier.place.line}), and "
                f"'{winner.place.text}' counts for the dates in both; let each date stand in one line",
            )


def _clash(one: Override, other: Override) -> bool:
    """Whether they share days without one of them lying within the other, which is a plain exception to it."""
    if one.last < other.first or other.last < one.first or one.openings == other.openings:
        return False
    within = one.first <= other.first <= other.last <= one.last or other.first <= one.first <= one.last <= other.last
    return not within or one.days == other.days


def _about_notice(notice: Notice, at: datetime) -> Iterator[Written]:
    if notice.is_over(at):
        yield _odd(notice.place, f"the notice '{notice.name}' is over; remove it, or mend its 'until'")
    elif notice.ends is None:
        yield _odd(notice.place, f"the notice '{notice.name}' never ends; add 'until: …' with its last date")


def _odd(place: Written, sentence: str) -> Written:
    return Written(text=sentence, line=place.line, column=place.column)
