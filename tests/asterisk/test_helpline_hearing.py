"""A helpline that is coughed at, whispered to, counted out to, and played what is no speech at all goes not wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ivr.call import (
    CallerSpoke,
    Ended,
    FactLearnt,
    HandedOver,
    KeysPressed,
    PromptPlayed,
    StepEntered,
    StepFailed,
)
from ivr.testing.noises import crying, dtmf_as_sound, fax, music, silence, white_noise
from ivr.testing.sound import BYTES_PER_MS, SOUND_DBFS, first_sound_s, last_sound_s, level_dbfs, tone
from tests.asterisk.helpline import Caller, Helpline, command_of, descendants, eventually, kill, spoken

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANSWER = "from nine in the morning"
GOES_ON_S = 0.7
"""The promise: after a noise that means nothing the prompt goes on within so long of it."""
BUSY_S = 0.5
"""What a machine that is busy with other tests may add."""
NOISE_MS = 8000
NOISES: dict[str, Callable[[int], bytes]] = {
    "music": music,
    "fax": fax,
    "keys as sound": dtmf_as_sound,
    "crying": crying,
    "white noise": white_noise,
    "silence": silence,
}
TALE = (
    "once upon a time a giraffe and an elephant walked along a river and the giraffe told the elephant about a cloud "
    "that had followed him for seven days and the elephant laughed because she had never seen such a patient cloud "
)
TALK_S = 62
"""Longer than five times the longest speech of one turn."""
MOST_GROWTH_MB = 100


def _at_level(pcm: bytes, dbfs: float) -> bytes:
    """`pcm` made louder or softer, clipped at full scale; `dbfs` is the level of its loudest half."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    power = np.sort(np.mean(frames**2, axis=1))[len(frames) // 2 :].mean()
    louder = samples * 32768 * 10 ** (dbfs / 20) / np.sqrt(power)
    return bytes(np.clip(louder, -32768, 32767).astype("<i2").tobytes())


def _word(pcm: bytes) -> bytes:
    """`pcm` without the silence around it."""
    begin_s, end_s = first_sound_s(pcm) or 0.0, last_sound_s(pcm) or 0.0
    return pcm[int(1000 * begin_s) * BYTES_PER_MS : int(1000 * end_s) * BYTES_PER_MS]


async def _one_by_one(words: str, gap_ms: int) -> bytes:
    """`words` with so long a pause between each two."""
    said = [_word(await spoken(word)) for word in words.split()]
    return silence(gap_ms).join(said)


async def _longest_gap_s(caller: Caller, since: float, until: float) -> float:
    """The longest time in which nothing of the prompt was heard."""
    heard = [p.arrived_at for p in caller.call.line.packets if since <= p.arrived_at <= until and p.level_dbfs > -60]
    return max((later - earlier for earlier, later in pairwise(heard)), default=0.0)


def _chosen(caller: Caller) -> list[str]:
    """The steps that the caller came to after the main menu."""
    steps = [event.step for event in caller.journal.all(StepEntered)]
    return steps[steps.index("main") + 1 :] if "main" in steps else []


def _memory_mb(pid: int | None) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def test_coughs_and_murmurs_let_an_answer_go_on_to_its_end(helpline: Helpline) -> None:
    cough = b"".join((white_noise(60), tone(160, 180, -16), white_noise(60)))

    async def disturbed_by(noise: bytes) -> None:
        caller = await helpline.dial()
        await caller.presses("2")
        await caller.at("hours")
        began = await caller.call.wait_for_sound()
        await caller.call.say(silence(1500))
        await caller.call.say(noise)
        played = await caller.was_told(ANSWER)
        assert (played.barged_in, played.heard_ms) == (False, played.total_ms)
        assert not caller.journal.all(CallerSpoke)
        gap_s = await _longest_gap_s(caller, began, began + played.total_ms / 1000)
        assert gap_s < len(noise) / BYTES_PER_MS / 1000 + GOES_ON_S + BUSY_S
        await caller.at("main")

    await asyncio.gather(disturbed_by(cough), disturbed_by(await spoken("mm")), disturbed_by(tone(90, 80, -12)))


async def test_whispered_and_shouted_words_are_understood_or_asked_back(helpline: Helpline) -> None:
    async def says(words: str, dbfs: float) -> None:
        sound = _at_level(await spoken(words), dbfs)
        yes = _at_level(await spoken("yes please"), dbfs)
        caller = await helpline.dial()
        await caller.at("main")
        await caller.hears_out()
        await caller.call.say(sound)
        heard = await caller.journal.next(CallerSpoke)
        assert heard.understood_as == "parking", heard
        if not _chosen(caller):
            await asyncio.sleep(0.3)
        if not _chosen(caller):
            await caller.call.say(yes)
        await caller.at("resident")

    await asyncio.gather(says("a parking place", -40), says("a parking place", 0))


