"""From the end of what a caller says to the reply, and from a voice to the silence of the prompt that it cuts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ivr.call import CallerSpoke, CallEvent, Listening, PromptPlayed, Rang
from ivr.dialogue.manner import Manner
from ivr.media.voice_activity import VoiceActivity, VoiceModel
from ivr.speech.ear import Ear, EarSignal
from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import PACKET_S
from ivr.testing.sound import BYTES_PER_MS, first_sound_s, last_sound_s, pcm_from_ulaw, speak
from tests.bench.figures import Aim, Figure, Measured
from tests.bench.stage import HELPLINE, VOICES, Stage, wall_clock_offset_s
from tests.bench.tones import SHORT_MS, asks, first, loud, replies, silent_at

LINES = 3
SILENCE_S = Manner().pause_s
VOICE_NAMES = ("en-gb", "en-us", "en-gb-scotland")
WORDS = ("council tax", "opening hours", "recycling", "moving house", "bin collection")
QUESTIONS = ("how do i pay my council tax", "what are your opening hours", "can i pay by direct debit")
ROUNDS = 2
"""Each phrase in each voice so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One phrase that was said, by the event loop's clock."""

    call: PhoneCall
    number: str
    began_at: float
    """When the packet with its first voiced sample was sent."""
    ended_at: float
    """When the packet with its last voiced sample was sent."""
    replied_at: float
    silent_at: float
    """When the prompt that it cut had ended; when it began if it cut none."""


