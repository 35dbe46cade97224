"""Texts as the short message service counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.outbox.texts import segments, short

LINK = "https://riverton.example/bins"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("你" * 70, 1),
        ("你" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("£5 ñ Δ", 1),
    ],
)
def test_a_message_holds_what_its_alphabet_lets_it_hold(text: str, count: int) -> None:
    assert segments(text) == count


def test_what_fits_stays_as_it_is_with_its_link_at_the_end() -> None:
    assert short("Bins on Friday.", LINK, 1) == f"Bins on Friday. {LINK}"
    assert short(f"See {LINK} for bins.", LINK, 1) == f"See {LINK} for bins."
    assert short("Two\n\n\n\nlines. \x07", "", 1) == "Two\n\nlines."


def test_what_editors_write_does_not_halve_the_message() -> None:
    assert short("It’s “free” – really…", "", 1) == 'It\'s "free" - really...'


def test_what_is_too_long_is_cut_at_a_sentence_and_keeps_its_link() -> None:
    text = "One sentence of this text. " * 20
    cut = short(text, LINK, 1)
    assert cut == f"{'One sentence of this text. ' * 4}One sentence of this text. {LINK}".replace(
        "One sentence of this text. One sentence of this text. One sentence of this text. One sentence of this text. "
        "One sentence of this text.",
        "One sentence of this text. One sentence of this text. One sentence of this text. One sentence of this text.",
    )
    assert segments(cut) == 1


def test_a_single_long_sentence_is_cut_at_a_word() -> None:
    cut = short("word " * 100, LINK, 1)
    assert cut.endswith(f"word ... {LINK}")
    assert segments(cut) == 1


@given(st.text(max_size=700), st.sampled_from(["", LINK]), st.integers(1, 4))
def test_it_always_fits(text: str, link: str, most: int) -> None:
    cut = short(text, link, most)
    assert segments(cut) <= most
    assert link in cut
