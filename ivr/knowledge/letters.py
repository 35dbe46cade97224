"""Texts as weighted letters and words (TF-IDF): near where they are written alike, whatever they mean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LETTERS_WEIGHT = 0.7
"""Share of letters (2-5-grams inside words, which survive endings and wrong words); the rest is words (1-2-grams)."""


@dataclass(frozen=True, slots=True)
class _Space:
    """One kind of grams: how they are cut out of a text, which column each has, and how much it tells."""

    grams: Callable[[str], Iterable[str]]
    columns: Mapping[str, int]
    rarity: Sequence[float]
    share: float

    def row(self, text: str) -> list[tuple[int, float]]:
        """Columns and weights of `text`; the squares of these weights sum to the space's share."""
        counted = Counter(self.columns[gram] for gram in self.grams(text) if gram in self.columns)
        weights = {column: (1 + math.log(count)) * self.rarity[column] for column, count in counted.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()) / self.share) or 1.0
        return [(column, weight / length) for column, weight in weights.items()]


class Letters:
    """The grams of some texts, and any text in terms of them. Making it imports scikit-learn."""

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy import sparse
        from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

        self._matrix = sparse.csr_matrix
        words = CountVectorizer(ngram_range=(1, 2), tokenizer=str.split, token_pattern=None, dtype=np.float32)
        of_words = words.fit_transform(texts)
        names = words.get_feature_names_out()
        single = [column for column, name in enumerate(names) if " " not in name]
        # Letters never reach across words, so every word is cut once, however often it comes.
        letters = CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), dtype=np.float32)
        of_letters = of_words[:, single] @ letters.fit_transform(names[single])
        self._spaces: list[_Space] = []
        rows = []
        for cut, counts, share in ((letters, of_letters, LETTERS_WEIGHT), (words, of_words, 1 - LETTERS_WEIGHT)):
            weighed = TfidfTransformer(sublinear_tf=True)
            rows.append(weighed.fit_transform(counts) * np.float32(math.sqrt(share)))
            self._spaces.append(_Space(cut.build_analyzer(), cut.vocabulary_, weighed.idf_.tolist(), share))
        self.rows: Any = sparse.hstack(rows, format="csr", dtype=np.float32)
        """Those of the texts: one row each, whose products are likenesses in 0..1."""

    def of(self, texts: Sequence[str]) -> Any:
        """One row a text, to be multiplied with `rows`. (scikit-learn does the same and takes several times longer.)"""
        columns: list[int] = []
        weights: list[float] = []
        ends = [0]
        for text in texts:
            before = 0
            for space in self._spaces:
                for column, weight in space.row(text):
                    columns.append(before + column)
                    weights.append(weight)
                before += len(space.rarity)
            ends.append(len(columns))
        shape = (len(texts), self.rows.shape[1])
        return self._matrix((np.array(weights, np.float32), np.array(columns, np.int32), ends), shape=shape)
