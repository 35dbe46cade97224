"""Who interrupts a prompt is heard at once, by key or by voice, and not where the plan forbids it."""

from __future__ import annotations

import asyncio

import pytest

from ivr.call import CallerSpoke, KeysPressed, PromptPlayed
from ivr.testing.sound import SOUND_DBFS, first_sound_s, last_sound_s, level_dbfs, silence, tone
from tests.asterisk.helpline import Caller, Helpline, spoken

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE_S = 0.4
"""Generous: the bench measures, this tells a prompt that stops from one that goes on."""
ANSWER = "from nine in the morning"


async def _in_the_middle_of_the_answer(helpline: Helpline) -> tuple[Caller, float]:
    """A caller who has heard an answer of six seconds for one and a half; and since when."""
    caller = await helpline.dial()
    await caller.presses("2")
    await caller.at("hours")
    began = await caller.call.wait_for_sound()
    await caller.call.say(silence(1500))
    return caller, began


async def test_a_key_silences_the_prompt_and_the_journal_knows_how_much_was_heard(helpline: Helpline) -> None:
    caller = await helpline.dial()
    await caller.presses("11")
    await caller.at("place")
    began = await caller.call.wait_for_sound()
    pressed = await caller.presses("4")  # three more digits are awaited: nothing else is said meanwhile
    quiet_from = await caller.call.wait_for_silence(1.0)
    assert quiet_from - pressed < AT_ONCE_S
    await caller.presses("271")
    played = await caller.was_told("Four digits")
    assert played.barged_in
    assert played.heard_ms < played.total_ms
    assert played.heard_ms / 1000 == pytest.approx(quiet_from - began, abs=0.5)
    await caller.journal.next(KeysPressed, keys="4271")


async def test_a_voice_silences_the_prompt_while_it_speaks(helpline: Helpline) -> None:
    caller, began = await _in_the_middle_of_the_answer(helpline)
    words = await spoken("i want to speak to someone")
    voice_s = first_sound_s(words), last_sound_s(words)
    assert voice_s[0] is not None
    assert voice_s[1] is not None
    asked = asyncio.get_running_loop().time()
    await caller.call.say(words)
    spoke = await caller.journal.next(CallerSpoke)
    assert spoke.understood_as == "a person"
    while_speaking = caller.call.heard(asked + voice_s[0] + 0.6, asked + voice_s[1])
    assert level_dbfs(while_speaking) < SOUND_DBFS, "the prompt talked over the caller"
    played = next(event for event in caller.journal.all(PromptPlayed) if ANSWER in event.text)
    assert played.barged_in
    assert played.heard_ms / 1000 == pytest.approx(asked + voice_s[0] - began, abs=0.6)


async def test_a_cough_pauses_the_prompt_and_it_goes_on_to_its_end(helpline: Helpline) -> None:
    caller, _ = await _in_the_middle_of_the_answer(helpline)
    await caller.call.say(tone(300, 120, -20))
    played = await caller.was_told(ANSWER)
    assert (played.barged_in, played.heard_ms) == (False, played.total_ms)


async def test_where_the_plan_forbids_it_nothing_interrupts(helpline: Helpline) -> None:
    async def neither() -> None:
        caller = await helpline.dial()
        await caller.presses("4")
        await caller.at("rules")
        await caller.call.wait_for_sound()
        await caller.presses("1")
        await caller.interrupts("parking")
        assert len(caller.journal.all(KeysPressed)) == 1
        await caller.call.wait_for_silence(0.7)
        await caller.interrupts("parking")
        played = await caller.was_told("Dogs stay outside.")
        assert (played.barged_in, played.heard_ms) == (False, played.total_ms)
        await caller.at("resident")

    async def keys_alone() -> None:
        caller = await helpline.dial()
        await caller.presses("5")
        await caller.at("door")
        await caller.call.wait_for_sound()
        await caller.interrupts("parking")
        await caller.presses("1")
        played = await caller.was_told("The door")
        assert played.barged_in
        assert played.heard_ms < played.total_ms
        await caller.at("resident")
        assert not caller.journal.all(CallerSpoke)

    await asyncio.gather(neither(), keys_alone())
