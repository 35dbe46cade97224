"""Playing one whole prompt of any length: sent ahead within a window, cut at once, and known how much was heard."""

from __future__ import annotations

import asyncio
import logging
from typing import Final, Protocol

from ivr.errors import LineBroken
from ivr.media import codec
from ivr.media.audio import FRAME_BYTES, FRAME_MS, Played, duration_ms, in_whole_frames

log = logging.getLogger(__name__)

MESSAGE_FRAMES: Final = 200
"""4 s (64,000 bytes) a message: whole frames and below codec.LARGEST_SOUND."""
WINDOW_FRAMES: Final = 600
"""At most 12 s wait in Asterisk unplayed: far from its MEDIA_XOFF (900 frames), and 8 s of patience with us."""
STATUS_DEADLINE_S: Final = 0.5
"""Asterisk answers GET_STATUS in well under 1 ms; later than this the clock's estimate must do."""
OVERDUE_S: Final = 5.0
"""Asterisk plays in real time: a prompt that is this much late, by its last mark, will never be completed."""


class Wire(Protocol):
    """The way out to Asterisk. Sending raises LineBroken if the connection is gone or Asterisk does not read."""

    async def send_text(self, text: str) -> None:
        """One control message."""
        ...

    async def send_sound(self, pcm: bytes) -> None:
        """One binary message, whole frames, at most codec.LARGEST_SOUND bytes."""
        ...

    def abort(self) -> None:
        """Drop the connection at once; the line then ends as broken."""
        ...


