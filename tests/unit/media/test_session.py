"""One caller's sound, both ways."""

from __future__ import annotations

import asyncio
import logging

import pytest

from ivr.call import CallId
from ivr.media.audio import Audio, Key, LineEnded, MediaInput
from ivr.media.inbox import MOST_KEYS
from ivr.media.session import MOST_NONSENSE, MediaSession
from ivr.testing.clock import run
from ivr.testing.fake_asterisk_media import QUIET, FakeMediaLine

VOICE = b"\x01\x02" * 160


def line() -> tuple[MediaSession, FakeMediaLine]:
    return FakeMediaLine.beside(CallId("1.1"))


async def everything(session: MediaSession) -> list[MediaInput]:
    items: list[MediaInput] = []
    while True:
        items.append(await session.next_input())
        if isinstance(items[-1], LineEnded):
            return items


def test_keys_stand_among_the_sound_where_they_were_pressed() -> None:
    async def main() -> None:
        session, asterisk = line()
        await asyncio.sleep(0.05)
        asterisk.press("5")
        asterisk.say(VOICE)
        await asyncio.sleep(0.05)
        asterisk.press("#")
        await asterisk.hang_up()
        items = await everything(session)
        assert items.index(Key("5")) < items.index(Audio(VOICE)) < items.index(Key("#"))
        assert items[-1] == LineEnded("closed")
        assert await session.next_input() == LineEnded("closed")

    run(main())


def test_an_attached_taker_gets_what_waits_first_and_the_rest_as_it_comes() -> None:
    async def main() -> None:
        session, asterisk = line()
        asterisk.press("1")
        await asyncio.sleep(0.01)
        taken: list[MediaInput] = []
        session.attach(taken.append)
        assert Key("1") in taken
        asterisk.press("2")
        await asyncio.sleep(0.03)
        assert taken[-1] == Audio(QUIET)
        session.attach(None)
        before = len(taken)
        asterisk.press("3")
        await asyncio.sleep(0.03)
        assert len(taken) == before
        session.attach(taken.append)
        assert [item.digit for item in taken if isinstance(item, Key)] == ["1", "2", "3"]
        await asterisk.hang_up()
        await asyncio.sleep(0)
        assert taken[-1] == LineEnded("closed")

    run(main())


def test_a_taker_that_comes_after_the_end_is_told_of_it() -> None:
    async def main() -> None:
        session, asterisk = line()
        await asterisk.vanish()
        await asyncio.sleep(0)
        for _ in range(2):
            taken: list[MediaInput] = []
            session.attach(taken.append)
            assert taken[-1] == LineEnded("broken")
            session.attach(None)

    run(main())


def test_sound_that_nobody_wants_does_not_flow_and_keys_do() -> None:
    async def main() -> None:
        session, asterisk = line()
        taken: list[MediaInput] = []
        await session.listen(False)
        await session.listen(False)
        session.attach(taken.append)
        await asyncio.sleep(0.5)
        taken.clear()
        asterisk.press("7")
        await asyncio.sleep(0.5)
        assert taken == [Key("7")]
        await session.listen(True)
        await asyncio.sleep(0.1)
        assert Audio(QUIET) in taken
        assert asterisk.channel.commands == ["SET_MEDIA_DIRECTION", "SET_MEDIA_DIRECTION"]

    run(main())


def test_our_hang_up_ends_the_line_and_says_so() -> None:
    async def main() -> None:
        session, asterisk = line()
        await session.hang_up()
        assert asterisk.channel.hung_up
        assert session.ended
        assert (await everything(session))[-1] == LineEnded("hung_up")
        await session.hang_up()
        await session.listen(True)

    run(main())


def test_a_hang_up_that_asterisk_does_not_answer_drops_the_connection() -> None:
    async def main() -> None:
        session, asterisk = line()
        asterisk.channel.receive_text = lambda text: None  # type: ignore[method-assign]
        await session.hang_up()
        assert asyncio.get_running_loop().time() == pytest.approx(1.0, abs=0.05)
        assert (await everything(session))[-1] == LineEnded("hung_up")

    run(main())


def test_a_quiet_asterisk_that_answers_lives_and_one_that_does_not_is_dropped() -> None:
    async def main() -> None:
        session, asterisk = line()
        await session.listen(False)
        for _ in range(4):
            await asyncio.sleep(5)
            await session.probe()
        assert not session.ended
        asterisk.channel.receive_text = lambda text: None  # type: ignore[method-assign]
        for _ in range(3):
            await asyncio.sleep(5)
            await session.probe()
        assert session.ended

    run(main())


@pytest.mark.parametrize("pcm", [b"", b"abc", bytes(4000)])
def test_sound_of_a_wrong_size_is_ignored_with_one_log_line(pcm: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        session, _ = line()
        with caplog.at_level(logging.WARNING):
            session.take_sound(pcm)
            session.take_sound(pcm)
        session.take_sound(VOICE)
        assert await session.next_input() == Audio(VOICE)

    run(main())
    assert [record.message for record in caplog.records] == ["media message ignored"]
    assert caplog.records[0].__dict__["call_id"] == "1.1"


def test_a_peer_that_talks_only_nonsense_is_dropped() -> None:
    async def main() -> None:
        session, _ = line()
        for _ in range(MOST_NONSENSE):
            session.take_text("MEDIA_XOFF")
        assert session.ended
        session.take_sound(VOICE)
        session.take_text('{"event":"DTMF_END","digit":"5"}')
        assert await everything(session) == [LineEnded("broken")]

    run(main())


def test_a_peer_that_floods_keys_is_dropped_and_no_key_before_that_is_lost() -> None:
    async def main() -> None:
        session, _ = line()
        for _ in range(MOST_KEYS + 5):
            session.take_text('{"event":"DTMF_END","digit":"5"}')
        items = await everything(session)
        assert items == [Key("5")] * MOST_KEYS + [LineEnded("broken")]

    run(main())


def test_a_command_that_asterisk_refuses_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        session, asterisk = line()
        asterisk.channel.receive_text('{"command":"SET_MEDIA_DIRECTION","direction":"sideways"}')
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not session.ended

    with caplog.at_level(logging.WARNING):
        run(main())
    assert "sideways" in caplog.records[-1].__dict__["complaint"]
