"""What is odd about a calendar but works."""

from __future__ import annotations

from ivr.dialogue.calendar import oddities, unsaid
from tests.unit.dialogue.calendar.plans import OFFICE, at, documented, notices, office


def told(lines: str, when: str = "2026-11-23 10:00") -> list[str]:
    return [f"{odd.line}:{odd.column}: {odd.text}" for odd in oddities([office(lines)], (), at(when))]


def test_the_documented_calendar_is_not_odd_before_its_dates() -> None:
    assert oddities([documented()], notices(OFFICE), at("2026-11-23 10:00")) == ()


def test_what_is_over_is_told_from_the_day_after_on() -> None:
    assert oddities([documented()], (), at("2026-12-24 23:59")) == ()
    after = oddities([documented()], notices(OFFICE), at("2026-12-25 00:00"))
    assert [(odd.line, odd.text) for odd in after] == [
        (8, "'2026-12-24' is over; remove the line"),
        (11, "the notice 'snow' is over; remove it, or mend its 'until'"),
    ]


def test_hours_that_are_never_open_are_told() -> None:
    (never,) = told("sunday: closed")
    assert never == "2:3: 'office' is never open within a year; add a line like 'monday-friday: 08:30-17:00'"
    assert told("except:\n  2026-12-01: 09:00-10:00") == []


def test_exceptions_that_overlap_are_told_with_the_one_that_counts() -> None:
    lines = "monday: always\nexcept:\n  2026-12-20..2026-12-25: closed\n  2026-12-24..2027-01-02: 09:00-10:00"
    assert told(lines) == [
        "6:7: '2026-12-24..2027-01-02' overlaps '2026-12-20..2026-12-25' (line 5), and '2026-12-20..2026-12-25' counts "
        "for the dates in both; let each date stand in one line"
    ]
    hours = office(lines)
    assert not hours.is_open(at("2026-12-24 09:30"))
    assert hours.is_open(at("2026-12-26 09:30"))


def test_of_two_exceptions_of_the_same_length_the_later_line_counts() -> None:
    lines = "monday: always\nexcept:\n  2026-12-24: closed\n  2026-12-24..2026-12-24: 09:00-10:00"
    assert "and '2026-12-24..2026-12-24' counts" in told(lines)[0]
    assert office(lines).is_open(at("2026-12-24 09:30"))


def test_an_exception_within_another_is_plain() -> None:
    assert told("monday: always\nexcept:\n  2026-12-20..2026-12-31: closed\n  2026-12-24: 09:00-10:00") == []
    assert told("monday: always\nexcept:\n  2026-12-20..2026-12-26: closed\n  2026-12-24..2026-12-31: closed") == []


def test_a_country_without_its_region_is_told() -> None:
    assert told("monday: always\nholidays: GB") == [
        "4:15: 'GB' leaves out the holidays of its regions; use one of: GB-ENG, GB-NIR, GB-SCT, GB-WLS"
    ]


def test_a_notice_that_never_ends_is_told() -> None:
    for_ever = notices("notices:\n  works:\n    say: Works.\n")
    assert [odd.text for odd in oddities((), for_ever, at("2026-11-23 10:00"))] == [
        "the notice 'works' never ends; add 'until: …' with its last date"
    ]


def test_a_notice_that_no_step_says_is_told() -> None:
    both = (*notices(OFFICE), *notices("notices:\n  works:\n    say: Works.\n"))
    assert unsaid(both, {"bins", "all"}) == ()
    assert [odd.text for odd in unsaid(both, {"bin"})] == [
        "no step says the notice 'snow'; add a step 'notice: bins', or leave out its topic and say 'notice: all'",
        "no step says the notice 'works'; add a step 'notice: all'",
    ]
