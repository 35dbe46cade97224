"""Texts as they are written to callers: facts as people write them, articles without the marks of Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ivr.dialogue.turns import FACT

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

_LINK = re.compile(r"!?\[([^\]\n]*)\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_BULLET = re.compile(r"^(\s*)[*+]\s+", re.MULTILINE)
_SIGN_BY_SIGN = re.compile(r"\d(?:,? \d)+")
"""A number as a source gives it that is to be said digit by digit: ``6 0 0, 0 0 1``."""
_STRONG = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")


def written(conversation: Conversation, text: str) -> str:
    """`text`, whose line breaks stay, with each ``{fact}`` as it is written; a secret is none."""
    values = {name: _fact(conversation, name) for name in FACT.findall(text)}
    return "\n".join(conversation.filled(line, **values) for line in text.splitlines())


def plain(markdown: str) -> str:
    """`markdown` as a plain text: a link as its words and its address, headings and lists as lines."""

    def link(found: re.Match[str]) -> str:
        words, address = found.groups()
        return address if words in ("", address) else f"{words}: {address}"

    text = _BULLET.sub(r"\1- ", _HEADING.sub("", _LINK.sub(link, markdown)))
    return _STRONG.sub(r"\2", text).strip()


def _fact(conversation: Conversation, name: str) -> str:
    """Symbols that are said one by one in a row; a day or a sum as it is said."""
    value, said = conversation.notebook.fact(name), conversation.filled(f"{{{name}}}")
    symbols = re.sub(r"[ ,]", "", said)
    return symbols if symbols == value or _SIGN_BY_SIGN.fullmatch(said) else said
