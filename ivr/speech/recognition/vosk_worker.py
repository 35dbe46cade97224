"""A recognition process: frames in on stdin, frames out on stdout, Vosk in between; the only module that imports it.

Started by the recogniser pool as ``python -m ivr.speech.recognition.vosk_worker MODEL_FOLDER``. Vosk and Kaldi end the
process at a failed assertion and may be slow, which is why they live here: one thread per utterance (Vosk works outside
the interpreter lock), and the main thread only reads frames, so that it can answer a ping at any time.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import vosk

from ivr.call import Hypothesis
from ivr.errors import ModelError
from ivr.speech.models.model import find_model
from ivr.speech.recognition.confidence import Calibration, calibration_of
from ivr.speech.recognition.garbage import Garbage
from ivr.speech.recognition.noise_floor import NoiseFloor
from ivr.speech.recognition.one_at_a_time import OneAtATime
from ivr.speech.recognition.readings import MOST_PATHS, calibrated, known_words, words_in
from ivr.speech.recognition.wire import Frame, FrameKind, FrameReader, encode_value
from ivr.speech.tones import MOST_TONE, tone_share

RATE_HZ = 8000
READ_BYTES = 1 << 16
MOST_IDLE = 2
MOST_USES = 200
"""A recogniser for open vocabulary keeps the part of the search graph that it has unfolded: used again it needs
half the CPU (0.03 against 0.07 of real time, same words), and grows to about 45 MB. So a few are kept, not for ever."""

ONE_AT_A_TIME = OneAtATime()
"""Threads that decode in one process: there is a process for each core, and more runnable threads than cores only take
turns with the service's event loop."""
NICENESS = 10
"""Below the service and Asterisk: a late word costs a tenth of a second, a late event loop everybody's sound. With
fifty callers speaking at once on two busy cores the loop's lag (p99) was 1.4 s without it and 0.4 s with it."""

MOST_AT_ONCE_BYTES = RATE_HZ * 2 // 5
"""0.2 s: of what waits, so much is decoded in one piece. Of a minute of digits, 40 ms at a time cost 26 ms of CPU a
second, 200 ms 18, everything at once 17; and the words so far tell from which moment of the sound they are."""

Send = Callable[[FrameKind, int, object], None]


class Decoder:
    """One model: recognisers for grammars and for open vocabulary, and what their confidence means.

    Raises ModelError if the model or its calibration is not whole.
    """

    def __init__(self, folder: Path) -> None:
        self.calibration: Calibration = calibration_of(folder)
        self._garbage = Garbage(find_model(str(folder)).words)
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(folder))
        self._idle: deque[tuple[vosk.KaldiRecognizer, int]] = deque(maxlen=MOST_IDLE)

    def for_grammar(self, phrases: Sequence[str], known: frozenset[str]) -> vosk.KaldiRecognizer:
        """A recogniser for `phrases`, which are made of the words `known`."""
        return _with_paths(vosk.KaldiRecognizer(self._model, RATE_HZ, self._grammar(phrases, known)))

    def _grammar(self, phrases: Sequence[str], known: frozenset[str]) -> str:
        return json.dumps([*phrases, *self._garbage.beside(known)])

    def take_open(self) -> tuple[vosk.KaldiRecognizer, int]:
        """A recogniser for open vocabulary, and how often it was used."""
        try:
            return self._idle.pop()
        except IndexError:
            return _with_paths(vosk.KaldiRecognizer(self._model, RATE_HZ)), 0

    def give_back(self, recogniser: vosk.KaldiRecognizer, uses: int) -> None:
        """Keep it if it is not worn out. Only after its final result: that is what empties it."""
        if uses + 1 < MOST_USES:
            self._idle.append((recogniser, uses + 1))

    def words(self, pcm: bytes | bytearray, phrases: Sequence[str], known: frozenset[str]) -> str:
        """What was said until now, if `pcm` were all: a recogniser of its own is closed upon it."""
        recogniser = vosk.KaldiRecognizer(self._model, RATE_HZ, self._grammar(phrases, known))
        recogniser.AcceptWaveform(NoiseFloor().under(bytes(pcm)))
        return known_words(json.loads(recogniser.FinalResult()).get("text", ""), known)

    def result(self, pcm: bytes, phrases: Sequence[str] | None) -> dict[str, Any]:
        """Vosk's own result for the sound of a whole utterance (see `readings.weigh`), for fitting a calibration."""
        if phrases is None:
            recogniser, uses = self.take_open()
        else:
            recogniser, uses = self.for_grammar(phrases, words_in(phrases)), MOST_USES
        recogniser.AcceptWaveform(NoiseFloor().under(pcm))
        result = _final(recogniser, pcm)
        self.give_back(recogniser, uses)
        return result


