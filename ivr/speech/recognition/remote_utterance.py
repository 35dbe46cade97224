"""One utterance at a recognition server: its sound is kept until it is over, for a second connection."""

from __future__ import annotations

import asyncio
import enum
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp

from ivr.call import Hypothesis
from ivr.errors import LineBroken
from ivr.speech.recognition.model_behind import ModelBehind
from ivr.speech.recognition.noise_floor import NoiseFloor
from ivr.speech.recognition.pooled_utterance import BATCH_BYTES, BYTES_PER_S, MOST_KEPT_BYTES, MOST_REPLAYS
from ivr.speech.recognition.vosk_server_wire import END, AnswerFault, Answers, configuration

log = logging.getLogger(__name__)

Connection = aiohttp.ClientWebSocketResponse[bool]

CLOSE_DEADLINE_S = 0.5
"""For the whole closing: aiohttp's own deadline begins again with every message that still comes."""
SAMPLE_BYTES = 2
LARGEST_PIECE_BYTES = BYTES_PER_S
"""Sound that is sent again goes in pieces of a second, so that one caller does not keep the server's threads."""
ANSWERS_TOO_MANY = 8
"""More answers than questions; one server answers the configuration, too. Beyond it, it is no vosk-server."""


class Fate(enum.Enum):
    """What became of an utterance that was not abandoned."""

    ANSWERED = enum.auto()
    MISSED = enum.auto()
    """No answer within the deadline."""
    BROKEN = enum.auto()
    """Every connection broke, or what came was no answer."""


@asynccontextmanager
async def closing(connection: Connection) -> AsyncIterator[None]:
    """`connection` is closed at the end, within `CLOSE_DEADLINE_S` whatever the other end does."""
    line = connection.get_extra_info("socket")
    try:
        yield
    finally:
        try:
            async with asyncio.timeout(CLOSE_DEADLINE_S):
                await connection.close()
        except TimeoutError:
            log.info("the recognition server did not close in time", extra={"deadline_s": CLOSE_DEADLINE_S})
        finally:
            if line is not None:  # else what a server does not read keeps the socket open
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)


def described(fault: BaseException) -> str:
    """`fault` for the log: aiohttp's own texts hold the whole address, with the password or token in it."""
    if isinstance(fault, aiohttp.ClientResponseError):
        return f"status {fault.status}"
    return str(fault) if isinstance(fault, LineBroken | AnswerFault) else type(fault).__name__


