"""A recognition server elsewhere hears as our own processes do, and costs no call when it breaks, hangs or is away."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import vosk
from aiohttp import WSMsgType, web

from ivr.call import Hypothesis
from ivr.dialogue.manner import ACCEPT, CONFIRM
from ivr.errors import LineBroken, ModelError
from ivr.speech.models.model import BUNDLED_FOLDER
from ivr.speech.recognition import remote_recogniser
from ivr.speech.recognition.model_behind import model_behind, parted
from ivr.speech.recognition.readings import MOST_UNKNOWN, calibrated
from ivr.speech.recognition.remote_recogniser import CONNECT_DEADLINE_S, RemoteRecogniser
from ivr.speech.recognition.vosk_worker import Decoder
from ivr.testing.sound import silence, speak
from tests.integration.vosk_server import VoskServer

MENU = ("bin collection", "council tax", "housing repairs", "opening hours", "yes", "no")
PATIENT_S = 30.0
"""For an answer: the machine may be busy, and what is heard is what these tests are about."""


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
    remote = RemoteRecogniser(server.url, most_utterances=4, finish_deadline_s=PATIENT_S)
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
        assert CONFIRM <= reading.confidence <= MOST_UNKNOWN, "asked back, whatever the server's own confidence is"
    assert remote.ailment is None
    await until(lambda: server.open == 0)
    assert server.connections == 5  # one an utterance, and the trial at the start


async def test_with_its_model_named_a_server_is_as_sure_as_that_model_is_here(server: VoskServer) -> None:
    address = f"{server.url}#bundled"
    named = RemoteRecogniser(parted(address)[0], model=model_behind(address, Path()), finish_deadline_s=PATIENT_S)
    decoder = Decoder(BUNDLED_FOLDER)
    await named.start()
    try:
        for text in (*MENU[:4], "the dog is barking outside"):
            pcm = await said(text)
            here = calibrated(decoder.result(pcm, MENU), MENU, decoder.calibration)
            there = await hear(named, pcm)
            assert [one.text for one in there[:1]] == [one.text for one in here[:1]]
            assert not here or there[0].confidence == pytest.approx(here[0].confidence, abs=0.05)
            assert text not in MENU or there[0].confidence >= ACCEPT
            assert text in MENU or not there or there[0].confidence < CONFIRM
    finally:
        await named.close()


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


async def test_a_sound_that_breaks_three_connections_is_given_up(remote: RemoteRecogniser, server: VoskServer) -> None:
    server.breaks = [2, 2, 2]
    with pytest.raises(LineBroken, match="again and again"):
        await hear(remote, await said("council tax"))
    with pytest.raises(LineBroken, match="away"):
        await remote.open(MENU)
    remote._away_until = 0.0  # as after some seconds
    assert (await hear(remote, await said("council tax")))[0].text == "council tax"
    assert remote.ailment is None


async def test_a_server_that_falls_silent_does_not_hold_a_call(server: VoskServer) -> None:
    server.deaf = True
    remote = RemoteRecogniser(server.url, finish_deadline_s=0.3)
    await remote.start()
    try:
        utterance = await remote.open(MENU)
        utterance.feed(await said("council tax"))
        started = time.monotonic()
        with pytest.raises(LineBroken, match="in time"):
            await utterance.finish()
        assert time.monotonic() - started < 1.0
        await asyncio.wait_for(utterance.gone(), 3)
    finally:
        await remote.close()


@pytest.mark.parametrize("nonsense", ["hello", "{}", '{"text": 1}', '{"partial": ""}' + " " * 2_000_000])
async def test_nonsense_is_no_reading(remote: RemoteRecogniser, server: VoskServer, nonsense: str) -> None:
    server.nonsense = nonsense
    with pytest.raises(LineBroken, match="recognition server"):
        await hear(remote, await said("council tax"))


async def test_with_the_server_away_callers_get_their_keys(remote: RemoteRecogniser, server: VoskServer) -> None:
    await server.stop()
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(LineBroken, match="recognition server"):
            await remote.open(MENU)
    assert time.monotonic() - started < 2 * CONNECT_DEADLINE_S
    assert remote.ailment is not None
    assert "does not answer" in remote.ailment
    assert "127.0.0.1" not in remote.ailment
    await server.start()
    remote._away_until = 0.0  # as after some seconds
    assert (await hear(remote, await said("council tax")))[0].text == "council tax"
    assert remote.ailment is None


async def test_a_server_that_comes_back_is_found_well_without_a_caller(
    server: VoskServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_recogniser, "PROBE_EVERY_S", 0.05)
    await server.stop()
    remote = RemoteRecogniser(server.url, finish_deadline_s=1.0)
    await remote.start()
    try:
        assert remote.ailment is not None
        server.deaf = True
        await server.start()
        connections = server.connections
        await until(lambda: server.connections > connections + 1)
        assert remote.ailment is not None, "to be let in is no answer"
        server.deaf = False
        await until(lambda: remote.ailment is None)
        connections = server.connections
        await asyncio.sleep(0.2)
        assert server.connections == connections, "a server that is well is not asked"
    finally:
        await remote.close()
    await until(lambda: server.open == 0)


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


YES = '{"text": "yes", "result": [{"word": "yes", "conf": 0.9, "start": 0, "end": 1}]}'


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """The host and port of a server with another mind than a vosk-server's."""
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def pinging(request: web.Request) -> web.WebSocketResponse:
    """Answers as it should, pings all the time, and takes no close for an answer."""
    line = web.WebSocketResponse(autoclose=False, autoping=False)
    await line.prepare(request)
    transport = request.transport
    assert transport is not None
    while not transport.is_closing():
        transport.write(b"\x89\x00")
        try:
            message = await line.receive(timeout=0.05)
        except TimeoutError:
            continue
        if message.type is WSMsgType.BINARY:
            transport.write(b"\x81\x0f" + b'{"partial": ""}')
        elif message.type is WSMsgType.TEXT and "eof" in message.data:
            transport.write(b"\x81" + bytes([len(YES)]) + YES.encode())
        elif message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR):
            await asyncio.sleep(0.05)  # receive would return at once from now on
    return line


