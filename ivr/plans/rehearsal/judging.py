"""Whether a call was what its scenario wants: the first thing that was not, its place, and what was instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.call import HandOver, Speaker
from ivr.plans.rehearsal.record import Ending, Record, Span
from ivr.plans.rehearsal.scenario import AtStep, Does, Ends, Hears, Item, Knows, Place, Pop, Scenario, Sent
from ivr.plans.rehearsal.typed import typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What was not as a scenario wants it."""

    place: Place
    expected: str
    found: str
    transcript: tuple[str, ...]
    """The call until there."""

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, but {self.found}"


def judge(scenario: Scenario, record: Record) -> Failure | None:
    """The first failure of `record`, None if everything is as it should be."""
    act = 0
    for item in scenario.talk:
        if isinstance(item, Does):
            act += 1
            if act > len(record.acts_at):
                return _not_done(item, record)
            continue
        span = record.span(act)
        found = _found_instead(item, record, span)
        if found:
            return Failure(place=item.place, expected=_told(item), found=found, transcript=record.transcript(span))
    if record.broken_step():
        return _whole(
            scenario.place, "every step to work", f"step '{record.broken_step()}' failed: see the log", record
        )
    return _ending(scenario, record)


def _not_done(item: Does, record: Record) -> Failure:
    over = f"the call was over before ({record.ending.told()})" if record.ending else "it never came to that"
    return _whole(item.place, f"the caller to do this: {typed(item.act) or 'say nothing'}", over, record)


def _told(item: Item) -> str:
    match item:
        case Hears(text=text):
            return f"to hear “{text}”"
        case AtStep(name=name):
            return f"to be in step '{name}'"
        case Knows(name=name, value=value):
            return f"{name} to be known as '{value}'"
        case Sent(text=text):
            return f"“{text}” to be sent"
    return typed(item.act)


def _found_instead(item: Item, record: Record, span: Span) -> str:
    """Empty if `item` holds."""
    match item:
        case Hears(text=text):
            said = " ".join(record.said(span))
            return "" if _within(text, said) else f"the line said “{said}”" if said else "the line said nothing"
        case AtStep(name=name):
            step = record.step(span)
            return "" if step == name else f"it is in step '{step}'"
        case Knows(name=name, value=value):
            facts = record.facts(span)
            return "" if facts.get(name) == value else _instead(name, facts)
        case Sent(text=text):
            letters = record.sent(span)
            found = any(_within(text, one) for one in letters)
            return "" if found else f"sent was: {'; '.join(letters) or 'nothing'}"
    return ""


def _instead(name: str, facts: dict[str, str]) -> str:
    if name in facts:
        return f"it is '{facts[name]}'"
    return f"it is not known; known: {', '.join(facts) or 'nothing'}"


def _within(part: str, text: str) -> bool:
    return " ".join(part.lower().split()) in " ".join(text.lower().split())


def _ending(scenario: Scenario, record: Record) -> Failure | None:
    if scenario.ends is not None:
        wanted, ending = scenario.ends, record.ending
        if ending is None:
            where = f"the call goes on: the line waits in step '{record.step(record.span(len(record.acts_at)))}'"
            return _whole(wanted.place, _told_end(wanted), where, record)
        if not _so_ended(wanted, ending):
            return _whole(wanted.place, _told_end(wanted), f"it ended with: {ending.told()}", record)
    if scenario.pop is not None:
        over = record.ending.hand_over if record.ending else None
        if over is None:
            return _whole(scenario.pop.place, "a screen pop", "nobody was handed over", record)
        for expected, found in _not_in_pop(scenario.pop, over):
            return _whole(scenario.pop.place, expected, found, record)
    return None


def _so_ended(wanted: Ends, ending: Ending) -> bool:
    if wanted.reason is not ending.reason:
        return False
    over = ending.hand_over
    return over is None or (wanted.queue == over.queue and wanted.why in ("", over.reason))


def _told_end(ends: Ends) -> str:
    if ends.queue:
        return f"the call to end in queue '{ends.queue}'" + (f" with reason '{ends.why}'" if ends.why else "")
    return f"the call to end with: {ends.reason.value}"


def _not_in_pop(pop: Pop, over: HandOver) -> Iterator[tuple[str, str]]:
    """What `pop` wants and `over` has not: expected, found."""
    intent = over.intent.name if over.intent else ""
    if pop.intent and pop.intent != intent:
        yield f"the pop's intent to be '{pop.intent}'", f"it is '{intent}'" if intent else "it has none"
    facts = {fact.name: fact.value for fact in over.facts}
    for name, value in pop.facts.items():
        if facts.get(name) != value:
            yield f"the pop to have {name} as '{value}'", _instead(name, facts)
    level = over.identity.level.word
    if pop.identity and pop.identity != level:
        yield f"the pop's identity to be '{pop.identity}'", f"it is '{level}'"
    record = {one.name: one.value for one in over.record if one.counts}
    for name, value in pop.record.items():
        if record.get(name) != value:
            yield f"the pop's record to have {name} as '{value}'", _instead(name, record)
    alerts = [alert.kind for alert in over.alerts]
    for kind in pop.alerts:
        if kind not in alerts:
            yield f"the pop to have the alert '{kind}'", f"it has: {', '.join(alerts) or 'none'}"
    answers = [answer.article for answer in over.answers_heard]
    for article in pop.answers:
        if article not in answers:
            yield f"the pop to have the answer '{article}'", f"it has: {', '.join(answers) or 'none'}"
    for failure in pop.failures:
        if not any(_within(failure, one) for one in over.failures):
            yield f"the pop to have the failure '{failure}'", f"it has: {'; '.join(over.failures) or 'none'}"
    spoken = [line.text for line in over.transcript if line.speaker is Speaker.CALLER]
    for words in pop.said:
        if not any(_within(words, one) for one in spoken):
            yield f"the caller's “{words}” in the pop", f"it has: {'; '.join(spoken) or 'nothing'}"


def _whole(place: Place, expected: str, found: str, record: Record) -> Failure:
    return Failure(place=place, expected=expected, found=found, transcript=record.transcript())
