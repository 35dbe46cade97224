"""Fits what a model's confidence means: ``python -m ivr.speech.recognition.calibration MODEL SPEECH``.

SPEECH is a folder with ``index.tsv`` (columns set, file, text; more are passed over) and 8 kHz 16-bit mono WAV files
below it. The texts of a set are what its callers may say; the recordings of every other set are off-topic there, and
an empty text is noise. A set with many different texts is free speech. Fifty recordings of each kind are too few, five
hundred are plenty: at least some by people, over a telephone, with what callers say who talk to somebody else.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import wave
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.errors import ModelError
from ivr.speech.recognition.confidence import FEATURES, UNCALIBRATED, Calibration, Rule, encoded, place_of
from ivr.speech.recognition.readings import weigh
from ivr.speech.recognition.vosk_worker import Decoder

OPEN = "open"
MOST_PHRASES = 60
"""A set with more different texts is free speech and no grammar."""
FEWEST = 50
"""Readings; a rule is not fitted to fewer."""
PENALTY = 1.0
"""On the squares of the weights of features in units of their standard deviation."""
BINS = 10
_STEPS = 50
_LEAST_WEIGHT = 1e-6

Numbers = NDArray[np.float64]
Right = Callable[[str, str, str], float]
"""(set of the grammar, what was said, what was heard) → part of it that is right, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody said `text` (lower case; empty: noise); `pcm` is 8 kHz, 16 bit, mono, with silence around it."""

    of: str
    speaker: str
    text: str
    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One reading: what the decode showed, and how right it was."""

    features: Mapping[str, float]
    right: float
    fold: str
    """Examples of one speaker are never on both sides of a cross-validation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What callers may say somewhere."""

    of: str
    phrases: tuple[str, ...] | None
    """None: anything."""
    kind: str = "grammar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One line of a reliability table."""

    predicted: float
    observed: float
    count: int


def calibrate(
    model_folder: Path,
    said: Sequence[Said],
    grammars: Sequence[Grammar],
    *,
    fitted_on: str,
    marks: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Calibration, dict[str, list[Bin]]]:
    """The calibration of the model, and per kind its reliability on speakers that were left out of the fit.

    `marks` tells by which words the grammars of a kind are known; other kinds are for every grammar. Every recording
    is decoded once for each grammar. Raises ModelError if there are too few readings of a kind.
    """
    decoder = Decoder(model_folder)
    judge = part_right(grammars)
    examples: dict[str, list[Example]] = {}
    for grammar in grammars:
        for one in said:
            weighed = weigh(decoder.result(one.pcm, grammar.phrases), grammar.phrases)
            if weighed is not None:
                share = judge(grammar.of, one.text, weighed.texts[0][0])
                found = Example(features=weighed.features, right=share, fold=one.speaker)
                examples.setdefault(grammar.kind, []).append(found)
    return calibration_from(examples, fitted_on=fitted_on, marks=marks)


def calibration_from(
    examples: Mapping[str, Sequence[Example]],
    *,
    fitted_on: str,
    marks: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Calibration, dict[str, list[Bin]]]:
    """As `calibrate`, from readings; ``open`` is the kind of open vocabulary, and keeps its cautious rule if absent."""
    rules, tables = [], {}
    for kind, found in sorted(examples.items(), key=lambda pair: pair[0] not in (marks or {})):
        if len(found) < FEWEST:
            raise ModelError(f"calibration: {len(found)} readings of kind '{kind}' are too few, {FEWEST} are wanted")
        bias, weights = fit(found)
        anything = kind == OPEN
        marked = (marks or {}).get(kind, frozenset())
        rules.append(Rule(kind=kind, marks=marked, anything=anything, bias=bias, weights=weights))
        observed = np.array([one.right for one in found])
        tables[kind] = reliability(left_out(found), observed)
    for spare in UNCALIBRATED.rules:
        if not any(rule.anything == spare.anything and not rule.marks for rule in rules):
            rules.append(spare)
    return Calibration(rules=tuple(rules), fitted_on=fitted_on), tables


def fit(examples: Sequence[Example]) -> tuple[float, dict[str, float]]:
    """Bias and weights of the logistic rule that makes `examples` likeliest, small weights preferred."""
    raw = _table(examples)
    middle, spread = raw.mean(axis=0), raw.std(axis=0)
    spread[spread < _LEAST_WEIGHT] = np.inf  # a feature that is always the same says nothing
    table = np.column_stack([np.ones(len(raw)), (raw - middle) / spread])
    right = np.array([one.right for one in examples])
    penalty = np.diag([_LEAST_WEIGHT, *[PENALTY] * len(FEATURES)])
    solved = np.zeros(table.shape[1])
    for _ in range(_STEPS):  # Newton's method: iteratively reweighted least squares
        predicted = _logistic(table @ solved)
        weight = np.maximum(predicted * (1 - predicted), _LEAST_WEIGHT)
        slope = table.T @ (right - predicted) - penalty @ solved
        step = np.linalg.solve((table.T * weight) @ table + penalty, slope)
        solved += step
        if np.abs(step).max() < _LEAST_WEIGHT:
            break
    weights = solved[1:] / spread
    return float(solved[0] - weights @ middle), dict(zip(FEATURES, map(float, weights), strict=True))


