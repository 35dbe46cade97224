"""Helplines for flow tests: Riverton as it is shipped, a small council line, plans made on the spot, and a call."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ivr.call import Caller, CallEvent, CallId, EndReason, HandOver, StepFailed
from ivr.dialogue import Conclusion, Flow, load_flow, run_flow
from ivr.dialogue.ports import World
from ivr.knowledge import Knowledge
from ivr.plan_articles import articles_of
from ivr.testing.fake_telephone import FakeTelephone
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, ScriptedCaller

E = TypeVar("E", bound=CallEvent)
ROOT = Path(__file__).parents[2]
COUNCIL = ROOT / "tests/flows/plans/council.yaml"
CALL = CallId("1.1")
CALLER = Caller(number="07700900123", name="Ada", dialled="100")


def known_to(flow: Flow) -> Knowledge:
    return Knowledge(articles_of(flow))


@functools.cache
def riverton() -> tuple[Flow, Knowledge]:
    flow = load_flow(ROOT / "dialplans/riverton.yaml")
    return flow, known_to(flow)


@functools.cache
def council() -> tuple[Flow, Knowledge]:
    """A line with one of everything that callers meet, which no demo changes."""
    flow = load_flow(COUNCIL)
    return flow, known_to(flow)


def plan(folder: Path, steps: str, head: str = "") -> tuple[Flow, Knowledge]:
    """A plan with the queues 'office' and 'porter' whose first step is 'one'; `steps` as they stand in the file."""
    path = folder / "plan.yaml"
    queues = "{office: the office, porter: the porter}"
    first = f"helpline: Test\nstart: one\nmain_menu: one\nperson_queue: office\nqueues: {queues}\n"
    path.write_text(f"{first}{head}\nsteps:\n{steps}\n", encoding="utf-8")
    flow = load_flow(path)
    return flow, known_to(flow)


@dataclass
class Kept:
    """Events of a call."""

    events: list[CallEvent] = field(default_factory=list)

    def note(self, event: CallEvent) -> None:
        self.events.append(event)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class Called:
    """One call that is over."""

    conclusion: Conclusion
    said: list[str]
    feed: Kept
    telephone: FakeTelephone

    @property
    def reason(self) -> EndReason:
        return self.conclusion.reason

    @property
    def hand_over(self) -> HandOver:
        assert self.conclusion.hand_over is not None
        return self.conclusion.hand_over


def call(
    helpline: tuple[Flow, Knowledge],
    *acts: Act,
    hang_up_at: int | None = None,
    whole: bool = True,
    understands: bool = True,
    world: World | None = None,
    faults: bool = False,
    run: Callable[[Coroutine[Any, Any, Conclusion]], Conclusion] = asyncio.run,
) -> Called:
    """One call by a caller who does `acts`; `whole`: the script must have been played to its end.

    `understands` False: recognition is down. `faults`: a step may fail by a fault of ours, which else fails the test.
    `run` may be that of a clock that jumps.
    """
    flow, knowledge = helpline
    caller = ScriptedCaller(acts)
    telephone = FakeTelephone(caller, hang_up_at=hang_up_at, understands=understands)
    feed = Kept()
    seconds = itertools.count(1_700_000_000.0)
    conclusion = run(
        run_flow(
            flow,
            call_id=CALL,
            caller=CALLER,
            telephone=telephone,
            knowledge=knowledge,
            world=world or FixedWorld(),
            feed=feed,
            now=lambda: next(seconds),
        )
    )
    broken = [event.step for event in feed.of(StepFailed) if event.failure == "error"]
    assert faults or not broken, f"a fault in step {broken[0]}: see the log"
    assert caller.finished or not whole, f"not played: {caller}"
    return Called(conclusion, telephone.said, feed, telephone)
