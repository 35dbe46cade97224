"""One recognition process seen from the service: start, frames to and fro, a pulse, and its end."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ivr.errors import LineBroken
from ivr.speech.recognition.wire import Frame, FrameFault, FrameKind, FrameReader, encode

log = logging.getLogger(__name__)

READ_BYTES = 1 << 16
EXIT_S = 0.5
"""From the end of its output to the end of the process."""
COMPLAINTS_KEPT = 2000
"""Bytes of stderr that are kept to explain a death."""


def worker_command(folder: Path) -> tuple[str, ...]:
    """How a recognition process is started."""
    return (sys.executable, "-m", "ivr.speech.recognition.vosk_worker", str(folder))


class RecognitionProcess:
    """A running worker. `on_frame` gets every frame but READY and PONG; `gone` is set once, after the last frame.

    Writes are not waited for: what can pile up before a stopped process is bounded by the utterances it may have
    (half a minute of sound each), and its missing pulse ends it within a second.
    """

    def __init__(self, on_frame: Callable[[Frame], None]) -> None:
        self._on_frame = on_frame
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()
        self._complaints = b""
        self._pinged_at: float | None = None
        self.gone = asyncio.Event()
        self.utterances: set[int] = set()
        """Numbers of the utterances that it decodes; the pool's to keep."""
        self._missed_at: float | None = None
        self.misses = 0
        """Answers that did not come in time, since it last said anything of any utterance."""
        self.placed = 0
        """Utterances that it was given since it started."""
        self.worn = False
        """Whether it is to be replaced; the pool's to keep."""
        self.rss_bytes = 0
        self.behind = 0
        """Pieces of sound of one utterance that wait in it, at the most: how far it is behind its callers."""

    @property
    def pid(self) -> int:
        """Process id, or 0 before the start."""
        return self._process.pid if self._process else 0

    @property
    def usable(self) -> bool:
        """Whether it takes utterances."""
        return self._ready.is_set() and not self.gone.is_set()

    @property
    def complaint(self) -> str:
        """The last line that the process printed to stderr, for a log line."""
        lines = [line.strip() for line in self._complaints.decode(errors="replace").splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""

    async def start(self, command: Sequence[str], *, deadline_s: float) -> None:
        """Start and wait until the model is loaded. Raises LineBroken if it ends or is not ready in time."""
        pipe = asyncio.subprocess.PIPE
        try:
            self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError as fault:
            self.gone.set()
            raise LineBroken(f"recognition process: {fault}") from fault
        self._tasks = [asyncio.create_task(self._read_frames()), asyncio.create_task(self._read_complaints())]
        gone = asyncio.create_task(self.gone.wait())
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({gone, ready}, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            ready.cancel()
        if not self.usable:
            self.kill()
            raise LineBroken(f"recognition process did not start: {self.complaint or 'no answer in time'}")

    def send(self, frame: bytes) -> None:
        """Write one frame; nothing if the process is gone (whoever waits is told by `gone`).

        Its pipe may be closed a moment before `gone` is set, and uvloop raises at a write to a closed one.
        """
        pipe = self._process.stdin if self._process is not None else None
        if pipe is not None and not self.gone.is_set() and not pipe.is_closing():
            pipe.write(frame)

    def ping(self, now_s: float) -> float:
        """Ask for a pulse unless one is owed; seconds for which one has been owed."""
        if self._pinged_at is None:
            self._pinged_at = now_s
            self.send(encode(FrameKind.PING))
        return now_s - self._pinged_at

    def miss(self, now_s: float) -> None:
        """An answer did not come in time."""
        self.misses += 1
        self._missed_at = self._missed_at or now_s

    def dumb_for_s(self, now_s: float) -> float:
        """Seconds since the first missed answer without a word about any utterance; 0 if none is missed."""
        return now_s - self._missed_at if self._missed_at is not None else 0.0

    def kill(self) -> None:
        """End it at once (SIGKILL also ends a stopped process)."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def close(self, *, patience_s: float = 1.0) -> None:
        """Let it end by itself, else end it; leaves neither process nor task."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self.gone.wait(), patience_s)
        except TimeoutError:
            self.kill()
        await self._process.wait()
        for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("reading from a recognition process failed", exc_info=outcome, extra={"pid": self.pid})

    async def _read_frames(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        reader = FrameReader()
        try:
            while data := await self._process.stdout.read(READ_BYTES):
                for frame in reader.feed(data):
                    self._take(frame)
        except FrameFault:
            log.exception("a recognition process wrote nonsense", extra={"pid": self.pid})
            self.kill()
        finally:
            try:
                await asyncio.wait_for(self._process.wait(), EXIT_S)
            except TimeoutError:
                self.kill()  # only now: asyncio loses the exit code of a process that ends while it is signalled
                await self._process.wait()
            self.gone.set()

    def _take(self, frame: Frame) -> None:
        if frame.kind is FrameKind.READY:
            self._ready.set()
        elif frame.kind is FrameKind.PONG:
            self._pinged_at = None
            self.rss_bytes = int(frame.value["rss_bytes"])
            self.behind = int(frame.value["behind"])
        else:
            self.misses, self._missed_at = 0, None  # late, perhaps, but not stuck
            self._on_frame(frame)

    async def _read_complaints(self) -> None:
        assert self._process is not None and self._process.stderr is not None
        while data := await self._process.stderr.read(READ_BYTES):
            self._complaints = (self._complaints + data)[-COMPLAINTS_KEPT:]
