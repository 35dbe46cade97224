"""A native plan on disk: sounds that Asterisk plays as they are, then the file that names them; whole or nothing."""

from __future__ import annotations

import contextlib
import io
import os
import re
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.plans.native.lines import Digit, Sound
from ivr.plans.native.native_plan import NativePlan
from ivr.speech.prompts.levels import RATE_HZ, from_pcm, loudness_dbfs
from ivr.speech.prompts.prompt_store import SORRY
from ivr.speech.prompts.saying import Saying

FILE = "helpline-native.conf"
SOUNDS = "sounds"
BETWEEN_MS = 100
"""Of silence between two prompts in one file; each has its own silence at both ends."""
_NAMED = re.compile(r"\$\{IVR_SOUNDS\}/([0-9a-f]{16}|digit-)")


class Voice(Protocol):
    """Who makes sounds (`speech.prompts.prompt_store.PromptStore`): 8 kHz, 16 bit, mono."""

    async def prepare(self, prompts: Sequence[Prompt], *, saying: Saying) -> None: ...
    async def sound(self, prompt: Prompt) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: `file`, so many `sounds` of `seconds`, the softest and the loudest of them in dBFS."""

    file: Path
    sounds: int
    seconds: float
    softest_dbfs: float
    loudest_dbfs: float


async def made_sounds(plan: NativePlan, voice: Voice, saying: Saying) -> dict[str, bytes]:
    """Name → sound of each file of `plan`.

    Raises SettingsError if a prompt brings no sound, or as `PromptStore.prepare`.
    """
    prompts = plan.prompts()
    await voice.prepare((*prompts, SORRY), saying=saying)
    instead = await voice.sound(SORRY)
    by_prompt: dict[Prompt, bytes] = {}
    for prompt in prompts:
        by_prompt[prompt] = sound = await voice.sound(prompt)
        if not sound or (sound == instead and prompt.text != SORRY.text):
            raise SettingsError(f"the voice brings no sound for “{prompt.text}”; try 'ivr check'")
    return {sound.name: _joined(sound, by_prompt) for sound in plan.sounds}


def _joined(sound: Sound | Digit, by_prompt: Mapping[Prompt, bytes]) -> bytes:
    return bytes(2 * RATE_HZ * BETWEEN_MS // 1000).join(by_prompt[prompt] for prompt in sound.prompts)


def write(plan: NativePlan, sounds: Mapping[str, bytes], folder: Path) -> Written:
    """Write `plan` into `folder`; blocks.

    Sounds go first and the file that names them last, each by a rename: whenever Asterisk looks, there is a whole plan
    or the former one. Sounds of the former plan stay for callers who are in it, those of older plans go. Raises
    SettingsError if it cannot be written; then the former plan stands, and no sound of the new one is left.
    """
    file, kept = folder / FILE, set(sounds)
    fresh: list[Path] = []
    try:
        (folder / SOUNDS).mkdir(parents=True, exist_ok=True)
        kept |= _named_in(file)
        for name, pcm in sounds.items():
            path = folder / SOUNDS / f"{name}.wav"
            if not path.exists():
                fresh.append(path)
            _replace(path, wav(pcm))
        _replace(file, plan.text.encode("utf-8"))
    except OSError as fault:
        for path in fresh:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise SettingsError(f"'{folder}' cannot be written ({fault.strerror}); choose another folder") from None
    for old in (folder / SOUNDS).glob("*.wav"):
        if old.stem not in kept:
            old.unlink(missing_ok=True)
    levels = [loudness_dbfs(from_pcm(pcm)) for pcm in sounds.values()]
    return Written(
        file=file,
        sounds=len(sounds),
        seconds=sum(len(pcm) for pcm in sounds.values()) / (2 * RATE_HZ),
        softest_dbfs=min(levels),
        loudest_dbfs=max(levels),
    )


def wav(pcm: bytes) -> bytes:
    """`pcm` as a WAV file: what every Asterisk plays with format_wav, and no codec but the caller's own."""
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
    return whole.getvalue()


def _named_in(file: Path) -> set[str]:
    """The sounds that the plan in `file` names."""
    try:
        named = set(_NAMED.findall(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    return (named - {"digit-"}) | {f"digit-{digit}" for digit in range(10)}


def _replace(path: Path, content: bytes) -> None:
    """Write `content` to `path`, all or nothing; Asterisk may be another user, so others may read it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        part.write_bytes(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
