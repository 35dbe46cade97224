"""Whole prompts with flow control, against a stand-in that keeps Asterisk's queue and pace."""

from __future__ import annotations

import asyncio
import random

import pytest

from ivr.call import CallId
from ivr.media.audio import Played
from ivr.media.playing import OVERDUE_S, WINDOW_FRAMES
from ivr.media.session import MediaSession
from ivr.testing.clock import run
from ivr.testing.fake_asterisk_media import FakeMediaLine

FRAME_S = 0.02


def sound(seconds: float) -> bytes:
    return random.Random(seconds).randbytes(int(seconds * 8000) * 2)


def line() -> tuple[MediaSession, FakeMediaLine]:
    return FakeMediaLine.beside(CallId("1.1"))


def test_a_short_prompt_is_finished_when_the_caller_heard_it() -> None:
    async def main() -> None:
        session, asterisk = line()
        prompt = sound(1.01)
        playing = await session.play(prompt)
        played = await playing.finished()
        assert played == Played(heard_ms=1010, total_ms=1010, completed=True)
        assert asyncio.get_running_loop().time() == pytest.approx(1.02, abs=2 * FRAME_S)
        assert bytes(asterisk.channel.heard) == prompt + bytes(160)
        assert asterisk.channel.commands == ["START_MEDIA_BUFFERING", "STOP_MEDIA_BUFFERING"]

    run(main())


def test_two_minutes_arrive_whole_and_never_wait_beyond_the_window() -> None:
    async def main() -> None:
        session, asterisk = line()
        prompt = sound(120)
        played = await (await session.play(prompt)).finished()
        assert played.completed
        assert bytes(asterisk.channel.heard) == prompt
        assert asterisk.channel.longest_queue <= WINDOW_FRAMES
        assert asterisk.channel.dropped == 0
        assert asyncio.get_running_loop().time() == pytest.approx(120, abs=3 * FRAME_S)

    run(main())


def test_nothing_is_sent_while_asterisk_says_its_queue_is_full() -> None:
    async def main() -> None:
        session, asterisk = line()
        session.take_text('{"event":"MEDIA_XOFF","channel_id":"1795373221.2"}')
        prompt = sound(30)
        playing = await session.play(prompt)
        await asyncio.sleep(3)
        assert asterisk.channel.heard == b""
        session.take_text('{"event":"MEDIA_XON","channel_id":"1795373221.2"}')
        assert (await playing.finished()).completed
        assert bytes(asterisk.channel.heard) == prompt
        assert asyncio.get_running_loop().time() == pytest.approx(33, abs=0.1)

    run(main())


def test_a_full_queue_in_the_middle_of_a_prompt_holds_it_and_loses_nothing() -> None:
    async def main() -> None:
        session, asterisk = line()
        prompt = sound(40)
        playing = await session.play(prompt)
        await asyncio.sleep(3.5)
        for _ in range(8):
            asterisk.channel.receive_sound(bytes(60 * 320))
        queued = asterisk.channel.longest_queue
        await asyncio.sleep(1)  # the first mark passes meanwhile
        assert asterisk.channel.longest_queue == queued
        assert (await playing.finished()).completed
        assert asterisk.channel.dropped == 0
        heard = bytes(asterisk.channel.heard)
        assert heard.startswith(prompt[: 12 * 16000])
        assert heard.endswith(prompt[-12 * 16000 :])
        assert len(heard) == len(prompt) + 8 * 60 * 320

    run(main())


@pytest.mark.parametrize("after_s", [0.0, 0.07, 1.0, 3.33, 13.0, 59.0])
def test_a_cut_silences_at_once_and_knows_what_was_heard(after_s: float) -> None:
    async def main() -> None:
        session, asterisk = line()
        playing = await session.play(sound(60))
        waiting = asyncio.create_task(playing.finished())
        await asyncio.sleep(after_s)
        played = await playing.cut()
        heard = len(asterisk.channel.heard) // 16
        await asyncio.sleep(1)
        assert len(asterisk.channel.heard) // 16 == heard == played.heard_ms
        assert played.heard_ms == pytest.approx(after_s * 1000, abs=40)
        assert played.total_ms == 60_000
        assert not played.completed
        assert await waiting == await playing.cut() == played

    run(main())


def test_the_next_prompt_is_whole_after_a_cut_and_deaf_to_the_old_ones_events() -> None:
    async def main() -> None:
        session, asterisk = line()
        await (await session.play(sound(20))).cut()
        asterisk.channel.heard.clear()
        prompt = sound(15)
        assert (await (await session.play(prompt)).finished()).completed
        assert bytes(asterisk.channel.heard) == prompt

    run(main())


