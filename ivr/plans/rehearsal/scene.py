"""The scene of a rehearsed call: when it is, who rings, which queues are closed, what look-ups find; and its clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import takewhile
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ivr.call import By, Caller, EarlierCall, EndReason, Fate, Letter, Preferences, Remembered
from ivr.callers import Lock
from ivr.callers_file import CallersFile
from ivr.dialogue import Flow
from ivr.dialogue.nobody_known import NobodyKnown
from ivr.dialogue.ports import Callers, LookUpFailed, Message, QueueState
from ivr.plans.rehearsal.on_record import LOCK_KEY, LockedAlready, RecordedCallers
from ivr.plans.rehearsal.sandbox import Sandbox

USUAL_TIME = datetime(2026, 11, 23, 10, 0)
"""A Monday morning, local time of whichever helpline it is: a scenario that sets no time passes on every day."""
USUAL_NUMBER = "07700900123"
"""From the range that Ofcom keeps for fiction."""
WITHHELD = "withheld"
LOOKS = 8
"""Rounds of the event loop for look-ups that follow each other, as a record's do."""
OPEN = QueueState(agents=2, free=1, waiting=0)
CLOSED = QueueState(agents=0, free=0, waiting=0)


class Fails(Enum):
    """What a look-up may come to besides values and nothing."""

    FAILS = "fails"


Found = Mapping[str, str] | Fails | None
"""What a source knows; None: nothing."""


class Slow(Enum):
    """What a caller's record may come to besides a record and nothing."""

    SLOW = "slow"
    """No source answers in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is kept of the caller from calls before this one."""

    minutes_ago: float = 3.0
    """The end of the last one."""
    ended: EndReason = EndReason.CALLER_LEFT
    step: str = ""
    """Where it may be gone on with."""
    topic: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    failed_calls: int = 0
    """So many of the last calls failed."""
    called: bool = True
    """Whether there was a call at all."""
    preferences: Preferences = field(default_factory=Preferences)

    @classmethod
    def of(cls, kept: Remembered, minutes_ago: float) -> Before | None:
        """The same of what is `kept` after a call, `minutes_ago`; None of nothing."""
        if kept == Remembered():
            return None
        if not kept.calls:
            return cls(called=False, preferences=kept.preferences)
        last = kept.calls[0]
        return cls(
            minutes_ago=minutes_ago,
            ended=last.ended,
            step=last.step,
            topic=last.topic,
            facts=MappingProxyType(dict(last.facts)),
            failed_calls=len(tuple(takewhile(lambda call: call.failed, kept.calls))),
            preferences=kept.preferences,
        )

    def remembered(self, flow: Flow, now: float) -> Remembered:
        """The same as a service keeps it, `now` in Unix seconds."""
        last = EarlierCall(
            helpline=flow.title,
            plan=flow.fingerprint,
            ended_at=now - 60.0 * self.minutes_ago,
            ended=self.ended,
            failed=self.failed_calls > 0,
            topic=self.topic,
            step=self.step,
            facts=tuple(self.facts.items()),
        )
        before = (replace(last, step="", ended_at=last.ended_at - 60.0 * nth) for nth in range(1, self.failed_calls))
        return Remembered(calls=(last, *before) if self.called else (), preferences=self.preferences)


@dataclass(slots=True)
class KeepsInMind:
    """A `Memory` of one number, as long as it lasts."""

    kept: Remembered

    async def recollect(self, number: str) -> Remembered:
        """What is kept."""
        return self.kept

    def note_call(self, number: str, call: EarlierCall) -> None:
        """The newest one."""
        self.kept = replace(self.kept, calls=(call, *self.kept.calls))

    async def prefer(self, number: str, preferences: Preferences) -> bool:
        """From now on."""
        self.kept = replace(self.kept, preferences=preferences)
        return True

    async def forget(self, number: str) -> bool:
        """All of it."""
        self.kept = Remembered()
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is true outside the call; what a scene does not say is as usual."""

    at: datetime = USUAL_TIME
    """When the call comes, in the helpline's own time."""
    number: str = USUAL_NUMBER
    """Empty: withheld."""
    closed: frozenset[str] | None = frozenset()
    """Queues that nobody serves; None: all of them."""
    recogniser_down: bool = False
    found: Mapping[str, Found] = field(default_factory=lambda: MappingProxyType({}))
    """What each source knows; one that is not named is asked if it lies in files, and else fails."""
    record: Mapping[str, str] | Slow | None = None
    """What there is on record of who rings, by the record's fields; the number finds it. None: it finds nothing."""
    more_records: tuple[Mapping[str, str], ...] = ()
    """Others' records, which are found by what callers tell."""
    identity_locked: bool = False
    """Whether the check of who calls is locked since before the call."""
    before: Before | None = None
    """What is kept of the caller; None: nothing."""
    fate: Fate = Fate.SENT
    """What becomes of every letter."""

    @property
    def caller(self) -> Caller:
        """Who rings."""
        return Caller(number=self.number, name="", dialled="100")


