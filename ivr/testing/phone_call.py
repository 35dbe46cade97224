"""One call of a scripted telephone: speak, press, listen, measure, hang up. Times are the event loop's seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ivr.errors import LineError
from ivr.testing.rtp import Packet, RtpLine
from ivr.testing.sound import SOUND_DBFS, write_wav


class PhoneCall:
    """A call from answer to goodbye; `ended` is set by whoever hangs up first."""

    def __init__(self, line: RtpLine, title: str, *, started_at: float, goodbye: Callable[[], object]) -> None:
        self.line = line
        self.title = title
        """What the call is called in evidence: the phone and what it dialled."""
        self.started_at = started_at
        """When it was dialled, or began to ring."""
        self.answered_at = asyncio.get_running_loop().time()
        self.ended = asyncio.Event()
        self.ended_at: float | None = None
        self._goodbye = goodbye

    async def say(self, pcm: bytes) -> float:
        """Say `pcm` (8 kHz s16le) after what is still being said; returns when its last sample was sent.

        Raises LineError if the call ends, or `fall_silent` is called, before that.
        """
        return await self._sent(self.line.say(pcm))

    async def press(self, keys: str, *, duration_ms: int = 100, pause_ms: int = 60) -> float:
        """Press `keys` one after the other; returns when the last one was let go. Raises LineError as `say`."""
        return await self._sent(self.line.press(keys, duration_ms=duration_ms, pause_ms=pause_ms))

    def fall_silent(self) -> None:
        """Stop speaking, in the middle of a word if need be."""
        self.line.fall_silent()

    def heard(self, since: float = float("-inf"), until: float = float("inf")) -> bytes:
        """What came from the other side in that time, as pcm; gaps are silence."""
        return self.line.heard(since, until)

    async def wait_for_sound(
        self, louder_than_dbfs: float = SOUND_DBFS, timeout_s: float = 10, *, since: float | None = None
    ) -> float:
        """When the first louder packet arrived, after `since` or else from now on.

        Raises TimeoutError if none comes in time, LineError if the call ends before.
        """
        found: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def look(packet: Packet) -> None:
            if packet.level_dbfs > louder_than_dbfs and not found.done():
                found.set_result(packet.arrived_at)

        if since is not None:
            for packet in self.line.packets:
                if packet.arrived_at >= since:
                    look(packet)
        stop = self.line.on_packet(look)
        ended: asyncio.Future[Any] = asyncio.ensure_future(self.ended.wait())
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.wait([found, ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop()
            ended.cancel()
        if not found.done():
            raise LineError("the call ended before anything was heard")
        return float(found.result())

    async def wait_for_silence(self, for_s: float, timeout_s: float = 60) -> float:
        """Wait until nothing was heard for `for_s`; when the last sound arrived, or when this was asked.

        Raises TimeoutError.
        """
        clock = asyncio.get_running_loop().time
        asked_at = clock()
        async with asyncio.timeout(timeout_s):
            # Silence has no event of its own: sleep until it would be long enough, and look whether it was broken.
            while (rest_s := max(self.line.last_sound_at, asked_at) + for_s - clock()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(rest_s)
        return max(self.line.last_sound_at, asked_at)

    async def wait_for_end(self, timeout_s: float = 10) -> float:
        """When the call ended. Raises TimeoutError if it goes on."""
        async with asyncio.timeout(timeout_s):
            await self.ended.wait()
        assert self.ended_at is not None
        return self.ended_at

    async def hang_up(self) -> None:
        """Say goodbye; nothing happens if the other side already did."""
        if not self.ended.is_set():
            self._goodbye()
        self.over()

    def over(self) -> None:
        """The call is over, whoever ended it: sound stops, `ended` is set (the phone calls this)."""
        if not self.ended.is_set():
            self.ended_at = asyncio.get_running_loop().time()
            self.ended.set()
        self.line.close()

    def save(self, path: Path) -> None:
        """Write both sides of the call as one stereo WAV: left what we said, right what we heard."""
        write_wav(path, self.line.spoken(since=self.answered_at), self.line.heard(since=self.answered_at))

    async def _sent(self, sending: asyncio.Future[float]) -> float:
        await asyncio.wait({sending})
        if sending.cancelled():
            raise LineError("the call ended, or fell silent, before everything was sent")
        return sending.result()
