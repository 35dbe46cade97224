"""RHVoice: more natural than espeak-ng, fast and offline; Debian packages rhvoice and rhvoice-english (non-free)."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

from ivr.errors import SettingsError
from ivr.speech.prompts.voices.voice import NOT_STARTED, fingerprint, plain, run, sound_file, sound_in

log = logging.getLogger(__name__)

PROGRAM = "RHVoice-test"
"""RHVoice's own command line: text on stdin, ``-p`` voice, ``-r`` rate in per cent, ``-o`` file (src/test/test.cpp)."""
FOLDERS = (Path("/usr/share/RHVoice/voices"), Path("/usr/local/share/RHVoice/voices"))
OWN_RATE_WPM = 170
"""At 100 % alan, bdl and slt take as long as espeak-ng at this setting (RHVoice 1.8, the 116 texts of the demo)."""
SLOWEST, FASTEST = 50, 200
"""Per cent; RHVoice's own limits (min_rate and max_rate of RHVoice.conf)."""


class RhVoice:
    """A voice of RHVoice by its name, e.g. ``alan``, or several as ``alan+anna`` for mixed languages.

    RHVoice 1.8 says nothing of a voice it does not have and takes another one, and ends with 0 even if it could not
    write its file: the voice is looked up in `folders` first. Where none of the folders exists, it is trusted.
    """

    def __init__(self, name: str, *, rate_wpm: int, program: str = PROGRAM, folders: Sequence[Path] = FOLDERS) -> None:
        self._name = name
        self._rate = max(SLOWEST, min(FASTEST, round(100 * rate_wpm / OWN_RATE_WPM)))
        self._program = program
        self._folders = tuple(folders)
        self._identity = ""

    async def identity(self) -> str:
        """Voice, rate, and program and voice as files. Raises SettingsError if either is missing."""
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
        await self.identity()  # or another voice would speak
        async with sound_file() as file:
            command = (self._program, "-p", self._name, "-r", str(self._rate), "-o", str(file))
            ended = await run(command, f"{said}\n".encode(), deadline_s=deadline_s)
            if ended.code == NOT_STARTED:
                raise self._missing()
            if ended.code != 0:
                log.error("a synthesis process failed", extra={"engine": "RHVoice", "code": ended.code})
                return None
            return await sound_in(file)

    def _found(self) -> str:
        program = shutil.which(self._program)
        if program is None:
            raise self._missing()
        present = {folder.name.lower(): folder for root in self._folders if root.is_dir() for folder in root.iterdir()}
        wanted = [part.strip().lower() for part in self._name.split("+")]
        for part in wanted:
            if present and part not in present:
                raise SettingsError(
                    f"setting 'voice' (IVR_VOICE) is 'rhvoice:{self._name}': RHVoice has no voice {part!r}; "
                    f"it has {', '.join(sorted(present))}"
                )
        files = [Path(program), *(present[part] for part in wanted if part in present)]
        return f"RHVoice; {fingerprint(*files)}; {self._name}; {self._rate} %"

    def _missing(self) -> SettingsError:
        return SettingsError(
            f"setting 'voice' (IVR_VOICE) is 'rhvoice:{self._name}': {self._program} does not run: "
            "install it (Debian, section non-free: apt install rhvoice rhvoice-english)"
        )
