"""A vosk-server's answers become readings, however it cuts a turn, and nonsense is told from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.dialogue.manner import ACCEPT, CONFIRM
from ivr.speech.recognition.confidence import Calibration, Rule
from ivr.speech.recognition.garbage import Garbage
from ivr.speech.recognition.model_behind import ModelBehind
from ivr.speech.recognition.readings import MOST_PATHS, MOST_UNKNOWN, calibrated
from ivr.speech.recognition.vosk_server_wire import (
    END,
    LONGEST_PARTIAL_CHARS,
    LONGEST_TEXT,
    MOST_RESULT_CHARS,
    MOST_RESULTS,
    MOST_WORDS,
    UNSURE,
    AnswerFault,
    Answers,
    configuration,
)


def spoken(*words: str, conf: float = 1.0) -> str:
    timed = [{"word": w, "conf": conf, "start": i / 2, "end": i / 2 + 0.4} for i, w in enumerate(words)]
    return json.dumps({"text": " ".join(words), "result": timed})


def paths(*scored: tuple[str, float]) -> str:
    return json.dumps(
        {
            "alternatives": [
                {
                    "text": text,
                    "confidence": score,
                    "result": [{"word": word, "start": i, "end": i + 0.5} for i, word in enumerate(text.split())],
                }
                for text, score in scored
            ]
        }
    )


def answers(*messages: str | bytes) -> Answers:
    taken = Answers()
    for message in messages:
        taken.take(message)
    return taken


def test_a_grammar_is_told_with_a_word_for_everything_else() -> None:
    told = json.loads(configuration(("council tax", "müll")))["config"]
    assert told == {
        "sample_rate": 8000,
        "words": True,
        "max_alternatives": 0,
        "phrase_list": ["council tax", "müll", "[unk]"],
    }
    assert "phrase_list" not in json.loads(configuration(None))["config"]
    assert json.loads(END) == {"eof": 1}


def behind(*words: str) -> ModelBehind:
    """A model that is sure of a word alone, and of two hardly."""
    rule = {"bias": 0.0, "weights": {"strays": -1.0, "posterior": 0.2}}
    rules = (Rule(kind="grammar", **rule), Rule(kind="open", anything=True, bias=-1.0, weights={"posterior": 0.1}))
    calibration = Calibration(rules=rules, fitted_on="nothing")
    return ModelBehind(name="known", words=frozenset(words), calibration=calibration, garbage=Garbage(words))


KNOWN = behind("council", "tax", "yes", "window", "purple")


def test_a_server_whose_model_is_known_is_listened_to_as_that_model_is_here() -> None:
    told = json.loads(configuration(("council tax",), KNOWN))["config"]
    assert told["max_alternatives"] == MOST_PATHS
    assert set(told["phrase_list"]) == {"council tax", "window", "purple", "[unk]"}
    taken = Answers(("council tax",), KNOWN)
    taken.take('{"partial": "window council"}')
    assert taken.partial == "council"
    taken.take(paths(("purple council tax", 3.0), ("council", -9.0)))
    assert taken.partial == "council tax"
    best, _ = readings = taken.readings(2.0)
    score = json.loads(paths(("purple council tax", 3.0), ("council", -9.0)))
    assert readings == calibrated({**score, "sound_s": 2.0}, ("council tax",), KNOWN.calibration)
    assert best.text == "council tax"
    assert best.confidence > MOST_UNKNOWN


def test_a_server_whose_model_is_known_and_that_gives_no_paths_is_doubted() -> None:
    taken = Answers(("council tax",), KNOWN)
    taken.take(spoken("window", "council", "tax"))
    (reading,) = taken.readings()
    assert (reading.text, reading.confidence) == ("council tax", MOST_UNKNOWN)


@pytest.mark.parametrize("message", [spoken("yes"), paths(("yes", 9.0), ("yes please", 8.9)), '{"text": "yes"}'])
def test_what_an_unknown_model_hears_is_asked_back_about_and_never_acted_on(message: str) -> None:
    readings = answers(message).readings()
    assert CONFIRM <= sum(reading.confidence for reading in readings) <= MOST_UNKNOWN + 1e-9 < ACCEPT
    assert readings[0].text.startswith("yes")


def test_partials_hold_known_words_only() -> None:
    assert answers('{"partial": "[unk] council [unk]"}').partial == "council"


def test_a_turn_that_the_server_cut_in_two_is_one_reading() -> None:
    cut = answers('{"partial": "council"}', spoken("council", "tax"), '{"partial": "opening"}')
    assert cut.partial == "council tax opening"
    cut.take(spoken("opening", "hours"))
    (reading,) = cut.readings()
    assert reading.text == "council tax opening hours"
    assert cut.complete(4)
    assert not cut.complete(5)


def test_alternatives_of_two_parts_are_combined_best_first() -> None:
    both = answers(paths(("my bin", 3.0), ("my tin", 2.0)), paths(("is full", 5.0), ("is fool", 1.0)), paths(("", 0.0)))
    readings = both.readings()
    assert [reading.text for reading in readings][:2] == ["my bin is full", "my tin is full"]
    assert readings[0].confidence > readings[1].confidence > 0


def test_silence_has_no_reading() -> None:
    assert answers('{"partial": ""}', '{"text": ""}').readings() == ()
    assert answers(paths(("", 1.0))).readings() == ()


def test_words_without_confidence_are_for_asking_back_only() -> None:
    (reading,) = answers('{"text": "council tax"}').readings()
    assert (reading.text, reading.confidence) == ("council tax", UNSURE)


def test_an_answer_may_come_as_bytes() -> None:
    assert answers(spoken("yes").encode()).readings()[0].text == "yes"


@pytest.mark.parametrize("message", ["", "[]", "7", '"text"', "{}", '{"text": 3}', b"\xff\xfe", '{"alternatives": {}}'])
def test_what_no_vosk_server_writes_is_a_fault(message: str | bytes) -> None:
    with pytest.raises(AnswerFault):
        Answers().take(message)


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "-Infinity", "1e999", "7", "-3", "1" + "0" * 400, "true", '"1"'])
def test_a_confidence_that_is_none_is_a_fault(figure: str) -> None:
    word = f'{{"word": "yes", "conf": {figure}, "start": 0, "end": 1}}'
    with pytest.raises(AnswerFault):
        Answers().take(f'{{"text": "yes", "result": [{word}]}}')


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "-Infinity", "1e999", "1e9", "null", '"9"', "1" + "0" * 400])
@pytest.mark.parametrize("place", ["confidence", "start", "end"])
def test_a_score_or_time_that_is_none_is_a_fault(place: str, figure: str) -> None:
    figures = {"confidence": "5.0", "start": "0", "end": "1", place: figure}
    word = f'{{"word": "yes", "start": {figures["start"]}, "end": {figures["end"]}}}'
    path = f'{{"text": "yes", "confidence": {figures["confidence"]}, "result": [{word}]}}'
    with pytest.raises(AnswerFault):
        Answers().take(f'{{"alternatives": [{path}]}}')


@pytest.mark.parametrize(
    "message",
    [
        "[" * 100_000,
        '{"partial":' + "[" * 100_000,
        '{"partial": null}',
        '{"partial": {"a": 1}}',
        '{"text": null}',
        '{"text": "yes", "result": null}',
        '{"text": "yes", "result": [7]}',
        '{"text": "yes", "result": [{"word": 5, "conf": 1}]}',
        '{"text": "yes", "result": [{"word": "yes"}]}',
        '{"text": "yes", "alternatives": {"a": 1}}',
        '{"text": "yes", "alternatives": "abc"}',
        '{"alternatives": [7]}',
        '{"alternatives": [{"text": ["a"], "confidence": 1}]}',
        '{"alternatives": [{"text": "a", "confidence": 1, "result": [{"word": "a"}]}]}',
    ],
)
def test_mistyped_and_bottomless_answers_are_faults_at_once(message: str) -> None:
    with pytest.raises(AnswerFault):
        Answers().take(message)


def test_an_utterance_has_so_many_results_and_no_more() -> None:
    many = answers(*['{"text": ""}'] * MOST_RESULTS)
    with pytest.raises(AnswerFault, match="too many results"):
        many.take('{"text": ""}')


def test_the_results_of_an_utterance_have_so_many_bytes_and_no_more() -> None:
    half = '{"text": "yes"' + " " * (MOST_RESULT_CHARS // 2) + "}"
    taken = answers(half)
    with pytest.raises(AnswerFault, match="too many results"):
        taken.take(half)


def test_a_partial_answer_is_short() -> None:
    with pytest.raises(AnswerFault, match="too long"):
        Answers().take('{"partial": ""' + " " * LONGEST_PARTIAL_CHARS + "}")


def test_a_text_is_no_longer_than_anybody_speaks() -> None:
    longest = "o" * LONGEST_TEXT
    assert answers(json.dumps({"partial": longest})).partial == longest
    with pytest.raises(AnswerFault, match="too long"):
        answers(json.dumps({"partial": longest + "o"}))
    with pytest.raises(AnswerFault, match="too long"):
        answers(json.dumps({"text": longest}), json.dumps({"text": "o"}))


def test_an_utterance_has_no_more_words_than_anybody_speaks() -> None:
    words = ["o"] * (MOST_WORDS // 2 + 1)
    assert len(answers(spoken(*words)).readings()) == 1
    with pytest.raises(AnswerFault, match="too many words"):
        answers(spoken(*words), spoken(*words)).readings()
    path = paths((" ".join(words), 1.0))
    with pytest.raises(AnswerFault, match="too many words"):
        answers(path, path).readings()


def test_no_more_alternatives_count_than_were_asked_for() -> None:
    many = paths(*((f"w{number}", 1.0) for number in range(1000)))
    assert answers(many).readings()[0].confidence == pytest.approx(0.1)


def test_only_printable_lower_case_words_come_out() -> None:
    dirty = "\ud800Council\x00\x1b[2J TAX\u202e\n"
    assert answers(json.dumps({"partial": dirty})).partial == "council [2j tax"
    assert answers(json.dumps({"text": dirty})).readings()[0].text == "council [2j tax"
    assert answers(spoken("\ud800", "Tax\x07")).readings()[0].text == "tax"
    assert answers(paths(("Tax\x1b", 3.0))).readings()[0].text == "tax"
    assert answers(json.dumps({"text": "MÜLL"})).readings()[0].text == "müll"


_KEYS = st.sampled_from(["text", "partial", "alternatives", "result", "confidence", "word", "start", "end", "conf"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(_KEYS, _JSON, max_size=4), max_size=4))
def test_whatever_comes_is_read_or_a_fault(messages: list[dict[str, Any]]) -> None:
    try:
        for reading in answers(*(json.dumps(message) for message in messages)).readings():
            assert reading.text.isprintable()
            assert 0 <= reading.confidence <= 1
    except AnswerFault:
        pass
