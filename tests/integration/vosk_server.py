"""A small server that speaks vosk-server's websocket protocol with real Vosk, and can fail as real ones do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import vosk
from aiohttp import WSMsgType, web

END = '{"eof" : 1}'


class VoskServer:
    """Listens on a free port of 127.0.0.1.

    `plain` makes it the server written in C++, which knows no configuration and ends in a binary message. `breaks`
    says for each connection after how many pieces of sound it is dropped; `deaf` servers take all and answer nothing.
    """

    def __init__(self, model: vosk.Model, *, plain: bool = False) -> None:
        self._model = model
        self._plain = plain
        self.breaks: list[int] = []
        self.deaf = False
        self.nonsense: str | None = None
        self.connections = 0
        self.open = 0
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._talk)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _talk(self, request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse(max_msg_size=1 << 20)
        await line.prepare(request)
        self.connections += 1
        self.open += 1
        try:
            await self._listen(request, line)
        finally:
            self.open -= 1
        return line

    async def _listen(self, request: web.Request, line: web.WebSocketResponse) -> None:
        told: dict[str, Any] = {}
        recogniser = None
        pieces = 0
        async for message in line:
            if self.deaf:
                continue
            if self.nonsense is not None:
                await line.send_str(self.nonsense)
                continue
            if message.type is WSMsgType.TEXT and "config" in message.data and not self._plain:
                told = json.loads(message.data)["config"]
                continue
            recogniser = recogniser or self._recogniser(told)
            if message.data == END:
                answer = recogniser.FinalResult()
                await (line.send_bytes(answer.encode()) if self._plain else line.send_str(answer))
                return
            pieces += 1
            sound = message.data if isinstance(message.data, bytes) else message.data.encode()
            await line.send_str(await asyncio.to_thread(decoded, recogniser, sound))
            if self.breaks and pieces >= self.breaks[0]:
                self.breaks.pop(0)
                assert request.transport is not None
                request.transport.abort()
                return

    def _recogniser(self, told: dict[str, Any]) -> vosk.KaldiRecognizer:
        phrases = told.get("phrase_list")
        rate_hz = told.get("sample_rate", 8000)
        given = (json.dumps(phrases),) if phrases else ()
        recogniser = vosk.KaldiRecognizer(self._model, rate_hz, *given)
        recogniser.SetWords(told.get("words", True))
        recogniser.SetMaxAlternatives(told.get("max_alternatives", 0))
        return recogniser


def decoded(recogniser: vosk.KaldiRecognizer, sound: bytes) -> str:
    return str(recogniser.Result() if recogniser.AcceptWaveform(sound) else recogniser.PartialResult())
