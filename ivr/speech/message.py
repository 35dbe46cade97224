"""A turn in which the caller leaves a message: the prompts, a beep, and what is said until a key or silence ends it."""

from __future__ import annotations

import asyncio

import numpy as np

from ivr.call import BargeIn, Heard, Means, MessageLimits, Outcome
from ivr.errors import LineBroken
from ivr.media.audio import BYTES_PER_MS, RATE_HZ, Audio, Key, LineEnded, MediaInput
from ivr.speech.ear import FRAME_BYTES, FRAME_MS, START_PROBABILITY, VoiceDetector
from ivr.speech.prompting import Prompting, Sound

BEEP_HZ, BEEP_MS, BEEP_DBFS = 1000, 200, -20.0
"""As answering machines beep, no louder than a voice."""
RAMP_MS = 10
LEAST_VOICE_MS = 500
"""Less voice than this is no message: a click, a breath before hanging up."""
KEPT_SILENCE_MS = 500
"""Of the silence at the end: a message that stops dead sounds cut."""
NO_SOUND_S = 2.0
"""Longer than the limits by this on the clock: the caller's sound has stopped altogether (muted phone)."""


def beep() -> bytes:
    """8 kHz, 16 bit, mono; it begins and ends without a click."""
    at_s = np.arange(BEEP_MS * RATE_HZ // 1000) / RATE_HZ
    ramp = np.minimum(1.0, np.minimum(at_s, at_s[::-1]) / (RAMP_MS / 1000))
    peak = 32768 * 10 ** (BEEP_DBFS / 20) * np.sqrt(2)
    return bytes(np.round(peak * ramp * np.sin(2 * np.pi * BEEP_HZ * at_s)).astype("<i2").tobytes())


class MessageTurn:
    """The state of one such turn. A key cuts the prompts where they allow it, and ends the message later."""

    def __init__(
        self,
        limits: MessageLimits,
        *,
        detector: VoiceDetector,
        prompting: Prompting,
        sound: Sound,
        wait_s: float,
    ) -> None:
        self._limits = limits
        self._detector = detector
        self._prompting = prompting
        self._sound = sound
        self._wait_ms = wait_s * 1000
        self._message = bytearray()
        self._judged = 0
        self._voice_ms = 0
        self._last_voice_ms = 0
        self._recording = False
        self._skip = asyncio.Event()
        self._over = asyncio.Event()
        self._ended: LineEnded | None = None
        detector.reset()

    def take(self, given: MediaInput) -> None:
        """One input of the caller; called by the media session, never waits."""
        match given:
            case Audio(pcm=pcm) if self._recording:
                self._message += pcm
                self._judge()
            case Key() if self._recording:
                self._over.set()
            case Key() if self._prompting.allows(BargeIn.KEYS):
                self._skip.set()
            case LineEnded():
                self._ended = given
                self._skip.set()
                self._over.set()

    async def run(self) -> Heard:
        """Its result: who hangs up has left what was said until then. Raises LineBroken if the line breaks."""
        await self._say()
        if self._ended is None:
            await (await self._sound.play(beep())).finished()
            self._recording = True
            try:
                async with asyncio.timeout(self._limits.longest_s + NO_SOUND_S):
                    await self._over.wait()
            except TimeoutError:
                pass  # the phone sends nothing: what there is counts
            self._recording = False
        if self._ended is not None and self._ended.reason == "broken":
            raise LineBroken("the sound of the call broke")
        return self._heard()

    async def _say(self) -> None:
        """The prompts, as far as the caller lets them."""
        player = asyncio.create_task(self._prompting.play(), name="play the prompts before a message")
        skip = asyncio.create_task(self._skip.wait(), name="wait for a key before a message")
        try:
            await asyncio.wait({player, skip}, return_when=asyncio.FIRST_COMPLETED)
            if self._ended is not None:
                await self._prompting.line_ended()
            elif not player.done():
                await self._prompting.silence()
        finally:
            for task in (player, skip):
                task.cancel()
            await asyncio.wait({player, skip})

    def _judge(self) -> None:
        """Look at what came since: where the voice is, and whether it is over."""
        while len(self._message) - self._judged >= FRAME_BYTES:
            frame = bytes(self._message[self._judged : self._judged + FRAME_BYTES])
            self._judged += FRAME_BYTES
            if self._detector.voiced(frame)[0] >= START_PROBABILITY:
                self._voice_ms += FRAME_MS
                self._last_voice_ms = self._judged // BYTES_PER_MS
        so_far_ms = self._judged / BYTES_PER_MS
        quiet_ms = so_far_ms - self._last_voice_ms
        patience_ms = self._limits.silence_s * 1000 if self._voice_ms else self._wait_ms
        if quiet_ms >= patience_ms or so_far_ms >= self._limits.longest_s * 1000:
            self._over.set()

    def _heard(self) -> Heard:
        kept_ms = self._last_voice_ms + KEPT_SILENCE_MS
        said = self._voice_ms >= LEAST_VOICE_MS
        outcome = Outcome.MATCH if said else Outcome.NO_INPUT
        return Heard(
            outcome=outcome if self._ended is None else Outcome.HANGUP,
            means=Means.VOICE if said else None,
            message=bytes(self._message[: kept_ms * BYTES_PER_MS]) if said else b"",
            barged_in=self._prompting.cut,
            prompts_heard_ms=self._prompting.heard_ms,
            prompts_total_ms=self._prompting.lengths_ms,
        )
