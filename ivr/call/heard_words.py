"""Which words of a prompt reached the caller, from how much of its sound did."""

from __future__ import annotations

import re

_PAUSES = {",": 4, ";": 5, ":": 5, ".": 8, "!": 8, "?": 8}
"""The pause that a voice makes at a mark, in characters of speech (about 65 ms each at 160 words a minute)."""
_WORD = re.compile(r"\S+")


def words_heard(text: str, heard_ms: int, total_ms: int) -> str:
    """The words of `text` that were wholly said after `heard_ms` of `total_ms`, with a dash if some were not.

    Words are as long as their letters, marks as long as their pauses: a word at the cut may be off by one.
    """
    if heard_ms >= total_ms:
        return text
    ends: list[tuple[int, int]] = []
    spoken = 0
    for word in _WORD.finditer(text):
        spoken += len(word.group()) + 1
        ends.append((spoken, word.end()))
        spoken += _PAUSES.get(word.group()[-1], 0)
    if not ends:
        return ""
    whole = ends[-1][0]  # the pause after the last word is not part of the sound
    kept = max((end for spoken_to, end in ends if spoken_to * total_ms <= heard_ms * whole), default=0)
    return f"{text[:kept]} —".strip()