async def measure(stage: Stage) -> Measured:
    """A grammar after the prompt, the same into a prompt, and open questions."""
    words = [await _voiced(text, voice) for text in WORDS for voice in VOICE_NAMES] * ROUNDS
    questions = [await _voiced(text, voice) for text in QUESTIONS for voice in VOICE_NAMES] * (2 * ROUNDS)
    ear = OfflineEar()
    answered = await _on_lines(stage, words, None, _after_the_prompt)
    interrupted = await _on_lines(stage, words, "3", _into_the_prompt)
    asked = await _on_lines(stage, questions, "4", _after_the_prompt, calls=len(questions))
    figures = [
        Figure(
            name="speech barge-in → silence",
            unit="ms",
            values=[1000 * (spoken.silent_at - spoken.began_at) for spoken in interrupted],
            floor=[_split(stage, ear, spoken).voice for spoken in interrupted],
            floor_is="the ear alone",
        )
    ]
    evidence: dict[str, object] = {}
    for name, spoken in (("grammar", answered), ("grammar, barge-in", interrupted), ("open question", asked)):
        parts = [_split(stage, ear, one) for one in spoken]
        figures += _replies(name, parts)
        evidence[f"{name}: heard as"] = sorted({part.text for part in parts})
    return Measured(figures=figures, evidence=evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Where the time went, in ms: `voice` from the first sound to the ear's notice, the others from the end of the
    configured silence on."""

    whole: float
    voice: float
    ear: float
    recognition: float
    reply: float
    text: str


def _replies(name: str, parts: Sequence[Parts]) -> list[Figure]:
    return [
        Figure(
            name=f"end of speech → reply, beyond {SILENCE_S * 1000:.0f} ms silence: {name}",
            unit="ms",
            values=[part.whole for part in parts],
            floor=[part.ear for part in parts],
            floor_is="the ear alone",
            aims=[Aim(percentile=50, most=150), Aim(percentile=95, most=300)],
        ),
        Figure(name="  of it recognition", unit="ms", values=[part.recognition for part in parts]),
        Figure(name="  of it dialogue and media", unit="ms", values=[part.reply for part in parts]),
    ]


def _split(stage: Stage, ear: OfflineEar, spoken: Spoken) -> Parts:
    to_wall_s = wall_clock_offset_s()
    events = _events_of(stage, spoken.number)
    heard = next(e for e in events if isinstance(e, CallerSpoke) and e.at - to_wall_s > spoken.ended_at)
    turn = max(e.at for e in events if isinstance(e, PromptPlayed) and e.at - to_wall_s < spoken.ended_at)
    voice_at, quiet_at = ear.noticed(spoken, since=turn - to_wall_s)
    understood_at = heard.at - to_wall_s
    due_at = spoken.ended_at + SILENCE_S
    return Parts(
        whole=1000 * (spoken.replied_at - due_at),
        voice=1000 * (voice_at - spoken.began_at),
        ear=1000 * (quiet_at - due_at),
        recognition=1000 * (understood_at - quiet_at),
        reply=1000 * (spoken.replied_at - understood_at),
        text=heard.text,
    )


def _events_of(stage: Stage, number: str) -> list[CallEvent]:
    for file in stage.stand.settings.state.glob("calls/*.jsonl"):
        events = stage.journal.events(file.stem)  # type: ignore[arg-type]
        if any(isinstance(event, Rang) and event.number.endswith(number[1:]) for event in events):
            return events
    raise LookupError(f"no journal of the call of {number}")


class OfflineEar:
    """The product's own ear over the packets that a phone sent: when it could have known, without line or load."""

    def __init__(self) -> None:
        self._model = VoiceModel()

    def noticed(self, spoken: Spoken, since: float) -> tuple[float, float]:
        """When the packets were sent with which voice and end of speech are noticed; the turn began at `since`."""
        ear = Ear(VoiceActivity(self._model), Listening(phrases=None, silence_s=SILENCE_S))
        voice_at = 0.0
        for at, payload in spoken.call.line.said:
            if at < since:
                continue
            noticed = ear.hear(pcm_from_ulaw(payload))
            if noticed is EarSignal.VOICE and at >= spoken.began_at:
                voice_at = voice_at or at
            elif noticed is EarSignal.QUIET and at >= spoken.ended_at:
                return voice_at, at
        raise LookupError("the ear noticed no end of speech")


async def _voiced(text: str, voice: str) -> bytes:
    """`text` from its first voiced packet to its last."""
    pcm = await speak(text, voice, cache=VOICES)
    begin_ms = round(1000 * (first_sound_s(pcm) or 0))
    end_ms = round(1000 * (last_sound_s(pcm) or 0))
    return pcm[begin_ms * BYTES_PER_MS : end_ms * BYTES_PER_MS]


_Sample = Callable[[PhoneCall, str, bytes, float], Awaitable[Spoken]]


async def _on_lines(
    stage: Stage, sounds: Sequence[bytes], choose: str | None, sample: _Sample, *, calls: int = LINES
) -> list[Spoken]:
    """Share `sounds` out over `calls` calls, `LINES` of them at once."""
    lines = asyncio.Semaphore(LINES)

    async def line(share: Sequence[bytes], place: int) -> list[Spoken]:
        async with lines:
            await asyncio.sleep(0.4 * (place % LINES))
            call, number = await stage.dial(HELPLINE)
            try:
                since = call.answered_at
                if choose:
                    await first(call, asks, since=since)
                    since = await call.press(choose) + 0.1
                brought = []
                for pcm in share:
                    call.line.shift(random.uniform(0, PACKET_S))  # as in keys.py
                    brought.append(await sample(call, number, pcm, since))
                    since = brought[-1].replied_at
                await asyncio.sleep(0.1)
                return brought
            finally:
                await call.hang_up()

    shares = [sounds[place::calls] for place in range(calls)]
    return [spoken for share in await asyncio.gather(*map(line, shares, range(calls))) for spoken in share]


async def _after_the_prompt(call: PhoneCall, number: str, pcm: bytes, since: float) -> Spoken:
    await first(call, asks, since=since)
    await asyncio.sleep(SHORT_MS / 1000 + 0.2)
    ended_at = await call.say(pcm)
    replied_at = await first(call, loud, since=ended_at)
    began_at = _began(ended_at, pcm)
    return Spoken(
        call=call,
        number=number,
        began_at=began_at,
        ended_at=ended_at,
        replied_at=replied_at,
        silent_at=began_at,
    )


async def _into_the_prompt(call: PhoneCall, number: str, pcm: bytes, since: float) -> Spoken:
    asked_at = await first(call, asks, since=since)
    await asyncio.sleep(0.5)
    ended_at = await call.say(pcm)
    replied_at = await first(call, replies, since=ended_at)
    return Spoken(
        call=call,
        number=number,
        began_at=_began(ended_at, pcm),
        ended_at=ended_at,
        replied_at=replied_at,
        silent_at=silent_at(call, since=asked_at, until=replied_at),
    )


def _began(ended_at: float, pcm: bytes) -> float:
    packets = -(-len(pcm) // (BYTES_PER_MS * 20))
    return ended_at - (packets - 1) * PACKET_S
