"""Articles as plain texts."""

from __future__ import annotations

import pytest

from ivr.dialogue.letters import plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Bins\n\nPut them *out* by **7 am**.", "Bins\n\nPut them out by 7 am."),
        ("See [our page](https://x.example/a).", "See our page: https://x.example/a."),
        ("[https://x.example](https://x.example)", "https://x.example"),
        ("* one\n* two\n+ three", "- one\n- two\n- three"),
        ("2 * 3 = 6, a_b_c and `code`", "2 * 3 = 6, a_b_c and code"),
        ("", ""),
    ],
)
def test_marks_go_and_words_stay(markdown: str, text: str) -> None:
    assert plain(markdown) == text
