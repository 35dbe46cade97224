"""One call of the prover: the real conversation with a telephone of our own, up to a question or to the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import types
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from ivr.call import (
    Caller,
    CallEvent,
    CallId,
    EndReason,
    FactLearnt,
    Heard,
    IdentityFailed,
    IdentityKnown,
    Level,
    Listening,
    Outcome,
    Prompt,
    Remembered,
    StepEntered,
    StepFailed,
)
from ivr.dialogue import Conclusion, Flow, run_flow, runner
from ivr.dialogue.record_facts import KNOWN, LEVEL, TRIES
from ivr.plans.proof.moves import Move
from ivr.plans.proof.scene import Articles, Asked, Knows, Scene, Stage

ASKS_FROM_S = 1.0
"""A turn that waits less than this after its prompts only tells something."""
MOST_TOLD = 400
"""Turns of any kind in one call; the dialogue ends one after 200 questions."""
LONGEST_S = 3600.0
"""Of the loop's own time: nothing waits for real."""
SHOWN, WITHHELD = (Caller(number=number, name="", dialled="") for number in ("07700900000", ""))
_tried: ContextVar[_Call | None] = ContextVar("the call that is only tried", default=None)


class GoesRound(BaseException):
    """The plan does not come to a question or an end; past every handler of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Where the line waits for the caller."""

    step: str
    asked: str
    """The last prompt: the question itself; what comes before it is what went wrong, or what was told."""
    listening: Listening = field(compare=False, hash=False, repr=False)
    keys: frozenset[str]
    digits: tuple[int, int]
    phrases: tuple[str, ...] | None
    message: bool
    """A message is to be left, and nothing to be understood."""
    inside: tuple[str, ...]
    """Where sub-flows were called that have not returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One line of a path."""

    step: str
    said: str
    did: str
    scene: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a call."""

    turns: tuple[Turn, ...]
    """From the last given move on, or from the first patient turn on; without the turn of `question`."""
    entered: tuple[str, ...]
    """Steps, in the order in which they were entered, after the last of the given moves was made."""
    question: Question | None = None
    """Where the caller's moves were used up; None if the call ended before."""
    ended: EndReason | None = None
    """How it ended of its own accord."""
    queue: str = ""
    """Whose people the caller was handed over to."""
    fault: str = ""
    """What broke inside a step, or that the plan goes round without ever asking."""
    fault_in: str = ""
    """The step of it."""
    facts: tuple[tuple[str, str], ...] = ()
    asked_world: frozenset[tuple[str, Asked]] = frozenset()
    """Which steps asked the world for what after the last of the given moves."""
    failed: int = 0
    """Failures that it counted after it."""
    met: tuple[tuple[int, Question], ...] = ()
    """The questions that were answered by the patient behaviour, with their places among `turns`."""
    patient_turns: int = 0
    """How many they were."""

    def after(self, at: int) -> Played:
        """The same call from the patient answer number `at` on."""
        first = self.met[at][0]
        met = tuple((turn - first, question) for turn, question in self.met[at:])
        return replace(self, turns=self.turns[first:], met=met, patient_turns=len(met))

    def before(self, at: int) -> Played:
        """The same call up to the patient answer number `at`, which is not made any more."""
        return Played(turns=self.turns[: self.met[at][0]], entered=())

    def outlined(self) -> Played:
        """Without what only matters if something is wrong with it; there are very many."""
        return Played(
            turns=(),
            entered=(),
            ended=self.ended,
            queue=self.queue,
            fault=self.fault,
            fault_in=self.fault_in,
            asked_world=self.asked_world,
            failed=self.failed,
            patient_turns=self.patient_turns,
        )


GoesOn = Callable[[Played], bool]
"""Whether a call that came to a question is to go on there."""


