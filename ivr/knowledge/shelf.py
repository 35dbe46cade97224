"""All articles of a folder, and what must hold between them: whose words are whose, what belongs to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path

from ivr.errors import FlowError
from ivr.knowledge.answer_text import Vocabulary
from ivr.knowledge.articles import Article, Name, read_article
from ivr.yaml_file import did_you_mean

MOST_ARTICLES = 2000


def load_articles(
    folder: Path, queues: Collection[str] | None = None, vocabulary: Vocabulary | None = None
) -> tuple[Article, ...]:
    """Every ``*.md`` of `folder`, by name. `queues` and `vocabulary`: what articles may name (None: any).

    Raises FlowError for the first article that is wrong, for a phrasing that two articles claim, and for a related
    article that there is not.
    """
    paths = sorted(folder.glob("*.md"))
    if not paths:
        raise FlowError("there is no article (*.md) in this folder; add one", file=str(folder))
    if len(paths) > MOST_ARTICLES:
        raise FlowError(f"{len(paths)} articles, more than {MOST_ARTICLES}; remove some", file=str(folder))
    articles = {path.stem: read_article(path, queues, vocabulary) for path in paths}
    _check_claims(articles.values())
    _check_related(articles)
    events = _of_events(articles.values())
    return tuple(replace(article, related=tuple(_related(article, events))) for article in articles.values())


def _check_claims(articles: Iterable[Article]) -> None:
    claimed: dict[str, Article] = {}
    for article in articles:
        for phrasing in article.phrasings:
            other = claimed.setdefault(phrasing.text, article)
            if other is not article:
                message = f"'{phrasing.text}' already belongs to {other.file.name}; remove one"
                raise article.wrong(phrasing, message)


def _check_related(articles: Mapping[str, Article]) -> None:
    for article in articles.values():
        for one in article.related:
            if one.text not in articles:
                near = did_you_mean(one.text, articles)
                mending = (
                    f"did you mean '{near}'?" if near else "remove it, or write the name of its file without '.md'"
                )
                raise article.wrong(one, f"there is no article '{one.text}'; {mending}")


def _of_events(articles: Iterable[Article]) -> dict[str, list[Article]]:
    events: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        if article.life_event is not None:
            events[article.life_event.text].append(article)
    return events


def _related(article: Article, events: Mapping[str, list[Article]]) -> Iterator[Name]:
    """Those that it names, and then the others of its life event."""
    yield from article.related
    event = article.life_event
    named = {article.name, *(one.text for one in article.related)}
    for other in events[event.text] if event is not None else ():
        if event is not None and other.name not in named:
            yield replace(event, text=other.name)


def lonely_events(articles: Iterable[Article]) -> tuple[str, ...]:
    """A warning for each life event that only one article names: it is misspelt, or says nothing."""
    events = _of_events(articles)
    warnings = []
    for name, members in events.items():
        event = members[0].life_event
        if len(members) == 1 and event is not None:
            near = did_you_mean(name, [other for other in events if other != name])
            mending = f"did you mean '{near}'?" if near else "give it to others that belong to it, or remove it"
            warnings.append(str(members[0].wrong(event, f"no other article has the life event '{name}'; {mending}")))
    return tuple(warnings)


def check_vocabulary(
    articles: Iterable[Article], unknown_words: Callable[[Iterable[str]], Set[str]], mending: Callable[[str], str]
) -> tuple[str, ...]:
    """A warning for each word of a phrasing that the recogniser cannot hear; `mending` says what to do about one."""
    listed = tuple(articles)
    unknown = unknown_words({word for a in listed for phrasing in a.phrasings for word in phrasing.text.split()})
    return tuple(
        str(article.wrong(phrasing, f"the recogniser does not know '{word}'; {mending(word)}"))
        for article in listed
        for phrasing in article.phrasings
        for word in dict.fromkeys(phrasing.text.split())
        if word in unknown
    )
