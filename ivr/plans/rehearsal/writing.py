"""A rehearsed call written as a scenario: into a new file, or after the others of one, whose text stays as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ivr.call import EndReason, Fate
from ivr.errors import FlowError, UserError
from ivr.plans.rehearsal.play import Plan
from ivr.plans.rehearsal.reading import FATES, read_scenarios
from ivr.plans.rehearsal.reading_before import WISHES
from ivr.plans.rehearsal.record import Ending, Record
from ivr.plans.rehearsal.scene import USUAL_NUMBER, USUAL_TIME, WITHHELD, Before, Fails, Scene
from ivr.testing.scripted_caller import SURE, Act, HangsUp, KeepsSilent, Mumbles, Presses, Says
from ivr.yaml_file import read_text

LONGEST_HEARD = 60
"""Characters of what the line said that are enough to know it by."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ./-]*[A-Za-z0-9_]")
_SENTENCE = re.compile(r"(?<=[.?!]) ")


def save(file: Path, name: str, plan: Plan, scene: Scene, acts: Sequence[Act], record: Record) -> None:
    """Write the call as scenario `name` of `file`, at its end if it is there.

    Raises UserError; then nothing is written.
    """
    lines = "\n".join(_scenario(name, scene, acts, record)) + "\n"
    if file.exists():
        text = read_text(file)
        whole = f"{text.rstrip()}\n\n{lines}"
        there, its_plan = read_scenarios(file)
        if its_plan.file.resolve() != plan.file.resolve():
            raise UserError(f"{file} holds scenarios of {its_plan.file}; choose another file")
        if any(one.name == name for one in there.scenarios):
            raise UserError(f"{file} holds a scenario '{name}' already; choose another name: /save FILE NAME")
    else:
        here = os.path.relpath(plan.file.resolve(), file.resolve().parent)
        whole = f"plan: {_quoted(here)}\n\nscenarios:\n{lines}"
    try:
        read_scenarios(file, whole)
    except FlowError as fault:
        raise UserError(f"it cannot be added to {file} ({fault.message}); choose another file") from None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(whole, encoding="utf-8")
    except OSError as fault:
        raise UserError(f"{file} cannot be written ({fault.strerror}); choose another file") from None


def _scenario(name: str, scene: Scene, acts: Sequence[Act], record: Record) -> Iterator[str]:
    yield f"  {_quoted(name)}:"
    yield from (f"    {line}" for line in _scene(scene, with_time=record.asked_time))
    yield "    talk:"
    step, known = "", dict[str, str]()
    for number in range(len(record.acts_at) + 1):
        if number:
            yield f"      - {_act(acts[number - 1])}"
        span = record.span(number)
        said = record.said(span)
        if said:
            yield f"      - hears: {_quoted(_known_by(said[-1]))}"
        if record.step(span) != step:
            step = record.step(span)
            yield f"      - step: {_quoted(step)}"
        facts = record.facts(span)
        new = {fact: value for fact, value in facts.items() if known.get(fact) != value}
        if new:
            yield f"      - fact: {_mapping(new)}"
        known = facts
    if record.ending is not None:
        yield from (f"    {line}" for line in _ending(record.ending))


def _scene(scene: Scene, *, with_time: bool) -> Iterator[str]:
    if with_time and scene.at != USUAL_TIME:
        yield f"at: {_quoted(scene.at.isoformat(timespec='minutes'))}"
    if scene.number != USUAL_NUMBER:
        yield f"caller: {_quoted(scene.number or WITHHELD)}"
    if scene.closed is None:
        yield "closed: yes"
    elif scene.closed:
        yield f"closed: [{', '.join(sorted(scene.closed))}]"
    if scene.recogniser_down:
        yield "recogniser_down: yes"
    if isinstance(scene.record, Mapping):
        yield f"caller_record: {_mapping(scene.record)}"
    elif scene.record is not None:
        yield f"caller_record: {scene.record.value}"
    if scene.more_records:
        yield f"more_records: [{', '.join(_mapping(one) for one in scene.more_records)}]"
    if scene.identity_locked:
        yield "identity_locked: yes"
    if scene.before is not None:
        yield f"remembered: {_before(scene.before)}"
    if scene.fate is not Fate.SENT:
        yield f"outbox: {next(word for word, fate in FATES.items() if fate is scene.fate)}"
    if scene.found:
        yield "look_ups:"
        for source, found in scene.found.items():
            if isinstance(found, Fails) or found is None:
                yield f"  {_quoted(source)}: {'nothing' if found is None else found.value}"
            else:
                yield f"  {_quoted(source)}: {_mapping(found)}"


def _before(before: Before) -> str:
    wishes = [one for one in WISHES if getattr(before.preferences, one)]
    parts = [f"preferences: [{', '.join(wishes)}]"] if wishes else []
    if before.called:
        parts += [f"minutes_ago: {before.minutes_ago:g}", f"ended: {before.ended.value}"]
        parts += [f"step: {_quoted(before.step)}"] if before.step else []
        parts += [f"topic: {_quoted(before.topic)}"] if before.topic else []
        parts += [f"facts: {_mapping(before.facts)}"] if before.facts else []
        parts += [f"failed_calls: {before.failed_calls}"] if before.failed_calls else []
    return f"{{{', '.join(parts)}}}"


def _act(act: Act) -> str:
    match act:
        case Says(readings=(reading, *_)):
            said = _quoted(reading.text)
            sure = reading.confidence == SURE
            way = f"say: {said}" if sure else f"say: {{text: {said}, confidence: {reading.confidence:g}}}"
        case Presses(keys=keys):
            way = f"press: {_quoted(keys)}"
        case Mumbles() | HangsUp() | KeepsSilent():
            word = {Mumbles: "mumble", HangsUp: "hang_up", KeepsSilent: "wait"}[type(act)]
            way = f"do: {word}" if act.after_ms is not None else word
        case _:
            raise ValueError(f"a scenario has no word for {act!r}")
    return way if act.after_ms is None else f"interrupt: {{after_ms: {act.after_ms}, {way}}}"


def _ending(ending: Ending) -> Iterator[str]:
    over = ending.hand_over
    if over is not None:
        yield f"ends: {{queue: {over.queue}, reason: {_quoted(over.reason)}}}"
        facts = {fact.name: fact.value for fact in over.facts}
        parts = [f"intent: {_quoted(over.intent.name)}"] if over.intent else []
        parts += [f"facts: {_mapping(facts)}"] if facts else []
        if parts:
            yield f"pop: {{{', '.join(parts)}}}"
    elif ending.reason in (EndReason.HUNG_UP, EndReason.CALLER_LEFT):
        yield f"ends: {ending.reason.value}"


def _known_by(said: str) -> str:
    """The last sentence of it, or its last words."""
    last = _SENTENCE.split(said.strip())[-1]
    if len(last) <= LONGEST_HEARD:
        return last
    return last[-LONGEST_HEARD:].partition(" ")[2] or last[-LONGEST_HEARD:]


def _mapping(values: Mapping[str, str]) -> str:

    return "{" + ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in values.items()) + "}"


def _quoted(text: str) -> str:
    """`text` as YAML: plain where that is sure to mean the same, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in ("yes", "no", "true", "false", "null"):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
