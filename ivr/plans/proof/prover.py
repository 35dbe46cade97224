"""The journey prover: whatever callers do or cannot do, they come to a person or a proper end within a few turns.

Proven for every question that callers can come to (`journeys` says how they are found, and why that is sound):

* who says nothing from there on, is never understood, presses what means nothing, or speaks to a dead recogniser, is
  with a person or has heard the plan's goodbye within `within_turns` questions;
* who answers by keys only, or by speech only, has a way there, too;
* nothing that anybody does breaks a step or has the plan go round without asking;
* in every scene that the plan asks for: hours and dates, queues, look-ups.
"""

from __future__ import annotations

import contextlib
import gc
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.call import Answer, Means
from ivr.dialogue import Flow
from ivr.dialogue.calendar import turning_points
from ivr.plans.proof.findings import Finding, Severity
from ivr.plans.proof.found import PROPER, Journeys, State, Way, trail_to
from ivr.plans.proof.journeys import MOST_STATES, Told, explore, untold
from ivr.plans.proof.moves import SILENCE
from ivr.plans.proof.one_call import Played, Turn, faults_kept
from ivr.plans.proof.scene import USUAL_INSTANTS, WORKING_DAY, Asked, Queues
from ivr.testing import clock

WITHIN_TURNS = 12
"""Questions until a person or a proper end. A caller whom nobody understands is offered a person after the second
failure and taken to one who does not answer that either: four questions; the rest is left for a plan's own ways."""
_COLLECT_EVERY = 100_000
"""Values; 700 is usual."""
_NEVER = 1_000_000
"""Looks at new values before those are looked at that have lasted."""
MOST_TOLD = 12
"""Turns of a path that are printed: the first and the last."""
_LONGEST_SAID = 76
NO_END, BREAKS, NO_AGENT, NOT_PROVED = "no-end", "breaks", "nobody-serves", "not-proved"
_ONLY = {Means.KEYS: "who only presses keys", Means.VOICE: "who only speaks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was proven of a plan; without blocking findings, everything above."""

    findings: tuple[Finding, ...]
    within_turns: int
    states: int
    """Questions that callers can come to."""
    calls: int
    """Calls that were made to find out."""
    assumed: tuple[str, ...]
    """Steps that no call came to; they were explored as if one had."""
    patient: tuple[Way, ...]
    """What became of those who did the same thing again and again."""
    only_by: dict[Means, frozenset[str]]
    """Steps that callers come to by keys only, and by speech only."""

    @property
    def holds(self) -> bool:
        """Whether nothing blocks."""
        return not any(finding.blocks for finding in self.findings)


def prove(
    flow: Flow,
    answers: Sequence[Answer] = (),
    *,
    within_turns: int = WITHIN_TURNS,
    at: datetime | None = None,
    most_states: int = MOST_STATES,
    tell: Told = untold,
) -> Proof:
    """Prove `flow`, which tells the articles `answers`, at every turn of its calendar from `at` (aware; now) on.

    Runs a loop of its own, so inside one it belongs into a thread. About 5 ms a step.
    """
    zone = ZoneInfo(flow.time_zone)
    turns = turning_points(flow.hours.values(), flow.notices, at or datetime.now(zone))
    times = (
        *USUAL_INSTANTS,
        *(instant.astimezone(zone).replace(tzinfo=None) for instant in turns),
        *days_of(answers),
    )
    with faults_kept(), _seldom_collected():
        return _judged(
            flow,
            clock.run(
                explore(flow, answers, within_turns=within_turns, instants=times, most_states=most_states, tell=tell)
            ),
            within_turns,
            most_states,
        )


def _judged(flow: Flow, found: Journeys, within_turns: int, most_states: int) -> Proof:
    reached = {means: _reached(found, means) for means in _ONLY}
    judged = (
        *_broken(flow, found),
        *_endless(flow, found, within_turns),
        *_without_a_way(flow, found, within_turns),
        *_closed(flow, found),
        *_incomplete(flow, found, most_states),
    )
    return Proof(
        findings=judged,
        within_turns=within_turns,
        states=len(found.states),
        calls=found.calls,
        assumed=tuple(found.assumed),
        patient=tuple(way for way in found.ways if way.patient),
        only_by={means: _steps(found, states) for means, states in reached.items()},
    )


def days_of(answers: Iterable[Answer]) -> Iterator[datetime]:
    """A day on which no article with a first day is told yet, one on which no article with a last day is told any
    more, and one for each of them on which it is told."""
    dated = [one for one in answers if one.valid_from or one.valid_until]
    firsts = [one.valid_from for one in dated if one.valid_from]
    lasts = [one.valid_until for one in dated if one.valid_until]
    days = {day for one in dated if (day := one.valid_from or one.valid_until)}
    days |= {min(firsts) - timedelta(days=1)} if firsts else set()
    days |= {max(lasts) + timedelta(days=1)} if lasts else set()
    yield from (datetime.combine(day, WORKING_DAY.time()) for day in sorted(days))


@contextlib.contextmanager
def _seldom_collected() -> Iterator[None]:
    """Have the garbage collector look at new values only, and seldom: to look at the many that are kept costs a third
    of the time otherwise."""
    usual = gc.get_threshold()
    gc.set_threshold(_COLLECT_EVERY, _NEVER, _NEVER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _broken(flow: Flow, found: Journeys) -> Iterator[Finding]:
    """Each fault once, by the shortest way to it."""
    told: set[tuple[str, str]] = set()
    broken: list[tuple[Played, Iterable[Turn], bool]] = [
        (first, first.turns, start != flow.start) for start, _, first in found.openings
    ]
    broken += [(way.played, way.trail(), way.origin.assumed) for way in found.ways]
    for played, trail, assumed in broken:
        if played.fault and (played.fault_in, played.fault) not in told:
            told.add((played.fault_in, played.fault))
            message = f"step '{played.fault_in}' {played.fault}; a caller comes here as shown"
            yield _finding(flow, BREAKS, played.fault_in, message, trail, assumed=assumed)


def _endless(flow: Flow, found: Journeys, within_turns: int) -> Iterator[Finding]:
    """Who does the same thing again and again, and comes to no end; once for each thing and place of going round."""
    told: set[tuple[str, str]] = set()
    for start, _, played in found.openings:
        if not played.fault and not _ends_well(played):
            yield _finding(flow, NO_END, start, "the call ends without a person or a goodbye", played.turns)
    for way in found.ways:
        if way.played.fault or _ends_well(way.played) or way.to is not None:
            continue
        turns = way.played.turns
        round_ = list(dict.fromkeys(turn.step for turn in turns[-within_turns:]))
        where = turns[-1].step
        key = (way.move.label, min(round_))
        if key in told:
            continue
        told.add(key)
        if way.played.ended is not None:
            message = f"a caller who {way.move.label} is left without a person or a goodbye; lead them to one"
        else:
            circle = " → ".join(f"'{step}'" for step in (*round_, round_[0]))
            message = (
                f"a caller who {way.move.label} is asked more than {within_turns} times and comes neither to a person "
                f"nor to a goodbye: {circle}; lead one of them on"
            )
        yield _finding(flow, NO_END, where, message, way.trail(), assumed=way.origin.assumed)


def _without_a_way(flow: Flow, found: Journeys, within_turns: int) -> Iterator[Finding]:
    """Questions from which a caller with keys only, or with speech only, has no way to an end in time."""
    for means, who in _ONLY.items():
        distance = _distances(found, means)
        for state in _reached(found, means):
            if distance.get(state, within_turns + 1) > within_turns:
                message = f"a caller {who} has no way from here to a person or a goodbye within {within_turns} turns"
                yield _finding(flow, NO_END, state.question.step, message, trail_to(state), assumed=state.assumed)
                break  # further ones follow from the same cause more often than not


def _closed(flow: Flow, found: Journeys) -> Iterator[Finding]:
    """Callers who are put into a queue that nobody serves."""
    ways: dict[str, tuple[str, Iterable[Turn]]] = {}
    told = Asked.QUEUE in found.asked_world
    for start, scene, played in found.openings:
        if played.queue and start == flow.start and (scene.queues is Queues.CLOSED or not told):
            ways.setdefault(played.queue, (start, played.turns))
    for way in found.ways:
        if way.played.queue and not way.origin.assumed and (way.scene.queues is Queues.CLOSED or not told):
            ways.setdefault(way.played.queue, (way.origin.question.step, way.trail()))
    if ways:
        step, trail = next(iter(ways.values()))
        queues = ", ".join(f"'{queue}'" for queue in ways)
        message = (
            f"when nobody serves {queues}, callers are put there all the same and wait for nobody; lead them elsewhere "
            "by the state of the queue or the hours"
        )
        yield _finding(flow, NO_AGENT, step, message, trail, Severity.WARNING)


def _incomplete(flow: Flow, found: Journeys, most_states: int) -> Iterator[Finding]:
    if not found.complete:
        message = (
            f"not proved: callers can come to more than {most_states} questions, told apart by facts that later steps "
            "decide by; split the plan, or decide by fewer facts"
        )
        yield _finding(flow, NOT_PROVED, flow.start, message, ())


def _finding(
    flow: Flow,
    rule: str,
    step_name: str,
    message: str,
    trail: Iterable[Turn],
    severity: Severity = Severity.ERROR,
    *,
    assumed: bool = False,
) -> Finding:
    step = flow.steps.get(step_name) or flow.steps[flow.start]
    if assumed:
        severity = Severity.WARNING
        message = f"{message} (if a caller can come here at all: no call did)"
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        file=flow.file,
        line=step.line,
        column=step.column,
        step=step.name,
        trail=_lines(tuple(trail)),
    )


def _lines(turns: Sequence[Turn]) -> tuple[str, ...]:
    """A path, a line a turn; of a long one its beginning and its end."""
    lines = [_line(number, turn) for number, turn in enumerate(turns, start=1)]
    if len(lines) > MOST_TOLD:
        left_out = len(lines) - MOST_TOLD
        lines[MOST_TOLD // 2 : -MOST_TOLD // 2] = [f"… {left_out} more turns …"]
    return tuple(lines)


def _line(number: int, turn: Turn) -> str:
    said = turn.said if len(turn.said) <= _LONGEST_SAID else f"… {turn.said[-_LONGEST_SAID + 2 :].lstrip()}"
    scene = f" ({turn.scene})" if turn.scene else ""
    did = f" — caller {turn.did}" if turn.did else ""
    return f"{number}. {turn.step}: “{said}”{did}{scene}"


def _ends_well(played: Played) -> bool:
    return played.ended in PROPER and not played.fault


def _by(means: Means) -> Callable[[Way], bool]:
    """Whether a caller with nothing but `means` can go a way."""
    return lambda way: (way.move is SILENCE or way.move.means is means) and not way.played.fault


def _distances(found: Journeys, means: Means) -> dict[State, int]:
    """Turns from each question to a person or a proper end, by `means` alone and the best way."""
    possible = _by(means)
    before: dict[State, list[State]] = defaultdict(list)
    distance: dict[State, int] = {}
    ends: list[tuple[int, State]] = []
    for way in filter(possible, found.ways):
        if way.to is not None:
            before[way.to].append(way.origin)
        elif _ends_well(way.played):
            ends.append((max(1, way.played.patient_turns), way.origin))
    buckets: dict[int, list[State]] = defaultdict(list)
    for turns, state in ends:
        buckets[turns].append(state)
    turns = 0
    while buckets:
        for state in buckets.pop(turns, []):
            if distance.get(state, turns + 1) > turns:
                distance[state] = turns
                buckets[turns + 1] += before[state]
        turns += 1
        if not any(buckets.values()):
            break
    return distance


def _reached(found: Journeys, means: Means) -> list[State]:
    """Questions that callers come to with nothing but `means`, the nearest first."""
    possible = _by(means)
    following: dict[State, list[State]] = defaultdict(list)
    for way in filter(possible, found.ways):
        if way.to is not None:
            following[way.origin].append(way.to)
    waiting = deque(state for state in found.states if state.way is None)
    reached = dict.fromkeys(waiting)
    while waiting:
        for state in following[waiting.popleft()]:
            if state not in reached:
                reached[state] = None
                waiting.append(state)
    return list(reached)


def _steps(found: Journeys, states: Iterable[State]) -> frozenset[str]:
    return frozenset(state.question.step for state in states if not state.assumed)
