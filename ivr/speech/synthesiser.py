"""Speech from text: short-lived processes with a deadline, and files that are looked at before they are believed."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sys
import tempfile
import wave
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from ivr.errors import SettingsError
from ivr.speech.levels import telephone_pcm
from ivr.speech.synthesis_worker import NO_ENGINE, NO_VOICE

log = logging.getLogger(__name__)

VERSION_DEADLINE_S = 5.0
LONGEST_TEXT = 4000
"""Characters of one prompt: about four minutes."""


class Speaks(Protocol):
    """Something that turns text into prompts; the prompt store's view of the synthesiser."""

    async def identity(self) -> str:
        """Everything but the text that decides how a prompt sounds."""
        ...

    async def render(self, text: str, *, deadline_s: float) -> bytes | None:
        """8 kHz, 16 bit, mono sound for `text`; None if there was none in time. Raises SettingsError."""
        ...


class Synthesiser:
    """pyttsx3 with espeak-ng. `command` replaces the process in tests."""

    def __init__(self, *, voice: str, rate_wpm: int, command: Sequence[str] | None = None) -> None:
        self._voice = voice
        self._rate_wpm = rate_wpm
        self._command = tuple(command) if command else (sys.executable, "-m", "ivr.speech.synthesis_worker")
        self._identity = ""

    async def identity(self) -> str:
        """Voice, rate and versions of the engine, for a cache. Raises SettingsError without espeak-ng."""
        if not self._identity:
            code, out, _ = await _run(("espeak-ng", "--version"), b"", VERSION_DEADLINE_S)
            if code != 0:
                raise SettingsError("speech output: espeak-ng does not run: install it (apt install espeak-ng)")
            engine = out.decode(errors="replace").split("Data at")[0].strip()
            self._identity = f"{engine}; pyttsx3 {version('pyttsx3')}; {self._voice}; {self._rate_wpm} wpm"
        return self._identity

    async def render(self, text: str, *, deadline_s: float) -> bytes | None:
        """Sound for `text` from one process, which is killed `deadline_s` after its start.

        None if there was no sound: a crash, the deadline, nothing to pronounce. Raises SettingsError if there is no
        engine or no such voice.
        """
        plain = _plain(text)
        if not plain:
            return None
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="ivr-speech-"))  # mode 0700: may be personal
        try:
            file = folder / "prompt.wav"
            order = {"voice": self._voice, "rate_wpm": self._rate_wpm, "text": plain, "file": str(file)}
            code, _, complaint = await _run(self._command, json.dumps(order).encode(), deadline_s)
            self._look_at(code, complaint)
            return await asyncio.to_thread(_sound, file)
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))

    def _look_at(self, code: int, complaint: bytes) -> None:
        """Raise SettingsError where a person has to mend something; other failures show as a missing file."""
        reason = complaint.decode(errors="replace").strip().splitlines()[-1:] or [""]
        if code == NO_ENGINE:
            raise SettingsError(f"speech output: {reason[0]}: install espeak-ng (apt install espeak-ng)")
        if code == NO_VOICE:
            raise SettingsError(
                f"setting 'voice' (IVR_VOICE) is {self._voice!r}: no such voice; "
                "the names stand under 'File' in the output of espeak-ng --voices"
            )
        if code != 0:
            log.error("a synthesis process failed", extra={"code": code})


def _plain(text: str) -> str:
    """`text` as espeak-ng may have it: no control characters (Ctrl-A starts its embedded commands), not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_TEXT]


def _sound(file: Path) -> bytes | None:
    """The prompt in `file`, or None if the file is missing, unfinished or silent."""
    try:
        with wave.open(str(file), "rb") as sound:
            pcm, rate_hz = sound.readframes(sound.getnframes()), sound.getframerate()
    except (OSError, EOFError, wave.Error):
        return None
    return telephone_pcm(pcm, rate_hz, trim=True) or None


async def _run(command: Sequence[str], order: bytes, deadline_s: float) -> tuple[int, bytes, bytes]:
    """Exit code, stdout and stderr of `command`; -9 if it had to be killed, 127 if it could not be started."""
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError:
        return 127, b"", b""
    try:
        async with asyncio.timeout(deadline_s):
            out, complaint = await process.communicate(order)
    except TimeoutError:
        return -9, b"", b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out, complaint
