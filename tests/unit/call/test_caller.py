"""Caller names and numbers from the network: whatever stands in them, they break nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Caller, clean_text, shown


@pytest.mark.parametrize("withheld", ["", None, "anonymous", "Anonymous", "unknown", " restricted "])
def test_a_withheld_number_is_empty(withheld: str | None) -> None:
    caller = Caller.presented(withheld, withheld, "100")
    assert caller.withheld
    assert caller.name == ""


@pytest.mark.parametrize("odd", [",", "(", '"', "${EXTEN}", "a,b,c", "[x", "O'Brien", "<img onerror=alert(1)>"])
def test_odd_but_printable_names_are_kept_to_the_letter(odd: str) -> None:
    assert Caller.presented("0123", odd, "100").name == odd


def test_the_backslashes_of_a_quoted_name_are_not_part_of_it() -> None:
    assert Caller.presented("1", r"a \"b\" c\\d", "100").name == 'a "b" c\\d'


def test_escape_sequences_and_bidi_tricks_are_removed() -> None:
    assert clean_text("\x1b[31mred\x07 \u202egnp.exe\r\nX: y") == "[31mred gnp.exe X: y"


def test_a_long_name_is_cut() -> None:
    assert len(Caller.presented("1", "x" * 200, "100").name) == 80


def test_a_log_shows_what_was_there() -> None:
    assert shown("a\x1bb\nc") == "a\\x1bb\\nc"


@given(st.text(max_size=120))
def test_clean_text_never_holds_a_control_character(text: str) -> None:
    cleaned = clean_text(text)
    assert len(cleaned) <= 80
    assert all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in cleaned)
    assert clean_text(cleaned) == cleaned
