"""One utterance in a recognition process: what came while others were decoded is decoded in one piece."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.speech.recognition.confidence import UNCALIBRATED
from ivr.speech.recognition.vosk_worker import ONE_AT_A_TIME, Decoding
from ivr.speech.recognition.wire import FrameKind

PIECE = bytes(640)


@dataclass
class _Recogniser:
    """Notes how much sound it was given at once, and says one word."""

    given: list[int] = field(default_factory=list)
    asked: int = 0

    def AcceptWaveform(self, pcm: bytes) -> None:
        self.given.append(len(pcm))

    def PartialResult(self) -> str:
        self.asked += 1
        return json.dumps({"partial": "tax"})

    def FinalResult(self) -> str:
        word = {"word": "tax", "start": 0.0, "end": 0.3}
        return json.dumps({"alternatives": [{"text": "tax", "confidence": 10.0, "result": [word]}]})


class _Decoder:
    calibration = UNCALIBRATED

    def __init__(self) -> None:
        self.recogniser = _Recogniser()

    def for_grammar(self, phrases: Sequence[str], known: frozenset[str]) -> _Recogniser:
        return self.recogniser


@dataclass
class _Other:
    urgent: bool = False


def _decoding(sent: list[tuple[FrameKind, object]]) -> tuple[Decoding, _Recogniser]:
    decoder = _Decoder()
    decoding = Decoding(decoder, 1, ["tax"], lambda kind, _, value: sent.append((kind, value)))  # type: ignore[arg-type]
    return decoding, decoder.recogniser


def _ended(decoding: Decoding) -> None:
    decoding.join(5)
    assert not decoding.is_alive()


def test_sound_that_waited_is_decoded_in_one_piece() -> None:
    sent: list[tuple[FrameKind, object]] = []
    decoding, recogniser = _decoding(sent)
    with ONE_AT_A_TIME.turn_of(_Other()):
        for _ in range(5):
            decoding.sound.put(PIECE)
        decoding.start()
    decoding.sound.put(FrameKind.FINISH)
    _ended(decoding)
    assert sum(recogniser.given) == 5 * len(PIECE)
    assert recogniser.given[0] == 5 * len(PIECE)
    assert [kind for kind, _ in sent] == [FrameKind.PARTIAL, FrameKind.RESULT]


def test_words_so_far_are_not_asked_for_when_the_caller_waits_for_the_last_ones() -> None:
    sent: list[tuple[FrameKind, object]] = []
    decoding, recogniser = _decoding(sent)
    decoding.sound.put(PIECE)
    decoding.sound.put(FrameKind.FINISH)
    decoding.urgent = True
    decoding.start()
    _ended(decoding)
    assert recogniser.given == [len(PIECE)] and recogniser.asked == 0
    assert [kind for kind, _ in sent] == [FrameKind.RESULT]


def test_what_nobody_waits_for_is_not_decoded() -> None:
    sent: list[tuple[FrameKind, object]] = []
    decoding, recogniser = _decoding(sent)
    with ONE_AT_A_TIME.turn_of(_Other()):
        decoding.sound.put(PIECE)
        decoding.start()
        decoding.given_up = True
        decoding.sound.put(FrameKind.ABANDON)
    _ended(decoding)
    assert recogniser.given == [] and sent == []
