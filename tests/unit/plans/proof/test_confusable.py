"""Words that sound alike are found by their sounds; espeak-ng says which those are, and is not always there."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from ivr.plans.proof import Severity, confusable
from ivr.plans.proof.phonemes import Phonemes, pronounced
from ivr.plans.proof.sound_distance import distance
from tests.flows.helplines import plan, riverton

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
SOUNDS: dict[str, Phonemes] = {
    "three": ("θ", "ɹ", "iː"),
    "tree": ("t", "ɹ", "iː"),
    "four": ("f", "ɔː"),
    "for": ("f", "ɔː"),
    "bins": ("b", "ɪ", "n", "z"),
    "parking": ("p", "ɑː", "k", "ɪ", "ŋ"),
    "oak": ("əʊ", "k"),
}


def known(words: Collection[str], language: str) -> Mapping[str, Phonemes]:
    return {word: SOUNDS[word] for word in words if word in SOUNDS}


def found(folder: Path, first: str, second: str) -> list[tuple[Severity, str]]:
    steps = f"""
  one:
    menu: Choose.
    choices:
      first: {{say: {first}, key: 1, goto: end}}
      second: {{say: {second}, key: 2, goto: end}}
  end:
    hang_up: Goodbye."""
    flow, _ = plan(folder, steps)
    return [(one.severity, one.message) for one in confusable(flow, known)]


def test_words_that_sound_nearly_alike_are_a_warning(tmp_path: Path) -> None:
    ((severity, message),) = found(tmp_path, "three", "tree")
    assert severity is Severity.WARNING
    assert message.startswith("'three' and 'tree' sound nearly alike in step 'one'")
    assert message.endswith("use a longer phrase for one of them")


def test_another_phrase_of_the_same_option_is_the_way_out(tmp_path: Path) -> None:
    ((_, message),) = found(tmp_path, "[three, parking]", "tree")
    assert message.endswith("'parking' is clear: take 'three' away")


def test_words_that_sound_the_same_are_an_error(tmp_path: Path) -> None:
    ((severity, message),) = found(tmp_path, "four", "for")
    assert severity is Severity.ERROR
    assert "sound the same" in message


def test_words_that_are_far_apart_or_that_nobody_can_pronounce_are_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, "bins", "parking") == []
    assert found(tmp_path, "three", "zzyzx") == []


def test_where_nobody_knows_how_words_are_pronounced_it_is_said(tmp_path: Path) -> None:
    flow, _ = riverton()
    (told,) = confusable(flow, lambda words, language: None)
    assert told.rule == "confusable-words-unchecked"
    assert "espeak-ng" in told.message


@needs_espeak
def test_riverton_has_no_words_alike() -> None:
    flow, _ = riverton()
    assert confusable(flow) == ()


@needs_espeak
def test_a_report_is_nearly_a_repeat(tmp_path: Path) -> None:
    steps = """
  one:
    menu: Choose.
    choices:
      report: {say: report, key: 1, goto: end}
      bins: {say: bins, key: 2, goto: end}
  end:
    hang_up: Goodbye."""
    flow, _ = plan(tmp_path, steps)
    (told,) = confusable(flow)
    assert "'report' and 'repeat' (understood everywhere)" in told.message
    assert (
        told.line
        == (tmp_path / "plan.yaml").read_text().splitlines().index("      report: {say: report, key: 1, goto: end}") + 1
    )


@needs_espeak
def test_words_are_pronounced_in_one_go_and_in_their_language() -> None:
    english = pronounced({"bins", "tax"}, "en-GB")
    assert english is not None
    assert english["bins"] == ("b", "ɪ", "n", "z")
    german = pronounced({"zug"}, "de")
    assert german is not None
    assert german["zug"][0] == "ts"
    assert pronounced({"zug"}, "xx") is None
    assert pronounced(set(), "en-GB") == {}


def test_words_of_no_language_do_not_mix_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert pronounced({"bins"}, "en-GB") is None


def test_the_distance_is_none_for_the_same_and_symmetric() -> None:
    for one in SOUNDS.values():
        for other in SOUNDS.values():
            assert distance(one, other, 9.0) == pytest.approx(distance(other, one, 9.0))
            assert (distance(one, other, 9.0) == 0.0) is (one == other)
            assert distance(one, other, 0.5) > 0.5 or distance(one, other, 0.5) == distance(one, other, 9.0)


def test_a_sound_for_another_of_its_kind_is_nearer_than_one_of_another() -> None:
    assert distance(("b", "ɪ"), ("p", "ɪ"), 9.0) < distance(("b", "ɪ"), ("k", "ɪ"), 9.0)
    assert distance(("b", "ɪ"), ("k", "ɪ"), 9.0) < distance(("b", "ɪ"), ("s", "ɪ"), 9.0)
    assert distance(("b", "ɪ"), ("s", "ɪ"), 9.0) < distance(("b", "ɪ"), ("ɪ", "ɪ"), 9.0)
