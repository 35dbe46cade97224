"""Opening hours as people say them: "We are open Monday to Friday, half past eight to five."

Hours of the morning and of an office's afternoon stand alone ("half past eight to five"); wherever they could be taken
for the other half of the day, they say which part of it they mean ("eight in the evening").
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ivr.dialogue.calendar.opening import DAY_MIN, WHOLE_DAY, Opening, Openings

if TYPE_CHECKING:
    from ivr.dialogue.calendar.hours import Hours

_NUMBERS = ("twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
"""On a clock's face, from the top."""
_MINUTES = {5: "five", 10: "ten", 15: "quarter", 20: "twenty", 25: "twenty-five", 30: "half"}
_PARTS = ((12 * 60, "in the morning"), (18 * 60, "in the afternoon"), (22 * 60, "in the evening"))
"""Until when (minutes since midnight) a part of the day lasts; then comes the night."""
_MORNING, _MIDDAY, _OFFICES_CLOSE = 7 * 60, 12 * 60, 19 * 60
_EARLY = 6 * 60
"""Until then "until two in the morning" needs no "tomorrow"."""
DAY_AND_NIGHT = "We are open day and night."


def described(hours: Hours, at: datetime) -> str:
    """See `Hours.described`."""
    today = hours.day(at)
    ruling = hours.ruling(today)
    called = hours.holidays.called if hours.holidays and ruling.of else ""
    if hours.is_open(at):
        if ruling.usual:
            return weekly(hours.week)
        closes = hours.closes_at(at)
        if closes is None:
            return DAY_AND_NIGHT
        opening = f"Today is a {called}, and we" if called else "Today we"
        return f"{opening} are open until {_until(closes, today)}."
    opens = hours.opens_next(at)
    if opens is None:
        return "We are closed."
    why = f" because of the {called}" if called and not ruling.openings else ""
    return f"We are closed {'now' if ruling.openings else 'today'}{why}, and open again {_when(opens, today)}."


def weekly(week: Sequence[Openings]) -> str:
    """The sentence for a whole week, Monday to Sunday, of which at least one day is open."""
    return f"We are open {weekly_phrase(week)}."


def weekly_phrase(week: Sequence[Openings]) -> str:
    """The same within a sentence: "Monday to Friday, nine to five"; "at no time" if no day is open."""
    if all(openings == WHOLE_DAY for openings in week):
        return "day and night"
    days_of: dict[Openings, list[int]] = {}
    for day, openings in enumerate(week):
        if openings:
            days_of.setdefault(openings, []).append(day)
    if not days_of:
        return "at no time"
    return _all_of([f"{_days(days)}, {_spans(openings)}" for openings, days in days_of.items()], ", and")


def _days(days: Sequence[int]) -> str:
    """Days of the week: "Monday to Friday", "Monday, Wednesday and Saturday"."""
    if len(days) == len(calendar.day_name):
        return "every day"
    names = [calendar.day_name[day] for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]} to {names[-1]}"
    return _all_of(names, " and")


def _spans(openings: Openings) -> str:
    return _all_of([_span(opening) for opening in openings], " and")


def _span(opening: Opening) -> str:
    start, end = opening.start_min, opening.end_min
    if end - start == DAY_MIN:
        return "all day" if start == 0 else f"{_clock(start)} to {_clock(end)} the next day"
    as_offices = _MORNING <= start <= _MIDDAY and end <= _OFFICES_CLOSE and end - start < _MIDDAY
    if as_offices:
        return f"{_face(start)} to {_face(end)}"
    if _part(start) and _part(start) == _part(end) and end < DAY_MIN:
        return f"{_face(start)} to {_clock(end)}"
    return f"{_clock(start)} to {_clock(end)}"


def _when(opens: datetime, today: date) -> str:
    """When it opens again."""
    minute = _minute(opens)
    day = opens.date() - timedelta(days=1 if minute == 0 else 0)  # the midnight at the end of a day is that day's
    if minute == 0 and day == today:
        return "tonight at midnight"
    return f"{_on(day, today)} at {_face(minute) if _MORNING <= minute < _MIDDAY else _clock(minute)}"


def _until(closes: datetime, today: date) -> str:
    """When it closes."""
    minute = _minute(closes)
    said = _face(minute) if _MIDDAY <= minute < _OFFICES_CLOSE else _clock(minute)
    day = closes.date() - timedelta(days=1 if minute <= _EARLY else 0)
    if day <= today:
        return said
    return f"{_on(closes.date() if minute else day, today).removeprefix('on ')} at {said}"


def _on(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead < 2:
        return "tomorrow" if ahead else "today"
    said = f"on {calendar.day_name[day.weekday()]}"
    return said if ahead < 7 else f"{said} {day.day} {calendar.month_name[day.month]}"


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int) -> str:
    """A time with its part of the day."""
    return f"{_face(minute)} {_part(minute)}".rstrip()


def _part(minute: int) -> str:
    """The part of the day; empty for midday and midnight, which need none."""
    if minute % _MIDDAY == 0:
        return ""
    return next((said for until, said in _PARTS if minute % DAY_MIN < until), "at night")


def _face(minute: int) -> str:
    """A time as a clock's face shows it."""
    if minute % DAY_MIN == 0:
        return "midnight"
    if minute % DAY_MIN == _MIDDAY:
        return "midday"
    hour, past = divmod(minute % DAY_MIN, 60)
    if past == 0:
        return _NUMBERS[hour % 12]
    if past in _MINUTES:
        return f"{_MINUTES[past]} past {_NUMBERS[hour % 12]}"
    if 60 - past in _MINUTES:
        return f"{_MINUTES[60 - past]} to {_NUMBERS[(hour + 1) % 12]}"
    return f"{_NUMBERS[hour % 12]} {'oh ' if past < 10 else ''}{past}"


def _all_of(parts: Sequence[str], joint: str) -> str:
    *before, last = parts
    return f"{', '.join(before)}{joint} {last}" if before else last
