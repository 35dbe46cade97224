"""The articles of a plan, read with what the plan lets them name: its queues, figures, opening hours and facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ivr.dialogue import Flow
from ivr.dialogue.language.shape import IN_BRACES
from ivr.knowledge import Article, Vocabulary, aged, load_articles, lonely_events
from ivr.yaml_file import read_text


def articles_of(flow: Flow) -> tuple[Article, ...]:
    """Every article of `flow`, none if it names no folder of them. Raises FlowError."""
    if flow.knowledge is None:
        return ()
    learnt = flow.open_facts() - flow.known_facts()  # a record needs to know who calls, which an article cannot ask
    vocabulary = Vocabulary(figures=flow.figures.said, facts=learnt)
    return load_articles(flow.knowledge, flow.queues, vocabulary)


def about_articles(flow: Flow, articles: Iterable[Article], day: date) -> Iterator[str]:
    """A warning for each article that is out of date on `day` or soon, and for what belongs to nothing."""
    listed = tuple(articles)
    yield from aged(listed, day)
    yield from lonely_events(listed)
    tables = (file for step in flow.steps.values() for file in step.verb.files())
    written = (name for file in (flow.file, *tables) for name in IN_BRACES.findall(read_text(file)))
    used = {*written, *(name for one in listed for name in one.figures)}
    yield from flow.figures.unused(used)