def _callers(scene: Scene, file: CallersFile, stage: Stage) -> Callers:
    """Those of `scene`, whose own look-ups come first."""
    recorded = RecordedCallers(
        file,
        number=scene.number,
        record=scene.record if isinstance(scene.record, Mapping) else None,
        others=scene.more_records,
        away=scene.record is Slow.SLOW,
        own=dict.fromkeys([*scene.found, *(stage.sandbox.names if scene.record is None else ())], stage.look_up),
        today=stage.began.date(),
    )
    kind = LockedAlready if scene.identity_locked else Lock
    return recorded.callers(kind(None, LOCK_KEY, stage.clock.now))


class Clock:
    """Seconds of a call without sound: they pass as prompts and callers take them, and a little at each look."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.seconds = began

    def now(self) -> float:
        """Unix time; never the same twice, so that what happened later stands later."""
        self.seconds += 0.001
        return self.seconds

    def pass_to(self, seconds: float) -> None:
        """It is at least so late."""
        self.seconds = max(self.seconds, seconds)


@dataclass(frozen=True, slots=True)
class SceneOutbox:
    """An `Outbox` of the dialogue that sends nothing: what becomes of a letter is the scene's."""

    fate: Fate
    ways: frozenset[By] = frozenset(By)
    country: str = "GB"

    async def send(self, letter: Letter) -> Fate:
        """What the scene says."""
        return self.fate


@dataclass(slots=True, kw_only=True)
class Stage:
    """A `World` of the dialogue: the scene while `clock` runs."""

    scene: Scene
    began: datetime
    clock: Clock
    memory: KeepsInMind
    sandbox: Sandbox
    callers: Callers = field(default_factory=NobodyKnown)
    asked_time: bool = False
    """Whether anything in the call came from the time of day."""
    looking: set[asyncio.Future[Mapping[str, str] | None]] = field(default_factory=set)
    """Look-ups in the sandbox that have no answer yet."""

    @classmethod
    def of(
        cls,
        scene: Scene,
        flow: Flow,
        sandbox: Sandbox,
        *,
        clock: Callable[[float], Clock] = Clock,
        kept_at: float | None = None,
    ) -> Stage:
        """The scene at `flow`'s place; what is kept of the caller is as old by `kept_at` (None: by its own time)."""
        began = scene.at.replace(tzinfo=ZoneInfo(flow.time_zone))
        before = (
            scene.before.remembered(flow, began.timestamp() if kept_at is None else kept_at)
            if scene.before is not None
            else Remembered()
        )
        memory = KeepsInMind(before)
        stage = cls(scene=scene, began=began, clock=clock(began.timestamp()), memory=memory, sandbox=sandbox)
        if flow.callers is not None:
            stage.callers = _callers(scene, flow.callers, stage)
        return stage

    @property
    def knows_callers(self) -> bool:
        """Whether the plan looks for the caller's record while the call goes on."""
        return not isinstance(self.callers, NobodyKnown)

    def now(self) -> datetime:
        """The scene's time, later as the call goes on."""
        self.asked_time = True
        return self.began + timedelta(seconds=self.clock.seconds - self.clock.began)

    def queue(self, name: str) -> QueueState:
        """Closed, or with somebody free."""
        closed = self.scene.closed
        return CLOSED if closed is None or name in closed else OPEN

    @property
    def outbox(self) -> SceneOutbox:
        """One by which everything can be sent."""
        return SceneOutbox(self.scene.fate)

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
        """What the scene says, whatever is asked; else what the sandbox finds."""
        if source not in self.scene.found:
            looking = asyncio.ensure_future(self.sandbox.look_up(source, asked))
            self.looking.add(looking)
            looking.add_done_callback(self.looking.discard)
            return await looking
        found = self.scene.found[source]
        if isinstance(found, Fails):
            raise LookUpFailed(f"source '{source}' fails in this scene")
        return found

    async def all_looked_up(self) -> None:
        """Wait for every look-up that is under way, and for those that its answer brings."""
        for _ in range(LOOKS):
            await asyncio.sleep(0)
            if self.looking:
                await asyncio.wait(self.looking)

    async def keep_message(self, message: Message) -> bool:
        """Taken for kept; it has no sound."""
        return True