def _with_paths(recogniser: vosk.KaldiRecognizer) -> vosk.KaldiRecognizer:
    recogniser.SetWords(True)
    recogniser.SetMaxAlternatives(MOST_PATHS)
    return recogniser


def _final(recogniser: vosk.KaldiRecognizer, heard: bytes | bytearray) -> dict[str, Any]:
    """Vosk's result for all that was `heard` (8 kHz, 16 bit), with its length."""
    return {**json.loads(recogniser.FinalResult()), "sound_s": len(heard) / 2 / RATE_HZ}


class Decoding(threading.Thread):
    """One utterance: a recogniser that only this thread touches.

    The queue has no bound of its own: the pool sends at most half a minute of sound per utterance.
    """

    def __init__(self, decoder: Decoder, number: int, phrases: list[str] | None, send: Send):
        super().__init__(daemon=True)
        self._decoder = decoder
        self._number = number
        self._phrases = phrases
        self._known = None if phrases is None else words_in(phrases)
        self._send = send
        self._heard = bytearray()
        self.sound: queue.SimpleQueue[bytes | FrameKind] = queue.SimpleQueue()
        self.given_up = False
        """Nobody waits for it: what is queued need not be heard."""
        self.urgent = False
        """The caller has ended and waits for a reply."""

    def run(self) -> None:
        """Decode until the utterance ends; a failure is reported and costs only this utterance."""
        try:
            if self._phrases is None or self._known is None:
                self._decode_open()
            else:
                self._decode_phrases(self._phrases, self._known)
        except Exception as fault:  # noqa: BLE001  # vosk raises bare Exception
            self._send(FrameKind.FAILED, self._number, f"{type(fault).__name__}: {fault}")

    def _decode_open(self) -> None:
        recogniser, uses = self._decoder.take_open()
        if self._hear(recogniser):
            with ONE_AT_A_TIME.turn_of(self):
                result = _final(recogniser, self._heard)
            self._decoder.give_back(recogniser, uses)
            self._answer(calibrated(result, None, self._decoder.calibration))

    def _decode_phrases(self, phrases: list[str], known: frozenset[str]) -> None:
        recogniser = self._decoder.for_grammar(phrases, known)
        if self._hear(recogniser):
            with ONE_AT_A_TIME.turn_of(self):
                result = _final(recogniser, self._heard)
            self._answer(calibrated(result, phrases, self._decoder.calibration))

    def _hear(self, recogniser: vosk.KaldiRecognizer) -> bool:
        """Take sound until the end; whether a result is wanted.

        Vosk's own end-pointing is passed over: the turn's end is decided on voice activity, and asking for a result
        only once keeps one search over the whole utterance.
        """
        said = ""
        floor = NoiseFloor()
        while True:
            item = self.sound.get()
            sound, mark = (b"", item) if isinstance(item, FrameKind) else (item, None)
            if sound:
                with ONE_AT_A_TIME.turn_of(self):
                    if self.given_up:
                        return False
                    more, mark = self._waiting()
                    sound += more
                    self._heard += sound
                    recogniser.AcceptWaveform(floor.under(sound))
                    text = said if self.urgent else _words_so_far(recogniser, self._known)
                if text != said:
                    said = text
                    self._tell(text)
            if self.given_up:
                return False
            if mark is FrameKind.LOOK:
                self._look()
            elif mark is not None:
                return mark is FrameKind.FINISH

    def _waiting(self) -> tuple[bytes, FrameKind | None]:
        """The sound that came while another utterance was decoded, up to a mark: decoded in one piece it costs a third
        less, so who is late catches up."""
        sound = bytearray()
        with suppress(queue.Empty):
            while len(sound) < MOST_AT_ONCE_BYTES:
                item = self.sound.get_nowait()
                if isinstance(item, FrameKind):
                    return bytes(sound), item
                sound += item
        return bytes(sound), None

    def _look(self) -> None:
        """Tell the words so far as if they were all, unless somebody else is being heard just now.

        It is a kindness of 10 to 25 ms of CPU. Done for all of 25 callers who counted out digits at once, it made two
        processes 1.8 s late.
        """
        if self._phrases is None or self._known is None or not self.sound.empty():
            return
        with ONE_AT_A_TIME.turn_if_free() as free:
            if not free:
                return
            words = self._decoder.words(self._heard, self._phrases, self._known)
        self._tell(words)

    def _tell(self, words: str) -> None:
        self._send(FrameKind.PARTIAL, self._number, [words, 1000 * len(self._heard) // (2 * RATE_HZ)])

    def _answer(self, readings: tuple[Hypothesis, ...]) -> None:
        if tone_share(bytes(self._heard)) > MOST_TONE:
            readings = ()  # a machine, and none of the words that its tones may be like
        self._send(FrameKind.RESULT, self._number, [[reading.text, reading.confidence] for reading in readings])


def _words_so_far(recogniser: vosk.KaldiRecognizer, known: frozenset[str] | None) -> str:
    return known_words(json.loads(recogniser.PartialResult()).get("partial", ""), known)


class Worker:
    """The frames' side of the process."""

    def __init__(self, decoder: Decoder, output: int) -> None:
        self._decoder = decoder
        self._output = output
        self._writing = threading.Lock()
        self._decodings: dict[int, Decoding] = {}

    def warm_up(self) -> None:
        """Decode a little silence, which proves the model and unfolds the first of its search graph."""
        self._decoder.result(bytes(RATE_HZ), None)

    def _behind(self) -> int:
        return max((decoding.sound.qsize() for decoding in self._decodings.values()), default=0)

    def send(self, kind: FrameKind, utterance: int, value: object) -> None:
        """Write one frame whole; whoever calls."""
        data = memoryview(encode_value(kind, utterance, value))
        with self._writing:
            while data:
                data = data[os.write(self._output, data) :]

    def take(self, frame: Frame) -> None:
        """Act on one frame; frames of an utterance that is over are passed over."""
        if frame.kind is FrameKind.PING:
            self.send(FrameKind.PONG, 0, {"rss_bytes": resident_bytes(), "behind": self._behind()})
        elif frame.kind is FrameKind.OPEN:
            decoding = Decoding(self._decoder, frame.utterance, frame.value, self.send)
            self._decodings[frame.utterance] = decoding
            decoding.start()
        elif frame.kind is FrameKind.AUDIO:
            if frame.utterance in self._decodings:
                self._decodings[frame.utterance].sound.put(frame.payload)
        elif frame.kind is FrameKind.LOOK:
            if frame.utterance in self._decodings:
                self._decodings[frame.utterance].sound.put(frame.kind)
        elif frame.kind in (FrameKind.FINISH, FrameKind.ABANDON):
            ending = self._decodings.pop(frame.utterance, None)
            if ending is not None:
                ending.given_up = frame.kind is FrameKind.ABANDON
                ending.urgent = True
                ending.sound.put(frame.kind)


def resident_bytes() -> int:
    """Memory of this process, or 0 where /proc does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def main(folder: str) -> None:
    """Serve frames until stdin ends."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; our end is the end of stdin
    output = os.dup(1)
    os.dup2(2, 1)  # native code prints to stdout now and then: that must not become a frame
    try:
        worker = Worker(Decoder(Path(folder)), output)
    except ModelError as fault:
        sys.exit(str(fault))
    worker.warm_up()
    worker.send(FrameKind.READY, 0, None)
    reader = FrameReader()
    while data := os.read(0, READ_BYTES):
        for frame in reader.feed(data):
            worker.take(frame)
    os._exit(0)  # threads may be inside native code: nothing of theirs is worth waiting for


if __name__ == "__main__":
    main(sys.argv[1])