async def test_what_is_counted_or_spelled_out_is_not_cut(helpline: Helpline) -> None:
    async def gives(step: str, keys: str, sound: bytes, value: str) -> None:
        caller = await helpline.dial()
        await caller.presses(keys)
        await caller.at(step)
        await caller.call.say(silence(300))
        await caller.call.say(sound)
        heard = await caller.journal.next(CallerSpoke)
        assert heard.understood_as == value, heard
        await caller.presses("1")
        assert (await caller.journal.next(FactLearnt, name=step)).value == value

    await asyncio.gather(
        gives("place", "11", await _one_by_one("five one nine six", 1000), "5196"),
        gives("place", "11", await spoken("four, double five, one"), "4551"),
        gives("place", "11", await spoken("oh four two seven"), "0427"),
        gives("key_tag", "6", await spoken("bravo mike four seven"), "BM47"),
    )


async def test_what_is_no_speech_is_no_choice(helpline: Helpline) -> None:
    async def plays(name: str) -> None:
        caller = await helpline.dial()
        await caller.at("main")
        await caller.call.say(NOISES[name](NOISE_MS))
        assert _chosen(caller) == [], name
        assert not caller.journal.all(KeysPressed), name
        if not caller.journal.all(HandedOver):  # whom nobody understands may have been put through by now
            await caller.presses("1")
            await eventually(lambda: caller.journal.all(HandedOver) or _chosen(caller), what=f"{name}: it hangs")
        await caller.leaves()
        await caller.journal.next(Ended)

    await asyncio.gather(*map(plays, NOISES))
    await helpline.nothing_is_left()


async def test_who_talks_for_a_minute_comes_to_an_end_and_chooses_nothing(helpline: Helpline) -> None:
    tale = await spoken(TALE)
    tale *= 1 + TALK_S * 1000 * BYTES_PER_MS // len(tale)
    before_mb = _memory_mb(helpline.stand.service_pid)

    async def talks(keys: str, steps: set[str]) -> None:
        caller = await helpline.dial()
        await caller.at("main")
        if keys:
            await caller.presses(keys)
        talking = asyncio.ensure_future(caller.call.say(tale))
        try:
            turns = caller.journal.all
            await eventually(lambda: turns(HandedOver) or talking.done(), within_s=2 * TALK_S, what="neither ends")
            assert len(turns(StepFailed)) >= 1 or turns(HandedOver)
            assert set(_chosen(caller)) <= steps
            await caller.leaves()
            await caller.journal.next(Ended)
        finally:
            talking.cancel()

    await asyncio.gather(talks("", set()), talks("3", {"question"}))
    assert _memory_mb(helpline.stand.service_pid) - before_mb < MOST_GROWTH_MB
    await helpline.nothing_is_left()


def _recognisers(helpline: Helpline) -> list[int]:
    service = helpline.stand.service_pid
    assert service is not None
    return [pid for pid in descendants(service) if "vosk_worker" in command_of(pid)]


@asynccontextmanager
async def _kept_down(helpline: Helpline) -> AsyncIterator[None]:
    """Recognition ends as often as it starts."""

    async def ends_them() -> None:
        while True:
            for pid in _recognisers(helpline):
                try:
                    kill(pid)
                except ProcessLookupError:  # it ended between the two
                    continue
            await asyncio.sleep(0.05)

    ending = asyncio.create_task(ends_them())
    try:
        yield
    finally:
        ending.cancel()
        await asyncio.wait({ending})


async def test_recognisers_killed_in_mid_sentence_cost_no_word(rough: Helpline) -> None:
    caller = await rough.dial()
    await caller.presses("11")
    await caller.at("place")
    await caller.hears_out()
    words = await spoken("four two seven one")
    half = len(words) // 4 * 2
    workers = _recognisers(rough)
    assert workers
    await caller.call.say(words[:half])
    kill(*workers)
    await caller.call.say(words[half:])
    assert (await caller.journal.next(CallerSpoke)).understood_as == "4271"
    await eventually(lambda: len(_recognisers(rough)) >= len(workers), what="no new recognisers")
    assert not set(_recognisers(rough)) & set(workers)


async def test_with_recognition_down_a_caller_hears_which_keys_to_press_and_gets_there(rough: Helpline) -> None:
    caller = await rough.dial()
    await caller.at("main")
    await caller.hears_out()
    async with _kept_down(rough):
        spoke_at = await caller.interrupts("parking")
        await caller.journal.next(StepFailed, failure="unheard")
        heard_at = await caller.call.wait_for_sound(since=spoke_at)
        hint = await caller.call.wait_for_silence(1.0)
        assert level_dbfs(caller.call.heard(heard_at, hint)) > SOUND_DBFS
        await caller.presses("1")
        await caller.at("resident")
        told = " ".join(event.text for event in caller.journal.all(PromptPlayed))
        assert "press 1" in told.lower()
        assert not caller.journal.all(HandedOver)
    await eventually(rough.stand.healthy, what="recognition does not come back")
