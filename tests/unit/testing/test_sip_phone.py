"""Scripted phones call each other, without any PBX between them."""

from __future__ import annotations

import asyncio

import pytest

from ivr.errors import LineError
from ivr.testing.sip_phone import CallRefused, SipPhone
from ivr.testing.sound import tone


async def two(name: str | None = None) -> tuple[SipPhone, SipPhone]:
    called = SipPhone("bob", "", ("127.0.0.1", 1))
    await called.start()
    caller = SipPhone("caller", "", called.sip_address)
    await caller.start()
    return caller, called


@pytest.mark.parametrize("who_leaves", ["caller", "called"])
@pytest.mark.parametrize("name", ['Smith, "the" (boss)', "<img src=x onerror=alert(1)>", "<sip:nobody@nowhere>;tag=1"])
async def test_a_call_carries_sound_both_ways_and_ends_on_both_sides(name, who_leaves):
    caller, called = await two()
    dialling = asyncio.create_task(caller.dial("bob", name=name, number_shown="0123"))
    ring = await called.wait_for_call()
    assert (ring.name, ring.number) == (name, "0123")
    theirs = await ring.answer()
    ours = await dialling
    await asyncio.gather(theirs.wait_for_sound(), ours.say(tone(440, 100)))
    await asyncio.gather(ours.wait_for_sound(), theirs.say(tone(440, 100)))
    await (theirs if who_leaves == "called" else ours).hang_up()
    await asyncio.gather(ours.wait_for_end(2), theirs.wait_for_end(2))
    await asyncio.gather(caller.close(), called.close())


async def test_a_refused_call_says_why():
    caller, called = await two()
    dialling = asyncio.create_task(caller.dial("bob"))
    (await called.wait_for_call()).reject(603)
    with pytest.raises(CallRefused) as refused:
        await dialling
    assert refused.value.status == 603
    await asyncio.gather(caller.close(), called.close())


async def test_a_caller_who_gives_up_cancels_the_ring():
    caller, called = await two()
    dialling = asyncio.create_task(caller.dial("bob"))
    ring = await called.wait_for_call()
    dialling.cancel()
    await asyncio.wait_for(ring.cancelled.wait(), 2)
    with pytest.raises(LineError):
        await ring.answer()
    await asyncio.gather(caller.close(), called.close())


async def test_an_answer_that_crosses_the_cancel_is_hung_up():
    caller, called = await two()
    dialling = asyncio.create_task(caller.dial("bob"))
    ring = await called.wait_for_call()
    answering = asyncio.create_task(ring.answer())
    await asyncio.sleep(0)  # our answer is sent …
    dialling.cancel()  # … and the caller's cancel before it arrives
    theirs = await answering
    await theirs.wait_for_end(2)
    await asyncio.gather(caller.close(), called.close())


async def test_a_dial_that_is_cancelled_in_the_moment_of_the_answer_is_hung_up():
    caller, called = await two()
    dialling = asyncio.create_task(caller.dial("bob"))
    ring = await called.wait_for_call()
    answering = asyncio.create_task(ring.answer())
    while not caller.calls:  # noqa: ASYNC110 - the very turn of the loop in which the answer came
        await asyncio.sleep(0)
    assert not dialling.done()
    dialling.cancel()
    await (await answering).wait_for_end(2)
    await asyncio.wait({dialling})
    await asyncio.gather(caller.close(), called.close())


async def test_nobody_answers_in_time():
    caller, called = await two()
    with pytest.raises(TimeoutError):
        await caller.dial("bob", timeout_s=0.1)
    ring = await called.wait_for_call()
    await asyncio.wait_for(ring.cancelled.wait(), 2)
    await asyncio.gather(caller.close(), called.close())


async def test_waiting_for_sound_ends_with_the_call():
    caller, called = await two()
    dialling = asyncio.create_task(caller.dial("bob"))
    theirs = await (await called.wait_for_call()).answer()
    waiting = asyncio.create_task((await dialling).wait_for_sound())
    await asyncio.sleep(0)
    await theirs.hang_up()
    with pytest.raises(LineError, match="ended"):
        await waiting
    await asyncio.gather(caller.close(), called.close())


async def test_a_header_cannot_be_smuggled_in_by_a_name():
    caller, called = await two()
    with pytest.raises(ValueError, match="line breaks"):
        await caller.dial("bob", name="x\r\nVia: evil")
    await asyncio.gather(caller.close(), called.close())
