"""What a vosk-server is told and what it answers (its websocket protocol), as a codec without I/O.

Per connection one utterance: first a configuration (text), then sound (binary: 8 kHz, 16 bit, mono), then `END`
(text). Each piece of sound and the end are answered by one JSON message: ``{"partial"}`` while words go on, a result
where the server itself found an end of speech, and a result at the end. The sources are vosk-server's
websocket/asr_server.py and websocket-cpp/asr_server.cpp; the latter knows no configuration, takes it for sound, and
answers `END` in a binary message. So a turn with pauses has several results: they are joined.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ivr.call import Hypothesis
from ivr.speech.recognition.model_behind import ModelBehind
from ivr.speech.recognition.readings import (
    MOST_PATHS,
    UNKNOWN,
    calibrated,
    doubted,
    from_alternatives,
    from_grammar,
    known_words,
    words_in,
)

RATE_HZ = 8000
END = '{"eof" : 1}'
"""Both servers compare it letter by letter."""
UNSURE = 0.5
"""Confidence of words that a server gives without any: enough to be asked back, not to be acted on."""
MOST_RESULTS = 64
"""Ends of speech in one utterance; half a minute has at most some twenty."""
MOST_RESULT_CHARS = 256 * 1024
"""JSON of all results of an utterance; those of half a minute are about 100 kB."""
LONGEST_PARTIAL_CHARS = 16 * 1024
"""JSON of the words so far, each character of which may be written in twelve."""
LONGEST_TEXT = 1000
"""Characters; half a minute of fast English (four words a second) has about 700."""
MOST_WORDS = 200
"""Of an utterance: more than six a second for half a minute."""
LARGEST_SCORE = 1e6
"""Logarithms of weights, by size: a path of half a minute has some thousands."""
LATEST_S = 3600.0
"""Times of words since the connection began, by size."""
CERTAIN = 1.01
"""Confidences are 0 to 1; rounding may carry them a little beyond."""

_NOTHING: Mapping[str, Any] = {"text": "", "confidence": 0.0, "result": ()}


class AnswerFault(ValueError):
    """The other end does not answer as a vosk-server does; its text holds nothing that came from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """A result whose every value was looked at."""

    text: str
    words: Sequence[Mapping[str, Any]]
    """With "conf"; empty where there are paths."""
    paths: Sequence[Mapping[str, Any]]


def configuration(phrases: tuple[str, ...] | None, model: ModelBehind | None = None) -> str:
    """The first message: listen for `phrases`, or for anything if None.

    Of a grammar a server whose `model` is unknown gives one reading with word confidences, which say a little more than
    paths do where nobody has fitted what a path's score means.
    """
    paths = phrases is None or model is not None
    told: dict[str, Any] = {"sample_rate": RATE_HZ, "words": True, "max_alternatives": MOST_PATHS if paths else 0}
    if phrases is not None:
        told["phrase_list"] = [*phrases, *(model.beside(phrases) if model is not None else (UNKNOWN,))]
    return json.dumps({"config": told}, ensure_ascii=False)


class Answers:
    """All that a server has answered to one utterance, in which it listened as `configuration` says."""

    def __init__(self, phrases: tuple[str, ...] | None = None, model: ModelBehind | None = None) -> None:
        self._phrases = phrases
        self._model = model
        self._known = words_in(phrases) if phrases is not None and model is not None else None
        self.taken = 0
        """Messages so far."""
        self.partial = ""
        """The words so far: lower case, printable characters only."""
        self._results: list[_Result] = []
        self._result_chars = 0
        self._settled = ""
        self._last_is_result = False

    def take(self, message: str | bytes) -> None:
        """One message. Raises AnswerFault if a vosk-server would not write it, or not that much."""
        answer = _decoded(message)
        self._last_is_result = "partial" not in answer
        if self._last_is_result:
            self._result_chars += len(message)
            if self._result_chars > MOST_RESULT_CHARS or len(self._results) == MOST_RESULTS:
                raise AnswerFault("too many results")
            result = _result(answer)
            self._results.append(result)
            self._settled = self.partial = _bounded(f"{self._settled} {known_words(result.text, self._known)}".strip())
        else:
            if len(message) > LONGEST_PARTIAL_CHARS:
                raise AnswerFault("a partial answer too long")
            words = known_words(_text(answer["partial"]), self._known)
            self.partial = _bounded(f"{self._settled} {words}".strip())
        self.taken += 1

    def complete(self, asked: int) -> bool:
        """Whether the last of `asked` pieces of sound and ends is answered."""
        return self.taken >= asked and self._last_is_result

    def readings(self, sound_s: float = 0.0) -> tuple[Hypothesis, ...]:
        """The readings of the whole utterance of `sound_s`, best first. Raises AnswerFault if they have too many words.

        Their confidence is a probability if it is known what model hears; else see `readings.doubted`.
        """
        if any(result.paths for result in self._results):
            whole = {"alternatives": _joined_paths(self._results), "sound_s": sound_s}
            if self._model is not None:
                return calibrated(whole, self._phrases, self._model.calibration)
            return doubted(from_alternatives(whole))
        words = [word for result in self._results for word in result.words]
        if words:
            return doubted(from_grammar({"result": [self._listened_for(word) for word in _few(words)]}))
        return (Hypothesis(text=self._settled, confidence=UNSURE),) if self._settled else ()

    def _listened_for(self, word: Mapping[str, Any]) -> Mapping[str, Any]:
        """`word`, or the word for everything else if it only soaks up sound."""
        return word if self._known is None or word["word"] in self._known else {**word, "word": UNKNOWN}


