"""Reads a helpline's plan: YAML in, a frozen and checked Flow out, or one FlowError with file:line:column.

The lines are declared where they are used: at the top in `language/head.py`, settings in `language/settings.py`, a
verb's in its file below `verbs/`. ``docs/reference.md`` is made of them and begins with a whole plan
(`language/example.yaml`). All values are taken as they are written: ``012`` stays 012 and ``no`` stays no.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ivr.dialogue.calendar import Hours, read_hours, read_notices
from ivr.dialogue.checks import check_names, check_record, oddities
from ivr.dialogue.figures import Figures, read_figures
from ivr.dialogue.flow import Flow, Step, SubFlow
from ivr.dialogue.identity import below_level
from ivr.dialogue.language.head import QUEUES, TIME_ZONE, USUAL_TIME_ZONE, FlowHead, Head, StepHead
from ivr.dialogue.language.lines import lines_of, read_lines
from ivr.dialogue.language.settings import manner_of
from ivr.dialogue.language.shape import Scope
from ivr.dialogue.language.shapes import FILE
from ivr.dialogue.manner import Manner
from ivr.dialogue.resuming import keeps, resumable
from ivr.dialogue.verbs import VERBS
from ivr.dialogue.ways import check_loops, check_sub_flows, unlearnt, unreachable
from ivr.dialogue.words.sounds_like import SoundsLike
from ivr.yaml_file import Fields, Value, did_you_mean, parse, read_text

_NOTHING: Mapping[str, str] = MappingProxyType({})


def load_flow(path: Path, *, at: datetime | None = None) -> Flow:
    """The plan in `path`, checked: every name in it exists, and no circle of steps can spin without the caller.

    Warnings about what is over or never comes are those of `at` (see `Flow.local`). Raises FlowError.
    """
    text = read_text(path)
    read = _flow(parse(text, file=str(path), name="this plan"), path)
    flow = replace(read, fingerprint=hashlib.sha256(text.encode()).hexdigest()[:16])
    check_record(flow, text)
    check_names(flow, text)
    check_sub_flows(flow)
    check_loops(flow)
    flow = replace(flow, keeps=keeps(flow))
    flow = replace(flow, resumable=resumable(flow))
    odd = oddities(flow, flow.local(at))
    return replace(flow, warnings=(*unreachable(flow), *odd, *unlearnt(flow), *below_level(flow)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Steps that stand below one another: those of the helpline or of one sub-flow, which is `name`."""

    name: str
    steps: Fields
    scope: Scope


def _flow(given: Fields, path: Path) -> Flow:
    scope = Scope(file=path, manner=Manner())
    scope = replace(scope, queues=QUEUES.read(given.take("queues"), scope))
    steps, flows = given.take("steps").fields(), given.get("flows")
    scope = replace(
        scope,
        steps=MappingProxyType(dict(_named(steps, ""))),
        flows=MappingProxyType(dict(_starts(flows.fields())) if flows else {}),
    )
    zone, hours, figures = _calendar_and_figures(given, scope)
    scope = replace(scope, hours=tuple(hours), figures=figures.said)
    scope = replace(scope, manner=manner_of(given, scope, "helpline"))
    head = read_lines(Head, given, scope)
    given.done()
    scope = replace(scope, callers=head.callers)
    parts = [_Part(name="", steps=head.steps, scope=scope), *_sub_flows(head.flows, scope)]
    return Flow(
        file=path,
        title=head.helpline,
        start=head.start.text,
        main_menu=head.main_menu.text,
        queues=head.queues,
        knowledge=head.knowledge,
        manner=scope.manner,
        steps=MappingProxyType({step.name: step for part in parts for step in _steps(part)}),
        flows=MappingProxyType(
            {
                part.name: SubFlow(name=part.name, start=scope.flows[part.name], manner=part.scope.manner)
                for part in parts[1:]
            }
        ),
        language=head.language.text if head.language else "en-GB",
        language_at=head.language,
        model=head.model.text if head.model else None,
        model_at=head.model,
        sounds_like=head.sounds_like.sounds if head.sounds_like else SoundsLike(),
        respelled=head.sounds_like.places if head.sounds_like else (),
        time_zone=head.time_zone,
        hours=MappingProxyType(hours),
        notices=read_notices(head.notices, scope, zone) if head.notices else (),
        sources=head.sources,
        callers=head.callers,
        figures=figures,
        distress=head.distress,
        outbox=head.outbox,
        waivers=head.waive or _NOTHING,
    )


def _calendar_and_figures(given: Fields, scope: Scope) -> tuple[ZoneInfo, Mapping[str, Hours], Figures]:
    """What any text of the plan may name, so it is read before all texts."""
    named, hours, file = given.get("time_zone"), given.get("hours"), given.get("figures")
    zone = ZoneInfo(TIME_ZONE.read(named, scope) if named else USUAL_TIME_ZONE)
    opening = read_hours(hours, scope, zone) if hours else {}
    return zone, opening, read_figures(FILE.read(file, scope) if file else None, opening)


def _named(steps: Fields, flow: str) -> Iterator[tuple[str, str]]:
    """Each step as it is called among these, and its whole name."""
    for name, key in steps.keys.items():
        if "." in name:
            raise key.wrong(f"'{name}' holds a '.', which stands between a sub-flow and its step; use '_'")
        yield name, f"{flow}.{name}" if flow else name


def _starts(flows: Fields) -> Iterator[tuple[str, str]]:
    """Each sub-flow and the whole name of its first step."""
    for name, key in flows.keys.items():
        if "." in name:
            raise key.wrong(f"'{name}' holds a '.', which stands between a sub-flow and its step; use '_'")
        yield name, f"{name}.{flows.take(name).fields().take('start').text()}"


def _sub_flows(flows: Fields | None, outer: Scope) -> Iterator[_Part]:
    for name in flows.keys if flows else ():
        assert flows is not None, "there are names"
        given = flows.take(name).fields()
        own = dict(_named(given.take("steps").fields(), name))
        scope = replace(outer, sub_flow=name, steps=MappingProxyType({**outer.steps, **own}))
        scope = replace(scope, manner=manner_of(given, scope, f"flow {name}"))
        head = read_lines(FlowHead, given, scope)
        if head.start.text not in own.values():
            raise given.take("start").wrong(f"a sub-flow begins with a step of its own, not with '{head.start.text}'")
        given.done()
        yield _Part(name=name, steps=head.steps, scope=scope)


def _steps(part: _Part) -> Iterator[Step]:
    for name in part.steps.keys:
        yield _step(name, f"{part.name}.{name}" if part.name else name, part.steps.take(name), part.scope)


def _step(name: str, whole_name: str, value: Value, outer: Scope) -> Step:
    given = value.fields()
    word, key = next(iter(given.keys.items()), ("", value))
    if word not in VERBS:
        near = did_you_mean(word, VERBS)
        mending = f"did you mean '{near}'?" if near else f"the first line of a step is one of: {', '.join(VERBS)}"
        raise key.wrong(f"unknown verb '{word}' in step '{name}'; {mending}")
    kind = VERBS[word]
    own = {one.name for one in lines_of(kind)}
    manner = manner_of(given, outer, f"step {whole_name}", own)
    verb = kind.read(given, replace(outer, manner=manner))
    head = read_lines(StepHead, given, outer)
    given.done()
    return Step(
        name=whole_name,
        verb=verb,
        manner=manner,
        line=key.line,
        column=key.column,
        waivers=head.waive or _NOTHING,
    )
