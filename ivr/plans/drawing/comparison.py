"""What differs between two plans, by what was read of them: moving lines, comments and quotes is no difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.manner import Manner
from ivr.knowledge import Article
from ivr.plans.drawing.leaves import KIND, NAME, PHRASE, PROMPT, SETTING, Leaf, Path, leaves, plain

T = TypeVar("T")
_WHAT = {PROMPT: "prompt", PHRASE: "phrase", KIND: "kind"}


class Difference(Enum):
    """What became of something from the older plan to the newer."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that differs; `before` or `after` is None where there is none."""

    what: str
    """"verb", "prompt", "target", "queue", "article", "phrase", "sub-flow", "kind" (of answer), "setting"; or what is
    listed by name, such as "choice"."""
    where: str
    """Which of them, in the plan's words where it has some: "bins", "choices.bins.key", "confirm"; may be empty."""
    before: str | None
    after: str | None


Differing = tuple[Difference, tuple[Change, ...]]
"""What became of a step or an article; with its changes if it is on both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`steps` and `articles` hold only those that differ, in the order of the newer plan, removed ones last."""

    before: str
    """The older file."""
    after: str
    helpline: tuple[Change, ...]
    steps: Mapping[str, Differing]
    articles: Mapping[str, Differing]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.helpline or self.steps or self.articles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One value to be compared, and what it is called if it differs."""

    what: str
    where: str
    leaf: Leaf


Lines = dict[Path, Line]
Whole = tuple[Flow, Iterable[Article]]
"""A plan with its articles."""
_ELSEWHERE = frozenset(
    {
        "file",
        "steps",
        "warnings",
        "knowledge",
        "manner",
        "flows",
        "respelled",
        "language_at",
        "model_at",
        "fingerprint",
        "resumable",
    }
)
"""Fields of a flow that are compared on their own, or say only where something stands."""


def compared(before: Whole, after: Whole) -> Comparison:
    """From `before` to `after`."""
    (old, old_articles), (new, new_articles) = before, after
    common = tuple(_changes(_manner(old.manner), _manner(new.manner)))
    return Comparison(
        before=str(old.file),
        after=str(new.file),
        helpline=(*_changes(_of_flow(old), _of_flow(new)), *common),
        steps=_each(old.steps, new.steps, lambda one, other: _of_step(one, other, common)),
        articles=_each(_by_name(old_articles), _by_name(new_articles), _of_articles),
    )


def _each(
    old: Mapping[str, T], new: Mapping[str, T], changes: Callable[[T, T], tuple[Change, ...]]
) -> Mapping[str, Differing]:
    """What differs of the named things in `old` and `new`."""
    found: dict[str, Differing] = {}
    for name, one in new.items():
        if name not in old:
            found[name] = Difference.ADDED, ()
        elif differing := changes(old[name], one):
            found[name] = Difference.CHANGED, differing
    found |= {name: (Difference.REMOVED, ()) for name in old if name not in new}
    return MappingProxyType(found)


def _by_name(articles: Iterable[Article]) -> dict[str, Article]:
    return {article.name: article for article in articles}


def _of_flow(flow: Flow) -> Lines:
    """Settings of the whole plan, its queues and sub-flows."""
    lines: Lines = {}
    for field in fields(flow):
        if field.name not in _ELSEWHERE:
            for path, leaf in leaves(getattr(flow, field.name), (field.name,)):
                what = {"queues": "queue", "start": "target", "main_menu": "target"}.get(path[0], SETTING)
                lines[path] = Line(what=what, where=".".join(path[1:] if what == "queue" else path), leaf=leaf)
    for name, part in flow.flows.items():
        leaf = Leaf(kind=NAME, text=part.start, item=())
        lines["flows", name] = Line(what="sub-flow", where=name, leaf=leaf)
    return lines


def _manner(manner: Manner) -> Lines:
    """How callers are treated."""
    whats = {PROMPT: "prompt", NAME: "target"}
    usual = {"both", plain(manner.barge_in)}  # what prompts built in have, and those of the plan
    return {
        path: Line(
            what=whats.get(leaf.kind, SETTING),
            where=".".join(_reaction(path) if "prompts" in path else path),
            leaf=leaf,
        )
        for path, leaf in leaves(manner)
        if path == ("barge_in",) or not (path and path[-1] == "barge_in" and leaf.text in usual)
    }


def _reaction(path: Path) -> Path:
    """``on_silence.1`` instead of ``on_silence.1.prompts.1``: hardly any reaction has a second prompt."""
    at = path.index("prompts")
    return (*path[:at], *(path[at + 2 :] if path[at + 1 : at + 2] == ("1",) else path[at + 1 :]))


def _of_step(old: Step, new: Step, common: tuple[Change, ...]) -> tuple[Change, ...]:
    """What differs of a step, but for what is so because the helpline is."""
    before, after = old.verb.word, new.verb.word
    verb = () if before == after else (Change(what="verb", where="", before=before, after=after),)
    own = _changes(_of_verb(old), _of_verb(new))
    manner = (change for change in _changes(_manner(old.manner), _manner(new.manner)) if change not in common)
    return (*verb, *own, *manner)


def _of_verb(step: Step) -> Lines:
    verb, usual = step.verb, plain(step.manner.barge_in)
    told = tuple(leaves(verb))
    main = next((path[0] for path, leaf in told if leaf.kind == PROMPT), "")
    ways = {"target": verb.jumps(), "article": verb.articles(), "queue": verb.queues()}
    named = {written.text: what for what, some in ways.items() for written in some}
    lines: Lines = {}
    for path, leaf in told:
        if not path or (path[-1] == "barge_in" and leaf.text == usual):
            continue
        what = named.get(leaf.text, SETTING) if leaf.kind == NAME else _WHAT.get(leaf.kind, SETTING)
        where = () if leaf.kind == PROMPT and path in ((main,), (main, "1")) else path
        where = leaf.item[-1:] if leaf.kind == PHRASE else where
        where = () if what in ways and len(ways[what]) == 1 else where
        lines[path] = Line(what=what, where=".".join(where), leaf=leaf)
    return lines


def _of_articles(old: Article, new: Article) -> tuple[Change, ...]:
    return tuple(_changes(_of_article(old), _of_article(new)))


def _of_article(article: Article) -> Lines:
    days = {"valid_from": article.valid_from, "valid_until": article.valid_until, "review": article.review}
    settings = {
        "title": article.title,
        "topic": article.topic,
        "queue": article.queue or "",
        "longer text": article.longer if " ".join(article.longer.split()) != article.spoken else "",
        "link": article.link or "",
        "related": ", ".join(one.text for one in article.related),
        "life_event": article.life_event.text if article.life_event else "",
        "owner": article.owner,
        "source": article.source,
        **{name: day.date.isoformat() if day else "" for name, day in days.items()},
    }
    lines: Lines = {
        (name,): Line(what=SETTING, where=name, leaf=Leaf(kind=SETTING, text=text, item=()))
        for name, text in settings.items()
        if text
    }
    lines["spoken",] = Line(what="prompt", where="", leaf=Leaf(kind=PROMPT, text=article.spoken, item=()))
    for phrasing in article.phrasings:
        leaf = Leaf(kind=PHRASE, text=phrasing.text, item=())
        lines["phrasings", phrasing.text] = Line(what="phrase", where="", leaf=leaf)
    return lines


def _changes(old: Lines, new: Lines) -> Iterator[Change]:
    """What differs, in the order of `new`; what is listed by name and stands on one side only is one change."""
    items_old, items_new = ({line.leaf.item for line in lines.values()} for lines in (old, new))
    told: set[Path] = set()
    for path in dict.fromkeys((*new, *old)):
        before, after = old.get(path), new.get(path)
        line = after or before
        if line is None or (before and after and before.leaf.text == after.leaf.text):
            continue
        if line.leaf.kind == KIND and not (before and after):
            continue  # what is in it tells
        item = line.leaf.item
        if item and (item in items_old) != (item in items_new):
            if item not in told:
                told.add(item)
                what = item[-2].removesuffix("s") if len(item) > 1 else item[-1]
                yield Change(what=what, where=item[-1], before=_summary(old, item), after=_summary(new, item))
            continue
        texts = (side.leaf.text if side else None for side in (before, after))
        yield Change(what=line.what, where=line.where, before=next(texts), after=next(texts))


def _summary(lines: Lines, item: Path) -> str | None:
    """What is listed at `item` in a few words: "said: a, b; key 1; goto x"; None if it is not there."""
    own = [(path, line.leaf) for path, line in lines.items() if line.leaf.item == item]
    if not own:
        return None
    phrases = [leaf.text for _, leaf in own if leaf.kind == PHRASE]
    others = [f"{path[-1]} {leaf.text}" for path, leaf in own if leaf.kind not in (PHRASE, KIND)]
    return "; ".join(([f"said: {', '.join(phrases)}"] if phrases else []) + others)
