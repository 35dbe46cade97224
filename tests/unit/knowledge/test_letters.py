"""Texts as letters and words: a question is weighed as the phrasings were, and unknown words weigh nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.knowledge.letters import Letters

PHRASINGS = [
    "when is my bin collected",
    "bin bin day",
    "how do i pay my council tax",
    "a",
    "it's o'clock",
    "café ß straße",
]
LETTERS = Letters(PHRASINGS)


def test_a_phrasing_that_is_asked_has_the_row_that_it_was_given() -> None:
    assert np.allclose(LETTERS.of(PHRASINGS).toarray(), LETTERS.rows.toarray(), atol=1e-6)


def test_likeness_is_one_to_itself_and_grows_with_what_is_shared() -> None:
    near, far, itself = (
        LETTERS.of(["when are bins collected", "pay my tax", PHRASINGS[0]]) @ LETTERS.rows.T
    ).toarray()[:, 0]
    assert itself == pytest.approx(1.0, abs=1e-5)
    assert 0 < far < near < 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_texts_have_rows_of_likenesses_between_nothing_and_one(texts: list[str]) -> None:
    likeness = (LETTERS.of(texts) @ LETTERS.rows.T).toarray()
    assert likeness.shape == (len(texts), len(PHRASINGS))
    assert np.all((likeness >= 0) & (likeness <= 1 + 1e-5))


def test_words_that_no_phrasing_holds_weigh_nothing() -> None:
    assert LETTERS.of(["qqqq"]).nnz == 0
