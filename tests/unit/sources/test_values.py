"""Values of databases and JSON as texts, and how they are compared."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sources.source import Unusable
from ivr.sources.values import LONGEST_VALUE, as_text, comparable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        ("  Mill\nLane\x00 ", "Mill Lane"),
        (12, "12"),
        (12.5, "12.5"),
        (120.0, "120"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 5, 3), "2026-05-03"),
        (datetime(2026, 5, 3, 14, 30, 5), "2026-05-03 14:30"),
        (time(14, 30), "14:30"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_value_is_written_as_plans_write_it(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("value", [b"x", [1], {"a": 1}, "x" * (LONGEST_VALUE + 1)])
def test_what_cannot_be_spoken_is_no_value(value: object) -> None:
    with pytest.raises(Unusable):
        as_text(value)


@pytest.mark.parametrize(
    ("one", "other"), [("sg12 8xy", "SG128XY"), ("12 345", "12345"), ("Straße", "STRASSE"), ("１２", "12")]
)
def test_case_and_blanks_make_no_difference(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@given(st.text(max_size=200))
def test_any_text_becomes_one_printable_line(text: str) -> None:
    said = as_text(text)
    assert said.isprintable() and said == said.strip()
    assert as_text(said) == said
