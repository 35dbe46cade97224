"""Scenario files, read strictly: every fault with its place, every name held against the plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from ivr.call import LEVELS, Caller, EndReason, Fate
from ivr.dialogue import Flow
from ivr.plans.rehearsal.play import Plan, read_plan
from ivr.plans.rehearsal.reading_before import before_of
from ivr.plans.rehearsal.scenario import (
    AtStep,
    Does,
    Ends,
    Hears,
    Item,
    Knows,
    Place,
    Pop,
    Scenario,
    ScenarioFile,
    Sent,
)
from ivr.plans.rehearsal.scene import USUAL_NUMBER, USUAL_TIME, WITHHELD, Fails, Found, Scene, Slow
from ivr.plans.rehearsal.typed import CUTS_IN_MS, pressed, said
from ivr.testing.scripted_caller import Act, HangsUp, KeepsSilent, Mumbles
from ivr.yaml_file import Fields, Value, parse, read_text

T = TypeVar("T")
LATEST_CUT_MS = 600_000
FATES = {
    "sent": Fate.SENT,
    "fails": Fate.FAILED,
    "later": Fate.LATER,
    "unsure": Fate.UNKNOWN,
    "too_many": Fate.TOO_MANY,
}
"""What a scene says becomes of every letter."""
_BARE: dict[str, Callable[[], Act]] = {"wait": KeepsSilent, "mumble": Mumbles, "hang_up": HangsUp}
_WAYS = "say, press, wait, mumble, interrupt, hang_up, hears, step, fact, sent"


def read_scenarios(file: Path, text: str | None = None) -> tuple[ScenarioFile, Plan]:
    """The scenarios in `file`, or in `text` as if it stood there, and their plan. Raises FlowError."""
    top = parse(read_text(file) if text is None else text, file=str(file), name="the scenario file")
    named = top.take("plan")
    plan = _plan(named, file)
    listed = top.take("scenarios").fields()
    scenarios = tuple(_scenario(listed, name, plan.flow) for name in listed.keys)
    top.done()
    if not scenarios:
        raise listed.whole.wrong("'scenarios' is empty; add at least one")
    return ScenarioFile(file=file, plan=plan.file, scenarios=scenarios), plan


def read_scene(file: Path, scenario: str, flow: Flow) -> Scene:
    """The scene of `scenario` in `file`, a call of `flow`. Raises FlowError."""
    top = parse(read_text(file), file=str(file), name="the scenario file")
    return _scene(top.take("scenarios").fields().take(scenario).fields(), flow)


def _plan(named: Value, file: Path) -> Plan:
    path = Path(os.path.normpath(file.parent / named.text()))
    if not path.is_file():
        raise named.wrong(f"there is no plan {path}; write its path as seen from this file")
    return read_plan(path)


def _scenario(listed: Fields, name: str, flow: Flow) -> Scenario:
    key, fields = listed.keys[name], listed.take(name).fields()
    scene = _scene(fields, flow)
    talk = tuple(one for item in fields.take("talk").items() for one in _items(item, flow))
    ends, pop = fields.get("ends"), fields.get("pop")
    read = Scenario(
        name=name,
        place=place_of(key),
        scene=scene,
        talk=talk,
        ends=_ends(ends, flow) if ends else None,
        pop=_pop(pop) if pop else None,
    )
    fields.done()
    return read


def place_of(value: Value) -> Place:
    """Where `value` stands."""
    return Place(file=value.file, line=value.line, column=value.column)


# -- the scene --------------------------------------------------------------------------------------------


def _scene(fields: Fields, flow: Flow) -> Scene:
    at, caller, closed = fields.get("at"), fields.get("caller"), fields.get("closed")
    record, more, locked = fields.get("caller_record"), fields.get("more_records"), fields.get("identity_locked")
    remembered = fields.get("remembered")
    down, look_ups, outbox = fields.get("recogniser_down"), fields.get("look_ups"), fields.get("outbox")
    return Scene(
        at=_held(at, scene_time) if at else USUAL_TIME,
        number=_held(caller, scene_number) if caller else USUAL_NUMBER,
        closed=_closed(closed, flow) if closed else frozenset(),
        recogniser_down=down.flag() if down else False,
        found=MappingProxyType(_found(look_ups) if look_ups else {}),
        record=_record(record, flow) if record else None,
        more_records=tuple(_fields_of(one, flow) for one in more.items()) if more else (),
        identity_locked=locked.flag() if locked else False,
        before=before_of(remembered, flow) if remembered else None,
        fate=FATES[outbox.one_of(FATES)] if outbox else Fate.SENT,
    )


def scene_time(text: str) -> datetime:
    """Local time as ``2026-12-25T10:00``. Raises ValueError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or len(text) < len("2026-12-25T10:00"):
        raise ValueError(f"'{text}' is no local time; write it as 2026-12-25T10:00")
    return at


def scene_number(text: str) -> str:
    """A caller's number, empty for ``withheld``. Raises ValueError."""
    if text == WITHHELD:
        return ""
    number = Caller.presented(text, None, None).number
    if number != text or not number.lstrip("+").isdecimal():
        raise ValueError(f"'{text}' is no number of a caller; write digits in quotes, or {WITHHELD}")
    return number


def _held(value: Value, read: Callable[[str], T]) -> T:
    try:
        return read(value.text())
    except ValueError as fault:
        raise value.wrong(str(fault)) from None


def _closed(value: Value, flow: Flow) -> frozenset[str] | None:
    listed = value.items()
    if len(listed) == 1 and not value.is_mapping and listed[0].text() in ("yes", "no", "true", "false"):
        return None if listed[0].flag() else frozenset()
    return frozenset(one.one_of(flow.queues) for one in listed)


