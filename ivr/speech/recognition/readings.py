"""What a Vosk result means: JSON of one utterance → readings, best first, and what they show about being right.

A result with paths (the ten best, each with a natural logarithm of its weight) serves grammars and open vocabulary
alike: from one decode come alternatives, word posteriors and the score that Vosk's own word confidences hide. A word's
posterior is the weight of all paths that have that word at that time; it differs from Vosk's confidence (minimum Bayes
risk over the lattice) by 0.012 on average (262 open utterances). In open mode the right text is the best reading in
54 %, among the ten best paths in 70 %.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from ivr.call import Hypothesis
from ivr.speech.recognition.confidence import Calibration

UNKNOWN = "[unk]"
"""Vosk's word for sound that is none of the grammar's words."""
UNKNOWN_WEIGHT = 0.5
"""Unknown sound counts as half a word of confidence 0: "um, council tax" keeps 0.8, "… tax" falls to 0.67."""
MOST_PATHS = 10
MOST_READINGS = 5
SILENCE_SCORE_PER_S = -13.5
"""What a second of silence adds to a path's score, before, between or after the words: -13.2 to -13.5 with the
bundled model, menus and digits, digital silence and a kitchen at -50 dBFS alike. It says nothing about the words, so it
is taken out: otherwise who waits after an answer, or counts out slowly, would be believed less."""
MOST_UNKNOWN = 0.6
"""What all readings of a model of which nothing is known come to at most. A plan acts from 0.75 on and asks back from
0.5 on, unless it says otherwise: so such a model is always asked back about ("Did you say …?") and never acted on."""
_LEAST_DOUBT = 5e-4
_SHORTEST_S = 0.03
_NEXT_TO_NOTHING = 1e-300
"""Readings may be so unlikely that their weight is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the paths of one utterance say together."""

    texts: tuple[tuple[str, float], ...]
    """Readings with their weight relative to the best, which comes first; at least one, none empty."""
    shares: tuple[float, ...]
    """Posteriors of the best reading's words."""
    features: Mapping[str, float]
    """See `confidence.FEATURES`."""


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
    """The readings of a result with paths of a model that nobody has calibrated, best first.

    The best one has the mean of its words' posteriors, another one that times its weight relative to the best.
    """
    weighed = weigh(result, None)
    if weighed is None:
        return ()
    confidence = _share(sum(weighed.shares) / max(1, len(weighed.shares)))
    return tuple(
        Hypothesis(text=text, confidence=confidence * weight) for text, weight in weighed.texts[:MOST_READINGS]
    )


def calibrated(
    result: Mapping[str, Any], phrases: Collection[str] | None, calibration: Calibration
) -> tuple[Hypothesis, ...]:
    """The readings of a result with paths, best first, each with the probability that it is right.

    `phrases` are what was listened for, None anything: other words only soak up sound. What the best reading leaves of
    certainty is shared by the others, each of which is less sure than the best by its weight.
    """
    weighed = weigh(result, phrases)
    if weighed is None:
        return ()
    best = calibration.rule_for(None if phrases is None else words_in(phrases)).probability(weighed.features)
    rest = sum(weight for _, weight in weighed.texts[1:])
    return tuple(
        Hypothesis(
            text=text, confidence=best if number == 0 else weight * min(best, (1 - best) / max(rest, _NEXT_TO_NOTHING))
        )
        for number, (text, weight) in enumerate(weighed.texts[:MOST_READINGS])
    )


