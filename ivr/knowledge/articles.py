"""One article: a Markdown file that begins with a few YAML lines, read strictly.

Its name without ``.md`` is the article's name::

    ---
    title: garden waste                # a few words; said in "Did you mean: …?"
    topic: bins                        # what the call is about
    queue: operator                    # who knows more (optional)
    phrasings:                         # five to ten ways in which callers ask for this
      - how do I get a garden waste bin
      - how much is the garden waste collection
    answer:                            # what is spoken: a text, or a list of pieces (optional)
      - The garden waste collection costs {garden_waste} a year.
      - You can join on our website, or ask for an agent.
    link: https://…                    # where it stands on the web (optional, like all that follows)
    related: [collection-day]          # articles that the same callers may need
    life_event: moving_house           # a name that articles share which belong together
    owner: the waste team              # who keeps it right
    source: Cabinet paper 12/2026      # where it comes from
    valid_from: 2026-03-01             # the first and the last day on which it is told
    valid_until: 2026-11-30
    review: 2026-09-01                 # when the owner is to look at it again
    ---
    The first paragraph is spoken if there is no 'answer'.

    All of this is the longer text, for those who want it in writing.

``{name}`` stands for one of the agency's figures, ``{hours.office}`` for opening hours of the plan, and ``{fact}`` for
what the plan has learnt in the call; a sentence whose fact is not known is not said.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile
from pathlib import Path

from ivr.call import Answer
from ivr.call.knowing import SENTENCE
from ivr.errors import FlowError
from ivr.knowledge.answer_text import BRACES, Source, Vocabulary, in_pieces, plain
from ivr.knowledge.words import spoken_form
from ivr.yaml_dates import date_in
from ivr.yaml_file import Fields, Value, parse, read_text, suggestion

MOST_PHRASINGS = 50
LONGEST_SPOKEN = 700
"""Characters of a spoken answer: about 45 seconds, the most that callers listen to."""
_FENCE = "---"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LINK = re.compile(r"https?://[^\s/]+\.[^\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasing:
    """One way to ask for an article, as a recogniser prints it, with its place in the file (1-based)."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """The name of something else, with its place in the file (1-based)."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date, with its place in the file (1-based)."""

    date: date
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article; `pieces` is what the caller hears."""

    file: Path
    name: str
    title: str
    topic: str
    queue: str | None
    phrasings: tuple[Phrasing, ...]
    pieces: tuple[str, ...]
    longer: str = ""
    """All below the second ``---``, as it is written; empty: nothing stands there."""
    link: str | None = None
    related: tuple[Name, ...] = ()
    """As the file says, and then all others of the same life event."""
    life_event: Name | None = None
    owner: str = ""
    source: str = ""
    valid_from: Day | None = None
    valid_until: Day | None = None
    review: Day | None = None
    figures: frozenset[str] = frozenset()
    """The names in braces."""

    @property
    def spoken(self) -> str:
        """All that the caller hears."""
        return " ".join(self.pieces)

    def answer(self, confidence: float) -> Answer:
        """The article as an answer to a question."""
        return Answer(
            article=self.name,
            title=self.title,
            pieces=self.pieces,
            topic=self.topic,
            queue=self.queue,
            confidence=confidence,
            longer=self.longer,
            link=self.link,
            phrases=(spoken_form(self.title), *(phrasing.text for phrasing in self.phrasings)),
            related=tuple(one.text for one in self.related),
            owner=self.owner,
            valid_from=self.valid_from.date if self.valid_from else None,
            valid_until=self.valid_until.date if self.valid_until else None,
        )

    def wrong(self, place: Phrasing | Name | Day, message: str) -> FlowError:
        """The error to raise about a `place` in its file."""
        return FlowError(message, file=str(self.file), line=place.line, column=place.column)


def read_article(path: Path, queues: Collection[str] | None, vocabulary: Vocabulary | None) -> Article:
    """The article in `path`; `queues` and `vocabulary` are those that it may use (None: any).

    What it says of other articles is not looked at. Raises FlowError.
    """
    lines = read_text(path).splitlines()
    ends = [number for number, line in enumerate(lines) if line.rstrip() == _FENCE]
    if len(ends) < 2 or ends[0] != 0:
        raise FlowError("an article begins with '---', its lines, and '---' again; add them", file=str(path))
    fields = parse("\n".join(lines[1 : ends[1]]), file=str(path), name="this article", first_line=2)
    source = Source(path=path, lines=lines, vocabulary=vocabulary)
    first_below = ends[1] + 2
    title, topic = fields.take("title").text(), fields.take("topic").text()
    queue, link, owner, origin = (fields.get(name) for name in ("queue", "link", "owner", "source"))
    phrasings = _phrasings(fields.take("phrasings"))
    pieces = _spoken(fields, source, first_below)
    below = "\n".join(lines[ends[1] + 1 :]).strip()
    related, life_event = fields.get("related"), fields.get("life_event")
    days = _days(fields)
    fields.done()
    return Article(
        file=path,
        name=path.stem,
        title=title,
        topic=topic,
        queue=_queue(queue, queues) if queue else None,
        phrasings=phrasings,
        pieces=pieces,
        longer=source.filled(below, first_below),
        link=_link(link) if link else None,
        related=_related(related, path.stem) if related else (),
        life_event=_life_event(life_event) if life_event else None,
        owner=owner.text() if owner else "",
        source=origin.text() if origin else "",
        figures=frozenset(BRACES.findall("\n".join(lines))),
        **days,
    )


def _queue(value: Value, queues: Collection[str] | None) -> str:
    name = value.text()
    if queues is not None and name not in queues:
        raise value.wrong(f"there is no queue '{name}'; {suggestion(name, sorted(queues))}")
    return name


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


def _spoken(fields: Fields, source: Source, first_below: int) -> tuple[str, ...]:
    """The pieces: those of ``answer``, or the body's first paragraph that is no heading, without Markdown marks."""
    given = fields.get("answer")
    if given is None:
        line, paragraph = _first_paragraph(source.lines, first_below)
        column, written = 1, [(plain(paragraph), line)] if paragraph else []
    else:
        line, column = given.line, given.column
        written = [(text, item.line) for item in given.items() for text in item.paragraphs()]
    texts = [source.filled(text, at) for text, at in written]
    if not any(texts):
        raise source.wrong("nothing to say: add 'answer: …' or a first paragraph below the second '---'", line, column)
    length = sum(map(len, texts))
    if length > LONGEST_SPOKEN:
        message = f"the spoken answer has {length} characters, more than {LONGEST_SPOKEN}; make it shorter"
        raise source.wrong(message, line, column)
    pieces = in_pieces(texts)
    if not any(not BRACES.search(sentence) for piece in pieces for sentence in SENTENCE.split(piece)):
        message = "every sentence holds a fact, so nothing is said to a caller of whom none is known; add one without"
        if source.vocabulary is not None:
            raise source.wrong(message, line, column)
    return pieces


