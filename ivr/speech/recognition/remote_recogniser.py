"""Recognition by a vosk-server elsewhere: one connection an utterance, opened when a voice begins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp

from ivr.errors import LineBroken, ModelError
from ivr.speech.recognition.model_behind import MARK, ModelBehind
from ivr.speech.recognition.remote_utterance import (
    CLOSE_DEADLINE_S,
    Connection,
    Fate,
    RemoteUtterance,
    closing,
    described,
)

log = logging.getLogger(__name__)

SCHEMES = ("ws", "wss")
CONNECT_DEADLINE_S = 0.6
"""For TCP, TLS and the websocket's handshake; on one machine they take 3 ms, so no connection is kept in reserve."""
FINISH_DEADLINE_S = 1.5
RETRY_AFTER_S = 2.0
"""A server that could not be reached or does not answer is left alone this long: callers meanwhile get their keys at
once."""
PROBE_EVERY_S = 10.0
"""So often a server that is away is asked whether it hears again; else the next caller who speaks would find out."""
PROBE_BYTES = 3200
"""0.2 s of silence."""
MOST_MISSES = 2
"""Deadlines missed in a row: one may be a hiccup."""
LONGEST_MESSAGE = 128 * 1024
"""Bytes; ten readings of half a minute of speech, with every word's times, are about 100 kB."""
MOST_UTTERANCES = 200


class RemoteRecogniser:
    """An `ivr.speech.recognition.recogniser.Engine`: the vosk-server at `url` (``ws://host:port`` or ``wss://…``).

    `model` is what is known of the model that hears there; None: nothing. Raises ModelError if `url` is none.
    """

    def __init__(
        self,
        url: str,
        *,
        model: ModelBehind | None = None,
        most_utterances: int = MOST_UTTERANCES,
        finish_deadline_s: float = FINISH_DEADLINE_S,
    ) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port or {"ws": 80, "wss": 443}[parts.scheme]
        except (ValueError, KeyError):
            port = 0
        if not port or not parts.hostname:
            raise ModelError("speech model: no address of a recognition server: use ws://host:port")
        self._url = url
        self._model = model
        self._place = f"{parts.hostname}:{port}"  # without a password that may stand in the address
        self._most_utterances = most_utterances
        self._finish_deadline_s = finish_deadline_s
        self._session: aiohttp.ClientSession | None = None
        self._probing: asyncio.Task[None] | None = None
        self._utterances: set[RemoteUtterance] = set()
        self._opening = 0
        self._misses = 0
        self._away_until: float | None = None
        """Not None until an utterance is answered: that a server lets us connect does not show that it is well."""

    @property
    def description(self) -> str:
        """For the start-up print."""
        if self._model is not None:
            return f"recognition server {self._place} with the model '{self._model.name}'"
        unknown = f"its words and its confidence are unknown; name its model: ws://host:port{MARK}bundled"
        return f"recognition server {self._place} ({unknown})"

    @property
    def ailment(self) -> str | None:
        """Why it hears nobody at present; without the address, since anybody may read it."""
        return None if self._away_until is None else "the recognition server does not answer: callers need keys"

    def unknown_words(self, words: Iterable[str]) -> frozenset[str]:
        """None unless it is known what model hears: the protocol cannot be asked which words a server knows."""
        return frozenset() if self._model is None else frozenset(words) - self._model.words

    async def start(self) -> None:
        """Try the server once. One that is away is no error: it may come later, and callers have keys."""
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        with suppress(LineBroken):
            async with closing(await self._connect()):
                pass
        self._probing = asyncio.create_task(self._probe(), name="ask a recognition server that is away")

    async def close(self) -> None:
        """End; open utterances get no readings."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.wait({self._probing})
        utterances = tuple(self._utterances)
        for utterance in utterances:
            utterance.abandon()
        await asyncio.gather(*(utterance.gone() for utterance in utterances))
        session, self._session = self._session, None
        if session is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_DEADLINE_S):
                    await session.close()

    async def open(self, phrases: tuple[str, ...] | None) -> RemoteUtterance:
        """Begin an utterance (see `Recogniser.open`).

        Raises ValueError for a grammar without phrases, LineBroken if the server is away or we ask enough of it.
        """
        if phrases is not None and not phrases:
            raise ValueError("no phrases to listen for: listen to keys only, or use None for open vocabulary")
        if len(self._utterances) + self._opening >= self._most_utterances:
            raise LineBroken("recognition is fully used")
        if self._away_until is not None and asyncio.get_running_loop().time() < self._away_until:
            raise LineBroken("the recognition server is away")
        return await self._begin(phrases)

    async def _begin(self, phrases: tuple[str, ...] | None) -> RemoteUtterance:
        """Raises LineBroken if the server cannot be reached."""
        self._opening += 1
        try:
            connection = await self._connect()
        finally:
            self._opening -= 1
        utterance = RemoteUtterance(
            connection,
            phrases,
            model=self._model,
            connect=self._connect,
            finish_deadline_s=self._finish_deadline_s,
            on_fate=self._learn,
            on_gone=self._utterances.discard,
        )
        self._utterances.add(utterance)
        try:
            await asyncio.sleep(0)  # it has begun then: its connection is closed even if it is abandoned at once
        except asyncio.CancelledError:
            utterance.abandon()
            raise
        return utterance

    async def _probe(self) -> None:
        """While the server is away, let it hear a little silence now and then: its answer shows that it is well."""
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            if self._away_until is not None:
                with suppress(LineBroken):
                    utterance = await self._begin(None)
                    utterance.feed(bytes(PROBE_BYTES))
                    await utterance.finish()

    def _learn(self, fate: Fate) -> None:
        """An utterance showed whether the server is well."""
        if fate is Fate.ANSWERED:
            self._misses = 0
            if self._away_until is not None:
                self._away_until = None
                log.info("the recognition server answers again", extra={"server": self._place})
            return
        self._misses += 1
        if fate is Fate.BROKEN or self._misses >= MOST_MISSES:
            self._leave_alone("it breaks off" if fate is Fate.BROKEN else "it does not answer in time")

    def _leave_alone(self, fault: str) -> None:
        if self._away_until is None:
            log.error("the recognition server is away", extra={"server": self._place, "fault": fault})
        self._away_until = asyncio.get_running_loop().time() + RETRY_AFTER_S

    async def _connect(self) -> Connection:
        """A fresh connection. Raises LineBroken, and remembers that the server is away."""
        if self._session is None:
            raise LineBroken("the recogniser is not started")
        try:
            async with asyncio.timeout(CONNECT_DEADLINE_S):
                return await self._session.ws_connect(
                    self._url,
                    max_msg_size=LONGEST_MESSAGE,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_DEADLINE_S),
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as fault:
            self._leave_alone(described(fault))
            raise LineBroken("the recognition server cannot be reached") from None  # its text holds the address
