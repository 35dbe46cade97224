"""From what a decode shows to the probability that it is right: a small logistic rule per model, as JSON beside it.

Vosk's own figures are no probabilities: they compare readings with each other, so a word that is none of the menu's is
"certainly" whichever menu word is nearest. What tells it apart is the score of the best path, how well the sound fits
the model at all. Measured on 1,219 readings of grammars (people's words and sentences, seven synthetic voices, noises;
µ-law, kitchen noise), speakers left out of the fit: right is told from wrong with an area under ROC of 0.835 by word
posteriors alone, 0.965 by all features. On another 1,567, with twelve voices, Vosk's own word confidences (minimum
Bayes risk) had 0.861 and word posteriors 0.845, so one decode with paths is enough.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.errors import ModelError

FORMAT = 1
SUFFIX = ".confidence.json"
FEATURES = (
    "posterior",
    "score",
    "score_per_s",
    "unknown",
    "letters",
    "seconds",
    "strays",
)
"""What a decode shows, in order:

* `posterior`: mean posterior of the words, as log odds.
* `score`: of the best path (natural logarithm, graph and sound together) without that of the silence around its words;
  `score_per_s` the same per second of words.
* `unknown`: part of the worded time, 0..1, that is none of the caller's words.
* `letters`, `seconds`: natural logarithms of the letters and of the worded time: together they show words that are far
  too short or too long for their letters.
* `strays`: words that stand in no whole phrase of the grammar. Vosk lets words of several phrases follow each other, so
  off-topic speech becomes "housing council" or "to change". Without it, with as much of that believed, 6.0 % instead of
  4.8 % of 248 menu phrases (four voices beside the fit) were refused.

Left out because they told nothing more (smallest posterior, margin to the second reading) or something that would not
hold for other grammars (number of words listened for). In vain, too: to put readings with strays behind others, by 0.5
to 1.5 for each stray, and to tell the rule how far. With eleven voices and people's words, each judged by a rule fitted
without it, 6.2 to 6.8 % of 660 menu phrases were refused then where 2.7 % of 3,199 other sounds were not, and 6.5 %
without. In 2.6 % of those phrases the likeliest meaning is wrong, which no bar can mend.
"""
_MOST_LOG_ODDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Log odds of being right = `bias` + the sum of `weights` times features, `FEATURES` being their names."""

    kind: str
    marks: frozenset[str] = frozenset()
    """The rule is for grammars that have all these words."""
    anything: bool = False
    """The rule is for open vocabulary."""
    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Of being right, 0..1."""
        odds = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, odds))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The rules of one model, the most special first."""

    rules: tuple[Rule, ...]
    fitted_on: str
    """What recordings the rules come from, in one sentence."""

    def rule_for(self, known: frozenset[str] | None) -> Rule:
        """The rule for a grammar of the words `known`, or for open vocabulary if None."""
        fit = (r for r in self.rules if (r.anything if known is None else not r.anything and r.marks <= known))
        return next(fit)


UNCALIBRATED = Calibration(
    rules=(
        Rule(kind="grammar", bias=-1.25, weights={"posterior": 0.5}),
        Rule(kind="open", anything=True, bias=-1.25, weights={"posterior": 0.5}),
    ),
    fitted_on="nothing: a cautious rule for models without calibration",
)
"""Scores of two models cannot be compared, posteriors can. A little below what was fitted to posteriors alone with the
bundled model (grammars -1.23 and 0.57, digits -0.98 and 0.58): 0.93 at most."""


def place_of(model_folder: Path) -> Path:
    """Where the calibration of the model in `model_folder` lies: beside it, so that it is no part of its checksums."""
    return model_folder.with_name(model_folder.name + SUFFIX)


def calibration_of(model_folder: Path) -> Calibration:
    """The calibration of the model, or `UNCALIBRATED` if nobody has fitted one.

    Raises ModelError, one line, if its file is damaged.
    """
    place = place_of(model_folder)
    try:
        return decoded(json.loads(place.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return UNCALIBRATED
    except (OSError, ValueError) as fault:
        raise ModelError(
            f"speech model: {place} is no calibration ({fault}): remove it, or fit it again with "
            "'python -m ivr.speech.recognition.calibration'"
        ) from None


def encoded(calibration: Calibration) -> dict[str, Any]:
    """The content of its file."""
    return {
        "format": FORMAT,
        "fitted_on": calibration.fitted_on,
        "rules": [
            {
                "kind": rule.kind,
                "marks": sorted(rule.marks),
                "anything": rule.anything,
                "bias": round(rule.bias, 5),
                "weights": {name: round(weight, 5) for name, weight in rule.weights.items()},
            }
            for rule in calibration.rules
        ],
    }


def decoded(content: object) -> Calibration:
    """The calibration in the content of a file. Raises ValueError if it is none that this version reads."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"not of format {FORMAT}")
    found = content.get("rules")
    if not isinstance(found, list):
        raise ValueError("no rules")
    rules = tuple(_rule(one) for one in found)
    if not any(rule.anything for rule in rules):
        raise ValueError("no rule for open vocabulary")
    if not any(not rule.anything and not rule.marks for rule in rules):
        raise ValueError("no rule for every grammar")
    return Calibration(rules=rules, fitted_on=str(content.get("fitted_on", "")))


def _rule(content: object) -> Rule:
    if not isinstance(content, dict):
        raise ValueError("a rule is no mapping")
    kind = str(content.get("kind", ""))
    weights, marks = content.get("weights"), content.get("marks", [])
    if not isinstance(weights, dict) or not weights or not set(weights) <= set(FEATURES):
        raise ValueError(f"rule '{kind}': weights of unknown features")
    if not isinstance(marks, list) or not all(isinstance(word, str) for word in marks):
        raise ValueError(f"rule '{kind}': marks are no words")
    numbers = [content.get("bias"), *weights.values()]
    if not all(type(one) in (int, float) and math.isfinite(one) for one in numbers):
        raise ValueError(f"rule '{kind}': not all numbers")
    return Rule(
        kind=kind,
        marks=frozenset(marks),
        anything=content.get("anything") is True,
        bias=float(content["bias"]),
        weights={name: float(weight) for name, weight in weights.items()},
    )
