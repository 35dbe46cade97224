"""When the caller speaks and when they are done: sound in, two signals out, timed by the sound itself."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Protocol

from ivr.call import EndOfTurn, Listening
from ivr.media.audio import BYTES_PER_MS
from ivr.speech.turn_taking import ending_for
from ivr.speech.voicing import Voicing

FRAME_MS = 32
"""One voice-activity decision (256 samples at 8 kHz)."""
FRAME_BYTES = FRAME_MS * BYTES_PER_MS
ROUNDING_MS = FRAME_MS // 2
"""A silence is as long as asked for to the nearest frame; to be no shorter than that cost every caller 28 ms more."""

KEPT_BEFORE_MS = 250
"""Sound kept before a voice is noticed, 96 ms after it began; what it lacks is not heard.

Right answers by what is kept, 75 human words (Speech Commands) and 67 single digits, bundled model: 57 % and 96 % with
100 ms, 72 and 100 with 150, 75 and 100 with 200, 77 and 100 with 250, 76 to 79 and 100 with 300 to 600.
"""
START_PROBABILITY = 0.5
"""Silero's own default; at 8 kHz it starts falsely in 0 % (quiet) and 2-3 % (kitchen noise) of turns."""
START_FRAMES = 3
"""96 ms of voice make a start: shorter is a click."""


NEWS_MS = 480
"""Words from sound with more silence at its end than this do not count: they are no longer the caller's. The silence is
that in the sound which the words come from: a recogniser that is late tells the same words of the same sound.

With the bundled model and a grammar the last word is printed up to 0.38 s after its end, and in longer silence the
search completes phrases: "council" became "council tax" after 0.64 s, with two synthetic voices of two.
"""


UNHEARD_PAUSE_MS = 300
"""Silence that ends what nobody can understand: no word of it is still to come, and who is told so must not be
talking. (Pauses within a human utterance may be as long; what follows then is spoken into the next prompt.)"""
UNHEARD_MOST_MS = 2000
"""So long such speech may last until the caller is told."""


LOOK_AHEAD_MS = 64
"""So long before the shortest silence that may end the turn, the words of it are asked for.

By themselves words are printed 0.17 s (median) to 0.45 s (95th percentile) after a human digit has ended. Asked for
after 0.128 s of silence, 79 of 80 such digits, 15 of 15 menu phrases and 60 of 60 strings of four digits were whole.
"""
LOOK_MOST_MS = 1500
"""Longest speech whose words are asked for so: it is heard a second time for that, and who counts out a long number
makes many pauses."""


class VoiceDetector(Protocol):
    """Probability of voice for every finished 32 ms frame of the sound given so far."""

    def voiced(self, pcm: bytes) -> list[float]:
        """One probability in 0..1 per frame that `pcm` (8 kHz, 16 bit) completes."""
        ...

    def reset(self) -> None:
        """Forget everything: a new turn begins."""
        ...


class Listener(Protocol):
    """Somebody who is given what the caller says as it comes, and tells the words."""

    @property
    def partial(self) -> str:
        """The words so far."""
        ...

    @property
    def partial_ms(self) -> int:
        """The length of the sound that they come from."""
        ...

    def feed(self, pcm: bytes) -> None:
        """The next sound."""
        ...

    def look(self) -> None:
        """The caller makes a pause: words that are still being worked out are wanted soon."""
        ...


class EarSignal(Enum):
    """What the ear noticed."""

    VOICE = "a voice began"
    QUIET = "the caller is done"


