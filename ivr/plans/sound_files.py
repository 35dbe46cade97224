"""Prompts of a plan as sound files: made by the voice that callers hear, written whole or not at all."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.prompts.levels import RATE_HZ
from ivr.speech.prompts.prompt_store import SORRY
from ivr.speech.prompts.saying import Saying


class Voice(Protocol):
    """Who makes sounds (`speech.prompts.prompt_store.PromptStore`): 8 kHz, 16 bit, mono."""

    async def prepare(self, prompts: Sequence[Prompt], *, saying: Saying) -> None: ...
    async def sound(self, prompt: Prompt) -> bytes: ...


async def made_by(voice: Voice, prompts: Sequence[Prompt], saying: Saying) -> dict[Prompt, bytes]:
    """Each of `prompts` as `voice` says it, or as it is recorded.

    Raises SettingsError if a prompt brings no sound, or as `PromptStore.prepare`.
    """
    await voice.prepare((*prompts, SORRY), saying=saying)
    instead = await voice.sound(SORRY)
    made: dict[Prompt, bytes] = {}
    for prompt in prompts:
        made[prompt] = sound = await voice.sound(prompt)
        if not sound or (sound == instead and prompt.text != SORRY.text):
            raise SettingsError(f"the voice brings no sound for “{prompt.text}”; try 'ivr check'")
    return made


def wav(pcm: bytes) -> bytes:
    """`pcm` as a WAV file: what every Asterisk plays with format_wav, and no codec but the caller's own."""
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
    return whole.getvalue()


def replace(path: Path, content: bytes) -> None:
    """Write `content` to `path`, all or nothing; Asterisk may be another user, so others may read it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        part.write_bytes(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
