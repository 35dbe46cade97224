"""One caller's sound, both ways: what they say and press comes out in order, what we say goes in."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ivr.call import CallId
from ivr.errors import LineBroken
from ivr.media import codec
from ivr.media.audio import Audio, Key, LineEnded, MediaInput
from ivr.media.inbox import Inbox
from ivr.media.playing import Playing, Wire

log = logging.getLogger(__name__)

LARGEST_INPUT: Final = 3200
"""Bytes of the largest piece of sound that is believed (200 ms; Asterisk sends 20 ms)."""
MOST_NONSENSE: Final = 50
"""Messages that make no sense, after which the peer is no chan_websocket and the line is dropped."""
HANG_UP_DEADLINE_S: Final = 1.0


class _EndingWire:
    """A wire whose failure is the end of the session, at once and not when its reader notices."""

    def __init__(self, wire: Wire, broken: Callable[[], None]) -> None:
        self._wire = wire
        self._broken = broken

    async def send_text(self, text: str) -> None:
        try:
            await self._wire.send_text(text)
        except LineBroken:
            self._broken()
            raise

    async def send_sound(self, pcm: bytes) -> None:
        try:
            await self._wire.send_sound(pcm)
        except LineBroken:
            self._broken()
            raise

    def abort(self) -> None:
        self._wire.abort()
        self._broken()


class MediaSession:
    """The sound of one call, from MEDIA_START to the end of the connection.

    The end is told once, as `LineEnded` in the input (and again to whoever asks later); no method raises for it.
    Input comes by `next_input` or, cheaper, to a callback given to `attach`: use one of them at a time.
    """

    def __init__(self, call_id: CallId, wire: Wire) -> None:
        self.call_id = call_id
        self._wire = _EndingWire(wire, lambda: self.end("broken"))
        self._inbox = Inbox()
        self._taker: Callable[[MediaInput], None] | None = None
        self._playing: Playing | None = None
        self._names = map(str, itertools.count(1))
        self._queue_full = False
        self._wanted = True
        self._hung_up = False
        self._end: LineEnded | None = None
        self._gone = asyncio.Event()
        self._nonsense = 0
        self._alive = True
        self._asked = False

    # -- for the conversation ------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether the line is gone."""
        return self._end is not None

    async def next_input(self) -> MediaInput:
        """The caller's next sound or key, or the end of the line (for ever after)."""
        return await self._inbox.get()

    def attach(self, take: Callable[[MediaInput], None] | None) -> None:
        """Give every input to `take` as it comes, what waits first; None: keep it for later.

        `take` runs in the reader of the connection: it must return at once and not raise.
        """
        self._taker = take
        if take is not None:
            for item in self._inbox.drain():
                take(item)

    async def play(self, pcm: bytes) -> Playing:
        """Begin to play `pcm` (8 kHz, 16 bit, mono, any length); one at a time: what still plays is cut first.

        Returns when the first seconds are on their way. On a line that has ended the playing is over already.
        Raises ValueError for an odd number of bytes.
        """
        if self._playing is not None and not self._playing.over:
            await self._playing.cut()
        playing = Playing(self._wire, pcm, next(self._names), queue_full=self._queue_full)
        if self._end is not None:
            playing.line_ended()
            return playing
        self._playing = playing
        await playing.start()
        return playing

    async def listen(self, wanted: bool) -> None:
        """Whether the caller's sound is wanted at all; keys always come. What nobody hears costs nothing."""
        if wanted is self._wanted or self._end is not None:
            return
        self._wanted = wanted
        await self._send(codec.SOUND_BOTH_WAYS if wanted else codec.SOUND_TO_CALLER_ONLY)

    async def hang_up(self) -> None:
        """End the connection: Asterisk's Dial returns and the call goes on in the dialplan or over AGI."""
        if self._end is not None:
            return
        self._hung_up = True
        try:
            async with asyncio.timeout(HANG_UP_DEADLINE_S):
                await self._wire.send_text(codec.HANG_UP)
                await self._gone.wait()
        except (TimeoutError, LineBroken):
            log.warning("asterisk did not hang up: connection dropped", extra={"call_id": self.call_id})
            self._wire.abort()

    # -- for the server: what takes a message never waits --------------------------------------------

    def take_sound(self, pcm: bytes) -> None:
        """A binary message."""
        self._alive = True
        size = len(pcm)
        if size % 2 or not 0 < size <= LARGEST_INPUT:
            self._makes_no_sense("sound of a wrong size", size)
        else:
            self._give(Audio(pcm))

    def take_text(self, text: str) -> None:
        """A text message."""
        self._alive = True
        try:
            event = codec.decode(text)
        except ValueError as fault:
            self._makes_no_sense(str(fault), len(text))
            return
        match event:
            case Key():
                self._give(event)
            case codec.Complaint(text=complaint):
                log.warning("asterisk refused a command", extra={"call_id": self.call_id, "complaint": complaint})
            case codec.QueueFull() | codec.QueueFree():
                self._queue_full = isinstance(event, codec.QueueFull)
        if self._playing is not None:
            self._playing.take(event)

    async def probe(self) -> None:
        """Called every few seconds: asks a quiet Asterisk for a sign of life, and drops one that gives none."""
        if self._alive:
            self._alive = self._asked = False
        elif self._asked:
            self.drop("asterisk gives no sign of life")
        else:
            self._asked = True
            await self._send(codec.GET_STATUS)

    def end(self, reason: str) -> None:
        """The connection is gone: `reason` as in LineEnded. Only the first call counts."""
        if self._end is not None:
            return
        end = LineEnded("hung_up" if self._hung_up else reason)
        if self._playing is not None:
            self._playing.line_ended()
        self._end = end
        self._inbox.close(end)
        self._gone.set()
        if self._taker is not None:
            self._taker(end)
        if self._inbox.dropped or self._nonsense:
            log.warning(
                "line ended with losses",
                extra={"call_id": self.call_id, "dropped": self._inbox.dropped, "nonsense": self._nonsense},
            )

    def drop(self, why: str) -> None:
        """Break the connection off: its peer is none of ours, or nobody wants it."""
        if self._end is None:
            log.warning("media connection dropped", extra={"call_id": self.call_id, "why": why})
            self._wire.abort()

    async def _send(self, text: str) -> None:
        with suppress(LineBroken):  # told as the end of the line
            await self._wire.send_text(text)

    def _give(self, item: Audio | Key) -> None:
        if self._end is not None:
            return
        if self._taker is not None:
            self._taker(item)
        elif not self._inbox.put(item):
            self.drop("more keys than a caller can press")

    def _makes_no_sense(self, what: str, size: int) -> None:
        self._nonsense += 1
        if self._nonsense == 1:
            log.warning("media message ignored", extra={"call_id": self.call_id, "fault": what, "bytes": size})
        elif self._nonsense == MOST_NONSENSE:
            self.drop("too much nonsense")
