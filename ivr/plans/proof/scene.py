"""The world around a call of the prover: hour, queues, look-ups and articles, each as bad as it may get."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from ivr.call import (
    Answer,
    By,
    Caller,
    CheckOutcome,
    EarlierCall,
    EndReason,
    Fate,
    Finding,
    Hypothesis,
    Known,
    Letter,
    Level,
    NotKnown,
    Preferences,
    Remembered,
    Said,
    Unsure,
)
from ivr.callers_file import Use
from ivr.dialogue import Flow
from ivr.dialogue.nobody_known import NoRecord
from ivr.dialogue.ports import LookUpFailed, Memory, Message, NoMemory, QueueState
from ivr.plans.proof.moves import ASKED, DATED, IN_PIECES, KNOWN, RELATED, UNSURE

WORKING_DAY = datetime(2026, 11, 25, 10, 30)
"""A Wednesday morning on which every office is open; like all times here, by the clocks where the helpline is."""
USUAL_INSTANTS = (
    datetime(2026, 11, 25, 3, 0),
    datetime(2026, 11, 25, 21, 0),
    datetime(2026, 11, 28, 10, 30),
    datetime(2026, 11, 29, 10, 30),
    datetime(2026, 12, 25, 10, 30),
    datetime(2027, 1, 1, 10, 30),
    datetime(2028, 2, 29, 10, 30),
)
"""Night, evening, Saturday, Sunday, Christmas, New Year and a leap day; a plan's calendar adds its own."""
ANYTHING, NO = "1", "no"
"""The text that every look-up finds in every field, and that of a flag which is not set."""


class Queues(Enum):
    """How it stands in every queue."""

    FREE = "agents are free"
    BUSY = "all agents are busy"
    CLOSED = "nobody serves the queues"
    UNKNOWN = "nobody knows the queues"


class LookUps(Enum):
    """What comes of every look-up."""

    FOUND = "look-ups find something"
    NOTHING = "look-ups find nothing"
    FAIL = "look-ups fail"


class Records(Enum):
    """What is known of who rings."""

    KNOWN = "the number is one of a record"
    FLAGGED = "the number is one of a record that says yes to all that is decided by it"
    UNKNOWN = "the number is of no record"
    AWAY = "the sources of callers are away"


class Checks(Enum):
    """What comes of every check of who calls."""

    PASSED = "checks of callers are passed"
    WRONG = "checks of callers fail"
    LOCKED = "checks of callers are locked"
    UNKNOWN = "checks of callers have nothing to compare with"


class Letters(Enum):
    """What comes of every letter, and by what it may be sent."""

    SENT = "letters are sent"
    FAIL = "letters are not sent"
    UNKNOWN = "nobody knows whether letters were sent"
    NO_TEXTS = "only e-mails can be sent"


class Asked(Enum):
    """What a plan may ask the world."""

    NOW = "now"
    QUEUE = "queue"
    LOOK_UP = "look_up"
    MESSAGE = "message"
    OUTBOX = "outbox"
    CALLER = "caller"
    CHANCE = "chance"
    RECORD = "record"
    CHECK = "check"
    MEMORY = "memory"


_QUEUE_STATES: dict[Queues, QueueState | None] = {
    Queues.FREE: QueueState(agents=3, free=2, waiting=0),
    Queues.BUSY: QueueState(agents=3, free=0, waiting=7),
    Queues.CLOSED: QueueState(agents=0, free=0, waiting=0),
    Queues.UNKNOWN: None,
}


_FATES = {Letters.FAIL: Fate.FAILED, Letters.UNKNOWN: Fate.UNKNOWN}
DRAWS = 12
"""Two ways of one half each are both drawn by all but one in two thousand steps."""
_KINDS: Mapping[str, Callable[[Answer], int]] = {
    KNOWN: lambda answer: 1,
    IN_PIECES: lambda answer: len(answer.pieces) - 1,
    DATED: lambda answer: int(answer.valid_from is not None or answer.valid_until is not None),
    RELATED: lambda answer: len(answer.related),
}
"""Question â how well an article answers it; 0: not at all."""
_DECIDE = {"branch": Asked.CALLER, "send": Asked.CALLER, "split": Asked.CHANCE, "recall": Asked.MEMORY}
"""Verb → what it may decide by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is kept of the caller: a call that broke off at `step` or was about `topic`, calls that `failed`, a wish."""

    step: str = ""
    topic: str = ""
    failed: bool = False
    person_first: bool = False

    def told(self) -> str:
        """In a path."""
        if self.step:
            return f"the call before broke off at '{self.step}'"
        if self.topic:
            return f"the call before was about '{self.topic}'"
        return "the calls before failed" if self.failed else "the caller wants a person first"

    def remembered(self, flow: Flow, now: float) -> Remembered:
        """As a service keeps it, `now` in Unix seconds."""
        call = EarlierCall(
            helpline=flow.title,
            plan=flow.fingerprint,
            ended_at=now,
            ended=EndReason.CALLER_LEFT,
            failed=self.failed,
            topic=self.topic,
            step=self.step,
            facts=tuple((name, ANYTHING) for name in sorted(flow.keeps or ())),
        )
        calls = () if self.person_first else (call,) * MOST_FAILED
        return Remembered(calls=calls, preferences=Preferences(person_first=self.person_first))


