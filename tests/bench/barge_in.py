"""Interruptions over real calls: from a voice to the silence of the prompt, and from a cough to its going on."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import PACKET_S
from ivr.testing.sound import speak
from tests.bench.figures import Aim, Figure
from tests.bench.samples import VOICE_NAMES, Sample, cough, door
from tests.bench.stage import HELPLINE, VOICES, Stage
from tests.bench.tones import asks, first, replies, silent_at
from tests.bench.turn_parts import OfflineEar

LINES = 5
NOISES_EACH = 5
INTO_PROMPT_S = 0.5
REPLY_S = 4.0
GAP_S = 0.06
"""Packets of the asking tone that are further apart have a silence between them."""
WATCHED_S = 2.5
"""After a noise: longer than anything may make the prompt wait."""
GOES_ON_MS = 700.0

_Brought = tuple[float | None, float]
"""Milliseconds, None for a prompt that never went on; and from when on the next prompt may come."""
_Interrupt = Callable[[PhoneCall, bytes, float], Awaitable[_Brought]]


async def interruptions(
    stage: Stage, ear: OfflineEar, words: Sequence[Sample]
) -> tuple[list[Figure], dict[str, object]]:
    """Words into a long prompt, then noises that mean nothing."""
    floors: list[float] = []

    async def voice(call: PhoneCall, pcm: bytes, asked_at: float) -> _Brought:
        before = len(call.line.said)
        await call.say(pcm)
        began_at = call.line.said[before][0]
        try:
            replied_at = await first(call, replies, since=began_at, timeout_s=REPLY_S)
        except TimeoutError:  # the prompt went on: what was said did not count
            return None, await first(call, replies, since=await call.press("1"))
        floors.append(1000 * (ear.voice_at(call.line.said[before - 25 :], "long", began_at) - began_at))
        return 1000 * (silent_at(call, since=asked_at, until=replied_at) - began_at), replied_at

    cut_ms = await _on_lines(stage, [_voiced(one) for one in words], voice)
    figures = [
        Figure(
            name="voice into a prompt → silence",
            unit="ms",
            values=[cut for cut, _ in cut_ms if cut is not None],
            floor=floors,
            floor_is="the ear alone",
        )
    ]
    evidence: dict[str, object] = {"words into a prompt that went on": sum(cut is None for cut, _ in cut_ms)}
    murmurs = [await speak(text, voice, cache=VOICES) for text in ("mm", "uh huh") for voice in VOICE_NAMES]
    noises = {"cough": [cough()] * NOISES_EACH, "door": [door()] * NOISES_EACH, "mm": murmurs}
    for name, sounds in noises.items():
        brought = await _on_lines(stage, sounds, _noise)
        told = Counter("flushed" if gap is None else "paused" if gap else "played on" for gap, _ in brought)
        evidence[f"{name} into a prompt"] = dict(told)
        paused = [gap for gap, _ in brought if gap]
        if paused:
            figures.append(
                Figure(
                    name=f"{name} into a prompt: silent for",
                    unit="ms",
                    values=paused,
                    aims=[Aim(percentile=95, most=GOES_ON_MS)],
                )
            )
    return figures, evidence


async def _noise(call: PhoneCall, pcm: bytes, asked_at: float) -> _Brought:
    """Milliseconds for which the prompt fell silent (0: it did not); None if it never went on."""
    before = len(call.line.said)
    await call.say(pcm)
    began_at = call.line.said[before][0]
    await asyncio.sleep(WATCHED_S)
    heard = [p.arrived_at for p in call.line.packets if p.arrived_at >= began_at and asks(p)]
    pressed_at = await call.press("1")
    replied_at = await first(call, replies, since=pressed_at)
    if not heard or pressed_at - heard[-1] > 2 * GAP_S + 0.1:
        return None, replied_at
    gaps = [later - earlier for earlier, later in pairwise(heard)]
    longest_s = max(gaps, default=0.0)
    return (1000 * (longest_s - PACKET_S) if longest_s > GAP_S else 0.0), replied_at


def _voiced(sample: Sample) -> bytes:
    """From its first voiced packet on, so that the time counts from there."""
    return sample.pcm[100 * 16 :]


async def _on_lines(stage: Stage, sounds: Sequence[bytes], interrupt: _Interrupt) -> list[_Brought]:
    """Share `sounds` out over calls at the long prompt."""

    async def line(share: Sequence[bytes]) -> list[_Brought]:
        call, _ = await stage.dial(HELPLINE)
        try:
            await first(call, asks, since=call.answered_at)
            since = await call.press("3") + 0.1
            brought = []
            for pcm in share:
                call.line.shift(random.uniform(0, PACKET_S))
                asked_at = await first(call, asks, since=since)
                await asyncio.sleep(INTO_PROMPT_S)
                brought.append(await interrupt(call, pcm, asked_at))
                since = brought[-1][1]
            return brought
        finally:
            await call.hang_up()

    shares = [sounds[place::LINES] for place in range(LINES)]
    return [one for share in await asyncio.gather(*map(line, shares)) for one in share]
