"""The pronunciation list: words and names that a voice gets wrong, and how to write them so that it gets them right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.yaml_file import parse, read_text

PRONUNCIATIONS = "pronunciations.yaml"
"""Its name, in the folder of recordings."""
MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Pronunciations:
    """Word → respelling; whole words, capitals or not, the longest first ("Leigh Road" before "Leigh").

    However many spaces stand between the parts of a name, here or in the text, they are as one.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _respelled: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = dict.fromkeys(" ".join(word.split()) for word in self.words if word.strip())
        longest_first = sorted(words, key=len, reverse=True)
        alternatives = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)
        pattern = re.compile(rf"(?<![\w])(?:{alternatives})(?![\w])", re.IGNORECASE) if alternatives else None
        object.__setattr__(self, "_pattern", pattern)
        object.__setattr__(self, "_respelled", {_key(word): said for word, said in self.words.items()})

    def applied(self, text: str) -> str:
        """`text` with every word of the list respelled; a respelling is not respelled again."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._respelled.get(_key(found.group()), found.group()), text)


def _key(word: str) -> str:
    return " ".join(word.lower().split())


def read_pronunciations(path: Path) -> Pronunciations:
    """The list in `path`, lines of ``word: respelling``; an empty list if there is no such file.

    Raises FlowError with file:line for anything else than texts, or a word that stands there twice.
    """
    if not path.exists():
        return Pronunciations()
    text = read_text(path)
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return Pronunciations()
    fields = parse(text, file=str(path), name="the pronunciation list")
    if len(fields.keys) > MOST_WORDS:
        raise fields.whole.wrong(f"more than {MOST_WORDS} words; keep those that a voice gets wrong")
    words: dict[str, str] = {}
    seen: dict[str, int] = {}
    for word, key in fields.keys.items():
        if _key(word) in seen:
            raise key.wrong(f"'{word}' stands here twice (first in line {seen[_key(word)]}); remove one")
        if not (word[0].isalnum() and word[-1].isalnum()):
            raise key.wrong(f"'{word}' must begin and end with a letter or a digit: only whole words are found")
        seen[_key(word)] = key.line
        words[word] = fields.take(word).text()
    return Pronunciations(words)
