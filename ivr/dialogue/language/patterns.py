"""Phrases as a plan writes them, with the place of each and a mending for what is no pattern."""

from __future__ import annotations

import re
from unicodedata import normalize

from ivr.dialogue.words.phrases import expand
from ivr.dialogue.written import Written
from ivr.yaml_file import Value

_TOUCHING = re.compile(r"[\w']\(|\)[\w'(]")
"""A bracket without a blank between it and a word or another bracket."""
_PIECE = re.compile(r"(?:\([^()]*\)|[^\s()|])+")
_PART = re.compile(r"([\w']*)\(([\w' |]*)\)([\w']*)")
"""Brackets around one part of a word: ``bin(s)``, ``(re)cycling``, ``repair(s|ed)``."""


def phrases_of(value: Value) -> tuple[Written, ...]:
    """Every phrase that the patterns of `value` stand for, with the place of its pattern. Raises FlowError."""
    found: list[Written] = []
    for item in value.items():
        pattern = normalize("NFC", item.text())
        if _TOUCHING.search(pattern):
            raise item.wrong(_apart(pattern))
        try:
            expanded = expand(pattern)
        except ValueError as fault:
            raise item.wrong(
                f"this phrase {fault}" if str(fault).startswith(("stands", "may", "has")) else str(fault)
            ) from None
        found += (Written(text=phrase, line=item.line, column=item.column, file=item.file) for phrase in expanded)
    return tuple(found)


def _apart(pattern: str) -> str:
    """What to write instead of `pattern`, where brackets, which hold whole words, touch a word."""
    piece = next((one for one in _PIECE.findall(pattern) if _TOUCHING.search(one)), pattern)
    found = _PART.fullmatch(piece)
    if found is None:
        return f"in '{piece}' brackets touch a word or each other; put a blank between, or write both, as in (bin|bins)"
    before, inner, after = found.groups()
    words = (f"{before}{part}{after}" for part in (inner.split("|") if "|" in inner else ("", inner)))
    return f"in '{piece}' the brackets hold a part of a word; write ({'|'.join(words)})"