class Ear:
    """One turn's ear: gates sound by voice, passes it on from shortly before the voice, tells start and end.

    The end: as much silence as the strategy of `listening` asks for after the words so far, or `longest_s` of speech.
    Memory: `KEPT_BEFORE_MS` of sound, and what was said until there is a listener, `longest_s` at most.
    """

    def __init__(self, detector: VoiceDetector, listening: Listening) -> None:
        self._detector = detector
        self._ending = ending_for(listening)
        self._longest_ms = listening.longest_s * 1000
        self._shortest_ms = listening.pauses.unambiguous_s * 1000
        ahead = max(1, round((self._shortest_ms - LOOK_AHEAD_MS) / FRAME_MS))
        self._look_at_ms = None if listening.end is EndOfTurn.SILENCE else ahead * FRAME_MS
        self._kept: deque[bytes] = deque()
        self._kept_ms = 0.0
        self._frame = b""
        self._streak = 0
        self._silent_ms = 0
        self._voicing: Voicing | None = None
        self._unheard: list[bytes] = []
        self._listener: Listener | None = None
        self._passed_on_bytes = 0
        self._judged: tuple[str, float] = ("", 0.0)
        self.in_vain = False
        """Whether nobody understands the present or last speech."""
        self.speaking = False
        self.voice_ms = 0
        """Since the present or last voice began, with its silences."""
        detector.reset()

    @property
    def spoken_ms(self) -> int:
        """Length of the present or last speech, without its trailing silence."""
        return self.voice_ms - self._silent_ms

    @property
    def words(self) -> str:
        """Those of the present speech so far."""
        return self._listener.partial if self._listener is not None else ""

    def pass_on_to(self, listener: Listener) -> None:
        """Give `listener` the present speech from shortly before its start, and what follows of it."""
        self._listener = listener
        self._passed_on_bytes = 0
        for pcm in self._unheard:
            self._pass_on(listener, pcm)
        self._unheard.clear()

    def give_up(self) -> None:
        """Nobody understands the present speech: it ends at a short pause, and soon in any case."""
        self.in_vain = True
        self._unheard.clear()

    def stop(self) -> None:
        """The present speech is over, whatever follows."""
        self.speaking = False

    def hear(self, pcm: bytes) -> EarSignal | None:
        """Take the next sound of the caller; say when a voice began or ended with it."""
        if not self.speaking:
            self._keep(pcm)
        elif self._listener is not None:
            self._pass_on(self._listener, pcm)
        elif not self.in_vain:
            self._unheard.append(pcm)
        self._frame += pcm
        while len(self._frame) >= FRAME_BYTES:
            frame, self._frame = self._frame[:FRAME_BYTES], self._frame[FRAME_BYTES:]
            probability = self._detector.voiced(frame)[0]
            noticed = self._go_on(frame, probability) if self.speaking else self._wait(probability)
            if noticed is not None:
                return noticed
        return None

    def _wait(self, probability: float) -> EarSignal | None:
        self._streak = self._streak + 1 if probability >= START_PROBABILITY else 0
        return self._start() if self._streak >= START_FRAMES else None

    def _start(self) -> EarSignal:
        sound = b"".join(self._kept)
        heard = sound[: len(sound) - len(self._frame)]
        frames = [heard[end - FRAME_BYTES : end] for end in range(len(heard), FRAME_BYTES - 1, -FRAME_BYTES)]
        self._voicing = Voicing(before=frames[START_FRAMES:], begun=frames[:START_FRAMES])
        self._listener = None
        self._unheard = [sound]
        self.in_vain = False
        self._kept.clear()
        self._kept_ms = 0.0
        self._streak = 0
        self._silent_ms = 0
        self._judged = ("", 0.0)
        self.voice_ms = START_FRAMES * FRAME_MS
        self.speaking = True
        return EarSignal.VOICE

    def _go_on(self, frame: bytes, probability: float) -> EarSignal | None:
        assert self._voicing is not None
        self.voice_ms += FRAME_MS
        self._silent_ms = 0 if self._voicing.voiced(frame, probability) else self._silent_ms + FRAME_MS
        if self._silent_ms == self._look_at_ms and self.spoken_ms <= LOOK_MOST_MS:
            self._look()
        longest_ms = min(self._longest_ms, UNHEARD_MOST_MS) if self.in_vain else self._longest_ms
        if self.voice_ms >= longest_ms or (self._silent_ms and self._silent_ms + ROUNDING_MS >= self._pause_ms()):
            self.speaking = False
            return EarSignal.QUIET
        return None

    def _look(self) -> None:
        if self._listener is not None and self._pause_ms() > self._shortest_ms:
            self._listener.look()

    def _pause_ms(self) -> float:
        if self.in_vain:
            return UNHEARD_PAUSE_MS
        words = self.words if self._silent_before_words_ms() <= NEWS_MS else self._judged[0]
        if words != self._judged[0] or not self._judged[1]:  # judging costs more than comparing
            self._judged = (words, 1000 * self._ending.pause_s(words))
        return self._judged[1]

    def _silent_before_words_ms(self) -> float:
        """Silence at the end of the sound that the words so far come from."""
        if self._listener is None:
            return 0
        return self._silent_ms - (self._passed_on_bytes / BYTES_PER_MS - self._listener.partial_ms)

    def _pass_on(self, listener: Listener, pcm: bytes) -> None:
        listener.feed(pcm)
        self._passed_on_bytes += len(pcm)

    def _keep(self, pcm: bytes) -> None:
        self._kept.append(pcm)
        self._kept_ms += len(pcm) / BYTES_PER_MS
        while self._kept_ms - len(self._kept[0]) / BYTES_PER_MS >= KEPT_BEFORE_MS:
            self._kept_ms -= len(self._kept.popleft()) / BYTES_PER_MS
