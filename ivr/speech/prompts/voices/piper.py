"""Piper: neural voices from a file that the user has; the program of the Python package piper-tts or the older one."""

from __future__ import annotations

import asyncio
import logging
import shutil
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

from ivr.errors import SettingsError
from ivr.speech.prompts.voices.voice import NOT_STARTED, Ended, fingerprint, plain, run, sound_file, sound_in

log = logging.getLogger(__name__)

PROGRAM = "piper"
OWN_RATE_WPM = 160
"""Words a minute at length scale 1; voices differ, so the setting is a wish here."""
SENTENCE_PAUSE_S = 0.3
"""Piper's own is none at all, and sentences run into each other."""


class PiperVoice:
    """A voice of Piper by its file, ``NAME.onnx`` with ``NAME.onnx.json`` beside it.

    The options are spelled as both programs take them (piper-tts 1.8 ``__main__.py``; rhasspy/piper ``main.cpp``).
    """

    def __init__(self, file: str, *, rate_wpm: int, program: str = PROGRAM) -> None:
        self._file = Path(file).expanduser()
        self._length_scale = f"{OWN_RATE_WPM / rate_wpm:.2f}"
        self._program = program
        self._identity = ""

    async def identity(self) -> str:
        """Program and voice as files, and the rate. Raises SettingsError if one is missing."""
        if not self._identity:
            self._identity = await asyncio.to_thread(self._found)
        return self._identity

    def kept_ready(self) -> AbstractAsyncContextManager[None]:
        """Nothing: its program must know at its start where the sound goes."""
        return nullcontext()

    async def render(self, text: str, *, deadline_s: float) -> bytes | None:
        """Sound for `text`, see `Voice`."""
        said = plain(text)
        if not said:
            return None
        await self.identity()
        async with sound_file() as file:
            command = (
                *(self._program, "--model", str(self._file), "--output_file", str(file)),
                *("--length_scale", self._length_scale, "--sentence_silence", str(SENTENCE_PAUSE_S)),
            )
            ended = await run(command, f"{said}\n".encode(), deadline_s=deadline_s)
            self._look_at(ended)
            return await sound_in(file) if ended.code == 0 else None

    def _look_at(self, ended: Ended) -> None:
        if ended.code == NOT_STARTED:
            raise self._wrong(f"{self._program} does not run: install it (pip install piper-tts)")
        if "Unable to find voice" in ended.complaint:
            raise self._wrong("Piper does not find this voice")
        if ended.code != 0:
            complaint = ended.complaint[:200]
            log.error("a synthesis process failed", extra={"engine": "Piper", "code": ended.code, "pii_why": complaint})

    def _found(self) -> str:
        description = Path(f"{self._file}.json")
        if not self._file.is_file():
            raise self._wrong("there is no such file; a voice is a file NAME.onnx with NAME.onnx.json beside it")
        if not description.is_file():
            raise self._wrong(f"{description.name} is missing beside it; it comes with every voice")
        program = shutil.which(self._program)
        if program is None:
            raise self._wrong(f"{self._program} does not run: install it (pip install piper-tts)")
        return f"Piper; {fingerprint(Path(program), self._file, description)}; length {self._length_scale}"

    def _wrong(self, why: str) -> SettingsError:
        return SettingsError(f"setting 'voice' (IVR_VOICE) is 'piper:{self._file}': {why}")