def _found(value: Value) -> dict[str, Found]:
    sources = value.fields()
    found: dict[str, Found] = {}
    for name in sources.keys:
        what = sources.take(name)
        if what.is_mapping:
            fields = what.fields()
            found[name] = {field: fields.take(field).text() for field in fields.keys}
        else:
            found[name] = Fails.FAILS if what.one_of(("nothing", "fails")) == "fails" else None
    return found


def _record(value: Value, flow: Flow) -> Mapping[str, str] | Slow | None:
    """A caller's record, or what comes of it."""
    if value.is_mapping:
        return _fields_of(value, flow)
    return Slow.SLOW if value.one_of(("nothing", "slow")) == "slow" else None


def _fields_of(value: Value, flow: Flow) -> Mapping[str, str]:
    if flow.callers is None:
        raise value.wrong("the plan knows no callers; add 'callers: …' at its top")
    fields = value.fields()
    for name, key in fields.keys.items():
        if name not in flow.callers.fields:
            raise key.wrong(f"a caller's record has no '{name}'; use one of: {', '.join(flow.callers.fields)}")
    return MappingProxyType({name: fields.take(name).text() for name in fields.keys})


# -- the talk ---------------------------------------------------------------------------------------------


def _items(value: Value, flow: Flow) -> tuple[Item, ...]:
    """One '-' of the talk; several expectations may stand in one."""
    if not value.is_mapping:
        return (Does(place=place_of(value), act=_BARE[value.one_of(_BARE)]()),)
    fields = value.fields()
    if len(fields.keys) != 1:
        raise value.wrong("one thing after each '-': an act of the caller, or something that must be so")
    word = next(iter(fields.keys))
    place = place_of(fields.keys[word])
    what = fields.take(word)
    match word:
        case "say" | "press" | "interrupt":
            return (Does(place=place, act=_act(word, what)),)
        case "hears":
            return tuple(Hears(place=place_of(one), text=one.text()) for one in what.items())
        case "sent":
            return tuple(Sent(place=place_of(one), text=one.text()) for one in what.items())
        case "step":
            return (AtStep(place=place, name=what.one_of(flow.steps)),)
        case "fact":
            return _knows(what.fields())
    if word in _BARE:
        raise fields.keys[word].wrong(f"'{word}' takes no value; write '- {word}'")
    raise fields.keys[word].wrong(f"'{word}' is not known here; use one of: {_WAYS}")


def _knows(facts: Fields) -> tuple[Knows, ...]:
    return tuple(
        Knows(place=place_of(key), name=name, value=facts.take(name).text()) for name, key in facts.keys.items()
    )


def _act(word: str, value: Value, after_ms: int | None = None) -> Act:
    if word == "interrupt":
        return _interruption(value)
    if word == "press":
        return _caught(value, lambda: pressed(value.text(), after_ms=after_ms))
    if not value.is_mapping:
        return _caught(value, lambda: said(value.text(), after_ms=after_ms))
    fields = value.fields()
    text, confidence = fields.take("text"), fields.get("confidence")
    sure = confidence.number(0, 1) if confidence else None
    fields.done()
    return _caught(text, lambda: said(text.text(), confidence=sure, after_ms=after_ms))


def _interruption(value: Value) -> Act:
    fields = value.fields()
    after, ways = fields.get("after_ms"), {word: fields.get(word) for word in ("say", "press", "do")}
    fields.done()
    after_ms = after.whole(0, LATEST_CUT_MS) if after else CUTS_IN_MS
    given = {word: way for word, way in ways.items() if way is not None}
    if len(given) != 1:
        raise value.wrong("'interrupt' needs one of 'say', 'press' and 'do', and may have 'after_ms'")
    ((word, way),) = given.items()
    if word == "do":
        return replace(_BARE[way.one_of(("mumble", "hang_up"))](), after_ms=after_ms)
    return _act(word, way, after_ms)


def _caught(value: Value, made: Callable[[], Act]) -> Act:
    try:
        return made()
    except ValueError as fault:
        raise value.wrong(str(fault)) from None


# -- what comes of it -------------------------------------------------------------------------------------


def _ends(value: Value, flow: Flow) -> Ends:
    place = place_of(value)
    if not value.is_mapping:
        return Ends(place=place, reason=EndReason(value.one_of(("hung_up", "caller_left"))))
    fields = value.fields()
    queue, why = fields.take("queue").one_of(flow.queues), fields.get("reason")
    ends = Ends(place=place, reason=EndReason.HANDED_OVER, queue=queue, why=why.text() if why else "")
    fields.done()
    return ends


def _pop(value: Value) -> Pop:
    fields = value.fields()
    intent, facts = fields.get("intent"), fields.get("facts")
    identity, record = fields.get("identity"), fields.get("record")
    pop = Pop(
        place=place_of(value),
        intent=intent.text() if intent else "",
        facts=MappingProxyType(_texts(facts.fields()) if facts else {}),
        identity=identity.one_of(LEVELS) if identity else "",
        record=MappingProxyType(_texts(record.fields()) if record else {}),
        alerts=_listed(fields.get("alerts")),
        answers=_listed(fields.get("answers")),
        failures=_listed(fields.get("failures")),
        said=_listed(fields.get("said")),
    )
    fields.done()
    return pop


def _texts(fields: Fields) -> Mapping[str, str]:
    return {name: fields.take(name).text() for name in fields.keys}


def _listed(value: Value | None) -> tuple[str, ...]:
    return tuple(one.text() for one in value.items()) if value is not None else ()
