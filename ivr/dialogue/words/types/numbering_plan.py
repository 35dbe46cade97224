"""Which strings of digits are phone numbers, by Google's libphonenumber."""

from __future__ import annotations

import functools
import re

import phonenumbers

from ivr.call import Match

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
_FOR_DRAMA = re.compile(r"\+447700900[0-9]{3}")
"""Mobile numbers that Ofcom keeps free for films, and demonstrations: nobody has them, and the library knows them as
none."""
_LONGEST = 17
"""Digits of the longest number with the prefix for calls abroad: 15 of ITU-T E.164, and two noughts."""


@functools.lru_cache(maxsize=1024)
def full_number(dialled: str, region: str) -> str:
    """`dialled` (digits, perhaps a plus before them) in `region` as E.164; empty if it is no number. 40 µs."""
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return ""
    full = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return full if _FOR_DRAMA.fullmatch(full) or phonenumbers.is_valid_number(number) else ""


@functools.lru_cache(maxsize=1024)
def judged(dialled: str, region: str) -> Match:
    """How far `dialled` goes: whether it is a number, and whether one more digit could still make one."""
    if len(dialled) < _LONGEST and _may_go_on(dialled, region):
        return Match.MATCH if full_number(dialled, region) else Match.POTENTIAL
    return Match.MAX_MATCH if full_number(dialled, region) else Match.NO_MATCH


def _may_go_on(dialled: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(dialled + "0", region)
    except phonenumbers.NumberParseException:
        return len(dialled) < 4
    return phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.TOO_LONG


@functools.lru_cache(maxsize=1024)
def is_mobile(full: str, region: str) -> bool:
    """Whether the E.164 number `full` can be sent a text: a mobile number of `region`."""
    if _FOR_DRAMA.fullmatch(full):
        return region == "GB"
    try:
        number = phonenumbers.parse(full)
    except phonenumbers.NumberParseException:
        return False
    kinds = phonenumbers.PhoneNumberType
    mobile = phonenumbers.number_type(number) in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE)
    return mobile and phonenumbers.region_code_for_number(number) == region


def written(full: str, region: str) -> str:
    """An E.164 number as people in `region` write it: ``020 7946 0018``, ``+33 1 42 68 53 00``."""
    number = phonenumbers.parse(full)
    own = phonenumbers.region_code_for_number(number) in (region, None)
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(number, form.NATIONAL if own else form.INTERNATIONAL))