def _first_paragraph(lines: Collection[str], first: int) -> tuple[int, str]:
    """Its line and its text; empty if there is none."""
    numbered = list(enumerate(lines, 1))[first - 1 :]
    rest = list(dropwhile(lambda one: not one[1].strip() or one[1].lstrip().startswith("#"), numbered))
    paragraph: list[str] = []
    for _, text in rest:
        if not text.strip():
            break
        paragraph.append(text)
    return (rest[0][0] if rest else len(lines) + 1), "\n".join(paragraph)


def _link(value: Value) -> str:
    if not _LINK.fullmatch(value.text()):
        raise value.wrong(
            f"'{value.text()}' is no address of a page; write it whole, like 'https://riverton.example/x'"
        )
    return value.text()


def _related(value: Value, own: str) -> tuple[Name, ...]:
    found: dict[str, Name] = {}
    for item in value.items():
        if item.text() == own:
            raise item.wrong("an article is not related to itself; remove it")
        found.setdefault(item.text(), Name(text=item.text(), line=item.line, column=item.column))
    return tuple(found.values())


def _life_event(value: Value) -> Name:
    if not _NAME.fullmatch(value.text()):
        raise value.wrong("'life_event' must be a name of lower-case letters, digits and '_', such as moving_house")
    return Name(text=value.text(), line=value.line, column=value.column)


def _days(fields: Fields) -> dict[str, Day]:
    given = {name: fields.get(name) for name in ("valid_from", "valid_until", "review")}
    days = {
        name: Day(date=date_in(value.text(), value), line=value.line, column=value.column)
        for name, value in given.items()
        if value is not None
    }
    first, last, ends = days.get("valid_from"), days.get("valid_until"), given["valid_until"]
    if first and last and ends and last.date < first.date:
        raise ends.wrong(f"'valid_until' ({last.date}) is before 'valid_from' ({first.date}); mend one of them")
    return days
