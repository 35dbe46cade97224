"""A calibration turns what a decode shows into a probability; a damaged file is one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ivr.errors import ModelError
from ivr.speech.models.model import BUNDLED_FOLDER
from ivr.speech.recognition.confidence import (
    FEATURES,
    UNCALIBRATED,
    Calibration,
    Rule,
    calibration_of,
    decoded,
    encoded,
    place_of,
)

ZERO = dict.fromkeys(FEATURES, 0.0)
RULES = (
    Rule(kind="digits", marks=frozenset({"one", "two"}), bias=1.0, weights={"score": 0.5}),
    Rule(kind="grammar", bias=-1.0, weights={"posterior": 2.0}),
    Rule(kind="open", anything=True, bias=0.0, weights={"posterior": 1.0}),
)
CALIBRATION = Calibration(rules=RULES, fitted_on="three people")


def test_even_odds_are_one_half_and_better_features_are_surer() -> None:
    rule = RULES[2]
    assert rule.probability(ZERO) == pytest.approx(0.5)
    assert rule.probability({**ZERO, "posterior": 2.0}) == pytest.approx(0.8808, abs=1e-4)
    assert 0.0 < rule.probability({**ZERO, "posterior": -1e9}) < rule.probability(ZERO)
    assert rule.probability({**ZERO, "posterior": 1e9}) <= 1.0


def test_the_rule_goes_by_the_words_that_are_listened_for() -> None:
    assert CALIBRATION.rule_for(frozenset({"one", "two", "agent"})).kind == "digits"
    assert CALIBRATION.rule_for(frozenset({"one", "agent"})).kind == "grammar"
    assert CALIBRATION.rule_for(None).kind == "open"


def test_it_is_the_same_after_its_file() -> None:
    assert decoded(json.loads(json.dumps(encoded(CALIBRATION)))) == CALIBRATION


def test_a_model_without_calibration_is_believed_little(tmp_path: Path) -> None:
    found = calibration_of(tmp_path / "model")
    assert found is UNCALIBRATED
    certain = {**ZERO, "posterior": 7.6}  # the most that `readings.weigh` gives
    assert found.rule_for(frozenset({"yes"})).probability(certain) < 0.95
    assert found.rule_for(None).probability({**ZERO, "posterior": 1.0}) < 0.45


def test_the_bundled_model_has_one_for_digits_menus_and_free_speech() -> None:
    found = calibration_of(BUNDLED_FOLDER)
    assert "people" in found.fitted_on
    assert [rule.kind for rule in found.rules] == ["digits", "grammar", "open"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": 2}, "not of format 1"),
        ({"rules": None}, "no rules"),
        ({"rules": [3]}, "no mapping"),
        ({"rules": encoded(CALIBRATION)["rules"][:2]}, "no rule for open vocabulary"),
        ({"rules": encoded(CALIBRATION)["rules"][2:]}, "no rule for every grammar"),
        ({"rules": [{"kind": "x", "bias": 1, "weights": {"beauty": 1}}]}, "'x': weights of unknown features"),
        ({"rules": [{"kind": "x", "bias": None, "weights": {"score": 1}}]}, "'x': not all numbers"),
        ({"rules": [{"kind": "x", "bias": 1, "weights": {"score": float("nan")}}]}, "'x': not all numbers"),
        ({"rules": [{"kind": "x", "bias": 1, "weights": {"score": True}}]}, "'x': not all numbers"),
        ({"rules": [{"kind": "x", "bias": 1, "weights": {"score": 1}, "marks": "one"}]}, "'x': marks are no words"),
    ],
)
def test_a_damaged_file_is_one_line_that_says_how_to_mend_it(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    place = place_of(tmp_path / "model")
    place.write_text(json.dumps({**encoded(CALIBRATION), **change}), encoding="utf-8")
    with pytest.raises(ModelError, match=complaint) as fault:
        calibration_of(tmp_path / "model")
    assert "\n" not in str(fault.value)
    assert "ivr.speech.recognition.calibration" in str(fault.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_what_is_no_json_is_a_model_error(tmp_path: Path, content: bytes) -> None:
    place_of(tmp_path / "model").write_bytes(content)
    with pytest.raises(ModelError, match="is no calibration"):
        calibration_of(tmp_path / "model")
