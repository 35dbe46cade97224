"""A calibration is fitted from labelled readings, and its table tells whether it means what it says."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import ModelError
from ivr.speech.recognition.calibration import (
    FEWEST,
    MOST_PHRASES,
    OPEN,
    Bin,
    Example,
    Grammar,
    Said,
    calibration_error,
    calibration_from,
    fit,
    grammars_of,
    left_out,
    part_right,
    printed,
    read_said,
    reliability,
    write,
)
from ivr.speech.recognition.confidence import FEATURES, UNCALIBRATED, Rule, calibration_of


def examples(count: int, seed: int = 1) -> list[Example]:
    """Readings whose chance of being right is logistic in two features, and has nothing to do with the others."""
    chance = np.random.default_rng(seed)
    made = []
    for number in range(count):
        features = {name: float(chance.normal()) for name in FEATURES}
        odds = 0.5 + 2.0 * features["score"] - 1.0 * features["unknown"]
        right = float(chance.random() < 1 / (1 + np.exp(-odds)))
        made.append(Example(features=features, right=right, fold=f"speaker {number % 20}"))
    return made


def test_the_rule_that_made_the_examples_is_found() -> None:
    bias, weights = fit(examples(5000))
    assert bias == pytest.approx(0.5, abs=0.15)
    assert weights["score"] == pytest.approx(2.0, abs=0.2)
    assert weights["unknown"] == pytest.approx(-1.0, abs=0.2)
    assert abs(weights["letters"]) < 0.15


def test_what_was_fitted_is_reliable_for_speakers_it_never_heard() -> None:
    found = examples(3000)
    bins = reliability(left_out(found), np.array([one.right for one in found]))
    assert calibration_error(bins) < 0.03


def test_examples_that_are_all_right_or_all_the_same_break_nothing() -> None:
    same = [Example(features=dict.fromkeys(FEATURES, 1.0), right=1.0, fold="one") for _ in range(FEWEST)]
    bias, weights = fit(same)
    rule = Rule(kind="grammar", bias=bias, weights=weights)
    assert rule.probability(same[0].features) > 0.95
    assert left_out(same).min() > 0.95  # one speaker only: nobody can be left out


def test_each_kind_has_its_rule_and_absent_ones_are_cautious() -> None:
    marks = {"digits": frozenset({"one", "two"})}
    calibration, tables = calibration_from(
        {"grammar": examples(200), "digits": examples(200, seed=2)}, fitted_on="a draw", marks=marks
    )
    assert [rule.kind for rule in calibration.rules] == ["digits", "grammar", "open"]
    assert calibration.rules[0].marks == marks["digits"]
    assert calibration.rule_for(None) == UNCALIBRATED.rule_for(None)
    assert set(tables) == {"grammar", "digits"}


def test_too_few_readings_are_refused() -> None:
    with pytest.raises(ModelError, match="too few"):
        calibration_from({"grammar": examples(FEWEST - 1)}, fitted_on="a draw")


def test_a_reliability_table_has_a_line_for_every_tenth_that_occurs() -> None:
    bins = reliability(np.array([0.05, 0.95, 0.97, 1.0]), np.array([0.0, 1.0, 1.0, 0.0]))
    assert [one.count for one in bins] == [1, 3]
    assert bins[1].observed == pytest.approx(2 / 3)
    assert printed(bins).count("\n") == 3
    assert calibration_error(
        [Bin(predicted=0.9, observed=0.8, count=3), Bin(predicted=0.1, observed=0.1, count=1)]
    ) == (pytest.approx(0.075))
    assert calibration_error([]) == 0.0


@pytest.mark.parametrize(
    ("text", "heard", "share"),
    [
        ("council tax", "council tax", 1.0),
        ("council tax", "council", 0.0),  # the grammar allows what was said, so nothing less is right
        ("er my council tax please", "council tax", 1.0),
        ("er my council tax please", "tax council", 0.0),
        ("good morning", "opening hours", 0.0),
        ("", "opening hours", 0.0),
    ],
)
def test_a_grammar_s_reading_is_right_or_wrong(text: str, heard: str, share: float) -> None:
    judge = part_right([Grammar(of="menu", phrases=("council tax", "council", "opening hours"))])
    assert judge("menu", text, heard) == share


def test_an_open_reading_is_as_right_as_its_words() -> None:
    judge = part_right([Grammar(of=OPEN, phrases=None)])
    assert judge(OPEN, "when is my bin collected", "when is my bill collected") == pytest.approx(0.8)
    assert judge(OPEN, "", "the") == 0.0


def test_a_set_of_few_texts_is_a_grammar_and_many_are_free_speech() -> None:
    said = [Said(of="menu", speaker="a", text=text, pcm=b"") for text in ("yes", "no", "yes", "")]
    said += [Said(of="talk", speaker="b", text=f"sentence {number}", pcm=b"") for number in range(MOST_PHRASES + 1)]
    menu, free = grammars_of(said)
    assert menu == Grammar(of="menu", phrases=("yes", "no"))
    assert (free.phrases, free.kind) == (None, OPEN)


def recorded(folder: Path, rate_hz: int = 8000) -> Path:
    with wave.open(str(folder / "yes.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(b"\1\0" * 80)
    (folder / "index.tsv").write_text("set\tfile\ttext\tsource\nmenu\tyes.wav\tYes\tme\n", encoding="utf-8")
    return folder


def test_recordings_are_read_by_their_index(tmp_path: Path) -> None:
    assert read_said(recorded(tmp_path)) == [Said(of="menu", speaker="yes.wav", text="yes", pcm=b"\1\0" * 80)]


def test_a_folder_that_is_none_or_another_rate_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no folder of labelled recordings"):
        read_said(tmp_path)
    with pytest.raises(ModelError, match="8 kHz"):
        read_said(recorded(tmp_path, rate_hz=16000))


def test_what_is_written_is_what_the_recogniser_reads(tmp_path: Path) -> None:
    calibration, _ = calibration_from({"grammar": examples(200)}, fitted_on="a draw")
    write(tmp_path / "model", calibration)
    read = calibration_of(tmp_path / "model")
    assert read.fitted_on == "a draw"
    assert read.rules[0].bias == pytest.approx(calibration.rules[0].bias, abs=1e-4)
    assert [file.name for file in tmp_path.iterdir()] == ["model.confidence.json"]
