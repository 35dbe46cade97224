"""Every prompt as sound: recordings first, then what was rendered before, then a voice made at once."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.prompts.levels import RATE_HZ
from ivr.speech.prompts.prompt_cache import PromptCache
from ivr.speech.prompts.recordings import find_recording
from ivr.speech.prompts.saying import Saying
from ivr.speech.prompts.slower import slower
from ivr.speech.prompts.voices import Voice
from ivr.speech.prompts.voices.in_turn import Rendered, VoicesInTurn

log = logging.getLogger(__name__)

PROCESSES = 2
"""Synthesis processes at once, for prepared and for spontaneous prompts alike."""
PREPARED_DEADLINE_S = 10.0
"""A sentence takes espeak-ng and RHVoice 0.1 to 0.2 s, nearly all of it the start of the process."""
SPONTANEOUS_DEADLINE_S = 2.0
MOST_SPONTANEOUS = 64
"""Sounds of spontaneous prompts kept in memory; the one that was not wanted for longest goes first."""
MOST_SLOW = 64
"""The same for slowed ones."""
SILENCE = bytes(2 * RATE_HZ * 3 // 10)
SORRY = Prompt(text="Sorry, I cannot say that just now.")
"""Instead of a prompt whose voices failed; if this cannot be said either, SILENCE."""


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
        voice: Voice,
        spare: Voice | None = None,
        spontaneous_deadline_s: float = SPONTANEOUS_DEADLINE_S,
    ) -> None:
        """`spare` says what `voice` does not; both get the text as people say it (`Saying`)."""
        self._recordings = recordings
        self._cache = PromptCache(cache)
        self._voices = VoicesInTurn(voice, spare)
        self._saying = Saying()
        self._deadline_s = spontaneous_deadline_s
        self._prepared: dict[str, bytes] = {}
        """By spoken text, like the cache: what the pronunciation list changes is made anew, and nothing else."""
        self._makeshift: set[str] = set()
        """Prepared by the spare voice: the next preparation tries the first one again."""
        self._recorded: dict[str, bytes] = {}
        self._spontaneous: OrderedDict[str, bytes] = OrderedDict()
        self._slow: OrderedDict[bytes, bytes] = OrderedDict()
        self._slots = asyncio.Semaphore(PROCESSES)

    async def prepare(
        self,
        prompts: Iterable[Prompt],
        on_progress: Callable[[int, int], None] | None = None,
        *,
        saying: Saying | None = None,
    ) -> None:
        """Have the sound of all `prompts` in memory; `on_progress(done, of)` counts the texts that must be rendered.

        From its end on, texts are said as `saying` says (default: as before). A text that brings no sound is logged,
        and tried again when it is wanted. Raises SettingsError for a wrong recording, one that is missing and has no
        text instead, or if what is not recorded has no engine or voice.
        """
        said = saying or self._saying
        unrecorded, recorded = await self._looked_up(prompts)
        wanted = dict.fromkeys(said.spoken(text) for text in unrecorded)
        texts = [spoken for spoken in wanted if spoken not in self._prepared or spoken in self._makeshift]
        if texts:  # else all is recorded or prepared: no engine is needed
            texts = list(dict.fromkeys((*texts, said.spoken(SORRY.text))))
            missing = await asyncio.to_thread(self._read_cache, texts, await self._voices.identity())
            if missing:
                await self._render_all(missing, on_progress or (lambda done, of: None))
        self._saying, self._recorded = said, recorded

    async def examine(self, prompts: Iterable[Prompt] = (), *, saying: Saying | None = None) -> str:
        """Look whether `prompts` could be prepared, by saying one sentence; by whom they would be said.

        Raises SettingsError as `prepare`, and if the voice brings no sound.
        """
        await self._looked_up(prompts)
        identity = await self._voices.identity()
        spoken = (saying or self._saying).spoken(SORRY.text)
        made = await self._voices.render(spoken, deadline_s=PREPARED_DEADLINE_S, forgiving=False)
        if made.sound is None or made.by_spare:
            raise SettingsError(
                f"setting 'voice' (IVR_VOICE): {identity} brings no sound within {PREPARED_DEADLINE_S:g} s; "
                "try its engine by hand, or choose another voice"
            )
        return identity

    def kept_ready(self) -> AbstractAsyncContextManager[None]:
        """Entered, the voice is kept ready for texts that are made during calls, see `Voice`; needs no `prepare`."""
        return self._voices.kept_ready()

    async def sound(self, prompt: Prompt) -> bytes:
        """The prompt as 8 kHz, 16 bit, mono; never raises, and takes `spontaneous_deadline_s` at most (and some
        milliseconds if it is wanted slowly)."""
        sound = await self._at_full_pace(prompt)
        if not prompt.slowly:
            return sound
        if sound not in self._slow:
            self._slow[sound] = await asyncio.to_thread(slower, sound)
            if len(self._slow) > MOST_SLOW:
                self._slow.popitem(last=False)
        self._slow.move_to_end(sound)
        return self._slow[sound]

    async def _at_full_pace(self, prompt: Prompt) -> bytes:
        try:
            recorded = await self._recording(prompt)
        except SettingsError:
            log.exception("a recording cannot be used")
            recorded = None
        if recorded is not None:
            return recorded
        if not prompt.text.strip():
            return SILENCE
        spoken = self._saying.spoken(prompt.text)
        if spoken in self._prepared:
            return self._prepared[spoken]
        if spoken in self._spontaneous:
            self._spontaneous.move_to_end(spoken)
            return self._spontaneous[spoken]
        made = await self._say_now(spoken)
        if made.sound is None:
            log.error("a prompt has no voice: something else was said", extra={"pii_text": prompt.text})
            return self._prepared.get(self._saying.spoken(SORRY.text), SILENCE)
        if made.by_spare:
            log.warning("a prompt is said by the spare voice", extra={"pii_text": prompt.text})
        self._spontaneous[spoken] = made.sound
        if len(self._spontaneous) > MOST_SPONTANEOUS:
            self._spontaneous.popitem(last=False)
        return made.sound

    async def _looked_up(self, prompts: Iterable[Prompt]) -> tuple[list[str], dict[str, bytes]]:
        """The texts of those `prompts` that are not recorded, and the recordings of the others, fresh from disk.

        Raises SettingsError for a wrong recording, or a missing one without a text.
        """
        texts: list[str] = []
        recorded: dict[str, bytes] = {}
        for prompt in prompts:
            name = prompt.recording
            sound = await asyncio.to_thread(find_recording, self._recordings, name) if name else None
            if name and sound is not None:
                recorded[name] = sound
            elif prompt.text.strip():
                texts.append(prompt.text)
            else:
                missing = f"no {name}.wav in {self._recordings}, and the prompt has no text to say instead"
                raise SettingsError(
                    f"recording '{name}': {missing}" if name else "a prompt has neither text nor recording"
                )
        return texts, recorded

    async def _recording(self, prompt: Prompt) -> bytes | None:
        """The recording of `prompt`, from memory if it is there, else from disk."""
        if not prompt.recording:
            return None
        if prompt.recording not in self._recorded:
            sound = await asyncio.to_thread(find_recording, self._recordings, prompt.recording)
            if sound is None:
                return None
            self._recorded[prompt.recording] = sound
        return self._recorded[prompt.recording]

    async def _say_now(self, spoken: str) -> Rendered:
        """Waiting for other callers' prompts counts against the deadline."""
        now = asyncio.get_running_loop().time
        ends = now() + self._deadline_s
        try:
            async with asyncio.timeout_at(ends), self._slots:
                return await self._voices.render(spoken, deadline_s=ends - now(), forgiving=True)
        except TimeoutError:
            log.error("speech could not be made", extra={"fault": "deadline"})
            return Rendered(None, by_spare=False)

    async def _render_all(self, texts: Sequence[str], on_progress: Callable[[int, int], None]) -> None:
        done = 0
        identity = await self._voices.identity()

        async def render(spoken: str) -> None:
            nonlocal done
            async with self._slots:
                made = await self._voices.render(spoken, deadline_s=PREPARED_DEADLINE_S, forgiving=False)
            if made.sound is None:
                log.error("a prompt brings no sound", extra={"text": spoken})
            else:
                self._prepared[spoken] = made.sound
                self._makeshift.discard(spoken)
                if made.by_spare:
                    self._makeshift.add(spoken)
                    log.warning("a prompt is said by the spare voice", extra={"text": spoken})
                else:
                    await asyncio.to_thread(self._cache.write, spoken, identity, made.sound)
            done += 1
            on_progress(done, len(texts))

        on_progress(0, len(texts))
        try:
            async with asyncio.TaskGroup() as group:
                for spoken in texts:
                    group.create_task(render(spoken))
        except* SettingsError as faults:
            raise faults.exceptions[0] from None

    def _read_cache(self, texts: Sequence[str], identity: str) -> list[str]:
        """Take from the cache what it has; the others are returned."""
        missing = []
        for spoken in texts:
            sound = self._cache.read(spoken, identity)
            if sound is None:
                missing.append(spoken)
            else:
                self._prepared[spoken] = sound
        return missing
