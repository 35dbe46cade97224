"""One turn with the caller: play, listen meanwhile and after, and say in one value what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from ivr.call import BargeIn, Heard, Hypothesis, Listening, Match, Means, MessageLimits, Outcome, Prompt
from ivr.errors import LineBroken
from ivr.media.audio import Audio, Key, LineEnded, MediaInput
from ivr.speech.barge_in import DOUBT_MS, Interruptions, means_something
from ivr.speech.ear import UNHEARD_MOST_MS, Ear, EarSignal, VoiceDetector
from ivr.speech.message import MessageTurn
from ivr.speech.prompting import Prompting, Sound
from ivr.speech.recognition.recogniser import Recogniser, Utterance

log = logging.getLogger(__name__)

NOISE_MS = 250
"""A voice shorter than this without a word in it is a cough or a door, not an answer."""
ASKING_S = 1.0
"""A turn that waits less than this after its prompts only tells something: who spoke into it was not asked."""
MOST_NOISES = 3
"""So many of them after the prompts are passed over; one more is a caller who cannot be understood."""
SIGNALS_AT_MOST = 64
"""Signals of one turn that wait to be handled (an impatient caller's keys); beyond it the oldest is dropped."""
NO_SOUND_S = 2.0
"""A caller who spoke and whose sound then stops altogether (muted phone) is done after this much longer."""


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
        sounds = [(await self._prompts.sound(prompt), prompt.barge_in) for prompt in prompts]
        wanted = listening or Listening()
        prompting = Prompting(self._sound, sounds)
        if wanted.message is not None:
            return await self._message(wanted, wanted.message, prompting)
        await self._sound.listen(wanted.speech)
        turn = _Turn(wanted, Ear(self._detector, wanted), prompting)
        early, self._early = self._early, []
        for key in early:
            turn.take(key)
        self._sound.attach(turn.take)
        try:
            return await turn.run(self._recogniser)
        finally:
            self._sound.attach(None)
            self._early = turn.early

    async def _message(self, wanted: Listening, limits: MessageLimits, prompting: Prompting) -> Heard:
        """A turn that keeps what the caller says; keys pressed ahead of it mean nothing here."""
        self._early = []
        await self._sound.listen(True)
        turn = MessageTurn(
            limits, detector=self._detector, prompting=prompting, sound=self._sound, wait_s=wanted.first_input_s
        )
        self._sound.attach(turn.take)
        try:
            return await turn.run()
        finally:
            self._sound.attach(None)


class _Signal(Enum):
    PLAYED = "the last prompt was heard"
    KEY = "a key was pressed"
    HUSH = "the prompt shall be silent for a voice"
    GO_ON = "the prompt shall go on although there is a voice"
    VOICE = "a voice began"
    QUIET = "the caller is done"
    GONE = "the line ended"
    LATE = "nothing came in time"


class _Turn:
    """The state of one turn; made for it and thrown away after it.

    A voice that begins while the prompts play decides the turn only if it means something; else the prompts go on and
    the caller has all their time after them. A voice that goes on for `NOISE_MS` after the prompts is an answer.
    """

    def __init__(self, listening: Listening, ear: Ear, prompting: Prompting) -> None:
        self._listening = listening
        self._ear = ear
        self._prompting = prompting
        self._interruptions = Interruptions(listening)
        self.early: list[Key] = []
        """Keys that came after those that decided this turn: they belong to the next one."""
        self._signals: asyncio.Queue[_Signal] = asyncio.Queue(SIGNALS_AT_MOST)
        self._keys = ""
        self._hushed = False
        self._in_prompt_ms = 0
        """How much of the present voice came while the prompts played."""
        self._noises = 0
        self._spoke_in_vain = False
        """Whether something was said into the prompts that meant nothing: no silence, then, if nothing follows."""
        self._broken = False
        self._deadline: float | None = None
        self._utterance: Utterance | None = None
        self._unheard = False
        """Whether nobody could be found who understands the present voice."""

    # -- from the line, as it comes ------------------------------------------------------------------

    def take(self, given: MediaInput) -> None:
        """One input of the caller; called by the media session, never waits."""
        match given:
            case Audio(pcm=pcm):
                if self._listening.speech and not self._keys:
                    self._take_sound(pcm)
            case Key():
                self._take_key(given)
            case LineEnded(reason=reason):
                self._broken = reason == "broken"
                self._tell(_Signal.GONE)

    def _take_sound(self, pcm: bytes) -> None:
        if not self._prompting.allows(BargeIn.SPEECH):
            if self._ear.speaking:  # into the prompt before this one: what was said until now counts
                self._ear.stop()
                self._tell(_Signal.QUIET)
            return
        noticed = self._ear.hear(pcm)
        if noticed is EarSignal.VOICE:
            self._interruptions.begin()
        if not self._prompting.over and self._ear.speaking:
            self._in_prompt_ms = self._ear.spoken_ms
            silent = self._interruptions.silences(self._ear.voice_ms, self._ear.words)
            self._hush(silent or self._ear.in_vain)  # who is to be told that nobody understands must not be talking
        elif noticed is EarSignal.VOICE:
            self._in_prompt_ms = 0
        if noticed is not None:
            self._tell(_Signal.VOICE if noticed is EarSignal.VOICE else _Signal.QUIET)

    def _hush(self, silent: bool) -> None:
        if silent is not self._hushed:
            self._hushed = silent
            self._tell(_Signal.HUSH if silent else _Signal.GO_ON)

    def _take_key(self, key: Key) -> None:
        """A key that nothing listens to now, or in a prompt that no key may cut, means nothing, now and later."""
        keys = self._listening.keys
        enough = self._keys and keys.judge(self._keys) in (Match.MAX_MATCH, Match.NO_MATCH)
        if enough or self._listening.ahead:
            if len(self.early) < SIGNALS_AT_MOST:
                self.early.append(key)
        elif keys.listens and self._prompting.allows(BargeIn.KEYS):
            self._keys += key.digit
            self._tell(_Signal.KEY)

    def _tell(self, signal: _Signal) -> None:
        if self._signals.full():  # the newest counts: it may be the end of the line
            dropped = self._signals.get_nowait()
            log.warning("signal of a turn dropped", extra={"signal": dropped.name})
        self._signals.put_nowait(signal)

    # -- the turn ------------------------------------------------------------------------------------

    async def run(self, recogniser: Recogniser) -> Heard:
        player = asyncio.create_task(self._play(), name="play prompts of a turn")
        player.add_done_callback(self._player_ended)
        try:
            return await self._until_decided(recogniser)
        finally:
            if self._utterance is not None:
                self._utterance.abandon()
            player.cancel()
            await asyncio.wait({player})

    async def _play(self) -> None:
        if await self._prompting.play():  # else the caller cut it, or the line is gone: both are told elsewhere
            self._tell(_Signal.PLAYED)

    def _player_ended(self, player: asyncio.Task[None]) -> None:
        if not player.cancelled() and player.exception() is not None:
            log.error("playing a prompt failed", exc_info=player.exception())
            self._broken = True
            self._tell(_Signal.GONE)

    async def _until_decided(self, recogniser: Recogniser) -> Heard:
        while True:
            signal = await self._next()
            heard: Heard | None = None
            match signal:
                case _Signal.GONE if self._broken:
                    raise LineBroken("the sound of the call broke")
                case _Signal.GONE:
                    await self._prompting.line_ended()
                    heard = self._result(Outcome.HANGUP)
                case _Signal.PLAYED:
                    heard = self._on_played()
                case _Signal.KEY:
                    heard = await self._on_key()
                case _Signal.HUSH:
                    await self._prompting.pause()
                case _Signal.GO_ON:
                    await self._prompting.resume()
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
        await self._prompting.silence()
        match self._listening.keys.judge(self._keys):
            case Match.MAX_MATCH:
                return self._result(Outcome.MATCH, Means.KEYS)
            case Match.NO_MATCH:
                return self._result(Outcome.NO_MATCH, Means.KEYS)
            case _:
                self._wait(self._listening.between_keys_s)
        return None

    async def _on_voice(self, recogniser: Recogniser) -> None:
        self._wait(self._listening.longest_s + NO_SOUND_S)
        try:
            self._utterance = await recogniser.open(self._listening.phrases)
        except LineBroken as fault:
            log.warning("a voice, and nobody to understand it", extra={"fault": str(fault)})
            self._unheard = True
            self._ear.give_up()
            self._wait(UNHEARD_MOST_MS / 1000 + NO_SOUND_S)
        else:
            self._unheard = False
            self._ear.pass_on_to(self._utterance)

    async def _on_quiet(self) -> Heard | None:
        """What was said is over, understood or not: whatever a caller says at once ends one turn and no more."""
        utterance, self._utterance = self._utterance, None
        if utterance is not None and self._keys:
            utterance.abandon()
        if self._keys or (utterance is None and not self._unheard):
            return None
        spoken_ms, in_prompt_ms = self._ear.spoken_ms, self._in_prompt_ms
        readings = await self._readings(utterance)
        if self._keys:
            return None
        if readings is not None and self._into_the_prompt(spoken_ms, in_prompt_ms):
            if not means_something(self._listening, readings):
                self._spoke_in_vain |= spoken_ms >= DOUBT_MS
                await self._carry_on()
                return None
        elif not readings and spoken_ms < NOISE_MS and self._noises < MOST_NOISES:
            self._noises += 1
            await self._carry_on()
            return None
        await self._prompting.silence()
        if self._keys:  # pressed while the prompt was being cut: they decide
            return None
        if readings is None:
            return self._result(Outcome.UNHEARD, Means.VOICE)
        return self._result(Outcome.MATCH if readings else Outcome.NO_MATCH, Means.VOICE, readings)

    async def _readings(self, utterance: Utterance | None) -> tuple[Hypothesis, ...] | None:
        """Those of `utterance`; None if nobody understands the caller."""
        if utterance is None:
            return None
        try:
            return await utterance.finish()
        except LineBroken as fault:
            log.warning("a voice was given up by recognition", extra={"fault": str(fault)})
            return None

    def _into_the_prompt(self, spoken_ms: int, in_prompt_ms: int) -> bool:
        return not self._prompting.over or (in_prompt_ms > 0 and spoken_ms - in_prompt_ms < NOISE_MS)

    async def _carry_on(self) -> None:
        """A voice that means nothing: go on where the prompt was, or wait as long as at its end."""
        self._deadline = None
        self._interruptions.in_vain()
        self._hushed = False
        if self._prompting.over:
            self._wait(self._listening.first_input_s)
        else:
            await self._prompting.resume()

    async def _on_late(self) -> Heard | None:
        if self._keys:
            whole = self._listening.keys.judge(self._keys).means_something
            return self._result(Outcome.MATCH if whole else Outcome.NO_MATCH, Means.KEYS)
        if self._ear.speaking:
            self._ear.stop()
            return await self._on_quiet()
        if self._spoke_in_vain and self._listening.first_input_s >= ASKING_S:
            return self._result(Outcome.NO_MATCH, Means.VOICE)
        return self._result(Outcome.NO_INPUT)

    def _result(self, outcome: Outcome, means: Means | None = None, hypotheses: tuple[Hypothesis, ...] = ()) -> Heard:
        return Heard(
            outcome=outcome,
            means=means,
            keys=self._listening.keys.value(self._keys),
            hypotheses=hypotheses,
            barged_in=self._prompting.cut,
            prompts_heard_ms=self._prompting.heard_ms,
            prompts_total_ms=self._prompting.lengths_ms,
        )
