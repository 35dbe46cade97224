"""The bounded queue of what the caller sent."""

from __future__ import annotations

import asyncio

from ivr.media.audio import Audio, Key, LineEnded
from ivr.media.inbox import MOST_KEYS, MOST_SOUND, Inbox


async def test_sound_and_keys_come_out_in_order() -> None:
    inbox = Inbox()
    sent = [Audio(b"a"), Key("1"), Audio(b"b"), Key("2")]
    for item in sent:
        assert inbox.put(item)
    assert [await inbox.get() for _ in sent] == sent


async def test_on_overflow_the_oldest_sound_is_dropped_and_no_key() -> None:
    inbox = Inbox()
    inbox.put(Key("1"))
    for number in range(MOST_SOUND + 3):
        inbox.put(Audio(number.to_bytes(2, "little")))
    inbox.put(Key("2"))
    items = inbox.drain()
    assert inbox.dropped == 3
    assert items[0] == Key("1")
    assert items[1] == Audio(b"\x03\x00")
    assert items[-1] == Key("2")
    assert len(items) == MOST_SOUND + 2


async def test_more_keys_than_a_caller_can_press_are_refused() -> None:
    inbox = Inbox()
    assert all(inbox.put(Key("1")) for _ in range(MOST_KEYS))
    assert not inbox.put(Key("2"))
    assert inbox.put(Audio(b"ab"))
    assert await inbox.get() == Key("1")
    assert inbox.put(Key("3"))


async def test_the_end_comes_last_and_stays() -> None:
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put(Key("5"))
    inbox.close(LineEnded("closed"))
    assert await waiting == Key("5")
    assert await inbox.get() == LineEnded("closed")
    assert await inbox.get() == LineEnded("closed")
    assert inbox.drain() == [LineEnded("closed")]
