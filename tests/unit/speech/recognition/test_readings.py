"""Vosk's results become texts with confidences in 0..1, best first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call import Hypothesis
from ivr.speech.recognition.confidence import FEATURES, UNCALIBRATED
from ivr.speech.recognition.readings import (
    MOST_READINGS,
    calibrated,
    from_alternatives,
    from_grammar,
    known_words,
    strays,
    weigh,
    words_in,
)


def heard(*words: tuple[str, float]) -> dict[str, Any]:
    return {"text": " ".join(w for w, _ in words), "result": [{"word": w, "conf": c} for w, c in words]}


def path(text: str, score: float) -> dict[str, Any]:
    words = [{"word": word, "start": n * 1.0, "end": n + 0.9} for n, word in enumerate(text.split())]
    return {"text": text, "confidence": score, "result": words}


def test_a_reading_has_the_mean_confidence_of_its_words() -> None:
    assert from_grammar(heard(("council", 1.0), ("tax", 0.5))) == (Hypothesis(text="council tax", confidence=0.75),)


def test_unknown_sound_is_left_out_of_the_text_and_lowers_the_confidence() -> None:
    (reading,) = from_grammar(heard(("[unk]", 1.0), ("tax", 1.0)))
    assert reading.text == "tax"
    assert reading.confidence == pytest.approx(2 / 3)


@pytest.mark.parametrize("result", [{}, {"text": ""}, heard(("[unk]", 1.0)), {"alternatives": []}])
def test_nothing_but_unknown_sound_is_no_reading(result: dict[str, Any]) -> None:
    assert from_grammar(result) == ()
    assert from_alternatives(result) == ()


def test_an_open_reading_is_as_sure_as_its_words_are_shared_by_the_paths() -> None:
    sure = from_alternatives({"alternatives": [path("my bin", -5.0)]})
    assert sure == (Hypothesis(text="my bin", confidence=1.0),)
    best, other = from_alternatives({"alternatives": [path("my bin", -5.0), path("my bill", -5.0)]})
    assert (best.text, best.confidence) == ("my bin", pytest.approx(0.75))  # "my" in both, "bin" in half
    assert (other.text, other.confidence) == ("my bill", pytest.approx(0.75))


def test_paths_with_the_same_words_add_up() -> None:
    paths = [path("my bill", -5.0), path("my bin", -5.2), path("my bin", -5.2)]
    assert from_alternatives({"alternatives": paths})[0].text == "my bin"


def test_silence_as_the_most_likely_path_is_no_reading() -> None:
    assert from_alternatives({"alternatives": [path("", -1.0), path("the", -4.0)]}) == ()


@given(st.lists(st.tuples(st.lists(st.sampled_from(["a", "b", "[unk]"]), max_size=4), st.floats(-1e4, 1e4))))
def test_readings_are_few_distinct_and_ordered(paths: list[tuple[list[str], float]]) -> None:
    readings = from_alternatives({"alternatives": [path(" ".join(words), score) for words, score in paths]})
    confidences = [reading.confidence for reading in readings]
    assert len({reading.text for reading in readings}) == len(readings) <= MOST_READINGS
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert confidences == sorted(confidences, reverse=True)


KNOWN = frozenset({"council", "tax", "yes", "no"})


def test_garbage_is_no_part_of_a_reading_and_makes_it_less_sure() -> None:
    clear = weigh({"alternatives": [path("council tax", -5.0)]}, KNOWN)
    among = weigh({"alternatives": [path("frost council tax bottles", -5.0)]}, KNOWN)
    assert clear is not None and among is not None
    assert among.texts == clear.texts == (("council tax", 1.0),)
    assert clear.features["unknown"] == pytest.approx(0.0)
    assert among.features["unknown"] == pytest.approx(0.5)


def test_an_utterance_of_garbage_is_no_reading() -> None:
    paths = [path("frost bottles", -1.0), path("yes", -4.0)]
    assert weigh({"alternatives": paths}, KNOWN) is None
    assert calibrated({"alternatives": paths}, KNOWN, UNCALIBRATED) == ()
    assert known_words("frost yes [unk] no", KNOWN) == "yes no"
    assert known_words("frost [unk]", None) == "frost"


def test_the_features_are_those_that_a_calibration_knows() -> None:
    weighed = weigh({"alternatives": [path("council tax", -5.0), path("council", -6.0)]}, KNOWN)
    assert weighed is not None
    assert set(weighed.features) == set(FEATURES)
    assert weighed.features["score"] == -5.0
    assert weighed.features["score_per_s"] == pytest.approx(-5.0 / 1.8)
    assert weighed.features["letters"] == pytest.approx(2.3026, abs=1e-4)
    assert weighed.features["seconds"] == pytest.approx(0.5878, abs=1e-4)


def test_close_readings_share_what_certainty_there_is() -> None:
    best, other = calibrated({"alternatives": [path("yes", -5.0), path("no", -5.1)]}, KNOWN, UNCALIBRATED)
    assert (best.text, other.text) == ("yes", "no")
    assert best.confidence > other.confidence > 0.7 * best.confidence
    sure, unlikely = calibrated({"alternatives": [path("yes", -5.0), path("no", -15.0)]}, KNOWN, UNCALIBRATED)
    assert unlikely.confidence < 0.001 < sure.confidence


@given(
    st.lists(st.tuples(st.lists(st.sampled_from(["yes", "no", "frost", "[unk]"]), max_size=4), st.floats(-1e4, 1e4)))
)
def test_calibrated_readings_are_probabilities_that_add_up_to_one_at_most(paths: list[tuple[list[str], float]]) -> None:
    result = {"alternatives": [path(" ".join(words), score) for words, score in paths]}
    readings = calibrated(result, KNOWN, UNCALIBRATED)
    confidences = [reading.confidence for reading in readings]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1 + 1e-9
    assert all(set(reading.text.split()) <= KNOWN and reading.text for reading in readings)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("council tax", 0),
        ("um my council tax please", 0),
        ("council", 1),
        ("housing council tax", 1),
        ("council hours opening", 3),
        ("opening hours council tax council", 1),
        ("", 0),
    ],
)
def test_words_that_stand_in_no_whole_phrase_are_counted(text: str, count: int) -> None:
    menu = frozenset({"council tax", "my council tax", "opening hours", "housing repairs", "um", "please"})
    assert strays(text, menu) == count


def test_a_reading_of_words_from_several_phrases_shows_its_strays() -> None:
    menu = ("council tax", "housing repairs")
    mixed = weigh({"alternatives": [path("housing council tax", -5.0)]}, menu)
    whole = weigh({"alternatives": [path("council tax", -5.0)]}, menu)
    free = weigh({"alternatives": [path("housing council tax", -5.0)]}, None)
    assert mixed is not None and whole is not None and free is not None
    assert [one.features["strays"] for one in (mixed, whole, free)] == [1.0, 0.0, 0.0]


def test_the_words_of_phrases() -> None:
    assert words_in(["council tax", "my council"]) == {"council", "tax", "my"}
