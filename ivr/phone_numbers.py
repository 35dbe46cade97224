"""A caller's number as sources are asked about it: E.164, and as it is dialled in its own country."""

from __future__ import annotations

import phonenumbers

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
NUMBER, NATIONAL_NUMBER = "number", "national_number"
"""What a source can be asked by: E.164, and as the number is dialled in its country."""
_LONGEST = 40
_SHORTEST = 1_000_000
"""National numbers with fewer than seven digits are extensions. Numbers for films, which nobody has, count."""


def full_number(shown: str, country: str) -> str:
    """`shown` in E.164, read as a number of `country`; what is no such number (an extension) as its signs alone."""
    parsed = _parsed(shown, country)
    if parsed is not None:
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return "".join(one for one in shown.casefold() if one.isalnum())[:_LONGEST]


def is_extension(shown: str) -> bool:
    """Whether `shown` (digits) is too short to be anybody's number but within one exchange."""
    return shown.isdecimal() and int(shown) < _SHORTEST


def country_of(full: str) -> str:
    """The country of a number in E.164, of several that share its code the main one; ``ZZ`` for what is none."""
    try:
        return str(phonenumbers.region_code_for_country_code(phonenumbers.parse(full).country_code or 0))
    except phonenumbers.NumberParseException:
        return "ZZ"


def numbers(shown: str, country: str) -> dict[str, str]:
    """What a source can be asked about a caller whose number is `shown` (empty: withheld, so nothing)."""
    full = full_number(shown, country) if shown else ""
    if not full:
        return {}
    known = {NUMBER: full}
    parsed = _parsed(shown, country)
    if parsed is None:
        known[NATIONAL_NUMBER] = full
    elif parsed.country_code == phonenumbers.country_code_for_region(country):  # abroad it would be somebody else's
        national = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))
        known[NATIONAL_NUMBER] = "".join(one for one in national if one.isdecimal())
    return known


def _parsed(shown: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(shown, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) and (number.national_number or 0) >= _SHORTEST else None
