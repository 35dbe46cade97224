"""A recognition server elsewhere hears as our own processes do, and costs no call when it breaks, hangs or is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
import vosk

from ivr.call import Hypothesis
from ivr.errors import LineBroken
from ivr.speech.models.model import BUNDLED_FOLDER
from ivr.speech.recognition.remote_recogniser import CONNECT_DEADLINE_S, RemoteRecogniser
from ivr.testing.sound import silence, speak
from tests.integration.vosk_server import VoskServer

MENU = ("bin collection", "council tax", "housing repairs", "opening hours", "yes", "no")


@pytest.fixture(scope="module")
def model() -> vosk.Model:
    vosk.SetLogLevel(-1)
    return vosk.Model(str(BUNDLED_FOLDER))


@pytest.fixture
async def server(model: vosk.Model) -> AsyncIterator[VoskServer]:
    server = VoskServer(model)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def remote(server: VoskServer) -> AsyncIterator[RemoteRecogniser]:
    remote = RemoteRecogniser(server.url, most_utterances=4)
    await remote.start()
    yield remote
    await remote.close()


async def said(text: str) -> bytes:
    return silence(250) + await speak(text) + silence(600)


async def hear(remote: RemoteRecogniser, pcm: bytes, phrases: tuple[str, ...] | None = MENU) -> tuple[Hypothesis, ...]:
    utterance = await remote.open(phrases)
    for start in range(0, len(pcm), 320):
        utterance.feed(pcm[start : start + 320])
        await asyncio.sleep(0)
    return await utterance.finish()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # the other end sets no event of ours
            await asyncio.sleep(0.01)


async def test_menu_words_are_heard_with_confidence(remote: RemoteRecogniser, server: VoskServer) -> None:
    for phrase in MENU[:4]:
        (reading,) = await hear(remote, await said(phrase))
        assert reading.text == phrase
        assert reading.confidence > 0.85
    assert remote.ailment is None
    await until(lambda: server.open == 0)
    assert server.connections == 5  # one an utterance, and the trial at the start


async def test_an_open_question_has_alternatives(remote: RemoteRecogniser) -> None:
    readings = await hear(remote, await said("what time do you open"), None)
    assert len(readings) > 1
    assert "time do you open" in readings[0].text


async def test_partial_words_come_while_the_caller_speaks(remote: RemoteRecogniser) -> None:
    utterance = await remote.open(MENU)
    utterance.feed(await said("housing repairs"))
    await until(lambda: utterance.partial == "housing repairs")
    utterance.abandon()


async def test_words_on_both_sides_of_a_long_pause_are_one_reading(remote: RemoteRecogniser) -> None:
    pcm = await said("council tax") + silence(1500) + await said("opening hours")
    assert (await hear(remote, pcm))[0].text == "council tax opening hours"
    assert (await hear(remote, pcm, None))[0].text == "council tax opening hours"


async def test_silence_has_no_reading(remote: RemoteRecogniser) -> None:
    assert await hear(remote, silence(1000)) == ()
    assert await hear(remote, silence(1000), None) == ()
    assert await hear(remote, b"") == ()


async def test_the_server_written_in_c_is_understood_without_a_grammar(model: vosk.Model) -> None:
    server = VoskServer(model, plain=True)
    await server.start()
    remote = RemoteRecogniser(server.url)
    await remote.start()
    try:
        (reading,) = await hear(remote, await said("council tax"))
        assert reading.text.endswith("council tax")
    finally:
        await remote.close()
        await server.stop()


@pytest.mark.parametrize("after", [1, 12])
async def test_a_connection_that_breaks_costs_no_word(remote: RemoteRecogniser, server: VoskServer, after: int) -> None:
    server.breaks = [after]
    assert (await hear(remote, await said("council tax")))[0].text == "council tax"


async def test_a_sound_that_breaks_two_connections_is_given_up(remote: RemoteRecogniser, server: VoskServer) -> None:
    server.breaks = [2, 2]
    assert await hear(remote, await said("council tax")) == ()
    assert (await hear(remote, await said("council tax")))[0].text == "council tax"


async def test_a_server_that_falls_silent_does_not_hold_a_call(server: VoskServer) -> None:
    server.deaf = True
    remote = RemoteRecogniser(server.url, finish_deadline_s=0.3)
    await remote.start()
    try:
        utterance = await remote.open(MENU)
        utterance.feed(await said("council tax"))
        started = time.monotonic()
        assert await utterance.finish() == ()
        assert time.monotonic() - started < 1.0
        await asyncio.wait_for(utterance.gone(), 3)
    finally:
        await remote.close()


@pytest.mark.parametrize("nonsense", ["hello", "{}", '{"text": 1}', '{"partial": ""}' + " " * 2_000_000])
async def test_nonsense_is_no_reading(remote: RemoteRecogniser, server: VoskServer, nonsense: str) -> None:
    server.nonsense = nonsense
    assert await hear(remote, await said("council tax")) == ()


async def test_with_the_server_away_callers_get_their_keys(remote: RemoteRecogniser, server: VoskServer) -> None:
    await server.stop()
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(LineBroken, match="recognition server"):
            await remote.open(MENU)
    assert time.monotonic() - started < 2 * CONNECT_DEADLINE_S
    assert remote.ailment is not None
    assert f"127.0.0.1:{server.port} does not answer" in remote.ailment
    await server.start()
    remote._away_until = 0.0  # as after some seconds
    assert (await hear(remote, await said("council tax")))[0].text == "council tax"
    assert remote.ailment is None


async def test_more_callers_than_it_may_have_are_told_at_once(remote: RemoteRecogniser, server: VoskServer) -> None:
    open_ones = [await remote.open(MENU) for _ in range(4)]
    with pytest.raises(LineBroken, match="fully used"):
        await remote.open(MENU)
    for utterance in open_ones:
        utterance.abandon()
        utterance.abandon()
        utterance.feed(bytes(320))
        assert await utterance.finish() == ()
    await until(lambda: server.open == 0)
    with pytest.raises(ValueError, match="no phrases"):
        await remote.open(())
    (await remote.open(MENU)).abandon()


async def test_a_server_that_is_away_at_the_start_is_no_error() -> None:
    remote = RemoteRecogniser("ws://127.0.0.1:1")
    await remote.start()
    assert remote.ailment is not None
    await remote.close()
