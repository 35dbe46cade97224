"""The pronunciation list: whole words, whatever their capitals, and faults with file and line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import FlowError
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS, Pronunciations, read_pronunciations


def test_whole_words_are_respelled_whatever_their_capitals() -> None:
    words = Pronunciations({"Leigh": "Lee", "Leigh Road": "Lye Road"})
    assert words.applied("LEIGH, leigh's, Leighton, Leigh  Road") == "Lee, Lee's, Leighton, Lye Road"


@pytest.mark.parametrize("key", ["Leigh Road", "Leigh   Road", " Leigh Road ", "Leigh\tRoad"])
def test_spaces_in_a_name_are_as_one_however_many_they_are(key: str) -> None:
    assert Pronunciations({key: "Lye Road"}).applied("Leigh Road, LEIGH  ROAD") == "Lye Road, Lye Road"


def test_a_name_with_many_spaces_takes_no_long_search() -> None:
    words = Pronunciations({"a    b": "x"})
    started = time.process_time()
    assert words.applied("a" + " " * 4000)
    assert time.process_time() - started < 0.5


def test_a_respelling_is_not_respelled_again() -> None:
    assert Pronunciations({"Lee": "Leigh", "Leigh": "Lee"}).applied("Lee and Leigh") == "Leigh and Lee"


@given(st.dictionaries(st.text("abc İß.*(", min_size=1), st.text(min_size=1)), st.text("abc İß.*( "))
def test_no_word_and_no_text_breaks_it(words: dict[str, str], text: str) -> None:
    assert isinstance(Pronunciations(words).applied(text), str)


def test_the_list_of_the_demo_can_be_read() -> None:
    assert read_pronunciations(Path("prompts") / PRONUNCIATIONS).words


@pytest.mark.parametrize("text", ["", "# nothing yet\n", None])
def test_no_list_and_an_empty_one_respell_nothing(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / PRONUNCIATIONS
    if text is not None:
        file.write_text(text)
    assert read_pronunciations(file).applied("Leigh") == "Leigh"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Leigh: Lee\nLEIGH: Lye\n", r":2:1: 'LEIGH' stands here twice \(first in line 1\)"),
        ("Leigh: [Lee, Lye]\n", r":1:8: 'Leigh' must be a text"),
        ("Leigh:\n", r":1:.*'Leigh' is empty"),
        ("- Leigh\n", r":1:1: .*must be 'key: value' lines"),
        ("'.co': dot co\n", r":1:1: '.co' must begin and end with a letter or a digit"),
        ("a: b\nx y\n", r":\d+:\d+: "),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / PRONUNCIATIONS).write_text(text)
    with pytest.raises(FlowError, match=complaint):
        read_pronunciations(tmp_path / PRONUNCIATIONS)
