"""A plan with its articles, read without the model that hears it or the voice that says it."""

from __future__ import annotations

from pathlib import Path

from ivr.dialogue import Flow, check_articles, load_flow
from ivr.knowledge import Article, Knowledge
from ivr.plan_articles import articles_of
from ivr.published import plan_of


def read_plan(path: Path) -> tuple[Flow, tuple[Article, ...]]:
    """The plan in `path` (see `plan_of`), checked, and its articles. Raises FlowError."""
    flow = load_flow(plan_of(path))
    articles = articles_of(flow)
    check_articles(flow, Knowledge(articles))
    return flow, articles
