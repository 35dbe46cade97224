"""A stand-in for Asterisk's chan_websocket: the same messages, queue and pace, as recorded from Asterisk 22.10.1."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

import aiohttp

from ivr.call import CallId
from ivr.errors import LineBroken
from ivr.media.audio import FRAME_BYTES, FRAME_MS
from ivr.media.session import MediaSession

QUEUE_MOST: Final = 1000
XOFF_AT: Final = 900
XON_BELOW: Final = 800
LONGEST_TEXT: Final = 128
LARGEST_MESSAGE: Final = 65_500
QUIET: Final = bytes(FRAME_BYTES)
CHANNEL_ID: Final = "1795373221.2"


class FakeMediaChannel:
    """What chan_websocket does with messages and every 20 ms, without I/O and without a clock.

    `emit` is given each event text in order. `heard` collects what the caller heard, silence of an empty queue left
    out; `commands` the names of all commands; `warnings` what Asterisk would have written to its log.
    """

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._queue: deque[bytes | str] = deque()
        self._length = 0
        self._full = False
        self._buffering = False
        self._leftover = b""
        self._report_drained = False
        self.paused = False
        self.direction = "both"
        self.hung_up = False
        self.heard = bytearray()
        self.longest_queue = 0
        self.dropped = 0
        self.commands: list[str] = []
        self.warnings: list[str] = []

    def start(self, *, format: str = "slin", frame_bytes: int = FRAME_BYTES) -> None:
        """MEDIA_START, the first message of a connection."""
        self._event(
            "MEDIA_START",
            first={"connection_id": "ivr", "channel": "WebSocket/ivr/0x7f05340048b0"},
            format=format,
            optimal_frame_size=frame_bytes,
            ptime=FRAME_MS,
            channel_variables={"MEDIA_WEBSOCKET_CONNECTION_ID": "ivr"},
        )

    def press(self, digit: str) -> None:
        """The caller pressed a key."""
        self._event("DTMF_END", digit=digit)

    def receive_text(self, text: str) -> None:
        """A control message of the service."""
        if len(text) > LONGEST_TEXT:
            self.warnings.append("TEXT message exceeds maximum length")
            return
        try:
            fields = json.loads(text)
        except ValueError:
            self._event("ERROR", error_text="Unable to parse JSON command")
            return
        name = fields.get("command") if isinstance(fields, dict) else None
        if not isinstance(name, str):
            self.warnings.append("command unknown")
            return
        self.commands.append(name)
        self._obey(name, fields)

    def receive_sound(self, pcm: bytes) -> None:
        """A binary message of the service; dropped whole when 1,000 frames wait already."""
        if self.direction == "in" or self._length >= QUEUE_MOST:
            self.dropped += len(pcm)
            return
        pcm = self._leftover + pcm
        whole = len(pcm) - len(pcm) % FRAME_BYTES
        for begin in range(0, whole, FRAME_BYTES):
            self._enqueue(pcm[begin : begin + FRAME_BYTES])
        self._leftover = pcm[whole:] if self._buffering else b""

    def tick(self) -> bytes:
        """20 ms: what the caller hears now. Events that lie before it in the queue are sent."""
        if self.paused:
            return QUIET
        if self._full and self._length < XON_BELOW:
            self._full = False
            self._event("MEDIA_XON")
        if not self._queue and self._report_drained:
            self._report_drained = False
            self._event("QUEUE_DRAINED")
        while self._queue:
            item = self._queue.popleft()
            if isinstance(item, bytes):
                self._length -= 1
                self.heard += item
                return item.ljust(FRAME_BYTES, b"\0")
            self._emit(item)
        return QUIET

    def _obey(self, name: str, fields: dict[str, Any]) -> None:
        correlation_id = str(fields.get("correlation_id", ""))
        match name:
            case "START_MEDIA_BUFFERING":
                self._buffering = True
            case "STOP_MEDIA_BUFFERING":
                self._buffering = False
                if self._leftover:
                    self._enqueue(self._leftover)
                self._leftover = b""
                self._queue.append(_text("MEDIA_BUFFERING_COMPLETED", correlation_id=correlation_id))
            case "MARK_MEDIA":
                self._queue.append(_text("MEDIA_MARK_PROCESSED", correlation_id=correlation_id))
            case "FLUSH_MEDIA":  # a pause stays, and neither marks nor completions survive
                self._queue.clear()
                self._length = 0
                self._buffering = False
                self._leftover = b""
            case "PAUSE_MEDIA":
                self.paused = True
            case "CONTINUE_MEDIA":
                self.paused = False
            case "REPORT_QUEUE_DRAINED":
                self._report_drained = True
            case "GET_STATUS":
                self._send_status()
            case "SET_MEDIA_DIRECTION":
                self._set_direction(fields.get("direction"))
            case "HANGUP":
                self.hung_up = True
            case _:
                self.warnings.append("command unknown")

    def _send_status(self) -> None:
        self._event(
            "STATUS",
            queue_length=self._length,
            xon_level=XON_BELOW,
            xoff_level=XOFF_AT,
            queue_full=self._full,
            bulk_media=self._buffering,
            media_paused=self.paused,
        )

    def _set_direction(self, direction: object) -> None:
        if direction is None:
            self._event("ERROR", error_text="SET_MEDIA_DIRECTION requires a 'direction' parameter.\n")
        elif direction not in ("both", "in", "out"):
            self._event("ERROR", error_text=f"'{direction}' is not a valid direction for SET_MEDIA_DIRECTION.\n")
        else:
            self.direction = str(direction)

    def _enqueue(self, frame: bytes) -> None:
        self._queue.append(frame)
        self._length += 1
        self.longest_queue = max(self.longest_queue, self._length)
        if not self._full and self._length >= XOFF_AT:
            self._full = True
            self._event("MEDIA_XOFF")

    def _event(self, name: str, *, first: dict[str, str] | None = None, **fields: object) -> None:
        self._emit(_text(name, first=first, **fields))


class FakeMediaLine:
    """A call on a `FakeMediaChannel`, paced by the loop's clock: 20 ms each way, until someone hangs up.

    Make it with `beside` (in memory, for a jumping clock) or `connect` (a real connection to a MediaServer).
    `channel` tells what the caller heard; set `hangs` and Asterisk neither plays nor sends any more.
    """

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._says: Iterator[bytes] = iter(())
        self._pace: asyncio.Task[None] | None = None
        self.channel = FakeMediaChannel(link.deliver)
        self.hangs = False
        link.channel = self.channel

    @classmethod
    def beside(cls, call_id: CallId) -> tuple[MediaSession, FakeMediaLine]:
        """A session of the service and the line behind it, joined in memory."""
        link = _MemoryLink(call_id)
        line = cls(link)
        line._begin()
        return link.session, line

    @classmethod
    async def connect(cls, port: int, token: str, *, format: str = "slin") -> FakeMediaLine:
        """Connect to the media server on 127.0.0.1 as Asterisk does.

        Raises aiohttp.WSServerHandshakeError if it refuses the token.
        """
        line = cls(await _SocketLink.open(f"ws://127.0.0.1:{port}/media?call={token}"))
        line.channel.start(format=format)
        line._begin()
        return line

    def say(self, pcm: bytes) -> None:
        """The caller speaks `pcm`; before and after it they are silent."""
        self._says = iter([pcm[i : i + FRAME_BYTES].ljust(FRAME_BYTES, b"\0") for i in range(0, len(pcm), FRAME_BYTES)])

    def press(self, digit: str) -> None:
        """The caller presses a key."""
        self.channel.press(digit)

    async def hang_up(self) -> None:
        """The caller hangs up: Asterisk closes the connection."""
        await self._stop()
        await self._link.close()

    async def vanish(self) -> None:
        """Asterisk dies: the connection breaks without a goodbye."""
        await self._stop()
        await self._link.vanish()

    def _begin(self) -> None:
        self._pace = asyncio.create_task(self._beat(), name="fake asterisk beat")

    async def _stop(self) -> None:
        if self._pace is not None:
            self._pace.cancel()
            await asyncio.wait({self._pace})

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self.channel.hung_up and not self._link.closed:
            if not self.hangs:
                self.channel.tick()
                if self.channel.direction != "out":
                    self._link.deliver(next(self._says, QUIET))
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due - loop.time()))
        await self._link.close()


class _Link(Protocol):
    """Between the channel and the service."""

    channel: FakeMediaChannel | None
    closed: bool

    def deliver(self, message: str | bytes) -> None: ...

    async def close(self) -> None: ...

    async def vanish(self) -> None: ...


class _MemoryLink:
    """No socket: messages arrive in the next turn of the loop. It is the wire of its session, too."""

    def __init__(self, call_id: CallId) -> None:
        self._loop = asyncio.get_running_loop()
        self.channel: FakeMediaChannel | None = None
        self.closed = False
        self.session = MediaSession(call_id, self)

    def deliver(self, message: str | bytes) -> None:
        if self.closed:
            return
        if isinstance(message, bytes):
            self._loop.call_soon(self.session.take_sound, message)
        else:
            self._loop.call_soon(self.session.take_text, message)

    async def close(self) -> None:
        self._end("closed")

    async def vanish(self) -> None:
        self._end("broken")

    def abort(self) -> None:
        self._end("broken")

    def _end(self, reason: str) -> None:
        if not self.closed:
            self.closed = True
            self._loop.call_soon(self.session.end, reason)

    async def send_text(self, text: str) -> None:
        self._open_channel().receive_text(text)

    async def send_sound(self, pcm: bytes) -> None:
        self._open_channel().receive_sound(pcm)

    def _open_channel(self) -> FakeMediaChannel:
        if self.closed or self.channel is None:
            raise LineBroken("media connection lost")
        return self.channel


class _SocketLink:
    """A real WebSocket connection to the service."""

    def __init__(self, client: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._client = client
        self._socket = socket
        self._outbox: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.channel: FakeMediaChannel | None = None
        self.closed = False
        self._tasks = {
            asyncio.create_task(self._write(), name="fake asterisk writes"),
            asyncio.create_task(self._read(), name="fake asterisk reads"),
        }

    @classmethod
    async def open(cls, url: str) -> _SocketLink:
        client = aiohttp.ClientSession()
        try:
            socket = await client.ws_connect(url, protocols=("media",), max_msg_size=LARGEST_MESSAGE, compress=0)
        except aiohttp.ClientError:
            await client.close()
            raise
        return cls(client, socket)

    def deliver(self, message: str | bytes) -> None:
        self._outbox.put_nowait(message)

    async def close(self) -> None:
        self.closed = True
        await self._stop()
        await self._socket.close()
        await self._client.close()

    async def vanish(self) -> None:
        self.closed = True
        await self._stop()
        await self._client.close()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _write(self) -> None:
        while True:
            message = await self._outbox.get()
            try:
                if isinstance(message, bytes):
                    await self._socket.send_bytes(message)
                else:
                    await self._socket.send_str(message)
            except ConnectionError:
                return

    async def _read(self) -> None:
        async for message in self._socket:
            if self.channel is None:
                continue
            if message.type is aiohttp.WSMsgType.TEXT:
                self.channel.receive_text(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                self.channel.receive_sound(message.data)
        self.closed = True


def _text(name: str, *, first: dict[str, str] | None = None, **fields: object) -> str:
    """An event as Asterisk writes it: compact, fields in its order."""
    return json.dumps({"event": name, **(first or {}), "channel_id": CHANNEL_ID, **fields}, separators=(",", ":"))
