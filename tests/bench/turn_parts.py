"""Where the time of one reply went: the silence that was wanted, the ear, the recogniser, the dialogue, the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.call import CallEvent, Listening, PromptPlayed
from ivr.dialogue import Flow
from ivr.media.voice_activity import VoiceActivity, VoiceModel
from ivr.speech.ear import Ear, EarSignal
from ivr.speech.turn_taking import ending_for
from ivr.testing.sound import pcm_from_ulaw
from tests.bench.stage import wall_clock_offset_s
from tests.bench.talkers import Spoken

BEFORE_S = 0.5
"""So much of what was sent before somebody spoke is given to the offline ear, to be used to the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Milliseconds from the last voiced packet to the first packet of the reply, one after the other."""

    silence: float
    """As the plan has it, after the words that were understood."""
    ear: float
    """By which the product's own ear notices that silence late, given every packet in time and every word at once."""
    recognition: float
    """From there to the words on the dialogue's table: words that come late, the decoder, processes, the loop."""
    dialogue: float
    media: float
    """From the dialogue's order to play until the caller's phone has it."""

    @property
    def beyond(self) -> float:
        """The caller's wait beyond the silence that was wanted."""
        return self.ear + self.recognition + self.dialogue + self.media


class _AllWords:
    """A recogniser of perfect speed: the words of the turn from their last voiced packet on."""

    def __init__(self) -> None:
        self.partial = ""
        self.partial_ms = 0

    def feed(self, pcm: bytes) -> None:
        """They are known already."""

    def look(self) -> None:
        """They are known already."""


class OfflineEar:
    """The product's own ear over the packets that a phone sent: what it could have known, without line or load."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._model = VoiceModel()

    def listening(self, step: str) -> Listening:
        """What the plan listens for in `step`."""
        expectation = self._flow.steps[step].verb.expectation()
        if expectation is None:
            raise LookupError(f"step {step} asks for nothing")
        return expectation.listening(self._flow.steps[step].manner)

    def voice_at(self, sent: Sequence[tuple[float, bytes]], step: str, began_at: float) -> float:
        """When the packet was sent with which the ear notices the voice that began at `began_at`."""
        ear = Ear(VoiceActivity(self._model), self.listening(step))
        for at, payload in sent:
            if at > began_at - BEFORE_S and ear.hear(pcm_from_ulaw(payload)) is EarSignal.VOICE and at >= began_at:
                return at
        raise LookupError("the ear noticed no voice")

    def split(self, spoken: Spoken, events: Sequence[CallEvent]) -> Parts:
        """Where the time went. Raises LookupError if the ear finds no end of speech, or the line said nothing."""
        listening = self.listening(spoken.sample.step)
        silence_s = ending_for(listening).pause_s(spoken.text)
        quiet_at = self._quiet_at(spoken, listening)
        offset_s = wall_clock_offset_s()
        ordered = [event.at - offset_s for event in events if isinstance(event, PromptPlayed)]
        ordered_at = min((at for at in ordered if at >= spoken.understood_at - 0.001), default=None)
        if ordered_at is None:
            raise LookupError("no reply is noted")
        return Parts(
            silence=1000 * silence_s,
            ear=1000 * (quiet_at - spoken.ended_at - silence_s),
            recognition=1000 * (spoken.understood_at - quiet_at),
            dialogue=1000 * (ordered_at - spoken.understood_at),
            media=1000 * (spoken.replied_at - ordered_at),
        )

    def _quiet_at(self, spoken: Spoken, listening: Listening) -> float:
        words = _AllWords()
        ear = Ear(VoiceActivity(self._model), listening)
        for at, payload in spoken.call.line.said:
            if at < spoken.began_at - BEFORE_S:
                continue
            if at >= spoken.ended_at:
                words.partial = spoken.text
            noticed = ear.hear(pcm_from_ulaw(payload))
            if noticed is EarSignal.VOICE:
                ear.pass_on_to(words)
            elif noticed is EarSignal.QUIET and at >= spoken.ended_at:
                return at
        raise LookupError("the ear noticed no end of speech")
