"""The list of what recordings say is changed line by line: comments and other lines stay as they are."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import FlowError
from ivr.plans.script import NOTES, note, noted

NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,10}(/[a-z0-9_-]{0,5}[a-z0-9])?", fullmatch=True)
TEXTS = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable() and text == " ".join(text.split()))


def test_without_a_list_nothing_is_noted(tmp_path: Path) -> None:
    assert noted(tmp_path) == {}


def test_what_is_noted_is_read_again_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / NOTES
    file.write_text(
        "# ours\nhall/welcome: Welcome to\n  the hall.  # take two\n# later\n"
        "hall/bye: >-\n  Good\n  bye.\nhall/no: 'no'\n"
    )
    note(tmp_path, {"hall/welcome": "Welcome: all of you # here", "hall/new": 'Say "yes".', "hall/bye": "Bye."})
    assert file.read_text() == (
        '# ours\nhall/welcome: "Welcome: all of you # here"  # take two\n# later\nhall/bye: "Bye."\n'
        'hall/no: \'no\'\nhall/new: "Say \\"yes\\"."\n'
    )
    assert noted(tmp_path) == {
        "hall/welcome": "Welcome: all of you # here",
        "hall/bye": "Bye.",
        "hall/no": "no",
        "hall/new": 'Say "yes".',
    }


def test_a_list_without_a_last_line_break_and_one_of_comments_only_can_be_added_to(tmp_path: Path) -> None:
    file = tmp_path / NOTES
    for before in ("# nothing yet", "old: text"):
        file.write_text(before)
        note(tmp_path, {"new": "text"})
        assert file.read_text() == f'{before}\nnew: "text"\n'


def test_a_faulty_list_is_told_with_its_place_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / NOTES).write_text("a: [b]\n")
    with pytest.raises(FlowError, match=rf"{NOTES}:1:4: 'a' must be a text"):
        note(tmp_path, {"a": "b"})
    assert (tmp_path / NOTES).read_text() == "a: [b]\n"


@given(st.dictionaries(NAMES, TEXTS, max_size=5), st.dictionaries(NAMES, TEXTS, max_size=5))
def test_whatever_is_noted_is_read_as_it_was(first: dict[str, str], then: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        note(Path(folder), first)
        note(Path(folder), then)
        assert noted(Path(folder)) == {**first, **then}
