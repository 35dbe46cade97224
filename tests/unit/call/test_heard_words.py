"""What of a prompt reached the caller, in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.call.heard_words import words_heard

TEXT = "You can say bin collection, council tax, or opening hours."


def test_a_prompt_that_was_played_to_its_end_was_heard_whole() -> None:
    assert words_heard(TEXT, 4000, 4000) == TEXT
    assert words_heard(TEXT, 0, 0) == TEXT


def test_a_prompt_that_was_cut_ends_after_a_whole_word_with_a_dash() -> None:
    assert words_heard(TEXT, 1000, 4000) == "You can say bin —"
    assert words_heard(TEXT, 2000, 4000) == "You can say bin collection, —"


def test_a_prompt_that_nobody_heard_is_only_a_dash() -> None:
    assert words_heard(TEXT, 0, 4000) == "—"
    assert words_heard("", 0, 4000) == ""


def test_a_pause_at_a_mark_belongs_to_no_word() -> None:
    """Half of the sound of "One. Two" is the pause after the first word: it was heard."""
    assert words_heard("One. Two", 500, 1000) == "One. —"


@given(st.text(max_size=80), st.integers(0, 5000), st.integers(0, 5000))
def test_more_sound_never_means_fewer_words(text: str, first_ms: int, second_ms: int) -> None:
    earlier, later = sorted((first_ms, second_ms))
    before = words_heard(text, earlier, 5001).removesuffix("—").strip()
    after = words_heard(text, later, 5001).removesuffix("—").strip()
    assert after.startswith(before)
