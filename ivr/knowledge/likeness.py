"""How like a question is to each article: letters, words and meaning weighed together, and whether it is any at all.

Three judges share the votes: a linear model over the meaning (few steps of logistic regression), ridge regression over
the likeness to every single phrasing, in meaning and in letters, which has a closed form, and the mean of an article's
phrasings in letters. Shares, widths and the rule for "any at all" were chosen on CLINC150's validation questions and on
BANKING77's training questions, with draws of phrasings and of intents that `make bench` does not use.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ivr.knowledge.embedding import Vectors

Scores = npt.NDArray[np.float32]
"""One value an article."""

LETTERS_WEIGHT = 0.7
"""Share of letters (2-5-grams, which survive endings and wrong words) in likeness by letters; the rest is words."""
MEANING_WIDTH, BY_LETTERS = 3.0, 0.45
"""Of the ridge regression's kernel: exp(width (cosine - 1)) + by letters."""
RIDGE = 0.3
INVERSE_PENALTY, STEPS = 20.0, 15
"""Of the logistic regression; more steps take time and bring nothing."""
VOTES = (0.3, 0.7, 0.15)
SHARPNESS = (1.0, 8.0, 10.0)
"""Of linear model, ridge, mean in letters."""
ANY_BY_MEAN, ANY_BY_RIDGE, NONE = 10.0, 7.5, -6.9
"""Logit of the question's being about an article at all: by its cosine to the article's mean, and by its ridge."""
MOST_COMPARED = 4000
"""Phrasings in the ridge regression, whose time grows with their cube; with more, each article gives its first ones."""


class Likeness:
    """Articles, each with its phrasings, ready to be compared with questions. Making it imports scikit-learn."""

    def __init__(self, articles: Sequence[Sequence[str]], vectors: Vectors) -> None:
        """`articles` holds the phrasings of each (at least one), `vectors` those of all in the same order."""
        from scipy import sparse
        from sklearn.preprocessing import normalize

        _keep_to_one_thread()
        self._sparse = sparse
        texts = [text for phrasings in articles for text in phrasings]
        owners = np.repeat(np.arange(len(articles)), [len(phrasings) for phrasings in articles])
        members = np.zeros((len(articles), len(texts)), np.float32)
        members[owners, np.arange(len(texts))] = 1.0
        self._fit_letters(texts)
        rows = self._in_letters(texts)
        self._means_in_letters = normalize(sparse.csr_matrix(members) @ rows).T.tocsr()
        means = members @ vectors
        self._means = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        self._slopes, self._starts = _linear(vectors, owners, len(articles))
        self._fit_ridge(articles, owners, vectors, rows)

    def to(self, texts: Sequence[str], vectors: Vectors) -> tuple[Vectors, Scores]:
        """For each text (a row of `vectors` each) the votes for every article, which sum to 1 in a row; and how surely
        it is about the one with most of them at all."""
        letters = self._in_letters(texts)
        ridge: Vectors = self._kernel(vectors @ self._compared.T, letters @ self._compared_letters) @ self._ridge
        linear = vectors @ self._slopes.T + self._starts
        by_letters = (letters @ self._means_in_letters).toarray()
        votes = np.zeros_like(ridge)
        for share, sharpness, scores in zip(VOTES, SHARPNESS, (linear, ridge, by_letters), strict=True):
            votes += share / sum(VOTES) * _softmax(sharpness * scores)
        best = votes.argmax(axis=1)
        nearest = np.einsum("nd,nd->n", self._means[best], vectors)
        logit = ANY_BY_MEAN * nearest + ANY_BY_RIDGE * ridge[np.arange(len(best)), best] + NONE
        return votes, 1 / (1 + np.exp(-logit))

    def _fit_letters(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = TfidfVectorizer(
            ngram_range=(1, 2), sublinear_tf=True, tokenizer=str.split, token_pattern=None, dtype=np.float32
        )
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32)
        self._spaces = ((LETTERS_WEIGHT, letters.fit(texts)), (1 - LETTERS_WEIGHT, words.fit(texts)))

    def _in_letters(self, texts: Sequence[str]) -> Any:
        """One row a text, whose products are likenesses by letters and words."""
        parts = [space.transform(texts) * np.float32(weight**0.5) for weight, space in self._spaces]
        return self._sparse.hstack(parts, format="csr")

    def _fit_ridge(
        self, articles: Sequence[Sequence[str]], owners: npt.NDArray[np.intp], vectors: Vectors, rows: Any
    ) -> None:
        from scipy.linalg import cho_factor, cho_solve

        most = max(1, MOST_COMPARED // len(articles))
        kept = np.concatenate([np.flatnonzero(owners == number)[:most] for number in range(len(articles))])
        self._compared = vectors[kept]
        self._compared_letters = rows[kept].T.tocsr()
        wanted = np.zeros((len(kept), len(articles)), np.float32)
        wanted[np.arange(len(kept)), owners[kept]] = 1.0
        likeness = self._kernel(self._compared @ self._compared.T, rows[kept] @ self._compared_letters)
        likeness[np.diag_indices(len(kept))] += RIDGE
        factors = cho_factor(likeness, lower=True, overwrite_a=True, check_finite=False)
        self._ridge: Vectors = cho_solve(factors, wanted, overwrite_b=True, check_finite=False)

    def _kernel(self, cosines: Vectors, by_letters: Any) -> Vectors:
        """Likeness to every compared phrasing: in meaning and in letters."""
        near: Vectors = np.exp(MEANING_WIDTH * (cosines - 1)) + BY_LETTERS * by_letters.toarray()
        return near


@functools.cache
def _keep_to_one_thread() -> None:
    """From now on the process multiplies matrices on one core: the others have calls to look after, and with a busy
    neighbour threads that wait for each other take many times longer."""
    from threadpoolctl import ThreadpoolController

    ThreadpoolController().limit(limits=1, user_api="blas")


def _linear(vectors: Vectors, owners: npt.NDArray[np.intp], articles: int) -> tuple[Vectors, Scores]:
    """Slopes and starts of a linear model from meaning to articles."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if articles == 1:
        return np.zeros((1, vectors.shape[1]), np.float32), np.zeros(1, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=INVERSE_PENALTY, max_iter=STEPS, tol=1e-5).fit(vectors, owners)
    slopes, starts = fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32)
    if articles == 2:  # scikit-learn keeps one of the two
        slopes, starts = np.vstack([-slopes, slopes]) / 2, np.concatenate([-starts, starts]) / 2
    return slopes, starts


def _softmax(scores: Vectors) -> Vectors:
    raised: Vectors = np.exp(scores - scores.max(axis=1, keepdims=True))
    raised /= raised.sum(axis=1, keepdims=True)
    return raised
