"""Questions that no article answered, grouped by likeness: each a new article, or a phrasing of an old one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ivr.call import Answer, Hypothesis, Known
from ivr.errors import FlowError, UserError
from ivr.helpline import VECTORS
from ivr.knowledge import Knowledge
from ivr.knowledge.grouping import grouped
from ivr.plans.plan_file import read_plan
from ivr.published import plan_of
from ivr.records.misses import FOLDER, Miss, Misses
from ivr.settings import Settings

EXAMPLES = 4
A_PHRASING_OF = 0.1
"""How surely an article must be meant to be suggested; the line itself asks back from 0.3 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What callers asked and nobody answered; `id` is that of its oldest question."""

    id: str
    callers: int
    questions: int
    since: date
    last: date
    examples: tuple[str, ...]
    nearest: Answer | None
    """The article of which it may be a phrasing."""
    answered: bool
    """By now: `nearest` is what a caller would hear."""
    ids: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--done", nargs="+", metavar="ID", default=[], help="these groups are seen to; they go")


def main(given: argparse.Namespace) -> int:
    """0. Raises UserError for a plan that cannot be read and a group that there is not."""
    settings = Settings.read()
    helpline = given.plan or settings.helpline
    plan = plan_of(helpline)
    if not plan.is_file():
        raise FlowError("there is no such file; check the name", file=str(plan))
    _, articles = read_plan(plan)
    misses = Misses(settings.state / FOLDER, days=settings.misses_days)
    kept = misses.of(helpline.stem)
    knowledge = Knowledge(articles, settings.state / VECTORS)
    gaps = gaps_of(kept, knowledge)
    if given.done:
        return _done(given.done, gaps, misses, helpline.stem)
    if given.format == "json":
        print(json.dumps([_as_dict(gap) for gap in gaps], ensure_ascii=False, indent=1))
        return 0
    files = {article.name: article.file for article in articles}
    for line in _lines(gaps, helpline.stem, files):
        print(line)
    return 0


def gaps_of(kept: Sequence[Miss], knowledge: Knowledge) -> tuple[Gap, ...]:
    """`kept`, oldest first, in groups, that of most callers first."""
    by_text: dict[str, list[Miss]] = {}
    for miss in kept:
        by_text.setdefault(miss.text, []).append(miss)
    gaps = (_gap(group.texts, by_text, kept, knowledge) for group in grouped(list(by_text)))
    return tuple(sorted(gaps, key=lambda gap: (-gap.callers, -gap.questions, gap.since, gap.id)))


def _gap(texts: Sequence[str], by_text: dict[str, list[Miss]], kept: Sequence[Miss], knowledge: Knowledge) -> Gap:
    wanted = set(texts)
    inside = [miss for miss in kept if miss.text in wanted]
    nearest = knowledge.nearest(texts[0])
    finding = knowledge.ask([Hypothesis(text=texts[0], confidence=1.0)])
    often = sorted(texts, key=lambda text: -len(by_text[text]))
    return Gap(
        id=inside[0].id,
        callers=len({miss.caller for miss in inside}),
        questions=len(inside),
        since=min(miss.day for miss in inside),
        last=max(miss.day for miss in inside),
        examples=tuple(dict.fromkeys((texts[0], *often)))[:EXAMPLES],
        nearest=nearest if nearest is not None and nearest.confidence >= A_PHRASING_OF else None,
        answered=isinstance(finding, Known),
        ids=tuple(miss.id for miss in inside),
    )


def _done(wanted: Iterable[str], gaps: Sequence[Gap], misses: Misses, helpline: str) -> int:
    by_id = {gap.id: gap for gap in gaps}
    unknown = sorted(set(wanted) - by_id.keys())
    if unknown:
        raise UserError(f"there is no group '{unknown[0]}'; 'ivr misses' lists them")
    try:
        misses.done(helpline, [one for name in wanted for one in by_id[name].ids])
    except OSError as fault:
        raise UserError(f"cannot be noted in {fault.filename} ({fault.strerror})") from None
    print(f"{len(set(wanted))} seen to, {len(gaps) - len(set(wanted))} left")
    return 0


def _lines(gaps: Sequence[Gap], helpline: str, files: dict[str, Path]) -> Iterable[str]:
    if not gaps:
        yield f"{helpline}: no question without an answer is kept"
        return
    yield f"{helpline}: {sum(gap.questions for gap in gaps)} questions that nobody answered, in {len(gaps)} groups"
    for gap in gaps:
        callers = "1 caller" if gap.callers == 1 else f"{gap.callers} callers"
        days = f"{gap.since}" if gap.since == gap.last else f"{gap.since} to {gap.last}"
        yield f"\n{gap.id}  {callers} asked about “{gap.examples[0]}” ({days})"
        for example in gap.examples[1:]:
            yield f"          also: “{example}”"
        yield f"          {_offer(gap, files)}"
    yield "\nA new phrasing is a line below 'phrasings:' of its article, a new article a file beside it; no restart."
    yield f"When it is seen to: ivr misses --done {gaps[0].id}"


def _offer(gap: Gap, files: dict[str, Path]) -> str:
    if gap.nearest is None:
        return "new article"
    article = f"“{gap.nearest.title}” ({files[gap.nearest.article]})"
    if gap.answered:
        return f"answered by now: {article}"
    return f"a phrasing of {article}? Or a new article"


def _as_dict(gap: Gap) -> dict[str, object]:
    nearest = gap.nearest
    offer = "new_article" if nearest is None else "answered" if gap.answered else "phrasing"
    return {
        "id": gap.id,
        "callers": gap.callers,
        "questions": gap.questions,
        "since": gap.since.isoformat(),
        "last": gap.last.isoformat(),
        "examples": list(gap.examples),
        "offer": offer,
        "article": nearest.article if nearest else None,
        "likeness": round(nearest.confidence, 2) if nearest else None,
    }
