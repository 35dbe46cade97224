"""What one call brought, rehearsed or real: its events, when the caller did what, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ivr.call import (
    CallEvent,
    EndReason,
    FactLearnt,
    Fate,
    HandOver,
    LetterSent,
    Listening,
    PromptPlayed,
    Remembered,
    StepEntered,
    StepFailed,
)
from ivr.plans.rehearsal.telling import told


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the service's part of a call ended; `hand_over` if a person came next."""

    reason: EndReason
    hand_over: HandOver | None = None

    def told(self) -> str:
        """In the words that a scenario uses."""
        if self.hand_over is not None:
            return f"queue {self.hand_over.queue}, reason {self.hand_over.reason}"
        return self.reason.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The part of a call between two acts of the caller: from `begins` to before `ends`, in Unix seconds."""

    begins: float
    ends: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One call, up to its end or to where the line waits for the caller."""

    events: tuple[CallEvent, ...]
    acts_at: tuple[float, ...]
    """When each act of the caller was done (Unix seconds)."""
    ending: Ending | None
    """None: the call goes on."""
    listening: Listening | None = None
    """What the line listens for while it waits; None if that is not known."""
    asked_time: bool = False
    """Whether the plan looked at the time."""
    remembered: Remembered = field(default_factory=Remembered)
    """What is kept of the caller now."""

    def span(self, act: int) -> Span:
        """What followed the `act`-th act (from 1; 0: from the ring), up to the next one or the end."""
        times = (float("-inf"), *self.acts_at, float("inf"))
        return Span(begins=times[act], ends=times[act + 1])

    def said(self, span: Span) -> tuple[str, ...]:
        """What the line said then: a turn that begins before the caller cuts in belongs to what came before."""
        return tuple(
            event.text
            for event in self.events
            if isinstance(event, PromptPlayed) and span.begins <= event.at < span.ends
        )

    def step(self, span: Span) -> str:
        """Where the call was at the end of `span`; empty before the first step."""
        return self.step_before(span.ends)

    def step_before(self, until: float) -> str:
        """Where the call was just before `until`."""
        entered = [event.step for event in self.before(until) if isinstance(event, StepEntered)]
        return entered[-1] if entered else ""

    def facts(self, span: Span) -> dict[str, str]:
        """What was known at the end of `span`."""
        return {event.name: event.value for event in self.before(span.ends) if isinstance(event, FactLearnt)}

    def sent(self, span: Span) -> tuple[str, ...]:
        """What was sent to the caller then, in writing."""
        return tuple(
            event.text
            for event in self.events
            if isinstance(event, LetterSent) and event.fate == Fate.SENT.value and span.begins <= event.at < span.ends
        )

    def broken_step(self) -> str:
        """The step that failed by a fault of the service; empty if none."""
        faults = (event.step for event in self.events if isinstance(event, StepFailed) and event.failure == "error")
        return next(faults, "")

    def before(self, until: float) -> Iterator[CallEvent]:
        """Events before `until`."""
        return (event for event in self.events if event.at < until)

    def transcript(self, span: Span | None = None) -> tuple[str, ...]:
        """The call as lines, up to the end of `span`."""
        until = float("inf") if span is None else span.ends
        return tuple(told(sorted(self.before(until), key=lambda event: event.at)))
