"""A plan, and what differs between two, as lines of text (for who reads no pictures) and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from ivr.plans.drawing.comparison import Change, Comparison, Difference, Differing
from ivr.plans.drawing.sketch import Sketch, SketchedStep, Way

SIGNS = {Difference.ADDED: "+", Difference.REMOVED: "-", Difference.CHANGED: "~"}


def outline(plan: Sketch) -> tuple[str, ...]:
    """Every step with what it says and where it leads: what the picture shows."""
    return tuple(_outline(plan))


def _outline(plan: Sketch) -> Iterator[str]:
    yield f"{plan.title} ({plan.file}): {len(plan.steps)} steps"
    yield f"begins with '{plan.start}'; '{plan.main_menu}' is the main menu"
    yield f"an agent, from every step: {plan.queues.get(plan.person_queue, plan.person_queue)}"
    yield from (_way(way) for way in plan.ways)
    for step in plan.steps.values():
        yield ""
        yield f"{step.name} ({step.verb}, {step.kind.value}; line {step.line})"
        yield from (f"  {line}" for line in _about(step, plan))


def _about(step: SketchedStep, plan: Sketch) -> Iterator[str]:
    if not step.reached:
        yield "no way leads here"
    yield from (f'says: "{text}"' for text in step.says)
    yield from (f"tells the article '{name}' ({plan.titles.get(name, 'no title')})" for name in step.articles)
    if step.learns:
        yield f"learns {', '.join(step.learns)}"
    yield from (_way(way) for way in step.ways)
    yield from (f"to people: {plan.queues.get(name, name)} (queue '{name}')" for name in step.queues)
    if step.person_queue:
        yield f"an agent, from here: {plan.queues.get(step.person_queue, step.person_queue)}"


def _way(way: Way) -> str:
    return f"{way.when}: to {way.to}" if way.when else f"then to {way.to}"


def differences(found: Comparison) -> tuple[str, ...]:
    """Everything that differs, a value a line."""
    return tuple(_differences(found))


def _differences(found: Comparison) -> Iterator[str]:
    if found.same:
        yield f"{found.after} says the same as {found.before}"
        return
    yield f"{found.after} against {found.before}:"
    if found.helpline:
        yield f"{SIGNS[Difference.CHANGED]} the helpline"
        yield from (f"    {_change(change)}" for change in found.helpline)
    yield from _named("step", found.steps)
    yield from _named("article", found.articles)


def _named(sort: str, differing: Mapping[str, Differing]) -> Iterator[str]:
    for name, (how, changes) in differing.items():
        yield f"{SIGNS[how]} {sort} '{name}' {how.value}"
        yield from (f"    {_change(change)}" for change in changes)


def _change(change: Change) -> str:
    about = f"{change.what} {change.where}".strip() if change.where != change.what else change.what
    if change.before is None:
        return f'{about}: new, "{change.after}"'
    if change.after is None:
        return f'{about}: gone, was "{change.before}"'
    return f'{about}: "{change.before}" is now "{change.after}"'


def as_json(plan: Sketch, found: Comparison | None = None) -> dict[str, object]:
    """The picture's content, and with `found` what differs, as plain values."""
    drawn: dict[str, object] = {
        "title": plan.title,
        "file": plan.file,
        "start": plan.start,
        "main_menu": plan.main_menu,
        "person_queue": plan.person_queue,
        "queues": dict(plan.queues),
        "articles": dict(plan.titles),
        "ways": [asdict(way) for way in plan.ways],
        "steps": [{**asdict(step), "kind": step.kind.name.lower()} for step in plan.steps.values()],
    }
    if found is not None:
        drawn["against"] = {
            "before": found.before,
            "after": found.after,
            "same": found.same,
            "helpline": [asdict(change) for change in found.helpline],
            "steps": _json(found.steps),
            "articles": _json(found.articles),
        }
    return drawn


def _json(differing: Mapping[str, Differing]) -> list[dict[str, object]]:
    return [
        {"name": name, "difference": how.value, "changes": [asdict(change) for change in changes]}
        for name, (how, changes) in differing.items()
    ]
