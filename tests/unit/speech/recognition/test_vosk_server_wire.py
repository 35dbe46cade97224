"""A vosk-server's answers become readings, however it cuts a turn, and nonsense is told from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.recognition.vosk_server_wire import END, UNSURE, AnswerFault, Answers, configuration


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
            assert isinstance(reading.text, str)
    except AnswerFault:
        pass
