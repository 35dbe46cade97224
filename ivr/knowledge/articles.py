"""Reads the articles of a knowledge folder: Markdown files that begin with a few YAML lines.

One file an article; its name without ``.md`` is the article's name::

    ---
    title: bin collection days         # a few words; said in "Did you mean: …?"
    topic: bins                        # what the call is about
    queue: operator                    # who knows more (optional)
    phrasings:                         # five to ten ways in which callers ask for this
      - when is my bin collected
      - what day is my rubbish day
    answer: Your bin is …              # what is spoken (optional)
    ---
    The first paragraph is spoken if there is no 'answer'.

    Whatever follows is for readers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass
from pathlib import Path

from ivr.call import Answer
from ivr.errors import FlowError
from ivr.knowledge.words import spoken_form
from ivr.yaml_file import Fields, Value, did_you_mean, parse, read_text

MOST_ARTICLES = 2000
MOST_PHRASINGS = 50
LONGEST_SPOKEN = 700
"""Characters of a spoken answer: about 45 seconds, the most that callers listen to."""
_FENCE = "---"
_MARKS = re.compile(r"\*\*|__|`|^#+\s*|(?<!\w)[*_]|[*_](?!\w)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasing:
    """One way to ask for an article, as a recogniser prints it, with its place in the file (1-based)."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article; `spoken` is what the caller hears."""

    file: Path
    name: str
    title: str
    topic: str
    queue: str | None
    phrasings: tuple[Phrasing, ...]
    spoken: str

    def answer(self, confidence: float) -> Answer:
        """The article as an answer to a question."""
        return Answer(
            article=self.name,
            title=self.title,
            spoken=self.spoken,
            topic=self.topic,
            queue=self.queue,
            confidence=confidence,
        )


def load_articles(folder: Path, queues: Collection[str] | None = None) -> tuple[Article, ...]:
    """Every ``*.md`` of `folder`, by name. `queues`: those that articles may name (None: any).

    Raises FlowError for the first article that is wrong, and for a phrasing that two articles claim.
    """
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise FlowError("there is no article (*.md) in this folder; add one", file=str(folder))
    if len(paths) > MOST_ARTICLES:
        raise FlowError(f"{len(paths)} articles, more than {MOST_ARTICLES}; remove some", file=str(folder))
    articles = tuple(_article(path, queues) for path in paths)
    claimed: dict[str, Article] = {}
    for article in articles:
        for phrasing in article.phrasings:
            other = claimed.setdefault(phrasing.text, article)
            if other is not article:
                raise _wrong(article, phrasing, f"'{phrasing.text}' already belongs to {other.file.name}; remove one")
    return articles


def check_vocabulary(
    articles: Iterable[Article], unknown_words: Callable[[Iterable[str]], Set[str]], mending: Callable[[str], str]
) -> tuple[str, ...]:
    """A warning for each word of a phrasing that the recogniser cannot hear; `mending` says what to do about one."""
    listed = tuple(articles)
    unknown = unknown_words({word for a in listed for phrasing in a.phrasings for word in phrasing.text.split()})
    return tuple(
        str(_wrong(article, phrasing, f"the recogniser does not know '{word}'; {mending(word)}"))
        for article in listed
        for phrasing in article.phrasings
        for word in dict.fromkeys(phrasing.text.split())
        if word in unknown
    )


def _article(path: Path, queues: Collection[str] | None) -> Article:
    text = read_text(path)
    lines = text.splitlines()
    ends = [number for number, line in enumerate(lines) if line.rstrip() == _FENCE]
    if len(ends) < 2 or ends[0] != 0:
        raise FlowError("an article begins with '---', its lines, and '---' again; add them", file=str(path))
    head = "\n".join(lines[1 : ends[1]])
    fields = parse(head, file=str(path), name="this article", first_line=2)
    title, topic = fields.take("title").text(), fields.take("topic").text()
    queue = fields.get("queue")
    phrasings = _phrasings(fields.take("phrasings"))
    spoken = _spoken(fields, lines[ends[1] + 1 :], path, ends[1] + 2)
    fields.done()
    if queue is not None and queues is not None and queue.text() not in queues:
        near = did_you_mean(queue.text(), queues)
        mending = f"did you mean '{near}'?" if near else f"use one of: {', '.join(sorted(queues))}"
        raise queue.wrong(f"there is no queue '{queue.text()}'; {mending}")
    return Article(
        file=path,
        name=path.stem,
        title=title,
        topic=topic,
        queue=queue.text() if queue else None,
        phrasings=phrasings,
        spoken=spoken,
    )


def _phrasings(value: Value) -> tuple[Phrasing, ...]:
    items = value.items()
    if len(items) > MOST_PHRASINGS:
        raise value.wrong(f"{len(items)} phrasings, more than {MOST_PHRASINGS}; keep the ones that callers use")
    found: dict[str, Phrasing] = {}
    for item in items:
        text = spoken_form(item.text())
        if not text:
            raise item.wrong("this phrasing holds no word; write what callers say")
        found.setdefault(text, Phrasing(text=text, line=item.line, column=item.column))
    return tuple(found.values())


def _spoken(fields: Fields, body: list[str], path: Path, first_line: int) -> str:
    """What is spoken: ``answer``, or the body's first paragraph without its Markdown marks."""
    given = fields.get("answer")
    if given is not None:
        text, line, column = given.text(), given.line, given.column
    else:
        start = next((number for number, one in enumerate(body) if one.strip()), len(body))
        end = next((number for number in range(start, len(body)) if not body[number].strip()), len(body))
        plain = (_MARKS.sub("", _LINK.sub(r"\1", one.strip())) for one in body[start:end])
        text, line, column = " ".join(" ".join(plain).split()), first_line + start, 1
    if not text:
        message = "nothing to say: add 'answer: …' or a first paragraph below the second '---'"
        raise FlowError(message, file=str(path), line=line, column=column)
    if len(text) > LONGEST_SPOKEN:
        message = f"the spoken answer has {len(text)} characters, more than {LONGEST_SPOKEN}; make it shorter"
        raise FlowError(message, file=str(path), line=line, column=column)
    if "{" in text or "}" in text or not text.isprintable():
        message = "a spoken answer cannot hold braces or characters that cannot be shown; remove them"
        raise FlowError(message, file=str(path), line=line, column=column)
    return text


def _wrong(article: Article, phrasing: Phrasing, message: str) -> FlowError:
    return FlowError(message, file=str(article.file), line=phrasing.line, column=phrasing.column)
