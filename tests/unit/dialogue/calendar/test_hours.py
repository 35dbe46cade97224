"""Open or closed at any instant: on ordinary days, bank holidays, exceptions, and when the clocks change."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialogue.calendar import CLOSED, WHOLE_DAY, Hours, Opening, Openings, Override
from ivr.dialogue.calendar.bank_holidays import BankHolidays
from ivr.dialogue.written import Written
from tests.unit.dialogue.calendar.plans import LONDON, at, documented, office

HERE = Written(text="office", line=1, column=1)


@pytest.mark.parametrize(
    ("when", "is_open", "why"),
    [
        ("2026-11-23 08:29", False, "monday"),
        ("2026-11-23 08:30", True, "monday"),
        ("2026-11-23 16:59", True, "monday"),
        ("2026-11-23 17:00", False, "monday"),
        ("2026-11-28 11:00", True, "saturday"),
        ("2026-11-29 11:00", False, "sunday"),
        ("2026-12-24 09:00", True, "override"),
        ("2026-12-24 13:00", False, "override"),
        ("2026-12-25 09:00", False, "bank holiday: Christmas Day"),
        ("2026-12-26 09:00", False, "bank holiday: Boxing Day"),
        ("2026-12-28 09:00", False, "override"),
        ("2027-01-01 09:00", False, "bank holiday: New Year's Day"),
        ("2027-03-29 09:00", False, "bank holiday: Easter Monday"),
    ],
)
def test_a_week_gives_way_to_bank_holidays_and_those_to_exceptions(when: str, is_open: bool, why: str) -> None:
    assert (documented().is_open(at(when)), documented().why(at(when))) == (is_open, why)


def test_a_substitute_day_is_a_bank_holiday_under_its_own_name() -> None:
    hours = office("monday-sunday: 09:00-17:00\nholidays: GB-ENG")
    assert hours.why(at("2026-12-28 10:00")) == "bank holiday: Boxing Day"


def test_bank_holidays_may_have_hours_of_their_own() -> None:
    hours = office("monday-friday: 08:30-17:00\nholidays: GB-SCT\nbank_holidays: 10:00-14:00")
    assert hours.closes_at(at("2026-11-30 11:00")) == at("2026-11-30 14:00")
    assert hours.why(at("2026-11-30 11:00")) == "bank holiday: Saint Andrew's Day"


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    hours = office("monday: 09:00-10:00")
    assert hours.is_open(datetime(2026, 7, 6, 8, 30, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 7, 6, 9, 30, tzinfo=UTC))
    opens = hours.opens_next(datetime(2026, 7, 6, 0, 0, tzinfo=UTC))
    assert opens == at("2026-07-06 09:00") and opens.tzinfo is LONDON


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        documented().is_open(datetime(2026, 7, 6))


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    hours = office("friday: 22:00-02:00\nexcept:\n  2026-11-28: closed")
    assert hours.is_open(at("2026-11-28 01:59"))
    assert hours.why(at("2026-11-28 01:00")) == "friday"
    assert hours.closes_at(at("2026-11-27 23:00")) == at("2026-11-28 02:00")
    assert not office("friday: 22:00-02:00\nexcept:\n  2026-11-27: closed").is_open(at("2026-11-28 01:00"))


def test_openings_that_touch_are_one() -> None:
    hours = office("monday-thursday: always\nfriday: 00:00-18:00\nexcept:\n  2026-11-24: 00:00-12:00, 12:00-24:00")
    assert hours.closes_at(at("2026-11-23 10:00")) == at("2026-11-27 18:00")
    assert hours.opens_next(at("2026-11-23 10:00")) == at("2026-11-30 00:00")


def test_what_never_closes_and_what_never_opens_is_said_so() -> None:
    always, never = office("monday-sunday: always"), office("monday-sunday: closed")
    now = at("2026-11-23 10:00")
    assert (always.is_open(now), always.closes_at(now), always.opens_next(now)) == (True, None, None)
    assert (never.is_open(now), never.closes_at(now), never.opens_next(now)) == (False, None, None)


def test_only_a_year_is_looked_through() -> None:
    hours = office("except:\n  2028-02-29: 09:00-10:00")
    assert hours.opens_next(at("2027-02-28 09:00")) == at("2028-02-29 09:00")
    assert hours.opens_next(at("2027-02-27 09:00")) is None


@pytest.mark.parametrize("when", ["0001-01-02 00:00", "9999-12-31 23:00"])
def test_the_ends_of_time_are_no_fault(when: str) -> None:
    hours = office("monday-sunday: 22:00-02:00\nholidays: GB-ENG")
    now = datetime.fromisoformat(when).replace(tzinfo=UTC)
    assert isinstance(hours.is_open(now), bool)
    assert isinstance(hours.described(now), str)


def test_of_two_exceptions_the_one_for_fewer_days_counts() -> None:
    hours = office("monday-friday: 08:00-17:00\nexcept:\n  2026-11-25: 10:00-11:00\n  2026-11-23..2026-11-27: closed")
    assert hours.is_open(at("2026-11-25 10:30"))
    assert not hours.is_open(at("2026-11-26 10:30"))


@pytest.mark.parametrize(
    ("span", "day", "minutes"),
    [
        ("00:00-24:00", "2026-03-29", 23 * 60),
        ("00:00-24:00", "2026-10-25", 25 * 60),
        ("00:30-01:30", "2026-03-29", 30),  # from 01:00 the clocks show 02:00
        ("01:30-03:00", "2026-03-29", 60),
        ("01:00-02:00", "2026-03-29", 0),
        ("00:30-01:30", "2026-10-25", 60),  # ends at the first 01:30 and does not begin again
        ("01:30-02:30", "2026-10-25", 120),  # begins at the first 01:30
        ("08:30-17:00", "2026-10-25", 8 * 60 + 30),
    ],
)
def test_an_opening_begins_once_and_ends_once_when_the_clocks_change(span: str, day: str, minutes: int) -> None:
    hours = office(f"except:\n  {day}: {span}")
    first = at(f"{day} 00:00").astimezone(UTC)
    states = [hours.is_open(first + timedelta(minutes=minute)) for minute in range(-120, 27 * 60)]
    assert sum(states) == minutes
    assert sum(now and not before for before, now in pairwise(states)) == (1 if minutes else 0)


# -- any hours at any instant, against a model that looks at every minute -------------------------------

ZONES = tuple(
    map(
        ZoneInfo,
        (
            "Europe/London",
            "America/New_York",
            "Australia/Lord_Howe",  # half an hour
            "America/Santiago",  # midnight is left out
            "America/Havana",  # midnight comes twice
            "Asia/Kolkata",
        ),
    )
)
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
SPAN_DAYS = 5


def _changes(zone: ZoneInfo) -> list[date]:
    days = [FIRST + timedelta(days=ahead) for ahead in range((LAST - FIRST).days)]
    offsets = [datetime.combine(day, time(12), zone).utcoffset() for day in days]
    return [day for day, one, other in zip(days[1:], offsets, offsets[1:], strict=False) if one != other]


CHANGES = {zone: _changes(zone) for zone in ZONES}


@st.composite
def openings(draw: st.DrawFn) -> Openings:
    quarter = st.integers(0, 95)
    spans: list[Opening] = []
    for start, length in draw(st.lists(st.tuples(quarter, st.integers(1, 96)), max_size=3)):
        one = Opening(start * 15, (start + length) * 15)
        if all(one.start_min >= other.end_min or one.end_min <= other.start_min for other in spans):
            spans.append(one)
    return draw(st.sampled_from([tuple(sorted(spans)), tuple(sorted(spans)), CLOSED, WHOLE_DAY]))


@st.composite
def hours_and_instants(draw: st.DrawFn) -> tuple[Hours, datetime]:
    zone = draw(st.sampled_from(ZONES))
    change = st.sampled_from(CHANGES[zone] or [FIRST]).map(lambda day: day + timedelta(days=draw(st.integers(-3, 2))))
    day = draw(st.one_of(change, st.dates(FIRST, LAST)))
    when = datetime.combine(day, time(), UTC) + timedelta(seconds=draw(st.integers(0, 24 * 3600 - 1)))
    overrides = []
    for ahead, length in draw(st.lists(st.tuples(st.integers(-3, 5), st.integers(1, 3)), max_size=2)):
        first = day + timedelta(days=ahead)
        last = first + timedelta(days=length - 1)
        overrides.append(Override(first=first, last=last, openings=draw(openings()), place=HERE))
    hours = Hours(
        name="office",
        zone=zone,
        week=tuple(draw(openings()) for _ in range(7)),
        holidays=draw(st.sampled_from([None, BankHolidays("GB-ENG"), BankHolidays("GB-NIR")])),
        on_holidays=draw(openings()),
        overrides=tuple(overrides),
        place=HERE,
    )
    return hours, when


def _rule(hours: Hours, day: date) -> Openings:
    within = [(one.days, -at, one) for at, one in enumerate(hours.overrides) if one.first <= day <= one.last]
    if within:
        return min(within, key=lambda one: one[:2])[2].openings
    if hours.holidays and hours.holidays.name_on(day):
        return hours.on_holidays
    return hours.week[day.weekday()]


def _minute_by_minute(hours: Hours, start: datetime) -> list[bool]:
    """Whether it is open in each of the minutes from `start`, by what a clock on the wall has shown up to then."""
    before = timedelta(days=2)
    minutes = [start - before + timedelta(minutes=ahead) for ahead in range((SPAN_DAYS + 2) * 1440)]
    shown = [one.astimezone(hours.zone).replace(tzinfo=None) for one in minutes]
    latest = list(accumulate(shown, max))
    states = [False] * len(minutes)
    day = shown[0].date() + timedelta(days=1)
    while day <= shown[-1].date():
        for opening in _rule(hours, day):
            midnight = datetime.combine(day, time())
            begin = bisect_left(latest, midnight + timedelta(minutes=opening.start_min))
            end = bisect_left(latest, midnight + timedelta(minutes=opening.end_min))
            states[begin:end] = [True] * (end - begin)
        day += timedelta(days=1)
    return states[2 * 1440 :]


def _utc(found: datetime | None) -> datetime | None:
    """Instants of other zones that come twice in autumn equal nothing but themselves (PEP 495)."""
    return None if found is None else found.astimezone(UTC)


@given(hours_and_instants())
@settings(max_examples=60, deadline=None)
def test_at_any_instant_it_agrees_with_a_clock_watched_minute_by_minute(drawn: tuple[Hours, datetime]) -> None:
    hours, when = drawn
    minute = when.replace(second=0)
    states = _minute_by_minute(hours, minute)
    assert hours.is_open(when) is hours.is_open(when.astimezone(hours.zone)) is states[0]
    for ahead in range(0, 2 * 1440, 11):
        assert hours.is_open(minute + timedelta(minutes=ahead)) is states[ahead]
    changes = [ahead for ahead in range(1, len(states)) if states[ahead] != states[ahead - 1]]
    closes, opens = (_utc(found) for found in (hours.closes_at(when), hours.opens_next(when)))
    if not states[0]:
        assert closes is None
    elif changes:
        assert closes == minute + timedelta(minutes=changes[0])
    else:
        assert closes is None or closes >= minute + timedelta(days=SPAN_DAYS)
    openings = [ahead for ahead in changes if states[ahead]]
    if openings:
        assert opens == minute + timedelta(minutes=openings[0])
    else:
        assert opens is None or opens >= minute + timedelta(days=SPAN_DAYS)
    assert all(found is None or found > when for found in (closes, opens))


@given(hours_and_instants())
@settings(max_examples=60, deadline=None)
def test_whatever_the_hours_there_is_a_sentence_for_callers(drawn: tuple[Hours, datetime]) -> None:
    hours, when = drawn
    said = hours.described(when)
    assert said.startswith(("We are open ", "We are closed", "Today ")) and said.endswith(".")
    assert "None" not in said and "  " not in said and ", ," not in said
    assert ("closed" in said) is not hours.is_open(when)
