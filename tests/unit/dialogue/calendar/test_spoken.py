"""What callers hear about opening hours."""

from __future__ import annotations

import pytest

from tests.unit.dialogue.calendar.plans import at, documented, office

OWN_HOURS = "holidays: GB-ENG\nbank_holidays: 10:00-14:00"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-11-23 10:00", "We are open Monday to Friday, half past eight to five, and Saturday, nine to midday."),
        ("2026-11-23 07:00", "We are closed now, and open again today at half past eight."),
        ("2026-11-23 18:00", "We are closed now, and open again tomorrow at half past eight."),
        ("2026-11-28 14:00", "We are closed now, and open again on Monday at half past eight."),
        ("2026-11-29 14:00", "We are closed today, and open again tomorrow at half past eight."),
        ("2026-12-24 09:00", "Today we are open until midday."),
        ("2026-12-24 12:00", "We are closed now, and open again on Saturday 2 January at nine."),
        (
            "2026-05-25 10:00",
            "We are closed today because of the bank holiday, and open again tomorrow at half past eight.",
        ),
        ("2026-12-30 10:00", "We are closed today, and open again on Saturday at nine."),
    ],
)
def test_an_office_says_what_matters_on_the_day(when: str, said: str) -> None:
    assert documented().described(at(when)) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("monday-friday: 08:30-17:00", "Monday to Friday, half past eight to five"),
        ("monday, wednesday, friday: 09:15-12:45", "Monday, Wednesday and Friday, quarter past nine to quarter to one"),
        (
            "monday-tuesday: 09:00-12:00, 13:00-17:00",
            "Monday and Tuesday, nine to midday and one to five in the afternoon",
        ),
        ("monday-sunday: 08:00-20:00", "every day, eight in the morning to eight in the evening"),
        ("monday: 18:00-21:30", "Monday, six to half past nine in the evening"),
        ("monday: 22:00-02:00", "Monday, ten at night to two in the morning"),
        ("monday: 18:00-24:00", "Monday, six in the evening to midnight"),
        ("monday: 12:00-16:05", "Monday, midday to five past four"),
        ("monday-tuesday: always", "Monday and Tuesday, all day"),
        (
            "monday: 06:00-06:00".replace("06:00-06:00", "06:00-05:55"),
            "Monday, six in the morning to five to six in the morning",
        ),
        ("monday: 08:37-17:07", "Monday, eight 37 to five oh 7"),
        ("saturday-monday: 09:00-17:00", "Monday, Saturday and Sunday, nine to five"),
    ],
)
def test_a_week_is_said_as_people_say_it(lines: str, said: str) -> None:
    hours = office(lines)
    opens = hours.opens_next(at("2026-11-22 23:59"))
    assert opens is not None
    assert hours.described(opens) == f"We are open {said}."


def test_day_and_night_needs_no_times() -> None:
    assert office("monday-sunday: always").described(at("2026-11-22 23:59")) == "We are open day and night."
    always_today = office("monday-sunday: always\nexcept:\n  2026-11-22: always")
    assert always_today.described(at("2026-11-22 12:00")) == "We are open day and night."


def test_hours_that_are_never_open_promise_nothing() -> None:
    assert office("monday: closed").described(at("2026-11-22 12:00")) == "We are closed."


@pytest.mark.parametrize(
    ("lines", "when", "said"),
    [
        (OWN_HOURS, "2026-12-25 11:00", "Today is a bank holiday, and we are open until two."),
        (OWN_HOURS, "2026-12-25 15:00", "We are closed now, and open again tomorrow at ten."),
        (
            "tuesday: 09:00-10:00\nholidays: US",
            "2026-05-25 11:00",
            "We are closed today because of the public holiday, and open again tomorrow at nine.",
        ),
        ("except:\n  2026-12-01: 10:00-02:00", "2026-12-01 23:00", "Today we are open until two in the morning."),
        ("except:\n  2026-12-01: 10:00-24:00", "2026-12-01 23:00", "Today we are open until midnight."),
        (
            "except:\n  2026-12-01: always\n  2026-12-02: 00:00-11:30",
            "2026-12-01 09:00",
            "Today we are open until tomorrow at half past eleven in the morning.",
        ),
        (
            "except:\n  2026-12-01..2026-12-04: always\n  2026-12-05: 00:00-18:00",
            "2026-12-01 09:00",
            "Today we are open until Saturday at six.",
        ),
        (
            "except:\n  2026-12-01: 20:00-21:00",
            "2026-12-01 09:00",
            "We are closed now, and open again today at eight in the evening.",
        ),
        (
            "except:\n  2026-12-02: always",
            "2026-12-01 09:00",
            "We are closed today, and open again tonight at midnight.",
        ),
        (
            "except:\n  2026-12-03: always",
            "2026-12-01 09:00",
            "We are closed today, and open again tomorrow at midnight.",
        ),
    ],
)
def test_days_that_are_not_as_usual_say_so(lines: str, when: str, said: str) -> None:
    assert office(lines).described(at(when)) == said
