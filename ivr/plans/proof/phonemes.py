"""How words are pronounced, asked of espeak-ng in one go; where it is missing, nobody knows."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections.abc import Collection, Mapping

ESPEAK = "espeak-ng"
DEADLINE_S = 20.0
"""A thousand words take 0.1 s."""
_MARKS = re.compile(r"[ˈˌːˑ.\s̩̯‿͡()]")
_SWITCH = re.compile(r"\([a-z-]+\)")
"""espeak-ng tells so that it pronounces a word by another language."""
_LONGEST_WORD = 40

Phonemes = tuple[str, ...]


def pronounced(words: Collection[str], language: str) -> Mapping[str, Phonemes] | None:
    """Word → its phonemes in IPA, as espeak-ng says them in `language`; None if it cannot.

    Blocks for some hundredths of a second.
    """
    wanted = sorted(word for word in words if word and len(word) <= _LONGEST_WORD and not word.startswith("-"))
    program = shutil.which(ESPEAK)
    if program is None:
        return None
    if not wanted:
        return {}
    return _asked(program, tuple(wanted), _voice(language))


@functools.lru_cache(maxsize=8)
def _asked(program: str, words: tuple[str, ...], voice: str) -> Mapping[str, Phonemes] | None:
    command = [program, "-q", "--ipa", "--sep=_", "-v", voice]
    text = "".join(f"{word}\n" for word in words)
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=DEADLINE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.strip().splitlines()
    if len(lines) != len(words):
        return None
    return {word: _phonemes(line) for word, line in zip(words, lines, strict=True)}


def _voice(language: str) -> str:
    """espeak-ng's name of the voice for a BCP 47 tag."""
    return language.lower()


def _phonemes(line: str) -> Phonemes:
    parts = _SWITCH.sub("", line).replace(" ", "_").split("_")
    return tuple(plain for part in parts if (plain := _MARKS.sub("", part)))
