"""A native plan on disk: sounds that Asterisk plays as they are, then the file that names them; whole or nothing."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.plans.native.lines import Digit, Sound
from ivr.plans.native.native_plan import NativePlan
from ivr.plans.sound_files import Voice, made_by, replace, wav
from ivr.speech.prompts.levels import RATE_HZ, from_pcm, loudness_dbfs
from ivr.speech.prompts.saying import Saying

FILE = "helpline-native.conf"
SOUNDS = "sounds"
BETWEEN_MS = 100
"""Of silence between two prompts in one file; each has its own silence at both ends."""
_NAMED = re.compile(r"\$\{IVR_SOUNDS\}/([0-9a-f]{16}|digit-)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written: `file`, so many `sounds` of `seconds`, the softest and the loudest of them in dBFS."""

    file: Path
    sounds: int
    seconds: float
    softest_dbfs: float
    loudest_dbfs: float


async def made_sounds(plan: NativePlan, voice: Voice, saying: Saying) -> dict[str, bytes]:
    """Name → sound of each file of `plan`. Raises SettingsError as `made_by`."""
    by_prompt = await made_by(voice, plan.prompts(), saying)
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
            replace(path, wav(pcm))
        replace(file, plan.text.encode("utf-8"))
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


def _named_in(file: Path) -> set[str]:
    """The sounds that the plan in `file` names."""
    try:
        named = set(_NAMED.findall(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    return (named - {"digit-"}) | {f"digit-{digit}" for digit in range(10)}
