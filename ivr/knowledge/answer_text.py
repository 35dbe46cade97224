"""What is spoken of an article: the agency's figures filled in, without Markdown, cut into pieces for listening."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from pathlib import Path
from types import MappingProxyType

from ivr.call.knowing import SENTENCE
from ivr.errors import FlowError
from ivr.yaml_file import did_you_mean, some_of

LONGEST_PIECE = 240
"""Characters that are said in one go where an article does not say itself where to pause: about 15 seconds."""
BRACES = re.compile(r"\{([^{}]*)\}")
_MARKS = re.compile(r"\*\*|__|`|^#+\s*|(?<!\w)[*_]|[*_](?!\w)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What ``{name}`` may stand for in an article."""

    figures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Known when the article is read: name → what is said for it."""
    facts: Collection[str] = ()
    """Known when the article is told: what the plan learns in the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The lines of an article's file, and what its braces may hold (None: anything, and it is left as it is)."""

    path: Path
    lines: Sequence[str]
    vocabulary: Vocabulary | None

    def wrong(self, message: str, line: int, column: int = 1) -> FlowError:
        """The error to raise about a place (1-based)."""
        return FlowError(message, file=str(self.path), line=line, column=column)

    def filled(self, text: str, line: int) -> str:
        """`text`, which begins in `line`, with its figures. Raises FlowError for a brace that holds no known name."""
        if not text.replace("\n", "").isprintable():
            raise self.wrong("an answer cannot hold characters that cannot be shown; type it again", line)
        if self.vocabulary is None:
            return text
        figures, facts = self.vocabulary.figures, self.vocabulary.facts
        for found in BRACES.finditer(text):
            name = found.group(1)
            if name not in figures and name not in facts:
                raise self._at(methodcaller("find", found.group()), line, _unknown(name, (*figures, *facts)))
        if _alone(text) >= 0:
            raise self._at(_alone, line, "a brace stands alone; remove it")
        return BRACES.sub(lambda found: figures.get(found.group(1), found.group()), text)

    def _at(self, find: Callable[[str], int], line: int, message: str) -> FlowError:
        """The error at the first place from `line` on where `find` finds something."""
        for number in range(line - 1, len(self.lines)):
            column = find(self.lines[number])
            if column >= 0:
                return self.wrong(message, number + 1, column + 1)
        return self.wrong(message, line)


def _alone(text: str) -> int:
    """Where a brace stands that holds nothing; -1 if none does."""
    left = BRACES.sub(lambda found: " " * len(found.group()), text)
    return min((at for at in (left.find("{"), left.find("}")) if at >= 0), default=-1)


def _unknown(name: str, known: Collection[str]) -> str:
    near = did_you_mean(name, known)
    if near:
        return f"'{{{name}}}' is no figure; did you mean '{{{near}}}'?"
    listed = f"use one of: {some_of(sorted(known))}" if known else "the plan names no file of figures"
    return f"'{{{name}}}' is no figure, opening hours or fact of the plan; {listed}"


def plain(markdown: str) -> str:
    """`markdown` of one paragraph as it is spoken."""
    lines = (_MARKS.sub("", _LINK.sub(r"\1", line.strip())) for line in markdown.splitlines())
    return " ".join(" ".join(lines).split())


def in_pieces(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Each paragraph as pieces of whole sentences, about as long as each other and seldom over LONGEST_PIECE."""
    return tuple(piece for paragraph in paragraphs for piece in _pieces(paragraph))


def _pieces(text: str) -> list[str]:
    """A sentence begins a new piece where that leaves the one before nearer to its share."""
    share = len(text) / math.ceil(len(text) / LONGEST_PIECE)
    pieces = [""]
    for sentence in SENTENCE.split(text):
        longer = f"{pieces[-1]} {sentence}".strip()
        if pieces[-1] and (len(longer) > LONGEST_PIECE or len(longer) - share > share - len(pieces[-1])):
            pieces.append(sentence)
        else:
            pieces[-1] = longer
    return pieces
