"""Phrases as a plan writes them: patterns with optional words and choices, expanded."""

from __future__ import annotations

import re

MOST_EXPANSIONS = 64
MOST_NESTED = 8
"""Brackets in brackets; plans have up to 2."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?")
_MARK = re.compile(r"[()|]")


def expand(pattern: str) -> tuple[str, ...]:
    """The phrases that `pattern` stands for: ``(my) bin (day|round)`` → "bin day", "bin round", "my bin day" …

    A group of one is optional, ``(a|b)`` is one of them, and groups may stand in groups: ``((the) main|big) hall``.
    Raises ValueError with a mending sentence.
    """
    ways, end = _sequence(pattern, 0, depth=0)
    if end < len(pattern):
        raise ValueError("a ')' or '|' stands outside brackets; write '(word)' or '(one|two)'")
    phrases = tuple(dict.fromkeys(_phrase(way) for way in ways))
    if "" in phrases:
        raise ValueError("may be empty; leave one word outside the brackets")
    return phrases


def _sequence(pattern: str, at: int, *, depth: int) -> tuple[tuple[str, ...], int]:
    """The ways from `at` to the next mark that belongs to somebody else, and where it stands."""
    ways: tuple[str, ...] = ("",)
    while True:
        mark = _MARK.search(pattern, at)
        end = mark.start() if mark else len(pattern)
        ways = tuple(way + pattern[at:end] for way in ways)
        if mark is None or mark.group() != "(":
            return ways, end
        inner, at = _group(pattern, end + 1, depth=depth + 1)
        ways = tuple(f"{way} {more} " for way in ways for more in inner)
        if len(ways) > MOST_EXPANSIONS:
            raise ValueError(f"stands for more than {MOST_EXPANSIONS} phrases; split it")


def _group(pattern: str, at: int, *, depth: int) -> tuple[tuple[str, ...], int]:
    """The ways of the group that opened before `at`, and where it is over."""
    if depth > MOST_NESTED:
        raise ValueError(f"has brackets more than {MOST_NESTED} deep; write some of the phrases out")
    alternatives: list[tuple[str, ...]] = []
    while True:
        ways, end = _sequence(pattern, at, depth=depth)
        alternatives.append(ways)
        if end >= len(pattern):
            raise ValueError("has a '(' that is never closed; add ')'")
        at = end + 1
        if pattern[end] == ")":
            optional = ("",) if len(alternatives) == 1 else ()
            return tuple(dict.fromkeys((*optional, *(way for one in alternatives for way in one)))), at


def _phrase(text: str) -> str:
    words = text.lower().replace("’", "'").replace("-", " ").split()
    for word in words:
        if not _WORD.fullmatch(word):
            raise ValueError(f"'{word}' is nothing that a caller says; write letters only, numbers as words")
    return " ".join(words)
