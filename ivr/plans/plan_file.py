"""A plan with its articles, read without the model that hears it or the voice that says it."""

from __future__ import annotations

from pathlib import Path

from ivr.dialogue import Flow, check_articles, load_flow
from ivr.knowledge import Article, Knowledge, load_articles


def read_plan(path: Path) -> tuple[Flow, tuple[Article, ...]]:
    """The plan in `path`, checked, and its articles. Raises FlowError."""
    flow = load_flow(path)
    articles = load_articles(flow.knowledge, flow.queues) if flow.knowledge is not None else ()
    check_articles(flow, Knowledge(articles))
    return flow, articles
