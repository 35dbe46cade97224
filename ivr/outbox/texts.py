"""Texts as the short message service carries them: how many messages they take, and how they are cut to fit."""

from __future__ import annotations

import re

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
"""The default alphabet of 3GPP TS 23.038, 6.2.1, and its extension, whose characters count twice."""
_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "•": "-", "\t": " "}
)
"""What editors write instead of characters of the default alphabet: one of them would halve what a message holds."""
_SINGLE, _PART = 160, 153
_SINGLE_WIDE, _PART_WIDE = 70, 67
"""Characters of a message alone and of one of several, in the default alphabet and in UTF-16."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_MORE = " ..."


def segments(text: str) -> int:
    """How many messages `text` takes."""
    if all(one in _BASIC or one in _EXTENDED for one in text):
        size = sum(2 if one in _EXTENDED else 1 for one in text)
        single, part = _SINGLE, _PART
    else:
        size = len(text.encode("utf-16-be")) // 2
        single, part = _SINGLE_WIDE, _PART_WIDE
    return 1 if size <= single else -(-size // part)


def short(text: str, link: str, most_segments: int) -> str:
    """`text` and then `link` within `most_segments`; the text is cut at a sentence, if need be at a word."""
    text = _printable(text.translate(_PLAIN))
    end = f" {link}" if link and link not in text else ""
    if segments(text + end) <= most_segments:
        return text + end
    for pattern, more in ((_SENTENCE, ""), (re.compile(r"\s+"), _MORE)):
        ends = [found.start() for found in pattern.finditer(text)]
        fitting = (text[:at] + more + end for at in reversed(ends) if segments(text[:at] + more + end) <= most_segments)
        found = next(fitting, None)
        if found is not None:
            return found
    return link if link and segments(link) <= most_segments else text[: _PART_WIDE * most_segments]


def _printable(text: str) -> str:
    """`text` without control characters but line breaks, and without blanks at the ends of lines."""
    lines = ("".join(one for one in line if one.isprintable()).rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
