"""One turn with the caller: play, listen meanwhile and after, and say in one value what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol

from ivr.call import BargeIn, Heard, Hypothesis, KeyMatch, Listening, Means, Outcome, Prompt
from ivr.errors import LineBroken
from ivr.media.audio import Audio, Key, LineEnded, MediaInput, Played, duration_ms
from ivr.speech.ear import Ear, EarSignal, VoiceDetector
from ivr.speech.recogniser import Recogniser, Utterance

log = logging.getLogger(__name__)

NOISE_MS = 250
"""A voice shorter than this without a word in it is a cough or a door, not an answer."""
SIGNALS_AT_MOST = 64
"""Signals of one turn that wait to be handled (an impatient caller's keys); beyond it the oldest is dropped."""
NO_SOUND_S = 2.0
"""A caller who spoke and whose sound then stops altogether (muted phone) is done after this much longer."""


class Playing(Protocol):
    """A prompt on its way to the caller (media.playing)."""

    async def finished(self) -> Played:
        """How much was heard, once the caller has heard it or the line is gone."""
        ...

    async def cut(self) -> Played:
        """Stop at once; how much was heard."""
        ...

    async def pause(self) -> None:
        """Fall silent, ready to go on."""
        ...

    async def resume(self) -> None:
        """Go on where it was paused."""
        ...


class Sound(Protocol):
    """The caller's sound, both ways (media.session)."""

    async def play(self, pcm: bytes) -> Playing:
        """Begin to play `pcm` (8 kHz, 16 bit)."""
        ...

    async def listen(self, wanted: bool) -> None:
        """Whether the caller's sound is wanted at all; keys always come."""
        ...

    def attach(self, take: Callable[[MediaInput], None] | None) -> None:
        """Give every input to `take` as it comes, waiting ones first; None: keep them for later."""
        ...


class Prompts(Protocol):
    """Where the sound of a prompt comes from (speech.prompt_store)."""

    async def sound(self, prompt: Prompt) -> bytes:
        """8 kHz 16-bit sound of `prompt`."""
        ...


class SpokenLine:
    """The telephone as the dialogue sees it: one `converse` a turn, over one media session."""

    def __init__(self, sound: Sound, *, prompts: Prompts, recogniser: Recogniser, detector: VoiceDetector) -> None:
        self._sound = sound
        self._prompts = prompts
        self._recogniser = recogniser
        self._detector = detector
        self._early: list[Key] = []
        """Keys that a caller who knows the way pressed ahead of the next turn."""

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        """Play `prompts`, listen as `listening` says (None: only play), and return what came of it.

        Raises LineBroken if the sound of the call breaks; a caller who hangs up is an outcome.
        """
        pieces = [(await self._prompts.sound(prompt), prompt.barge_in) for prompt in prompts]
        wanted = listening or Listening()
        await self._sound.listen(wanted.speech)
        turn = _Turn(self._sound, wanted, Ear(self._detector, wanted), _joined(pieces))
        early, self._early = self._early, []
        for key in early:
            turn.take(key)
        self._sound.attach(turn.take)
        try:
            return await turn.run(self._recogniser)
        finally:
            self._sound.attach(None)
            self._early = turn.early


class _Signal(Enum):
    PLAYED = "the last prompt was heard"
    KEY = "a key was pressed"
    VOICE = "a voice began"
    QUIET = "the caller is done"
    GONE = "the line ended"
    LATE = "nothing came in time"


class _Turn:
    """The state of one turn; made for it and thrown away after it."""

    def __init__(self, sound: Sound, listening: Listening, ear: Ear, pieces: list[tuple[bytes, BargeIn]]) -> None:
        self._sound = sound
        self._listening = listening
        self._ear = ear
        self._pieces = pieces
        self.early: list[Key] = []
        """Keys that came after those that decided this turn: they belong to the next one."""
        self._signals: asyncio.Queue[_Signal] = asyncio.Queue(SIGNALS_AT_MOST)
        self._allowed = pieces[0][1] if pieces else BargeIn.BOTH
        self._playing: Playing | None = None
        self._played = False
        self._cut = False
        self._heard_ms = 0
        self._total_ms = 0
        self._keys = ""
        self._broken = False
        self._deadline: float | None = None
        self._utterance: Utterance | None = None

    # -- from the line, as it comes ------------------------------------------------------------------

    def take(self, given: MediaInput) -> None:
        """One input of the caller; called by the media session, never waits."""
        match given:
            case Audio(pcm=pcm):
                if self._listening.speech and not self._keys and self._may(BargeIn.SPEECH):
                    noticed = self._ear.hear(pcm)
                    if noticed is not None:
                        self._tell(_Signal.VOICE if noticed is EarSignal.VOICE else _Signal.QUIET)
            case Key():
                self._take_key(given)
            case LineEnded(reason=reason):
                self._broken = reason == "broken"
                self._tell(_Signal.GONE)

    def _take_key(self, key: Key) -> None:
        keys = self._listening.keys
        if self._keys and keys.judge(self._keys) in (KeyMatch.MAX_MATCH, KeyMatch.NO_MATCH):
            if len(self.early) < SIGNALS_AT_MOST:
                self.early.append(key)
        elif keys.listens and self._may(BargeIn.KEYS):
            self._keys += key.digit
            self._tell(_Signal.KEY)

    def _may(self, means: BargeIn) -> bool:
        return self._played or self._cut or means in self._allowed

    def _tell(self, signal: _Signal) -> None:
        if self._signals.full():  # the newest counts: it may be the end of the line
            dropped = self._signals.get_nowait()
            log.warning("signal of a turn dropped", extra={"signal": dropped.name})
        self._signals.put_nowait(signal)

    # -- the turn ------------------------------------------------------------------------------------

    async def run(self, recogniser: Recogniser) -> Heard:
        self._total_ms = sum(duration_ms(pcm) for pcm, _ in self._pieces)
        player = asyncio.create_task(self._play(), name="play prompts of a turn")
        player.add_done_callback(self._player_ended)
        try:
            return await self._until_decided(recogniser)
        finally:
            if self._utterance is not None:
                self._utterance.abandon()
            player.cancel()
            await asyncio.wait({player})

    def _player_ended(self, player: asyncio.Task[None]) -> None:
        if not player.cancelled() and player.exception() is not None:
            log.error("playing a prompt failed", exc_info=player.exception())
            self._broken = True
            self._tell(_Signal.GONE)

    async def _play(self) -> None:
        for pcm, allowed in self._pieces:
            if self._cut:
                return
            self._allowed = allowed
            self._playing = await self._sound.play(pcm)
            played = await self._playing.finished()
            if not played.completed:  # cut by the caller, or the line is gone: both are told elsewhere
                return
            self._heard_ms += played.heard_ms
            self._playing = None
        self._played = True
        self._tell(_Signal.PLAYED)

    async def _until_decided(self, recogniser: Recogniser) -> Heard:
        while True:
            signal = await self._next()
            heard: Heard | None = None
            match signal:
                case _Signal.GONE if self._broken:
                    raise LineBroken("the sound of the call broke")
                case _Signal.GONE:
                    if self._playing is not None and not self._cut:
                        self._heard_ms += (await self._playing.finished()).heard_ms
                    heard = self._result(Outcome.HANGUP)
                case _Signal.PLAYED:
                    heard = self._on_played()
                case _Signal.KEY:
                    heard = await self._on_key()
                case _Signal.VOICE:
                    await self._on_voice(recogniser)
                case _Signal.QUIET:
                    heard = await self._on_quiet()
                case _Signal.LATE:
                    heard = await self._on_late()
            if heard is not None:
                return heard

    async def _next(self) -> _Signal:
        if self._deadline is None:
            return await self._signals.get()
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._signals.get()
        except TimeoutError:
            return _Signal.LATE

    def _wait(self, seconds: float) -> None:
        self._deadline = asyncio.get_running_loop().time() + seconds

    def _on_played(self) -> Heard | None:
        if not self._listening.speech and not self._listening.keys.listens:
            return self._result(Outcome.PLAYED)
        if not self._ear.speaking and not self._keys:
            self._wait(self._listening.first_input_s)
        return None

    async def _on_key(self) -> Heard | None:
        await self._silence_prompt()
        match self._listening.keys.judge(self._keys):
            case KeyMatch.MAX_MATCH:
                return self._result(Outcome.MATCH, Means.KEYS)
            case KeyMatch.NO_MATCH:
                return self._result(Outcome.NO_MATCH, Means.KEYS)
            case _:
                self._wait(self._listening.between_keys_s)
        return None

    async def _on_voice(self, recogniser: Recogniser) -> None:
        if self._playing is not None and not self._cut:
            await self._playing.pause()
        self._wait(self._listening.longest_s + NO_SOUND_S)
        try:
            self._utterance = await recogniser.open(self._listening.phrases)
        except LineBroken:
            log.warning("no recogniser: this turn listens to keys only")
        else:
            self._ear.pass_on_to(self._utterance)

    async def _on_quiet(self) -> Heard | None:
        if self._keys:
            return None
        utterance, self._utterance = self._utterance, None
        if utterance is None:
            await self._carry_on()
            return None
        spoken_ms = self._ear.spoken_ms
        readings = await utterance.finish()
        if not readings and spoken_ms < NOISE_MS:
            await self._carry_on()
            return None
        await self._silence_prompt()
        return self._result(Outcome.MATCH if readings else Outcome.NO_MATCH, Means.VOICE, readings)

    async def _carry_on(self) -> None:
        """A noise, not an answer, or nobody to understand it: go on where the prompt was."""
        self._deadline = None
        if self._playing is not None and not self._cut:
            await self._playing.resume()
        elif self._played:
            self._wait(self._listening.first_input_s)

    async def _on_late(self) -> Heard | None:
        if self._keys:
            whole = self._listening.keys.judge(self._keys) is KeyMatch.MATCH
            return self._result(Outcome.MATCH if whole else Outcome.NO_MATCH, Means.KEYS)
        if self._ear.speaking:
            self._ear.speaking = False
            return await self._on_quiet()
        return self._result(Outcome.NO_INPUT)

    async def _silence_prompt(self) -> None:
        if self._cut or self._played:
            return
        self._cut = True
        playing, self._playing = self._playing, None
        if playing is not None:
            self._heard_ms += (await playing.cut()).heard_ms

    def _result(self, outcome: Outcome, means: Means | None = None, hypotheses: tuple[Hypothesis, ...] = ()) -> Heard:
        return Heard(
            outcome=outcome,
            means=means,
            keys=self._listening.keys.value(self._keys),
            hypotheses=hypotheses,
            barged_in=self._cut,
            prompt_heard_ms=self._heard_ms,
            prompt_total_ms=self._total_ms,
        )


def _joined(pieces: list[tuple[bytes, BargeIn]]) -> list[tuple[bytes, BargeIn]]:
    """Neighbours with the same barge-in as one sound: no gap between them, one message to the line."""
    joined: list[tuple[bytes, BargeIn]] = []
    for pcm, allowed in pieces:
        if joined and joined[-1][1] == allowed:
            joined[-1] = (joined[-1][0] + pcm, allowed)
        else:
            joined.append((pcm, allowed))
    return joined
