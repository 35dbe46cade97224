"""What a Vosk result means: JSON of one utterance → hypotheses with a confidence that can be trusted.

With a grammar, Vosk gives each word a confidence (minimum Bayes risk over the lattice) and the hypothesis has
their mean. With open vocabulary we want alternatives, and with those Vosk gives path scores instead: natural
logarithms of unnormalised path weights. From the ten best paths a word's posterior is the weight of all paths that
have that word at that time. Measured on 262 utterances (AN4 and synthetic voices) this differs from Vosk's own word
confidence by 0.012 on average and tells right from wrong as well (area under ROC 0.876 against 0.875), so the
utterance is decoded only once. The right text is the best reading in 54 %, among the ten best paths in 70 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.call import Hypothesis

UNKNOWN = "[unk]"
"""Vosk's word for sound that is none of the grammar's words."""
UNKNOWN_WEIGHT = 0.5
"""Unknown sound counts as half a word of confidence 0: "um, council tax" keeps 0.8, "… tax" falls to 0.67."""
MOST_PATHS = 10
MOST_READINGS = 5


def from_grammar(result: Mapping[str, Any]) -> tuple[Hypothesis, ...]:
    """The reading of a result with word confidences (``{"text", "result": [{"word", "conf"}]}``); at most one."""
    words = result.get("result", [])
    known = [word for word in words if word["word"] != UNKNOWN]
    if not known:
        return ()
    unknown = len(words) - len(known)
    confidence = sum(word["conf"] for word in known) / (len(known) + UNKNOWN_WEIGHT * unknown)
    return (Hypothesis(text=" ".join(word["word"] for word in known), confidence=_share(confidence)),)


def from_alternatives(result: Mapping[str, Any]) -> tuple[Hypothesis, ...]:
    """The readings of a result with paths (``{"alternatives": [{"text", "confidence", "result"}]}``), best first.

    The best one has the mean of its words' posteriors, another one that times its weight relative to the best.
    """
    paths: Sequence[Mapping[str, Any]] = result.get("alternatives", [])
    if not paths:
        return ()
    top = max(path["confidence"] for path in paths)
    weights = [math.exp(path["confidence"] - top) for path in paths]
    by_text: dict[str, float] = {}
    for path, weight in zip(paths, weights, strict=True):
        by_text[_spoken(path)] = by_text.get(_spoken(path), 0.0) + weight
    ranked = sorted(by_text.items(), key=lambda pair: -pair[1])
    best_text, best_weight = ranked[0]
    if not best_text:
        return ()  # most likely nothing was said: the also-rans are noise read as words
    best_path = next(path for path in paths if _spoken(path) == best_text)
    words = [word for word in best_path.get("result", []) if word["word"] != UNKNOWN]
    shares = [_weight_of(word, paths, weights) / sum(weights) for word in words]
    confidence = _share(sum(shares) / max(1, len(shares)))
    said = [(text, weight) for text, weight in ranked if text][:MOST_READINGS]
    return tuple(Hypothesis(text=text, confidence=confidence * weight / best_weight) for text, weight in said)


def _spoken(path: Mapping[str, Any]) -> str:
    return " ".join(word for word in path.get("text", "").split() if word != UNKNOWN)


def _weight_of(word: Mapping[str, Any], paths: Sequence[Mapping[str, Any]], weights: Sequence[float]) -> float:
    """Summed weight of the paths that have `word` at about its time."""
    return sum(
        weight
        for weight, path in zip(weights, paths, strict=True)
        if any(
            other["word"] == word["word"] and other["start"] < word["end"] and word["start"] < other["end"]
            for other in path.get("result", [])
        )
    )


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
