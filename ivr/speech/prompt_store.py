"""Every prompt as sound: recordings first, then what was rendered before, then a voice made at once."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.levels import RATE_HZ
from ivr.speech.recordings import find_recording
from ivr.speech.synthesiser import Speaks, Synthesiser

log = logging.getLogger(__name__)

SHAPE = 1
"""Part of the cache's key: raise it when levels.py makes other sound of the same voice."""
PROCESSES = 2
"""Synthesis processes at once, for prepared and for spontaneous prompts alike."""
PREPARED_DEADLINE_S = 10.0
"""A sentence takes 0.1 s, nearly all of it the start of the process."""
SPONTANEOUS_DEADLINE_S = 2.0
MOST_SPONTANEOUS = 64
"""Sounds of spontaneous prompts kept in memory; the one that was not wanted for longest goes first."""
SILENCE = bytes(2 * RATE_HZ * 3 // 10)
SORRY = Prompt(text="Sorry, I cannot say that just now.")
"""Instead of a prompt whose voice failed; if this cannot be said either, SILENCE."""


class PromptStore:
    """The sounds of one helpline.

    Prompts that are known beforehand are prepared and cached on disk; a text that is made during a call may hold
    personal data and stays in memory. A broken voice costs a prompt its sound, never the call: `sound` does not fail.
    """

    def __init__(
        self,
        *,
        recordings: Path,
        cache: Path,
        voice: str,
        rate_wpm: int,
        synthesiser: Speaks | None = None,
        spontaneous_deadline_s: float = SPONTANEOUS_DEADLINE_S,
    ) -> None:
        self._recordings = recordings
        self._cache = cache
        self._synthesiser = synthesiser or Synthesiser(voice=voice, rate_wpm=rate_wpm)
        self._deadline_s = spontaneous_deadline_s
        self._prepared: dict[str, bytes] = {}
        self._recorded: dict[str, bytes] = {}
        self._spontaneous: OrderedDict[str, bytes] = OrderedDict()
        self._slots = asyncio.Semaphore(PROCESSES)

    async def prepare(self, prompts: Iterable[Prompt], on_progress: Callable[[int, int], None] | None = None) -> None:
        """Have the sound of all `prompts` in memory; `on_progress(done, of)` counts the texts that must be rendered.

        A text that brings no sound is logged, and tried again when it is wanted. Raises SettingsError for a wrong
        recording, one that is missing and has no text instead, or if what is not recorded has no engine or voice.
        """
        texts: dict[str, None] = {}
        for prompt in prompts:
            recorded = await self._recording(prompt, afresh=True)
            if recorded is None and not prompt.text.strip():
                raise SettingsError(
                    f"recording '{prompt.recording}': no {prompt.recording}.wav in {self._recordings}, "
                    "and the prompt has no text to say instead"
                    if prompt.recording
                    else "a prompt has neither text nor recording"
                )
            if recorded is None and prompt.text not in self._prepared:
                texts[prompt.text] = None
        if not texts:
            return  # all is recorded or prepared: no engine is needed
        texts[SORRY.text] = None
        missing = await asyncio.to_thread(self._read_cache, tuple(texts), await self._synthesiser.identity())
        if missing:
            await self._render_all(missing, on_progress or (lambda done, of: None))

    async def sound(self, prompt: Prompt) -> bytes:
        """The prompt as 8 kHz, 16 bit, mono; never raises, and takes `spontaneous_deadline_s` at most."""
        try:
            recorded = await self._recording(prompt)
        except SettingsError:
            log.exception("a recording cannot be used")
            recorded = None
        if recorded is not None:
            return recorded
        if prompt.text in self._prepared:
            return self._prepared[prompt.text]
        if not prompt.text.strip():
            return SILENCE
        if prompt.text in self._spontaneous:
            self._spontaneous.move_to_end(prompt.text)
            return self._spontaneous[prompt.text]
        made = await self._say_now(prompt.text)
        if made is None:
            log.error("a prompt has no voice: something else was said", extra={"pii_text": prompt.text})
            return self._prepared.get(SORRY.text, SILENCE)
        self._spontaneous[prompt.text] = made
        if len(self._spontaneous) > MOST_SPONTANEOUS:
            self._spontaneous.popitem(last=False)
        return made

    async def _recording(self, prompt: Prompt, *, afresh: bool = False) -> bytes | None:
        """The recording of `prompt`, from memory if it is there; `afresh`: from disk, where it may have changed."""
        if not prompt.recording:
            return None
        if afresh or prompt.recording not in self._recorded:
            sound = await asyncio.to_thread(find_recording, self._recordings, prompt.recording)
            if sound is None:
                self._recorded.pop(prompt.recording, None)
                return None
            self._recorded[prompt.recording] = sound
        return self._recorded[prompt.recording]

    async def _say_now(self, text: str) -> bytes | None:
        try:
            async with asyncio.timeout(self._deadline_s), self._slots:
                return await self._synthesiser.render(text, deadline_s=self._deadline_s)
        except (TimeoutError, SettingsError) as fault:
            log.error("speech could not be made", extra={"fault": str(fault) or "deadline"})
            return None

    async def _render_all(self, texts: Sequence[str], on_progress: Callable[[int, int], None]) -> None:
        done = 0
        identity = await self._synthesiser.identity()

        async def render(text: str) -> None:
            nonlocal done
            async with self._slots:
                sound = await self._synthesiser.render(text, deadline_s=PREPARED_DEADLINE_S)
            if sound is None:
                log.error("a prompt brings no sound", extra={"text": text})
            else:
                self._prepared[text] = sound
                await asyncio.to_thread(_write, self._file(text, identity), sound)
            done += 1
            on_progress(done, len(texts))

        on_progress(0, len(texts))
        try:
            async with asyncio.TaskGroup() as group:
                for text in texts:
                    group.create_task(render(text))
        except* SettingsError as faults:
            raise faults.exceptions[0] from None

    def _file(self, text: str, identity: str) -> Path:
        key = hashlib.sha256(f"{SHAPE}\0{identity}\0{text}".encode()).hexdigest()
        return self._cache / f"{key}.pcm"

    def _read_cache(self, texts: Sequence[str], identity: str) -> list[str]:
        """Take from the cache what it has; the others are returned."""
        missing = []
        for text in texts:
            try:
                sound = self._file(text, identity).read_bytes()
            except OSError:
                sound = b""
            if sound and len(sound) % 2 == 0:
                self._prepared[text] = sound
            else:
                missing.append(text)
        return missing


def _write(file: Path, sound: bytes) -> None:
    """Write all or nothing, readable by its owner only. A cache that cannot be written costs time, not the start."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, fresh = tempfile.mkstemp(dir=file.parent, suffix=".new")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(sound)
            Path(fresh).replace(file)
        finally:
            Path(fresh).unlink(missing_ok=True)
    except OSError as fault:
        log.warning("the prompt cache cannot be written", extra={"folder": str(file.parent), "fault": str(fault)})
