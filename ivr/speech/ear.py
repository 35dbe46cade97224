"""When the caller speaks and when they are done: sound in, two signals out, timed by the sound itself."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Protocol

from ivr.call import Listening

BYTES_PER_MS = 16
"""8 kHz, 16 bit, mono."""
FRAME_MS = 32
"""One voice-activity decision (256 samples at 8 kHz)."""

KEPT_BEFORE_MS = 300
"""Sound kept before the start of a voice: soft onsets are found late (hearing.md: 250 ms and more)."""
START_PROBABILITY = 0.5
"""Silero's own default; at 8 kHz it starts falsely in 0 % (quiet) and 2-3 % (kitchen noise) of turns."""
GO_ON_PROBABILITY = 0.35
"""Inside speech a softer frame still counts as voice (Silero's hysteresis of 0.15)."""
START_FRAMES = 3
"""96 ms of voice make a start: shorter is a click (hearing.md measured with 90 ms)."""


class VoiceDetector(Protocol):
    """Probability of voice for every finished 32 ms frame of the sound given so far."""

    def voiced(self, pcm: bytes) -> list[float]:
        """One probability in 0..1 per frame that `pcm` (8 kHz, 16 bit) completes."""
        ...

    def reset(self) -> None:
        """Forget everything: a new turn begins."""
        ...


class Listener(Protocol):
    """Somebody who is given the caller's words as they come."""

    def feed(self, pcm: bytes) -> None:
        """The next sound."""
        ...


class EarSignal(Enum):
    """What the ear noticed."""

    VOICE = "a voice began"
    QUIET = "the caller is done"


class Ear:
    """One turn's ear: gates sound by voice, passes it on from shortly before the voice, tells start and end."""

    def __init__(self, detector: VoiceDetector, listening: Listening) -> None:
        self._detector = detector
        self._silence_ms = listening.silence_s * 1000
        self._longest_ms = listening.longest_s * 1000
        self._before: deque[bytes] = deque()
        self._before_ms = 0.0
        self._streak = 0
        self._unvoiced_ms = 0.0
        self._speech_ms = 0.0
        self._unheard: list[bytes] = []
        self._listener: Listener | None = None
        self.speaking = False
        detector.reset()

    @property
    def spoken_ms(self) -> float:
        """Length of the present or last speech, without its trailing silence."""
        return max(0.0, self._speech_ms - self._unvoiced_ms)

    def pass_on_to(self, listener: Listener) -> None:
        """Give `listener` the present speech from shortly before its start, and what follows of it."""
        self._listener = listener
        for pcm in self._unheard:
            listener.feed(pcm)
        self._unheard.clear()

    def hear(self, pcm: bytes) -> EarSignal | None:
        """Take the next sound of the caller; say when a voice began or ended with it."""
        probabilities = self._detector.voiced(pcm)
        if self.speaking:
            if self._listener is not None:
                self._listener.feed(pcm)
            else:
                self._unheard.append(pcm)  # until `longest_s` at most, when the speech is over
            return self._go_on(probabilities)
        self._keep(pcm)
        for probability in probabilities:
            self._streak = self._streak + 1 if probability >= START_PROBABILITY else 0
            if self._streak >= START_FRAMES:
                return self._start()
        return None

    def _start(self) -> EarSignal:
        self.speaking = True
        self._speech_ms = START_FRAMES * FRAME_MS
        self._unvoiced_ms = 0.0
        self._listener = None
        self._unheard = [b"".join(self._before)]
        self._before.clear()
        self._before_ms = 0.0
        self._streak = 0
        return EarSignal.VOICE

    def _go_on(self, probabilities: list[float]) -> EarSignal | None:
        for probability in probabilities:
            self._speech_ms += FRAME_MS
            self._unvoiced_ms = 0.0 if probability >= GO_ON_PROBABILITY else self._unvoiced_ms + FRAME_MS
            if self._unvoiced_ms >= self._silence_ms or self._speech_ms >= self._longest_ms:
                self.speaking = False
                return EarSignal.QUIET
        return None

    def _keep(self, pcm: bytes) -> None:
        self._before.append(pcm)
        self._before_ms += len(pcm) / BYTES_PER_MS
        while self._before_ms - len(self._before[0]) / BYTES_PER_MS >= KEPT_BEFORE_MS:
            self._before_ms -= len(self._before.popleft()) / BYTES_PER_MS