async def silent(request: web.Request) -> web.WebSocketResponse:
    line = web.WebSocketResponse()
    await line.prepare(request)
    async for _ in line:
        pass
    return line


async def leaving(request: web.Request) -> web.WebSocketResponse:
    line = web.WebSocketResponse()
    await line.prepare(request)
    await line.close()
    return line


async def test_a_server_that_pings_and_never_closes_holds_no_place() -> None:
    async with serving(pinging) as place:
        remote = RemoteRecogniser(f"ws://{place}", most_utterances=1)
        async with asyncio.timeout(2):
            await remote.start()
        for _ in range(2):
            utterance = await remote.open(("yes",))
            utterance.feed(bytes(6400))
            assert (await utterance.finish())[0].text == "yes"
            async with asyncio.timeout(1.5):
                await utterance.gone()
        await remote.open(("yes",))
        async with asyncio.timeout(2):
            await remote.close()
        with pytest.raises(LineBroken, match="not started"):
            await remote.open(("yes",))


async def test_a_server_that_lets_us_in_and_leaves_is_left_alone() -> None:
    async with serving(leaving) as place:
        remote = RemoteRecogniser(f"ws://{place}")
        await remote.start()
        assert remote.ailment is None
        with pytest.raises(LineBroken, match="again and again"):
            await hear(remote, bytes(6400))
        assert remote.ailment is not None
        with pytest.raises(LineBroken, match="away"):
            await remote.open(MENU)
        remote._away_until = 0.0  # as after some seconds
        utterance = await remote.open(MENU)
        assert remote.ailment is not None  # to be let in is no answer
        utterance.abandon()
        await remote.close()


async def test_two_missed_deadlines_in_a_row_are_enough() -> None:
    async with serving(silent) as place:
        remote = RemoteRecogniser(f"ws://{place}", finish_deadline_s=0.05)
        await remote.start()
        with pytest.raises(LineBroken, match="in time"):
            await hear(remote, bytes(6400))
        assert remote.ailment is None
        with pytest.raises(LineBroken, match="in time"):
            await hear(remote, bytes(6400))
        assert remote.ailment is not None
        with pytest.raises(LineBroken, match="away"):
            await remote.open(MENU)
        await remote.close()


async def test_a_crowd_at_once_gets_no_more_than_there_are_places() -> None:
    async with serving(silent) as place:
        remote = RemoteRecogniser(f"ws://{place}", most_utterances=3)
        await remote.start()
        got = await asyncio.gather(*(remote.open(MENU) for _ in range(20)), return_exceptions=True)
        assert sum(not isinstance(one, BaseException) for one in got) == 3
        assert all("fully used" in str(one) for one in got if isinstance(one, BaseException))
        await remote.close()


async def test_a_caller_who_hangs_up_while_connecting_leaves_no_place_taken() -> None:
    async with serving(silent) as place:
        remote = RemoteRecogniser(f"ws://{place}", most_utterances=1)
        await remote.start()
        early = asyncio.create_task(remote.open(MENU))
        await asyncio.sleep(0)
        early.cancel()
        with pytest.raises(asyncio.CancelledError):
            await early
        late = asyncio.create_task(remote.open(MENU))
        while not remote._utterances:  # noqa: ASYNC110  # the very tick after connecting
            await asyncio.sleep(0)
        late.cancel()
        await asyncio.wait({late})
        if not late.cancelled():
            late.result().abandon()
        await until(lambda: not remote._utterances)
        (await remote.open(MENU)).abandon()
        await remote.close()


async def test_no_log_and_no_message_holds_what_the_address_keeps_secret(caplog: pytest.LogCaptureFixture) -> None:
    async def forbidden(request: web.Request) -> web.Response:
        raise web.HTTPForbidden

    caplog.set_level(logging.DEBUG, "ivr")
    async with serving(forbidden) as place:
        for where in (place, "127.0.0.1:1"):
            remote = RemoteRecogniser(f"ws://me:s3cret@{where}/?token=t0ken")
            await remote.start()
            assert remote.ailment is not None
            assert where not in remote.ailment
            await remote.close()
    with pytest.raises(ModelError) as refused:
        RemoteRecogniser("ws://me:s3cret@[::1/?token=t0ken")
    faults = [getattr(record, "fault", "") for record in caplog.records if record.levelno >= logging.ERROR]
    assert faults == ["status 403", "ClientConnectorError"]
    everything = str([record.__dict__ for record in caplog.records]) + caplog.text + str(refused.value)
    assert "s3cret" not in everything
    assert "t0ken" not in everything