class RemoteUtterance:
    """A `recogniser.Utterance` over `connection`, and over one more from `connect` if that breaks.

    `on_fate` is called at most once, as soon as its fate is known; `on_gone` once, when its last connection is closed.
    """

    def __init__(
        self,
        connection: Connection,
        phrases: tuple[str, ...] | None,
        *,
        model: ModelBehind | None,
        connect: Callable[[], Awaitable[Connection]],
        finish_deadline_s: float,
        on_fate: Callable[[Fate], None],
        on_gone: Callable[[RemoteUtterance], None],
    ) -> None:
        self.partial = ""
        self.partial_ms = 0
        self._phrases = phrases
        self._model = model
        self._connect = connect
        self._deadline_s = finish_deadline_s
        self._on_fate = on_fate
        self._kept = bytearray()
        self._more = asyncio.Event()
        self._finishing = False
        self._ended = False
        self._overlong = False
        self._readings: asyncio.Future[tuple[Hypothesis, ...]] = asyncio.get_running_loop().create_future()
        self._work = asyncio.create_task(self._converse(connection), name="talk to the recognition server")
        self._work.add_done_callback(lambda _: on_gone(self))

    def feed(self, pcm: bytes) -> None:
        """Take the next sound: 8 kHz, 16 bit, mono."""
        if self._ended or self._finishing:
            return
        room = MOST_KEPT_BYTES - len(self._kept)
        if len(pcm) > room and not self._overlong:
            self._overlong = True
            log.warning("an utterance is too long: the rest is not heard")
        self._kept += pcm[:room]
        self._more.set()

    def look(self) -> None:
        """The protocol has no question for it: the words come as they come."""

    async def finish(self) -> tuple[Hypothesis, ...]:
        """The readings, best first. Raises LineBroken if there are none in time, or never will be."""
        if self._ended or self._finishing:
            return ()
        self._finishing = True
        self._more.set()
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._readings
        except TimeoutError:
            log.error("the recognition server gave no answer in time", extra={"deadline_s": self._deadline_s})
            self._on_fate(Fate.MISSED)
            raise LineBroken("the recognition server gave no answer in time") from None
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Nothing more is wanted; harmless when repeated."""
        if self._ended:
            return
        self._ended = True
        answered = self._readings.done() and not self._readings.cancelled()
        self._readings.cancel()
        if not answered:
            self._work.cancel()

    async def gone(self) -> None:
        """Wait until its connection is closed."""
        await asyncio.wait({self._work})

    async def _converse(self, connection: Connection) -> None:
        for replays in range(1 + MOST_REPLAYS):
            try:
                if replays:
                    connection = await self._connect()
                await self._over(connection)
                return
            except (LineBroken, AnswerFault, aiohttp.ClientError, ConnectionError) as fault:
                log.warning("the recognition server broke off", extra={"fault": described(fault), "replays": replays})
        self._give_up()

    def _settle(self, readings: tuple[Hypothesis, ...]) -> None:
        if not self._readings.done():
            self._readings.set_result(readings)
            self._on_fate(Fate.ANSWERED)

    def _give_up(self) -> None:
        if not self._readings.done():
            self._readings.set_exception(LineBroken("the recognition server broke off again and again"))
            self._readings.exception()  # an utterance that nobody finishes is no fault that the loop should report
            self._on_fate(Fate.BROKEN)

    async def _over(self, connection: Connection) -> None:
        """All over one connection, which is closed. Raises LineBroken, AnswerFault or aiohttp's errors."""
        questions = _Questions()
        async with closing(connection):
            telling = asyncio.create_task(
                self._tell(connection, questions), name="send sound to the recognition server"
            )
            try:
                await self._hear(connection, questions)
            finally:
                telling.cancel()
                await asyncio.wait({telling})
                if not telling.cancelled() and isinstance(fault := telling.exception(), Exception):
                    log.info("sound could not be sent", extra={"fault": described(fault)})

    async def _tell(self, connection: Connection, questions: _Questions) -> None:
        """Send the configuration, the sound as it comes, and the end."""
        await connection.send_str(configuration(self._phrases, self._model))
        floor = NoiseFloor()
        sent = 0
        while True:
            self._more.clear()
            least = SAMPLE_BYTES if self._finishing else BATCH_BYTES
            while (waiting := len(self._kept) - sent) >= least:
                size = min(waiting // SAMPLE_BYTES * SAMPLE_BYTES, LARGEST_PIECE_BYTES)
                piece = bytes(self._kept[sent : sent + size])
                sent += len(piece)
                questions.ask(sent)
                await connection.send_bytes(floor.under(piece))
            if self._finishing:
                questions.ask(sent)
                questions.ended = True
                await connection.send_str(END)
                return
            await self._more.wait()

    async def _hear(self, connection: Connection, questions: _Questions) -> None:
        """Read answers until the last, and settle what they mean; a silent server is met by `finish`'s deadline."""
        answers = Answers(self._phrases, self._model)
        async for message in connection:
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                break
            answers.take(message.data)
            if answers.taken > questions.asked + ANSWERS_TOO_MANY:
                raise AnswerFault("answers that nobody asked for")
            if answers.partial != self.partial:
                self.partial, self.partial_ms = answers.partial, questions.sound_ms(answers.taken)
            if questions.ended and answers.complete(questions.asked):
                self._settle(answers.readings(len(self._kept) / BYTES_PER_S))
                return
        raise LineBroken("the recognition server closed the connection")


class _Questions:
    """What a connection was asked: pieces of sound and the end, each of which is answered once."""

    def __init__(self) -> None:
        self.ended = False
        self._up_to: list[int] = []

    @property
    def asked(self) -> int:
        """How many."""
        return len(self._up_to)

    def ask(self, sent_bytes: int) -> None:
        """One more, with which `sent_bytes` of sound are sent."""
        self._up_to.append(sent_bytes)

    def sound_ms(self, answered: int) -> int:
        """The length of the sound that the first `answered` questions held."""
        return 1000 * self._up_to[min(answered, len(self._up_to)) - 1] // BYTES_PER_S if self._up_to else 0
