"""pyttsx3 with espeak-ng: the voice that needs nothing but one Debian package."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version

from ivr.errors import SettingsError
from ivr.speech.prompts.synthesis_worker import NO_ENGINE, NO_VOICE
from ivr.speech.prompts.voices.voice import Ended, plain, sound_file, sound_in
from ivr.speech.prompts.voices.waiting import WaitingProcesses

log = logging.getLogger(__name__)

VERSION_DEADLINE_S = 5.0


class EspeakVoice:
    """A voice of espeak-ng by its file, e.g. ``gmw/en``. `command` replaces the process in tests."""

    def __init__(self, name: str, *, rate_wpm: int, command: Sequence[str] | None = None) -> None:
        self._name = name
        self._rate_wpm = rate_wpm
        self._processes = WaitingProcesses(command or (sys.executable, "-m", "ivr.speech.prompts.synthesis_worker"))
        self._identity = ""

    @property
    def waiting(self) -> tuple[int, ...]:
        """Process ids of those that wait for a text."""
        return self._processes.pids

    async def identity(self) -> str:
        """Voice, rate and versions. Raises SettingsError without espeak-ng."""
        if not self._identity:
            engine = await _espeak_version()
            self._identity = f"{engine}; pyttsx3 {version('pyttsx3')}; {self._name}; {self._rate_wpm} wpm"
        return self._identity

    def kept_ready(self) -> AbstractAsyncContextManager[None]:
        """Entered, processes that have loaded the engine wait for texts, see `WaitingProcesses`."""
        return self._processes.kept_ready()

    async def render(self, text: str, *, deadline_s: float) -> bytes | None:
        """Sound for `text`, see `Voice`."""
        said = plain(text)
        if not said:
            return None
        async with sound_file() as file:
            order = {"voice": self._name, "rate_wpm": self._rate_wpm, "text": said, "file": str(file)}
            self._look_at(await self._processes.run(json.dumps(order).encode(), deadline_s=deadline_s))
            return await sound_in(file)

    def _look_at(self, ended: Ended) -> None:
        """Raise SettingsError where a person has to mend something; other failures show as a missing file."""
        if ended.code == NO_ENGINE:
            raise SettingsError(f"speech output: {ended.complaint}: install espeak-ng (apt install espeak-ng)")
        if ended.code == NO_VOICE:
            raise SettingsError(
                f"setting 'voice' (IVR_VOICE) is {self._name!r}: no such voice; "
                "the names stand under 'File' in the output of espeak-ng --voices"
            )
        if ended.code != 0:
            log.error("a synthesis process failed", extra={"engine": "pyttsx3", "code": ended.code})


async def _espeak_version() -> str:
    """What ``espeak-ng --version`` prints, without its folder."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    missing = SettingsError("speech output: espeak-ng does not run: install it (apt install espeak-ng)")
    try:
        process = await asyncio.create_subprocess_exec("espeak-ng", "--version", stdout=pipe, stderr=nothing)
    except OSError:
        raise missing from None
    try:
        async with asyncio.timeout(VERSION_DEADLINE_S):
            out, _ = await process.communicate()
    except TimeoutError:
        raise missing from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise missing
    return out.decode(errors="replace").split("Data at")[0].strip()
