"""What every engine can do, and how one is run: a short-lived process with a deadline, whose file is looked at."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
import wave
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ivr.speech.prompts.levels import telephone_pcm

LONGEST_TEXT = 4000
"""Characters of one prompt: about four minutes."""
LARGEST_FILE_BYTES = 64 * 2**20
"""Of an engine's sound: eleven minutes at 48 kHz. What is larger is a fault and is not read."""
COMPLAINT_BYTES = 4096
"""The end of what an engine says on stderr; more is thrown away."""
LATE, NOT_STARTED = 124, 127
"""Codes as the programs timeout and sh have them; a signal that ended a process is a code below 0."""


class Voice(Protocol):
    """Something that turns text into prompts; each engine is one file beside this."""

    async def identity(self) -> str:
        """Everything but the text that decides how a prompt sounds, for a cache.

        Raises SettingsError, one line that says how to mend it, if engine or voice are not there.
        """
        ...

    def kept_ready(self) -> AbstractAsyncContextManager[None]:
        """Entered, an engine that can keeps itself ready for the next text; at the exit nothing of that is left."""
        ...

    async def render(self, text: str, *, deadline_s: float) -> bytes | None:
        """8 kHz, 16 bit, mono sound for `text`, levelled and trimmed; None if there was none in time: a crash, the
        deadline, a torn file, mere silence. Raises SettingsError where a person has to mend something."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: `code` is LATE after its deadline, NOT_STARTED if there is no such program."""

    code: int
    complaint: str
    """The last line of stderr."""


def plain(text: str) -> str:
    """`text` as an engine may have it: one line, no control characters (Ctrl-A starts espeak-ng's embedded commands),
    not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_TEXT]


@asynccontextmanager
async def sound_file() -> AsyncIterator[Path]:
    """A file for one prompt's sound, in a folder that only its owner can read (the text may be personal)."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="ivr-speech-"))
    try:
        yield folder / "prompt.wav"
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


async def run(command: Sequence[str], order: bytes, *, deadline_s: float) -> Ended:
    """Run `command` with `order` on stdin; it and its children are killed `deadline_s` after the start."""
    process = await start(command)
    return Ended(NOT_STARTED, "") if process is None else await finish(process, order, deadline_s=deadline_s)


async def start(command: Sequence[str]) -> Process | None:
    """A process that is still to get its order, and must be given to `finish`; None if there is no such program."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        return await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=nothing, stderr=pipe, start_new_session=True, env=_environment()
        )
    except OSError:
        return None


async def finish(process: Process, order: bytes, *, deadline_s: float) -> Ended:
    """Give `process` its `order` on stdin and wait for its end; after `deadline_s` it and its children are killed."""
    assert process.stdin is not None and process.stderr is not None
    try:
        async with asyncio.timeout(deadline_s):
            if order and not process.stdin.is_closing():  # uvloop raises at a write to a closed one
                with contextlib.suppress(ConnectionError):  # it ended without reading: its code says why
                    process.stdin.write(order)
                    await process.stdin.drain()
            process.stdin.close()
            complaint = await _tail(process.stderr)
            await process.wait()
    except TimeoutError:
        return Ended(LATE, "")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    lines = complaint.decode(errors="replace").strip().splitlines()
    return Ended(process.returncode or 0, lines[-1] if lines else "")


async def sound_in(file: Path) -> bytes | None:
    """The prompt in `file`, or None if the file is missing, unfinished, far too large or silent."""
    return await asyncio.to_thread(_sound_in, file)


def fingerprint(*files: Path) -> str:
    """Size and time of each file: changes when an engine or a voice without a version is replaced; blocks."""
    return ", ".join(f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files)


def _sound_in(file: Path) -> bytes | None:
    try:
        if file.stat().st_size > LARGEST_FILE_BYTES:
            return None
        with wave.open(str(file), "rb") as sound:
            if (sound.getnchannels(), sound.getsampwidth()) != (1, 2):
                return None
            pcm, rate_hz = sound.readframes(sound.getnframes()), sound.getframerate()
    except (OSError, EOFError, wave.Error):
        return None
    return telephone_pcm(pcm, rate_hz) or None


async def _tail(stream: asyncio.StreamReader) -> bytes:
    """The last COMPLAINT_BYTES of `stream`, however much comes."""
    kept = b""
    while piece := await stream.read(COMPLAINT_BYTES):
        kept = (kept + piece)[-COMPLAINT_BYTES:]
    return kept


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1"}