@dataclass(slots=True)
class _Call:
    """Telephone and feed in one; they have to know of each other which step a turn belongs to."""

    moves: Sequence[tuple[Move, Scene]]
    patient: Move | None
    most_patient: int
    stage: Stage
    most_steps: int
    turns: list[Turn] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)
    step: str = ""
    made: int = 0
    shown_from: int = 0
    failed: int = 0
    steps_since: int = 0
    stopped: bool = False
    question: Question | None = None
    met: list[tuple[int, Question]] = field(default_factory=list)
    fault: str = ""
    fault_in: str = ""
    goes_on: GoesOn | None = None
    """Whether the patient behaviour begins at a question; None: at any."""
    tried: Played | None = None
    """The call up to where the patient behaviour began."""

    def broke(self, fault: str, step: str) -> None:
        """Keep the first fault."""
        if not self.stopped and not self.fault:
            self.fault, self.fault_in = fault, step

    def note(self, event: CallEvent) -> None:
        """Take an event of the conversation. Raises GoesRound."""
        if self.stopped:
            return
        match event:
            case StepEntered(step=step, verb=verb):
                self._enter(step, verb)
            case FactLearnt(name=name, value=value):
                self.facts[name] = value
            case IdentityFailed():
                self.facts[TRIES] = f"{self.facts.get(TRIES, '')}x"
            case IdentityKnown(level=level) if level not in (Level.NONE.word, Level.NUMBER.word):
                self.facts[LEVEL] = self.facts[KNOWN] = level  # what a number tells is the scene's, not the way's
            case StepFailed():
                self.failed += 1

    def _enter(self, step: str, verb: str) -> None:
        self.step = step
        self.stage.enters(step, verb)
        self.facts.pop(TRIES, None)
        self.entered.append(step)
        if "." not in step:  # a step of the helpline itself is in no sub-flow, however it was reached
            self.inside.clear()
        if verb == "call":
            self.inside.append(step)
        elif verb == "return" and self.inside:
            self.inside.pop()
        self.steps_since += 1
        if self.steps_since > self.most_steps:
            raise GoesRound("goes round without ever waiting for the caller")

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        """One turn of the conversation. Raises GoesRound."""
        if self.stopped:
            return Heard(outcome=Outcome.HANGUP)
        said = " ".join(prompt.text for prompt in prompts)
        if len(self.turns) >= MOST_TOLD:
            raise GoesRound("goes on and on without ever asking the caller")
        if listening is None or listening.first_input_s < ASKS_FROM_S:
            self.turns.append(Turn(step=self.step, said=said, did=""))
            if listening is None:
                return Heard(outcome=Outcome.PLAYED)
            return (
                self.patient.heard(listening) if self._patiently and self.patient else Heard(outcome=Outcome.NO_INPUT)
            )
        self.steps_since = 0
        if not self._patiently:
            return self._moved(said, listening)
        question = self._question(prompts, listening)
        if self.patient is not None and len(self.met) < self.most_patient and (self.met or self._goes_on(question)):
            self.met.append((len(self.turns) - self.shown_from, question))
            self.turns.append(Turn(step=self.step, said=said, did=self.patient.label))
            return self.patient.heard(listening)
        self.question = question
        self.stopped = True
        return Heard(outcome=Outcome.HANGUP)

    def _goes_on(self, question: Question) -> bool:
        """Whether the patient behaviour begins here."""
        if self.goes_on is not None:
            so_far = self.played(None, question)
            if not self.goes_on(so_far):
                return False
            self.tried = so_far
        self.shown_from = len(self.turns)
        return True

    def played(self, conclusion: Conclusion | None, question: Question | None) -> Played:
        """What has come of it so far: a question, or the end."""
        return Played(
            turns=tuple(self.turns[self.shown_from :]),
            entered=tuple(self.entered),
            question=question,
            ended=None if self.stopped or conclusion is None else conclusion.reason,
            queue=conclusion.queue if conclusion is not None else "",
            fault=self.fault,
            fault_in=self.fault_in,
            facts=tuple(sorted(self.facts.items())),
            asked_world=frozenset(self.stage.asked),
            failed=self.failed,
            met=tuple(self.met),
            patient_turns=len(self.met),
        )

    @property
    def _patiently(self) -> bool:
        return self.made == len(self.moves)

    def _moved(self, said: str, listening: Listening) -> Heard:
        move, scene = self.moves[self.made]
        self.made += 1
        told = scene.told() if scene != self.stage.scene or self.made == 1 else ""
        self.stage.scene = scene
        if self._patiently:
            self.shown_from, self.failed = len(self.turns), 0
            self.stage.asked.clear()
            self.entered.clear()
        self.turns.append(Turn(step=self.step, said=said, did=move.label, scene=told))
        return move.heard(listening)

    def _question(self, prompts: Sequence[Prompt], listening: Listening) -> Question:
        return Question(
            step=self.step,
            asked=prompts[-1].text if prompts else "",
            listening=listening,
            keys=listening.keys.options,
            digits=(listening.keys.digits_min, listening.keys.digits_max),
            phrases=listening.phrases,
            message=listening.message is not None,
            inside=tuple(self.inside),
        )


