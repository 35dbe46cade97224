"""What a vosk-server is told and what it answers (its websocket protocol), as a codec without I/O.

Per connection one utterance: first a configuration (text), then sound (binary: 8 kHz, 16 bit, mono), then `END`
(text). Each piece of sound and the end are answered by one JSON message: ``{"partial"}`` while words go on, a result
where the server itself found an end of speech, and a result at the end. The sources are vosk-server's
websocket/asr_server.py and websocket-cpp/asr_server.cpp; the latter knows no configuration, takes it for sound, and
answers `END` in a binary message. So a turn with pauses has several results: they are joined.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ivr.call import Hypothesis
from ivr.speech.recognition.readings import MOST_PATHS, UNKNOWN, from_alternatives, from_grammar

RATE_HZ = 8000
END = '{"eof" : 1}'
"""Both servers compare it letter by letter."""
UNSURE = 0.5
"""Confidence of words that a server gives without any: enough to be asked back, not to be acted on."""

_NOTHING: Mapping[str, Any] = {"text": "", "confidence": 0.0, "result": []}


class AnswerFault(ValueError):
    """The other end does not answer as a vosk-server does."""


def configuration(phrases: tuple[str, ...] | None) -> str:
    """The first message: listen for `phrases`, or for anything if None."""
    told: dict[str, Any] = {"sample_rate": RATE_HZ, "words": True}
    if phrases is None:
        told["max_alternatives"] = MOST_PATHS
    else:
        told["max_alternatives"] = 0
        told["phrase_list"] = [*phrases, UNKNOWN]
    return json.dumps({"config": told}, ensure_ascii=False)


class Answers:
    """All that a server has answered to one utterance."""

    def __init__(self) -> None:
        self.taken = 0
        """Messages so far."""
        self.partial = ""
        """The words so far."""
        self._results: list[Mapping[str, Any]] = []
        self._last_is_result = False

    def take(self, message: str | bytes) -> None:
        """One message. Raises AnswerFault if a vosk-server would not write it."""
        try:
            answer = json.loads(message)
        except ValueError as fault:
            raise AnswerFault("no JSON") from fault
        if not isinstance(answer, dict):
            raise AnswerFault("no JSON object")
        self.taken += 1
        self._last_is_result = "partial" not in answer
        if self._last_is_result:
            if not isinstance(answer.get("text"), str) and not isinstance(answer.get("alternatives"), list):
                raise AnswerFault("neither words nor alternatives")
            self._results.append(answer)
        said = [_best_text(result) for result in self._results]
        self.partial = _known(" ".join([*said, str(answer.get("partial", ""))]))

    def complete(self, asked: int) -> bool:
        """Whether the last of `asked` pieces of sound and ends is answered."""
        return self.taken >= asked and self._last_is_result

    def readings(self) -> tuple[Hypothesis, ...]:
        """The readings of the whole utterance, best first. Raises AnswerFault."""
        try:
            if any("alternatives" in result for result in self._results):
                return from_alternatives({"alternatives": _joined_paths(self._results)})
            words = [word for result in self._results for word in result.get("result", [])]
            if words:
                return from_grammar({"text": self.partial, "result": words})
        except (LookupError, ArithmeticError, TypeError, ValueError, AttributeError) as fault:
            raise AnswerFault(f"a result of another form ({type(fault).__name__})") from fault
        return (Hypothesis(text=self.partial, confidence=UNSURE),) if self.partial else ()


def _joined_paths(results: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The best paths through all results: their scores are logarithms of independent weights, so they add up."""
    paths = [_NOTHING]
    for result in results:
        longer = [_path(before, after) for before in paths for after in result.get("alternatives") or [_NOTHING]]
        paths = sorted(longer, key=lambda path: -float(path["confidence"]))[:MOST_PATHS]
    return paths


def _path(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "text": f"{before['text']} {after['text']}".strip(),
        "confidence": before["confidence"] + after["confidence"],
        "result": [*before.get("result", []), *after.get("result", [])],
    }


def _best_text(result: Mapping[str, Any]) -> str:
    alternatives = result.get("alternatives")
    best = alternatives[0] if alternatives else result
    return str(best.get("text", "")) if isinstance(best, dict) else ""


def _known(text: str) -> str:
    return " ".join(word for word in text.split() if word != UNKNOWN)
