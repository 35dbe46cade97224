"""What means the same, and numbers as sources are asked about them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.callers.comparing import all_right, as_day, comparable
from ivr.callers_file import Kind, read_callers
from ivr.phone_numbers import numbers
from tests.flows.known_callers import beside


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("SG12 8XY", "sg128xy", Kind.REFERENCE),
        ("AB-12/34", "ab 1234", Kind.REFERENCE),
        ("Zoë O'Brien", "zoe obrien", Kind.TEXT),
        ("03/05/1970", "1970-05-03", Kind.DATE),
        ("3 May 1970", "1970-05-03", Kind.DATE),
        ("1970-05-03 00:00:00", "03.05.1970", Kind.DATE),
        ("03/05/1970 00:00", "19700503", Kind.DATE),
        ("07700 900123", "+447700900123", Kind.PHONE),
        ("0044 7700 900123", "+44 (7700) 900123", Kind.PHONE),
    ],
)
def test_the_same_written_otherwise_is_the_same(one: str, other: str, kind: Kind) -> None:
    assert comparable(one, kind) == comparable(other, kind) != ""


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("03/05/1970", "05/03/1970", Kind.DATE),
        ("12345678", "12345679", Kind.REFERENCE),
        ("+447700900123", "+337700900123", Kind.PHONE),
        ("Ada", "Adam", Kind.TEXT),
    ],
)
def test_what_differs_differs(one: str, other: str, kind: Kind) -> None:
    assert comparable(one, kind) != comparable(other, kind)


@pytest.mark.parametrize("text", ["", "yesterday", "32/01/1970", "1970-13-01", "0", "١٢", "00:00"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert as_day(text) is None


@given(st.text(max_size=40), st.sampled_from(Kind))
def test_anything_can_be_compared(text: str, kind: Kind) -> None:
    assert comparable(comparable(text, kind), kind) == comparable(text, kind) or kind is Kind.DATE


def test_everything_told_must_be_right_and_nothing_is_no_proof(tmp_path: Path) -> None:
    file = read_callers(beside(tmp_path))
    held = {"date_of_birth": "03/05/1970", "reference": "12345678", "pin": ""}
    assert all_right(file, {"date_of_birth": "1970-05-03", "reference": "1234 5678"}, held)
    assert not all_right(file, {"date_of_birth": "1970-05-03", "reference": "12345679"}, held)
    assert not all_right(file, {"date_of_birth": "1970-05-04", "reference": "12345678"}, held)
    assert not all_right(file, {}, held)
    assert not all_right(file, {"pin": ""}, held)
    assert not all_right(file, {"name": "-"}, {"name": "."})


def test_numbers_are_asked_about_in_two_ways() -> None:
    assert numbers("07700 900123", "GB") == {"number": "+447700900123", "national_number": "07700900123"}
    assert numbers("+447700900123", "GB") == numbers("07700900123", "GB")
    assert numbers("+33142685300", "GB") == {"number": "+33142685300"}
    assert numbers("6001", "GB") == {"number": "6001", "national_number": "6001"}
    assert numbers("", "GB") == numbers("+", "GB") == {}