def test_a_new_prompt_cuts_the_one_that_still_plays() -> None:
    async def main() -> None:
        session, asterisk = line()
        first = await session.play(sound(5))
        await asyncio.sleep(1)
        second = await session.play(sound(1))
        assert (await first.finished()).heard_ms == pytest.approx(1000, abs=40)
        assert (await second.finished()).completed
        assert len(asterisk.channel.heard) // 16 == pytest.approx(2000, abs=40)

    run(main())


def test_a_pause_keeps_the_place_and_a_long_prompt_goes_on_after_it() -> None:
    async def main() -> None:
        session, asterisk = line()
        prompt = sound(30)
        playing = await session.play(prompt)
        await asyncio.sleep(6)
        await playing.pause()
        await asyncio.sleep(0.1)
        heard = len(asterisk.channel.heard)
        await asyncio.sleep(60)
        assert len(asterisk.channel.heard) == heard
        await playing.resume()
        assert (await playing.finished()).completed
        assert bytes(asterisk.channel.heard) == prompt
        assert asyncio.get_running_loop().time() == pytest.approx(90.1, abs=0.1)

    run(main())


def test_a_cut_while_paused_does_not_mute_the_next_prompt() -> None:
    async def main() -> None:
        session, asterisk = line()
        playing = await session.play(sound(5))
        await asyncio.sleep(1)
        await playing.pause()
        await asyncio.sleep(1)
        assert (await playing.cut()).heard_ms == pytest.approx(1000, abs=40)
        assert not asterisk.channel.paused
        assert (await (await session.play(sound(1))).finished()).completed

    run(main())


def test_pause_and_resume_after_the_end_do_nothing() -> None:
    async def main() -> None:
        session, asterisk = line()
        playing = await session.play(sound(0.2))
        await playing.finished()
        await playing.pause()
        await playing.resume()
        assert not asterisk.channel.paused
        assert "PAUSE_MEDIA" not in asterisk.channel.commands

    run(main())


def test_an_empty_prompt_is_finished_and_costs_no_message() -> None:
    async def main() -> None:
        session, asterisk = line()
        played = await (await session.play(b"")).finished()
        assert played == Played(heard_ms=0, total_ms=0, completed=True)
        assert asterisk.channel.commands == []

    run(main())


def test_half_a_sample_is_refused_and_the_line_goes_on() -> None:
    async def main() -> None:
        session, _ = line()
        with pytest.raises(ValueError, match="16-bit"):
            await session.play(b"abc")
        assert (await (await session.play(sound(0.1))).finished()).completed

    run(main())


@pytest.mark.parametrize("gone", ["hang_up", "vanish"])
def test_the_end_of_the_line_ends_a_prompt_with_what_was_heard(gone: str) -> None:
    async def main() -> None:
        session, asterisk = line()
        playing = await session.play(sound(30))
        await asyncio.sleep(2)
        await (asterisk.hang_up() if gone == "hang_up" else asterisk.vanish())
        played = await playing.finished()
        assert not played.completed
        assert played.heard_ms == pytest.approx(2000, abs=40)
        assert await playing.cut() == played
        later = await session.play(sound(1))
        assert await later.finished() == Played(heard_ms=0, total_ms=1000, completed=False)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_a_cut_that_asterisk_does_not_answer_is_estimated_by_the_clock() -> None:
    async def main() -> None:
        session, asterisk = line()
        playing = await session.play(sound(10))
        await asyncio.sleep(2)
        asterisk.channel.receive_text = lambda text: None  # type: ignore[method-assign]
        played = await playing.cut()
        assert played.heard_ms == pytest.approx(2500, abs=60)
        assert not played.completed

    run(main())


def test_a_cancelled_cut_leaves_nobody_waiting() -> None:
    async def main() -> None:
        session, asterisk = line()
        playing = await session.play(sound(10))
        waiting = asyncio.create_task(playing.finished())
        await asyncio.sleep(1)
        asterisk.channel.receive_text = lambda text: None  # type: ignore[method-assign]
        cutting = asyncio.create_task(playing.cut())
        await asyncio.sleep(0.1)
        cutting.cancel()
        assert (await waiting).heard_ms == pytest.approx(1100, abs=60)

    run(main())


def test_a_prompt_that_asterisk_never_completes_drops_the_line() -> None:
    async def main() -> None:
        session, asterisk = line()
        asterisk.hangs = True
        started = asyncio.get_running_loop().time()
        played = await (await session.play(sound(2))).finished()
        assert not played.completed
        assert asyncio.get_running_loop().time() - started == pytest.approx(2 + OVERDUE_S, abs=0.05)
        await asyncio.sleep(0.1)
        assert session.ended

    run(main())
