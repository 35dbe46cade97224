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
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from ivr.knowledge.embedding import Vectors
from ivr.knowledge.letters import Letters

Scores = npt.NDArray[np.float32]
"""One value an article."""

MEANING_WIDTH, BY_LETTERS = 3.0, 0.45
"""Of the ridge regression's kernel: exp(width (cosine - 1)) + by letters."""
RIDGE = 0.3
INVERSE_PENALTY, STEPS = 20.0, 15
"""Of the logistic regression; more steps take time and bring nothing."""
VOTES = (0.2, 0.7, 0.15)
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
        texts = [text for phrasings in articles for text in phrasings]
        owners = np.repeat(np.arange(len(articles)), [len(phrasings) for phrasings in articles])
        members = sparse.csr_matrix((np.ones(len(texts), np.float32), (owners, np.arange(len(texts)))))
        means = members @ vectors
        self._means = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        with ThreadPoolExecutor(1) as beside:  # while that multiplies, this thread cuts letters
            linear = beside.submit(_linear, vectors, owners, len(articles))
            self._letters = Letters(texts)
            rows = self._letters.rows
            kept = _compared(owners, len(articles))
            self._vectors = vectors[kept]
            self._ridge = _ridge(self._vectors, rows[kept], owners[kept], len(articles))
            self._slopes, self._starts = linear.result()
        in_letters = sparse.vstack([rows[kept], normalize(members @ rows)])
        self._in_letters = in_letters.T.tocsr()
        """In letters: likeness to every compared phrasing, then to the mean of each article."""

    def to(self, texts: Sequence[str], vectors: Vectors) -> tuple[Vectors, Scores]:
        """For each text (a row of `vectors` each) the votes for every article, which sum to 1 in a row; and how surely
        it is about the one with most of them at all."""
        letters = (self._letters.of(texts) @ self._in_letters).toarray()
        compared = len(self._vectors)
        ridge: Vectors = _kernel(vectors @ self._vectors.T, letters[:, :compared]) @ self._ridge
        linear = vectors @ self._slopes.T + self._starts
        votes = np.zeros_like(ridge)
        for share, sharpness, scores in zip(VOTES, SHARPNESS, (linear, ridge, letters[:, compared:]), strict=True):
            votes += share / sum(VOTES) * _softmax(sharpness * scores)
        best = votes.argmax(axis=1)
        nearest = np.einsum("nd,nd->n", self._means[best], vectors)
        logit = ANY_BY_MEAN * nearest + ANY_BY_RIDGE * ridge[np.arange(len(best)), best] + NONE
        return votes, 1 / (1 + np.exp(-logit))


def _compared(owners: npt.NDArray[np.intp], articles: int) -> npt.NDArray[np.intp]:
    """Places of the phrasings that are compared one by one: the first ones of each article."""
    most = max(1, MOST_COMPARED // articles)
    firsts = np.searchsorted(owners, np.arange(articles))
    return np.flatnonzero(np.arange(len(owners)) - firsts[owners] < most)


def _ridge(vectors: Vectors, rows: Any, owners: npt.NDArray[np.intp], articles: int) -> Vectors:
    """Weights from likeness to each phrasing to articles."""
    from scipy.linalg import cho_factor, cho_solve

    wanted = np.zeros((len(owners), articles), np.float32)
    wanted[np.arange(len(owners)), owners] = 1.0
    likeness = _kernel(vectors @ vectors.T, (rows @ rows.T).toarray())
    likeness[np.diag_indices(len(owners))] += RIDGE
    factors = cho_factor(likeness, lower=True, overwrite_a=True, check_finite=False)
    weights: Vectors = cho_solve(factors, wanted, overwrite_b=True, check_finite=False)
    return np.ascontiguousarray(weights)


def _kernel(cosines: Vectors, by_letters: Vectors) -> Vectors:
    """Likeness to every compared phrasing, in meaning and in letters; `cosines` is used up."""
    cosines -= 1
    cosines *= MEANING_WIDTH
    np.exp(cosines, out=cosines)
    cosines += BY_LETTERS * by_letters
    return cosines


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
