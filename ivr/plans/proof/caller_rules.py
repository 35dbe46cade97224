"""Rules about callers: a person in time, time to answer, speech that can be followed, a way by keys or voice alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from ivr.call import Means
from ivr.dialogue import Flow
from ivr.plans.proof.findings import Severity
from ivr.plans.proof.moves import MUMBLE, WRONG_KEY
from ivr.plans.proof.rule import ATTENDANT, PLUM, TELECOMS, W3C_VOICE, Broken, Plan, Rule

PERSON_WITHIN = 4
"""Questions to a caller whom nobody understands: two, the offer of a person, and the same offer once more."""
LONGEST_QUESTION_S = 20.0
SLOWEST_WPM, FASTEST_WPM = 110.0, 180.0
ANSWER_S, LONG_ANSWER_S = 5.0, 8.0
_FEWEST_WORDS = 5
"""Of a recording whose rate is judged."""


def _nobody_comes(plan: Plan) -> Iterator[Broken]:
    told: set[str] = set()
    for way in plan.proof.patient:
        name, played = way.origin.question.step, way.played
        if way.move not in (MUMBLE, WRONG_KEY) or not way.origin.own or way.origin.assumed or name in told:
            continue
        passed_on = plan.flow.steps[name].verb.passes_on
        if played.ended is None or (not played.queue and passed_on):
            continue  # who comes to no end at all, or to a proper one, is the prover's to tell
        if played.queue and played.patient_turns <= PERSON_WITHIN + passed_on:
            continue
        told.add(name)
        when = f"only after {played.patient_turns} questions" if played.queue else "never"
        who = f"a caller in step '{name}' who {way.move.label}"
        message = f"{who} comes to a person {when}; offer one after the second failure"
        yield plan.flow.steps[name], message


def _speaking_rate(plan: Plan) -> Iterator[Broken]:
    rate, limits = plan.time.rate_wpm, f"{SLOWEST_WPM:g} to {FASTEST_WPM:g}"
    if not SLOWEST_WPM <= rate <= FASTEST_WPM:
        message = f"the voice speaks {rate:g} words a minute; set 'speech_rate_wpm' to {limits}"
        yield plan.flow.steps[plan.flow.start], message
    for step in plan.flow.steps.values():
        for prompt in step.verb.prompts():
            seconds, words = plan.time.real(prompt), len(prompt.text.split())
            if not seconds or words < _FEWEST_WORDS:
                continue
            rate = words * 60 / seconds
            if not SLOWEST_WPM <= rate <= FASTEST_WPM:
                message = f"'{prompt.recording}' is spoken at {rate:.0f} words a minute; record it again at {limits}"
                yield step, message


def _answer_time(plan: Plan) -> Iterator[Broken]:
    for step in plan.flow.steps.values():
        expectation = step.verb.expectation()
        if expectation is None or not step.verb.listens:
            continue
        long = expectation.counted is not None or expectation.free
        least, waits = (LONG_ANSWER_S if long else ANSWER_S), step.manner.waits_s(thinking=long)
        if waits < least:
            who = "who looks for a number or for words" if long else "who thinks slowly"
            message = (
                f"step '{step.name}' waits {waits:g} s for an answer, too short for a caller {who}; set "
                f"'answer_within_s: {least:g}' or more"
            )
            yield step, message


def _long_questions(plan: Plan) -> Iterator[Broken]:
    for step in plan.flow.steps.values():
        prompts = step.verb.prompts() if step.verb.listens else ()
        seconds = max((plan.time.of([prompt]) for prompt in prompts), default=0.0)
        if seconds > LONGEST_QUESTION_S:
            message = (
                f"step '{step.name}' talks for {seconds:.0f} s ({plan.time.how(prompts)}) before it waits; say it "
                f"within {LONGEST_QUESTION_S:g} s, or tell the rest in a step of its own"
            )
            yield step, message


def _no_way_by(means: Means, who: str) -> Callable[[Plan], Iterator[Broken]]:
    def find(plan: Plan) -> Iterator[Broken]:
        reached = plan.proof.only_by
        mine = reached[means]
        others = frozenset[str]().union(*(steps for other, steps in reached.items() if other is not means))
        for name in sorted(mine):
            beyond = sorted(_next_questions(plan.flow, name) & (others - mine))
            if beyond:
                message = (
                    f"callers who {who} come no further than step '{name}': {', '.join(map(repr, beyond))} comes "
                    "after it for the others; give them a way of answering"
                )
                yield plan.flow.steps[name], message

    return find


def _next_questions(flow: Flow, name: str) -> set[str]:
    """The steps that wait for the caller next after `name`."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = deque(jump.text for jump in flow.steps[name].verb.jumps())
    while waiting:
        at = waiting.popleft()
        if at in seen or at not in flow.steps:
            continue
        seen.add(at)
        if flow.steps[at].verb.listens:
            found.add(at)
        else:
            waiting.extend(jump.text for jump in flow.steps[at].verb.jumps())
    return found


CALLER_RULES = (
    Rule(
        name="person-after-two",
        severity=Severity.ERROR,
        asks="a person is offered after the second failure",
        source=ATTENDANT,
        find=_nobody_comes,
    ),
    Rule(
        name="answer-time",
        severity=Severity.ERROR,
        asks=f"{ANSWER_S:g} s to begin an answer, {LONG_ANSWER_S:g} s for numbers and free words",
        source=TELECOMS,
        find=_answer_time,
    ),
    Rule(
        name="speaking-rate",
        severity=Severity.WARNING,
        asks=f"{SLOWEST_WPM:g} to {FASTEST_WPM:g} words a minute",
        source=TELECOMS,
        find=_speaking_rate,
    ),
    Rule(
        name="question-length",
        severity=Severity.WARNING,
        asks=f"a question takes at most {LONGEST_QUESTION_S:g} s",
        source=PLUM,
        find=_long_questions,
    ),
    Rule(
        name="keys-only",
        severity=Severity.WARNING,
        asks="who only presses keys gets as far as who speaks",
        source=W3C_VOICE,
        find=_no_way_by(Means.KEYS, "only press keys"),
    ),
    Rule(
        name="speech-only",
        severity=Severity.WARNING,
        asks="who only speaks gets as far as who presses keys",
        source=W3C_VOICE,
        find=_no_way_by(Means.VOICE, "only speak"),
    ),
)