def left_out(examples: Sequence[Example], folds: int = 5) -> Numbers:
    """The probability of each example by a rule that was fitted without its speaker."""
    speakers = sorted({one.fold for one in examples})
    fold_of = {speaker: number % folds for number, speaker in enumerate(speakers)}
    fold = np.array([fold_of[one.fold] for one in examples])
    predicted = np.zeros(len(examples))
    table = _table(examples)
    for number in sorted(set(fold_of.values())):
        others = [one for one, its in zip(examples, fold, strict=True) if its != number]
        bias, weights = fit(others or examples)
        odds = bias + table @ np.array([weights[name] for name in FEATURES])
        predicted[fold == number] = _logistic(odds)[fold == number]
    return predicted


def reliability(predicted: Numbers, right: Numbers) -> list[Bin]:
    """Of each tenth of probability: what was predicted on average, what came true, of how many."""
    place = np.minimum((predicted * BINS).astype(int), BINS - 1)
    bins = []
    for number in range(BINS):
        inside = place == number
        if inside.any():
            mean, true = float(predicted[inside].mean()), float(right[inside].mean())
            bins.append(Bin(predicted=mean, observed=true, count=int(inside.sum())))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance of predicted and observed, over all readings."""
    total = sum(one.count for one in bins)
    return sum(abs(one.predicted - one.observed) * one.count for one in bins) / total if total else 0.0


def printed(bins: Sequence[Bin]) -> str:
    """A reliability table."""
    lines = ["predicted  observed      n"]
    lines += [f"{one.predicted:9.3f}  {one.observed:8.3f}  {one.count:5d}" for one in bins]
    return "\n".join([*lines, f"expected calibration error {calibration_error(bins):.3f}"])


def part_right(grammars: Iterable[Grammar]) -> Right:
    """Right is what was said, if the grammar allows it; else any of its words in their order ("my *council tax*, er").

    With open vocabulary right is the part of the heard words that were said.
    """
    by_name = {grammar.of: grammar.phrases for grammar in grammars}

    def judge(of: str, text: str, heard: str) -> float:
        phrases = by_name[of]
        if phrases is None:
            words = heard.split()
            return _in_order(words, text.split()) / len(words)
        if text in phrases:
            return float(heard == text)
        return float(_in_order(heard.split(), text.split()) == len(heard.split()))

    return judge


def read_said(speech: Path) -> list[Said]:
    """The recordings of a folder with ``index.tsv``. Raises ModelError, one line, at what is no such folder."""
    try:
        with (speech / "index.tsv").open(encoding="utf-8", newline="") as index:
            rows = list(csv.DictReader(index, delimiter="\t"))
        return [
            Said(of=row["set"], speaker=row["file"], text=row["text"].lower().strip(), pcm=_sound(speech / row["file"]))
            for row in rows
        ]
    except (OSError, KeyError, wave.Error, ValueError) as fault:
        raise ModelError(f"calibration: {speech} is no folder of labelled recordings ({fault})") from None


def grammars_of(said: Sequence[Said]) -> list[Grammar]:
    """A grammar for every set of few texts, and open vocabulary for the others."""
    texts: dict[str, dict[str, None]] = {}
    for one in said:
        if one.text:
            texts.setdefault(one.of, {})[one.text] = None
    few = [Grammar(of=of, phrases=tuple(found)) for of, found in texts.items() if len(found) <= MOST_PHRASES]
    free = [Grammar(of=of, phrases=None, kind=OPEN) for of, found in texts.items() if len(found) > MOST_PHRASES]
    return few + free[:1]


def write(model_folder: Path, calibration: Calibration) -> None:
    """Put it beside the model, whole or not at all."""
    place = place_of(model_folder)
    fresh = place.with_suffix(".new")
    fresh.write_text(json.dumps(encoded(calibration), indent=1) + "\n", encoding="utf-8")
    fresh.replace(place)


def main() -> int:
    """Fit, print the reliability, write the file beside the model."""
    parser = argparse.ArgumentParser(prog="python -m ivr.speech.recognition.calibration", description=__doc__)
    parser.add_argument("model", type=Path, help="folder of a Vosk model")
    parser.add_argument("speech", type=Path, help="folder with index.tsv and WAV files")
    asked = parser.parse_args()
    try:
        said = read_said(asked.speech)
        sets = sorted({one.of for one in said})
        fitted_on = f"{len(said)} recordings of {', '.join(sets)}"
        calibration, tables = calibrate(asked.model, said, grammars_of(said), fitted_on=fitted_on)
        write(asked.model, calibration)
    except ModelError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    for kind, bins in tables.items():
        sys.stdout.write(f"{kind}, speakers that were left out of the fit:\n{printed(bins)}\n\n")
    sys.stdout.write(f"Written to {place_of(asked.model)}\n")
    return 0


def _sound(file: Path) -> bytes:
    with wave.open(str(file), "rb") as sound:
        form = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
        if form != (8000, 1, 2):
            raise ValueError(f"{file.name} is not 8 kHz 16-bit mono")
        return sound.readframes(sound.getnframes())


def _in_order(heard: Sequence[str], said: Sequence[str]) -> int:
    """The most words of `heard` that are in `said` in the same order."""
    best = [0] * (len(said) + 1)
    for word in heard:
        before = best[:]
        for at, other in enumerate(said):
            best[at + 1] = before[at] + 1 if word == other else max(before[at + 1], best[at])
    return best[-1]


def _table(examples: Sequence[Example]) -> Numbers:
    return np.array([[one.features[name] for name in FEATURES] for one in examples], dtype=np.float64)


def _logistic(odds: Numbers) -> Numbers:
    found: Numbers = 1 / (1 + np.exp(-np.clip(odds, -20, 20)))
    return found


if __name__ == "__main__":
    sys.exit(main())
