"""Whenever a caller hangs up, nothing is left: no channel, no connection, and the journal has the end."""

from __future__ import annotations

import asyncio

import pytest

from ivr.call import AgentAnswered, Ended, EndReason, HandedOver, KeysPressed, Rang
from ivr.testing.sound import silence
from tests.asterisk.helpline import HELPLINE, PATIENCE_S, Caller, Helpline, Journal, eventually, spoken

pytestmark = pytest.mark.asyncio(loop_scope="session")

HALF_A_PAUSE_MS = 300
"""The plan's `pause_s`, by half: the caller has spoken, and is being listened to."""
A_PAUSE_MS = 640
"""All of it, and a little: what was said is being recognised."""


async def _while_it_rings(helpline: Helpline) -> Journal:
    phone, number = await helpline.phone(), helpline.number()
    journal = Journal(helpline.journals, number)
    dialling = asyncio.create_task(phone.dial(HELPLINE, number_shown=number))
    await journal.next(Rang)
    if not dialling.cancel():
        await dialling.result().hang_up()
    await asyncio.wait({dialling})
    return journal


async def _as_it_answers(helpline: Helpline) -> Journal:
    caller = await helpline.dial()
    await caller.leaves()
    return caller.journal


async def _in_the_greeting(helpline: Helpline) -> Journal:
    caller = await helpline.dial()
    await caller.call.wait_for_sound()
    await caller.leaves()
    return caller.journal


async def _with_a_key_down(helpline: Helpline) -> Journal:
    caller = await helpline.dial()
    await caller.presses("11")
    await caller.at("place")
    await caller.presses("42")
    await caller.leaves()
    return caller.journal


async def _in_mid_speech(helpline: Helpline, after_ms: int | None) -> Journal:
    caller = await helpline.dial()
    await caller.at("main")
    words = await spoken("opening hours")
    await caller.call.say(words[: len(words) // 4 * 2] if after_ms is None else words + silence(after_ms))
    await caller.leaves()
    return caller.journal


async def _in_the_last_words(helpline: Helpline) -> Journal:
    caller = await helpline.dial()
    await caller.presses("0")
    await caller.journal.next(KeysPressed, keys="0")
    await caller.call.wait_for_sound()
    await caller.leaves()
    return caller.journal


async def test_a_caller_who_leaves_the_service_leaves_nothing(helpline: Helpline) -> None:
    journals = await asyncio.gather(
        _while_it_rings(helpline),
        _as_it_answers(helpline),
        _in_the_greeting(helpline),
        _with_a_key_down(helpline),
        _in_mid_speech(helpline, None),
        _in_mid_speech(helpline, HALF_A_PAUSE_MS),
        _in_mid_speech(helpline, A_PAUSE_MS),
        _in_the_last_words(helpline),
    )
    for journal in journals:
        assert (await journal.next(Ended)).reason is EndReason.CALLER_LEFT
        assert len(journal.all(Ended)) == 1
    await helpline.nothing_is_left()


async def _handed_over(helpline: Helpline) -> Caller:
    caller = await helpline.dial()
    await caller.presses("0")
    await caller.journal.next(HandedOver)
    await caller.journal.next(Ended, reason=EndReason.HANDED_OVER)
    return caller


async def test_a_caller_who_leaves_the_queue_leaves_nothing(helpline: Helpline) -> None:
    callers = await asyncio.gather(*(_handed_over(helpline) for _ in range(3)))

    async def waiting() -> int:
        return (await helpline.stand.pbx.console("queue show operator")).count("PJSIP/caller")

    async def all_wait() -> bool:
        return await waiting() == len(callers)

    async def one_has_left() -> bool:
        return await waiting() == len(callers) - 1

    await eventually(all_wait)
    await callers[0].leaves()
    await eventually(one_has_left)

    alice = await helpline.agent()
    ring, _ = await alice.rings()
    await helpline.hang_up(ring.number)
    await asyncio.wait_for(ring.cancelled.wait(), PATIENCE_S)

    ring, _ = await alice.rings()
    talk = await ring.answer()
    await alice.pop("talking", ring.number)
    await helpline.hang_up(ring.number)
    await talk.wait_for_end()
    await alice.pop("wrap_up", ring.number)

    for caller in callers:
        assert [event.reason for event in caller.journal.all(Ended)] == [EndReason.HANDED_OVER]
    assert sum(len(caller.journal.all(AgentAnswered)) for caller in callers) == 1
    await helpline.nothing_is_left()