def _decoded(message: str | bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(message, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise AnswerFault("no JSON") from None
    if not isinstance(answer, dict):
        raise AnswerFault("no JSON object")
    return answer


def _refuse(_constant: str) -> NoReturn:
    """Python reads NaN and Infinity, which are no JSON and would pass every comparison with a threshold."""
    raise ValueError("no number")


def _result(answer: Mapping[str, Any]) -> _Result:
    if "alternatives" in answer:
        # no more than were asked for: they come best first
        paths = [_checked_path(path) for path in _mappings(answer["alternatives"])[:MOST_PATHS]]
        return _Result(text=paths[0]["text"] if paths else "", words=(), paths=paths)
    words = _words(answer.get("result", []), scored=True)
    return _Result(text=_text(answer.get("text")), words=words, paths=())


def _checked_path(path: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "text": _text(path.get("text")),
        "confidence": _number(path.get("confidence"), -LARGEST_SCORE, LARGEST_SCORE),
        "result": _words(path.get("result", []), scored=False),
    }


def _words(listed: object, *, scored: bool) -> list[Mapping[str, Any]]:
    """Words with their confidences if `scored`, else with their times; without those that have no letters."""
    words: list[Mapping[str, Any]] = []
    for entry in _few(_mappings(listed)):
        word: dict[str, Any] = {"word": _text(entry.get("word"))}
        if scored:
            word["conf"] = _number(entry.get("conf"), 1 - CERTAIN, CERTAIN)
        else:
            word |= {edge: _number(entry.get(edge), -LATEST_S, LATEST_S) for edge in ("start", "end")}
        if word["word"]:
            words.append(word)
    return words


def _mappings(listed: object) -> list[Mapping[str, Any]]:
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise AnswerFault("no list of objects")
    return listed


def _number(value: object, least: float, most: float) -> float:
    """Overlong figures such as 1e999 are read as infinite: they are out of every range."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise AnswerFault("no number in its range")
    return float(value)


def _text(value: object) -> str:
    """Words as a recogniser prints them, whatever is between them: texts go to logs, terminals and journals."""
    if not isinstance(value, str):
        raise AnswerFault("no text")
    printable = "".join(sign if sign.isprintable() else " " for sign in _bounded(value))
    return " ".join(printable.lower().split())


def _bounded(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise AnswerFault("a text too long")
    return text


def _few(words: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if len(words) > MOST_WORDS:
        raise AnswerFault("too many words")
    return words


def _joined_paths(results: Sequence[_Result]) -> list[Mapping[str, Any]]:
    """The best paths through all results: their scores are logarithms of independent weights, so they add up."""
    paths = [_NOTHING]
    for result in results:
        longer = [_path(before, after) for before in paths for after in result.paths or (_NOTHING,)]
        paths = sorted(longer, key=lambda path: -float(path["confidence"]))[:MOST_PATHS]
    return paths


def _path(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "text": _bounded(f"{before['text']} {after['text']}".strip()),
        "confidence": before["confidence"] + after["confidence"],
        "result": _few([*before["result"], *after["result"]]),
    }
