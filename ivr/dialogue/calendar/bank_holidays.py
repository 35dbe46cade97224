"""Bank holidays by region, from the library `holidays`; the only module that knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

_BANK_HOLIDAYS = frozenset({"GB", "GG", "IE", "IM", "JE"})
"""Where people call them so (the others' are "public holidays")."""
_REMARK = re.compile(r"\s*\([^()]*\)\Z")
"""What the library puts behind a name, such as "(observed)" for the substitute day of a holiday on a Sunday."""


@dataclass(frozen=True, slots=True)
class BankHolidays:
    """Those of `region`: a country (ISO 3166-1), or one of its regions as the library lists them: "GB-ENG".

    A holiday on a weekend counts on its own day and on the substitute day.
    """

    region: str

    @property
    def called(self) -> str:
        """What people there call such a day."""
        return "bank holiday" if self.region[:2] in _BANK_HOLIDAYS else "public holiday"

    def name_on(self, day: date) -> str | None:
        """The holiday's name in English as far as the library has it ("Boxing Day"); None on other days."""
        return _of_year(self.region, day.year).get(day)

    def fuller_regions(self, year: int) -> tuple[str, ...]:
        """The regions of a country each of which has more holidays in `year` than the country as a whole.

        Empty if that is not so for all of them: then the country alone may be meant.
        """
        regions = () if "-" in self.region else regions_of(self.region)
        common = _of_year(self.region, year).keys()
        return regions if all(_of_year(region, year).keys() - common for region in regions) else ()


@lru_cache(maxsize=1)
def regions() -> tuple[str, ...]:
    """Every region that the library knows, countries first in their own lines: "GB", "GB-ENG", …"""
    listed = holidays.list_supported_countries(include_aliases=False)
    return tuple(
        name for country in sorted(listed) for name in (country, *(f"{country}-{part}" for part in listed[country]))
    )


def regions_of(country: str) -> tuple[str, ...]:
    """Those of `country`, without itself; empty for a country that has none, or that nobody knows."""
    return tuple(region for region in regions() if region.startswith(f"{country}-"))


@lru_cache(maxsize=1024)
def _of_year(region: str, year: int) -> Mapping[date, str]:
    country, _, part = region.partition("-")
    found = holidays.country_holidays(country, subdiv=part or None, years=year, language=_language(country))
    return MappingProxyType({day: _plain(name) for day, name in found.items() if day.year == year})


@lru_cache(maxsize=256)
def _language(country: str) -> str | None:
    """British English, else the next best; None if the country's holidays have no English names."""
    known = holidays.country_holidays(country).supported_languages
    english = [tag for tag in ("en_GB", *known) if tag in known and tag.startswith("en")]
    return english[0] if english else None


def _plain(name: str) -> str:
    names = (_REMARK.sub("", part) for part in name.split(holidays.HOLIDAY_NAME_DELIMITER))
    return " and ".join(dict.fromkeys(names))
