"""The prompts of a script made by the voice: sound files under their names, to listen to, or for another system."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.plans.script.lines import ScriptLine
from ivr.plans.sound_files import Voice, made_by, replace, wav
from ivr.speech.prompts.saying import Saying


def rendered(
    lines: Iterable[ScriptLine], voice: Voice, saying: Saying, folder: Path, *, recordings: Path
) -> tuple[Path, ...]:
    """Write each prompt without facts into `folder`, as callers hear it: recorded, or made by `voice`; blocks.

    Raises SettingsError for the folder of the recordings (a voice is no recording), for one that cannot be written,
    and as `made_by`; no file is left half written.
    """
    if folder.resolve() == recordings.resolve():
        raise SettingsError(f"'{folder}' holds the recordings, which a voice must not replace; choose another folder")
    prompts = {
        line.name: Prompt(text=line.text, recording=line.recording, language=line.language)
        for line in lines
        if not line.pieces
    }
    made = asyncio.run(made_by(voice, tuple(dict.fromkeys(prompts.values())), saying))
    files = []
    try:
        for name, prompt in prompts.items():
            file = folder / f"{name}.wav"
            file.parent.mkdir(parents=True, exist_ok=True)
            replace(file, wav(made[prompt]))
            files.append(file)
    except OSError as fault:
        raise SettingsError(f"'{folder}' cannot be written ({fault.strerror}); choose another folder") from None
    return tuple(files)