def doubted(readings: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """`readings` of a model of which nobody knows what its confidence means: together no surer than `MOST_UNKNOWN`."""
    share = MOST_UNKNOWN / max(MOST_UNKNOWN, sum(one.confidence for one in readings))
    return tuple(replace(one, confidence=share * one.confidence) for one in readings)


def words_in(phrases: Iterable[str]) -> frozenset[str]:
    """The words that `phrases` are made of."""
    return frozenset(word for phrase in phrases for word in phrase.split())


def weigh(result: Mapping[str, Any], phrases: Collection[str] | None) -> Weighed | None:
    """What a result with paths says: ``{"alternatives": [{"text", "confidence", "result"}], "sound_s"}``, the last of
    which, the length of the utterance with its silence, is the decoder's to add. `phrases` as in `calibrated`.

    None if most likely nothing was said: the also-rans are noise read as words.
    """
    known = None if phrases is None else words_in(phrases)
    paths = [_Path.of(path, known) for path in result.get("alternatives", [])]
    if not paths:
        return None
    top = max(path.score for path in paths)
    weights = [math.exp(path.score - top) for path in paths]
    by_text: dict[str, float] = {}
    for path, weight in zip(paths, weights, strict=True):
        by_text[path.text] = by_text.get(path.text, 0.0) + weight
    best_text = max(by_text, key=by_text.__getitem__)
    if not best_text:
        return None
    best = next(path for path in paths if path.text == best_text)
    shares = tuple(_weight_of(word, paths, weights) / sum(weights) for word in best.words)
    silence_s = max(0.0, float(result.get("sound_s", 0.0)) - best.worded_s)
    score = top - SILENCE_SCORE_PER_S * silence_s
    ranked = sorted(((text, weight) for text, weight in by_text.items() if text), key=lambda pair: -pair[1])
    return Weighed(
        texts=tuple((text, weight / by_text[best_text]) for text, weight in ranked),
        shares=shares,
        features={
            "posterior": _log_odds(sum(shares) / max(1, len(shares))),
            "score": score,
            "score_per_s": score / best.worded_s,
            "unknown": best.unknown,
            "letters": math.log(len(best_text.replace(" ", ""))),
            "seconds": math.log(best.worded_s),
            "strays": 0.0 if phrases is None else float(strays(best_text, frozenset(phrases))),
        },
    )


def strays(text: str, phrases: Set[str]) -> int:
    """Words of `text` that stand in none of the whole `phrases` that it can be cut into."""
    words = text.split()
    fewest = [0] * (len(words) + 1)
    for end in range(1, len(words) + 1):
        whole = (fewest[at] for at in range(end) if " ".join(words[at:end]) in phrases)
        fewest[end] = min((fewest[end - 1] + 1, *whole))
    return fewest[-1]


def known_words(text: str, known: frozenset[str] | None) -> str:
    """`text` with only the words that were listened for."""
    return " ".join(word for word in text.split() if _is_known(word, known))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    text: str
    score: float
    words: Sequence[Mapping[str, Any]]
    """The known ones, with times."""
    worded_s: float
    """Of all words."""
    unknown: float

    @classmethod
    def of(cls, path: Mapping[str, Any], known: frozenset[str] | None) -> _Path:
        every = path.get("result", [])
        words = [word for word in every if _is_known(word["word"], known)]
        worded_s = max(_SHORTEST_S, _length_s(every))
        return cls(
            text=known_words(path.get("text", ""), known),
            score=float(path["confidence"]),
            words=words,
            worded_s=worded_s,
            unknown=min(1.0, max(0.0, 1 - _length_s(words) / worded_s)),
        )


def _is_known(word: str, known: frozenset[str] | None) -> bool:
    return word != UNKNOWN if known is None else word in known


def _length_s(words: Sequence[Mapping[str, Any]]) -> float:
    return sum(float(word["end"]) - float(word["start"]) for word in words)


def _weight_of(word: Mapping[str, Any], paths: Sequence[_Path], weights: Sequence[float]) -> float:
    """Summed weight of the paths that have `word` at about its time."""
    return sum(
        weight
        for weight, path in zip(weights, paths, strict=True)
        if any(
            other["word"] == word["word"] and other["start"] < word["end"] and word["start"] < other["end"]
            for other in path.words
        )
    )


def _log_odds(share: float) -> float:
    inside = min(1 - _LEAST_DOUBT, max(_LEAST_DOUBT, share))
    return math.log(inside / (1 - inside))


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
