"""Numbers that take texts: mobile ones of one country, and no others."""

from __future__ import annotations

import pytest

from ivr.dialogue import wording
from ivr.dialogue.words.types.answer_type import Taken
from ivr.dialogue.words.types.numbering_plan import is_mobile
from ivr.dialogue.words.types.phone_number import PhoneNumber


@pytest.mark.parametrize(
    ("full", "region", "mobile"),
    [
        ("+447700900123", "GB", True),
        ("+447400123456", "GB", True),
        ("+442079460018", "GB", False),
        ("+449098790000", "GB", False),
        ("+447700900123", "IE", False),
        ("+353850123456", "IE", True),
        ("+353850123456", "GB", False),
        ("", "GB", False),
        ("100", "GB", False),
    ],
)
def test_a_text_goes_to_mobile_numbers_of_the_country_only(full: str, region: str, mobile: bool) -> None:
    assert is_mobile(full, region) is mobile


def test_another_number_is_no_value_but_a_reason() -> None:
    kind = PhoneNumber(mobile=True)
    assert kind.from_keys("07700900123") == Taken(("+447700900123",))
    assert kind.from_keys("02079460018") == Taken(fault=wording.NO_SUCH_MOBILE)
    assert PhoneNumber().from_keys("02079460018") == Taken(("+442079460018",))