MOST_FAILED = 5
"""Calls in a row: as many as a plan may ask for."""


def befores(flow: Flow) -> tuple[Before, ...]:
    """All that may be kept of a caller and makes a difference to `flow`."""
    if flow.keeps is None:
        return ()
    topics = (topic for step in flow.steps.values() for topic in step.verb.returning())
    return (
        *(Before(step=name) for name in sorted(flow.resumable)),
        *(Before(topic=topic) for topic in topics),
        Before(failed=True),
        Before(person_first=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One state of the world."""

    at: datetime = WORKING_DAY
    queues: Queues = Queues.FREE
    look_ups: LookUps = LookUps.FOUND
    keeps_messages: bool = True
    letters: Letters = Letters.SENT
    number_shown: bool = True
    record: Records = Records.KNOWN
    checks: Checks = Checks.PASSED
    draw: int = 0
    """Callers whom a plan divides by chance go different ways in different draws."""
    before: Before | None = None
    """What is kept of the caller."""

    def others(self, asked: Set[Asked], instants: Sequence[datetime], known: Sequence[Before] = ()) -> Iterator[Scene]:
        """The scenes that differ from this one in one thing that was `asked`."""
        if Asked.MEMORY in asked and self.before is None:
            yield from (replace(self, before=before) for before in known)
        if Asked.NOW in asked:
            yield from (replace(self, at=at) for at in instants if at != self.at)
        if Asked.QUEUE in asked:
            yield from (replace(self, queues=state) for state in Queues if state is not self.queues)
        if Asked.LOOK_UP in asked:
            yield from (replace(self, look_ups=state) for state in LookUps if state is not self.look_ups)
        if Asked.MESSAGE in asked:
            yield replace(self, keeps_messages=not self.keeps_messages)
        if Asked.OUTBOX in asked:
            yield from (replace(self, letters=state) for state in Letters if state is not self.letters)
        if Asked.CALLER in asked:
            yield replace(self, number_shown=not self.number_shown)
        if Asked.RECORD in asked:
            yield from (replace(self, record=state) for state in Records if state is not self.record)
        if Asked.CHECK in asked:
            yield from (replace(self, checks=state) for state in Checks if state is not self.checks)
        if Asked.CHANCE in asked:
            yield from (replace(self, draw=draw) for draw in range(DRAWS) if draw != self.draw)

    def told(self) -> str:
        """What is unusual about it, empty if nothing is."""
        parts = []
        if self.at != WORKING_DAY:
            parts.append(f"at {self.at:%a %-d %b %Y %H:%M}")
        if self.queues is not Queues.FREE:
            parts.append(self.queues.value)
        if self.look_ups is not LookUps.FOUND:
            parts.append(self.look_ups.value)
        if not self.keeps_messages:
            parts.append("messages cannot be kept")
        if self.letters is not Letters.SENT:
            parts.append(self.letters.value)
        if not self.number_shown:
            parts.append("the number is withheld")
        if self.record is not Records.KNOWN:
            parts.append(self.record.value)
        if self.checks is not Checks.PASSED:
            parts.append(self.checks.value)
        if self.before is not None:
            parts.append(self.before.told())
        if self.draw:
            parts.append(f"draw {self.draw}")
        return ", ".join(parts)


class _Anything(dict[str, str]):
    """Holds ANYTHING under every name."""

    def __missing__(self, name: str) -> str:
        return ANYTHING

    def __contains__(self, name: object) -> bool:
        return True

    def get(self, name: str, default: object = None) -> str:
        return ANYTHING


@dataclass(frozen=True, slots=True)
class Knows(NoMemory):
    """A `Memory` that knows the same of everybody and keeps nothing, but says that it does."""

    known: Remembered

    async def recollect(self, number: str) -> Remembered:
        """See `Memory`."""
        return self.known

    async def prefer(self, number: str, preferences: Preferences) -> bool:
        """See `Memory`."""
        return True


@dataclass(frozen=True, slots=True)
class SceneOutbox:
    """The dialogue's Outbox: what becomes of a letter is the scene's."""

    letters: Letters
    country: str = "GB"

    @property
    def ways(self) -> frozenset[By]:
        """All, or all but texts."""
        return frozenset({By.EMAIL}) if self.letters is Letters.NO_TEXTS else frozenset(By)

    async def send(self, letter: Letter) -> Fate:
        """What the scene says."""
        return _FATES.get(self.letters, Fate.SENT)


@dataclass(slots=True)
class Stage:
    """The dialogue's World while a `scene` is played; `asked` keeps which step wanted to know what."""

    scene: Scene
    zone: ZoneInfo
    memory: Memory = field(default_factory=NoMemory)
    step: str = ""
    asked: set[tuple[str, Asked]] = field(default_factory=set)
    use_of: Mapping[str, Use] = field(default_factory=dict)
    """Field of a caller's record → what it is there for."""

    @property
    def callers(self) -> Stage:
        """Callers are the scene's, too."""
        return self

    def ring(self, caller: Caller) -> ProvenRecord | NoRecord:
        """The scene's caller; nobody's in a plan that knows no callers."""
        return ProvenRecord(self) if self.use_of else NoRecord()

    def now(self) -> datetime:
        """The scene's hour."""
        self.asked.add((self.step, Asked.NOW))
        return self.scene.at.replace(tzinfo=self.zone)

    def queue(self, name: str) -> QueueState | None:
        """The scene's queues are all alike."""
        self.asked.add((self.step, Asked.QUEUE))
        return _QUEUE_STATES[self.scene.queues]

    @property
    def outbox(self) -> SceneOutbox:
        """As the scene has it."""
        self.asked.add((self.step, Asked.OUTBOX))
        return SceneOutbox(self.scene.letters)

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """What the scene says. Raises LookUpFailed if look-ups fail in it."""
        self.asked.add((self.step, Asked.LOOK_UP))
        if self.scene.look_ups is LookUps.FAIL:
            raise LookUpFailed(f"{source} does not answer")
        return _Anything() if self.scene.look_ups is LookUps.FOUND else None

    def enters(self, step: str, verb: str) -> None:
        """A step begins; two verbs decide by what no port is asked for."""
        self.step = step
        if verb in _DECIDE:
            self.asked.add((step, _DECIDE[verb]))

    async def keep_message(self, message: Message) -> bool:
        """Whether the scene keeps messages; nothing is kept."""
        self.asked.add((self.step, Asked.MESSAGE))
        return self.scene.keeps_messages


@dataclass(slots=True)
class ProvenRecord:
    """The dialogue's Record of a caller: as the scene of `stage` says, until a check is passed."""

    stage: Stage
    proven: Level = Level.NONE

    @property
    def known(self) -> bool:
        """By the number, or by what was proven."""
        return bool(self.proven) or self.stage.scene.record in (Records.KNOWN, Records.FLAGGED)

    @property
    def level(self) -> Level:
        """What was proven, else the number's."""
        return self.proven or (Level.NUMBER if self.known else Level.NONE)

    @property
    def by(self) -> str:
        """It does not matter here."""
        return ""

    async def ready(self) -> None:
        """It always is; a step that decides by the record, or says something of it, asks for it here."""
        self._asks(Asked.RECORD)

    def value(self, name: str, *, spoken: bool) -> str:
        """ANYTHING, from its level on; of what is only decided by, whether the scene's record says yes to it."""
        use = self.stage.use_of[name]
        if use.level is None or self.level < use.level or (spoken and not use.spoken):
            return ""
        return ANYTHING if use.spoken or self.stage.scene.record is Records.FLAGGED else NO

    def said(self) -> tuple[Said, ...]:
        """No agent reads it."""
        return ()

    def locked(self) -> bool:
        """As the scene says."""
        self._asks(Asked.CHECK)
        return self.stage.scene.checks is Checks.LOCKED

    async def check(self, level: Level, found_by: Mapping[str, str], told: Mapping[str, str]) -> CheckOutcome:
        """As the scene says."""
        self._asks(Asked.CHECK)
        if self.stage.scene.record is Records.AWAY:
            return CheckOutcome.UNKNOWN
        outcome = CheckOutcome[self.stage.scene.checks.name]
        if outcome is CheckOutcome.PASSED:
            self.proven = max(level, self.proven)
        return outcome

    async def close(self) -> None:
        """Nothing is held."""

    def _asks(self, what: Asked) -> None:
        self.stage.asked.add((self.stage.step, what))


@dataclass(frozen=True, slots=True)
class Articles:
    """The dialogue's Knowledge: the plan's articles, found by the prover's own questions."""

    all: tuple[Answer, ...]

    def ask(self, readings: Sequence[Hypothesis]) -> Finding:
        """Surely the article that has most of what is asked for, one or two for UNSURE, nothing for anything else."""
        said = readings[0].text if readings else ""
        if said == UNSURE and self.all:
            return Unsure(candidates=self.all[:2])
        kind = _KINDS.get(said)
        best = max(self.all, key=kind) if kind is not None and self.all else None
        return Known(answer=best) if best is not None and kind is not None and kind(best) else NotKnown()

    def phrasings(self) -> tuple[str, ...]:
        """What can be found."""
        return ASKED

    def answers(self) -> tuple[Answer, ...]:
        """Every article."""
        return self.all