class Playing:
    """One sound on its way to the caller.

    No method raises for the end of the line: that is told by `LineEnded` in the session's input, and here by a
    `Played` that is not completed.
    """

    def __init__(self, wire: Wire, pcm: bytes, name: str, *, queue_full: bool = False) -> None:
        self._wire = wire
        self._name = name
        self._sound = in_whole_frames(pcm)
        self._total_ms = duration_ms(pcm)
        self._total = len(self._sound) // FRAME_BYTES
        self._sent = 0
        self._passed = 0
        self._marks: dict[str, int] = {}
        self._queue_full = queue_full
        self._paused = False
        self._over = False
        self._room = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._result: asyncio.Future[Played] = self._loop.create_future()
        self._status: asyncio.Future[codec.Status] | None = None
        self._feeder: asyncio.Task[None] | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._clock_s = 0.0
        self._clock_from: float | None = None

    # -- for whoever plays ---------------------------------------------------------------------------

    async def finished(self) -> Played:
        """Wait until Asterisk says that the caller heard it all, or it was cut, or the line ended."""
        return await asyncio.shield(self._result)

    async def cut(self) -> Played:
        """Silence it at once; how much was heard (to one frame: Asterisk's own count at the flush)."""
        if not self._over:
            self._stop_sending()
            self._status = self._loop.create_future()
            try:
                async with asyncio.timeout(STATUS_DEADLINE_S):
                    await self._wire.send_text(codec.GET_STATUS)
                    await self._wire.send_text(codec.FLUSH)
                    if self._paused:  # a flush leaves the pause (measured on 22.10.1): the next prompt would be mute
                        await self._wire.send_text(codec.CONTINUE)
                    status = await self._status
                self._settle(self._sent - status.queued_frames, completed=False)
            except LineBroken:
                log.debug("line gone while a prompt was cut")
            except TimeoutError:
                log.warning("no status from asterisk at a cut: what was heard is estimated")
            finally:  # cancelled too: nobody may wait for a result that never comes
                self._settle(self._frames_by_clock(), completed=False)
        return await self.finished()

    async def pause(self) -> None:
        """Fall silent and keep the place."""
        if not self._over and not self._paused:
            self._paused = True
            self._stop_clock()
            await self._send(codec.PAUSE)

    async def resume(self) -> None:
        """Go on where it was paused."""
        if not self._over and self._paused:
            self._paused = False
            self._start_clock()
            await self._send(codec.CONTINUE)

    # -- for the session -----------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether nothing of it will be played any more."""
        return self._over

    async def start(self) -> None:
        """Send as much as the window takes; the rest follows as the caller hears it."""
        if not self._total:
            self._settle(0, completed=True)
            return
        self._start_clock()
        await self._send(codec.START_BUFFERING)
        await self._fill()
        if self._sent < self._total and not self._over:
            self._feeder = self._loop.create_task(self._feed(), name="feed a long prompt")
            self._feeder.add_done_callback(self._feeder_ended)

    def take(self, event: codec.MediaEvent) -> None:
        """An event of Asterisk that may concern this sound; marks and completions of older ones do not."""
        match event:
            case codec.MarkPassed(correlation_id=mark):
                self._passed = max(self._passed, self._marks.pop(mark, 0))
                self._room.set()
                if self._clock_from is not None:
                    self._expect_end((self._total - self._passed) * FRAME_MS / 1000)
            case codec.BufferingCompleted(correlation_id=self._name):
                self._settle(self._total, completed=True)
            case codec.QueueFull():
                self._queue_full = True
            case codec.QueueFree():
                self._queue_full = False
                self._room.set()
            case codec.Status() if self._status is not None and not self._status.done():
                self._status.set_result(event)

    def line_ended(self) -> None:
        """The line is gone."""
        self._settle(self._frames_by_clock(), completed=False)

    # -- sending -------------------------------------------------------------------------------------

    async def _feed(self) -> None:
        while self._sent < self._total and not self._over:
            await self._room.wait()
            self._room.clear()
            await self._fill()

    async def _fill(self) -> None:
        while not self._over and not self._queue_full and self._sent < self._total:
            begin, end = self._sent, min(self._sent + MESSAGE_FRAMES, self._total)
            if end - self._passed > WINDOW_FRAMES:
                return
            self._sent = end
            try:
                await self._wire.send_sound(self._sound[begin * FRAME_BYTES : end * FRAME_BYTES])
                if self._over:  # cut while the message waited for the socket: nothing may follow the flush
                    return
                await self._wire.send_text(self._ending(end))
            except LineBroken:
                self.line_ended()

    def _ending(self, frames: int) -> str:
        if frames == self._total:
            return codec.stop_buffering(self._name)
        mark = f"{self._name}.{frames}"
        self._marks[mark] = frames
        return codec.mark(mark)

    async def _send(self, text: str) -> None:
        try:
            await self._wire.send_text(text)
        except LineBroken:
            self.line_ended()

    def _feeder_ended(self, feeder: asyncio.Task[None]) -> None:
        if not feeder.cancelled() and feeder.exception() is not None:
            log.error("feeding a prompt failed", exc_info=feeder.exception())
            self._wire.abort()

    # -- the end -------------------------------------------------------------------------------------

    def _stop_sending(self) -> None:
        self._over = True
        if self._feeder is not None:
            self._feeder.cancel()

    def _settle(self, frames: int, *, completed: bool) -> None:
        if self._result.done():
            return
        self._stop_sending()
        self._stop_clock()
        heard_ms = self._total_ms if completed else max(0, min(frames * FRAME_MS, self._total_ms))
        self._result.set_result(Played(heard_ms=heard_ms, total_ms=self._total_ms, completed=completed))

    def _start_clock(self) -> None:
        self._clock_from = self._loop.time()
        self._expect_end(self._total_ms / 1000 - self._clock_s)

    def _stop_clock(self) -> None:
        if self._clock_from is not None:
            self._clock_s += self._loop.time() - self._clock_from
            self._clock_from = None
        if self._overdue is not None:
            self._overdue.cancel()

    def _expect_end(self, left_s: float) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
        self._overdue = self._loop.call_later(left_s + OVERDUE_S, self._is_overdue)

    def _frames_by_clock(self) -> int:
        """Asterisk plays in real time, so the clock knows to a few frames what the caller heard."""
        running_s = 0.0 if self._clock_from is None else self._loop.time() - self._clock_from
        return min(self._sent, int((self._clock_s + running_s) * 1000) // FRAME_MS)

    def _is_overdue(self) -> None:
        log.error("asterisk did not complete a prompt: line dropped")
        self._wire.abort()
        self.line_ended()
