"""Which articles are out of date on a day, will be soon, or are to be looked at again by their owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ivr.knowledge.articles import Article, Day

SOON_DAYS = 30
"""So long before its time an article is warned of: an owner needs a few weeks to have it renewed."""


def aged(articles: Iterable[Article], day: date) -> tuple[str, ...]:
    """A warning for each date of an article that is over on `day` or comes soon, as ``file:line:column: …``."""
    return tuple(
        str(article.wrong(place, f"{message}; {_asking(article)}"))
        for article in articles
        for place, message in _aged(article, day)
    )


def _aged(article: Article, day: date) -> Iterator[tuple[Day, str]]:
    first, last, review = article.valid_from, article.valid_until, article.review
    if last is not None and last.date < day:
        yield last, f"'{article.title}' expired on {last.date}, so its callers go to a person"
    elif last is not None and (left := (last.date - day).days) <= SOON_DAYS:
        yield last, f"'{article.title}' expires {_in(left)} ({last.date}); its callers go to a person then"
    if first is not None and first.date > day:
        yield first, f"'{article.title}' is not told before {first.date}; until then its callers go to a person"
    if review is not None and review.date <= day:
        yield review, f"'{article.title}' was to be reviewed on {review.date}"
    elif review is not None and (left := (review.date - day).days) <= SOON_DAYS:
        yield review, f"'{article.title}' is to be reviewed {_in(left)} ({review.date})"


def _in(days: int) -> str:
    return "today" if days == 0 else f"in {days} day{'s' if days != 1 else ''}"


def _asking(article: Article) -> str:
    return f"ask {article.owner}" if article.owner else "nobody owns it: add 'owner: …'"