async def play(
    flow: Flow,
    articles: Articles,
    *,
    start: str,
    scene: Scene,
    moves: Sequence[tuple[Move, Scene]] = (),
    patient: Move | None = None,
    most_patient: int = 0,
    goes_on: GoesOn | None = None,
) -> tuple[Played, Played | None]:
    """Call `flow` from `start` on in `scene`, make the `moves` (from each on its scene holds), and go on as `patient`.

    Ends at the first question after the moves (also with `patient`, where `goes_on` does not want it there), or after
    `most_patient` turns of the patient behaviour. What came of the moves, and of the whole call if it went on.
    """
    uses = {name: field.use for name, field in flow.callers.fields.items()} if flow.callers is not None else {}
    known = scene.before.remembered(flow, 0.0) if scene.before is not None else Remembered()
    stage = Stage(scene, ZoneInfo(flow.time_zone), use_of=uses, memory=Knows(known))
    call = _Call(moves, patient, most_patient, stage, most_steps=2 * len(flow.steps) + 20, goes_on=goes_on)
    token = _tried.set(call)
    conclusion: Conclusion | None = None
    try:
        conclusion = await _in_time(
            run_flow(
                flow,
                start=start,
                call_id=CallId(f"proof.{scene.draw}"),
                caller=SHOWN if scene.number_shown else WITHHELD,
                telephone=call,
                knowledge=articles,
                world=stage,
                feed=call,
                now=lambda: 0.0,
            )
        )
    except GoesRound as round_:
        call.broke(str(round_), call.step)
    except TimeoutError:
        call.broke(f"does not go on within {LONGEST_S:g} s", call.step)
    except Exception as broken:  # noqa: BLE001 - whatever breaks in a plan is what we look for
        call.broke(_breaks(broken), call.step)
    finally:
        _tried.reset(token)
    whole = call.played(conclusion, call.question)
    return (call.tried, whole) if call.tried is not None else (whole, None)


async def _in_time(conversation: Coroutine[Any, Any, Conclusion]) -> Conclusion:
    """What `conversation` comes to within LONGEST_S. Only one that waits for something needs a deadline: few do."""
    try:
        waits_for = conversation.send(None)
    except StopIteration as over:
        conclusion: Conclusion = over.value
        return conclusion
    async with asyncio.timeout(LONGEST_S):
        return await _gone_on(conversation, waits_for)


@types.coroutine
def _gone_on(conversation: Coroutine[Any, Any, Conclusion], waits_for: object) -> Generator[object, object, Conclusion]:
    """The rest of `conversation`, which waits for something already."""
    try:
        while True:
            try:
                yield waits_for
            except BaseException as thrown:  # noqa: BLE001 - the deadline, which the conversation has to hear of
                waits_for = conversation.throw(thrown)
            else:
                waits_for = conversation.send(None)
    except StopIteration as over:
        conclusion: Conclusion = over.value
        return conclusion


def _breaks(fault: BaseException) -> str:
    said = " ".join(str(fault).split())
    return f"breaks with {type(fault).__name__}: {said}" if said else f"breaks with {type(fault).__name__}"


def _kept_for_us(record: logging.LogRecord) -> bool:
    """Whether `record` may be written: what breaks in a call that is only tried goes into its finding instead."""
    call = _tried.get()
    if call is None:
        return True
    if record.exc_info is not None and record.exc_info[1] is not None:
        call.broke(_breaks(record.exc_info[1]), call.step)
    return False


@contextlib.contextmanager
def faults_kept() -> Iterator[None]:
    """While this lasts, what a step breaks with in `play` is not logged but told; other calls are not touched."""
    log = logging.getLogger(runner.__name__)
    log.addFilter(_kept_for_us)
    try:
        yield
    finally:
        log.removeFilter(_kept_for_us)
