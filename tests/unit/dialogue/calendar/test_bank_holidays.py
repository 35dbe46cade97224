"""Bank holidays by region, as the library knows them."""

from __future__ import annotations

from datetime import date

import pytest

from ivr.dialogue.calendar.bank_holidays import BankHolidays, regions, regions_of


@pytest.mark.parametrize(
    ("region", "day", "name"),
    [
        ("GB-ENG", date(2026, 4, 6), "Easter Monday"),
        ("GB-SCT", date(2026, 4, 6), None),
        ("GB-SCT", date(2027, 11, 30), "Saint Andrew's Day"),
        ("GB-NIR", date(2026, 3, 17), "Saint Patrick's Day"),
        ("GB-WLS", date(2026, 12, 28), "Boxing Day"),
        ("GB-ENG", date(2026, 12, 29), None),
        ("DE-BY", date(2026, 10, 3), "German Unity Day"),
        ("GB-ENG", date(2090, 12, 25), "Christmas Day"),
    ],
)
def test_a_region_has_its_own_days(region: str, day: date, name: str | None) -> None:
    assert BankHolidays(region).name_on(day) == name


def test_every_region_that_is_offered_can_be_asked_and_has_holidays() -> None:
    assert set(regions_of("GB")) == {"GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS"}
    assert len(regions()) == len(set(regions()))
    for region in (*regions_of("GB"), "GB", "IE", "DE", "DE-BY", "FR", "US-CA", "JE"):
        days = [date.fromordinal(date(2026, 1, 1).toordinal() + ahead) for ahead in range(365)]
        assert any(BankHolidays(region).name_on(day) for day in days), region


def test_two_holidays_on_one_day_are_both_named() -> None:
    names = {BankHolidays("DE-BY").name_on(date(2008, 5, 1))}
    assert names <= {"Ascension Day and Labor Day", "Labor Day and Ascension Day"}


def test_a_country_whose_regions_all_have_more_is_too_little() -> None:
    assert BankHolidays("GB").fuller_regions(2026) == ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS")
    for enough in ("GB-ENG", "FR", "IE"):
        assert BankHolidays(enough).fuller_regions(2026) == ()
