"""Groups questions by likeness, so that many callers' words for one thing are read as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.knowledge.embedding import bundled
from ivr.knowledge.words import says_something

ALIKE = 0.45
"""Mean cosine between two groups from which on they are one. On 400 questions of 20 of CLINC150's intents, mean
of three draws: 93 % of the pairs in a group are of one intent, and two of one intent are in one group in 66 %. (Of
BANKING77's intents, which are all about one thing: 44 and 68 %.)"""
MOST_TEXTS = 2000
"""Different ones; with more, the last ones. Grouping them takes a second."""


_MARK = re.compile(r"\[[a-z-]+\]")
"""What stands in place of something personal says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Alike questions, each once, the most typical first."""

    texts: tuple[str, ...]


def grouped(texts: Sequence[str]) -> tuple[Group, ...]:
    """Every text that says something, in groups; loads the embedding model."""
    different = [text for text in dict.fromkeys(texts) if says_something(text)][-MOST_TEXTS:]
    if len(different) < 2:
        return tuple(Group(texts=(text,)) for text in different)
    from sklearn.cluster import AgglomerativeClustering

    vectors = bundled().embed_many([_MARK.sub("", text) for text in different])
    clusters = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - ALIKE
    ).fit_predict(vectors)
    groups = []
    for cluster in dict.fromkeys(clusters.tolist()):
        inside = np.flatnonzero(clusters == cluster)
        nearness = vectors[inside] @ vectors[inside].sum(axis=0)
        typical = inside[np.argsort(-nearness, kind="stable")]
        groups.append(Group(texts=tuple(different[at] for at in typical)))
    return tuple(groups)
