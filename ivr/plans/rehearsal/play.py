"""One call of a plan without sound: what the caller does in, what came of it out. The same acts bring the same call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivr.call import CallEvent, CallId, PromptPlayed
from ivr.dialogue import Conclusion, Flow, check_articles, load_flow, run_flow
from ivr.errors import UserError
from ivr.knowledge import Knowledge
from ivr.plan_articles import articles_of
from ivr.plans.rehearsal.record import Ending, Record
from ivr.plans.rehearsal.sandbox import Sandbox
from ivr.plans.rehearsal.scene import Scene, Stage
from ivr.testing.fake_telephone import FakeTelephone
from ivr.testing.scripted_caller import Act, KeepsSilent, Says, ScriptedCaller, Turn

CALL = CallId("rehearsal")
REPLY_S = 0.8
"""From the end of a prompt to a caller's answer: what people take on the telephone, roughly."""
LONGEST_S = 10.0
"""Of real time; a call without sound takes milliseconds, and a plan that never waits is not to hang anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan and what it knows, ready to be called."""

    file: Path
    flow: Flow
    knowledge: Knowledge
    sandbox: Sandbox


def read_plan(file: Path) -> Plan:
    """The plan in `file` with its articles. Raises FlowError."""
    flow = load_flow(file)
    knowledge = Knowledge(articles_of(flow))
    check_articles(flow, knowledge)
    return Plan(file=file, flow=flow, knowledge=knowledge, sandbox=Sandbox(flow))


async def play(plan: Plan, scene: Scene, acts: Sequence[Act]) -> Record:
    """A call in which the caller does `acts` and then waits: up to its end, or to where the line asks again.

    Raises UserError if the plan neither asks nor ends within LONGEST_S.
    """
    if any(step.verb.asks_knowledge for step in plan.flow.steps.values()):
        await asyncio.to_thread(plan.knowledge.prepare)  # once; in the call it would hold up every look-up
    plan.sandbox.begin(at_once=plan.flow.callers is not None)
    stage = Stage.of(scene, plan.flow, plan.sandbox)
    caller = _Caller(ScriptedCaller([_as_sounds(act, plan.flow) for act in acts]), stage)
    feed = _Kept()
    call = asyncio.ensure_future(
        run_flow(
            plan.flow,
            call_id=CALL,
            caller=scene.caller,
            telephone=FakeTelephone(caller, understands=not scene.recogniser_down),
            knowledge=plan.knowledge,
            world=stage,
            feed=feed,
            now=stage.clock.now,
        )
    )
    waiting = asyncio.ensure_future(caller.at_a_loss.wait())
    try:
        done, _ = await asyncio.wait({call, waiting}, timeout=LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise UserError(f"{plan.file}: the call neither asks nor ends within {LONGEST_S:g} s")
        record = _record(feed.events, caller, call.result() if call.done() else None)
        return replace(record, asked_time=stage.asked_time, remembered=stage.memory.kept)
    finally:
        for task in (call, waiting):
            task.cancel()
        await asyncio.gather(call, waiting, return_exceptions=True)


def _as_sounds(act: Act, flow: Flow) -> Act:
    """`act` with its words as the recogniser knows them: it listens for "bins" by the sound of "bin"."""
    if not isinstance(act, Says):
        return act
    sounds = flow.sounds_like.sounds
    return replace(act, readings=tuple(replace(one, text=sounds(one.text)) for one in act.readings))


def _record(events: list[CallEvent], caller: _Caller, end: Conclusion | None) -> Record:
    turn, ending = caller.turn, None
    if end is not None:
        ending = Ending(reason=end.reason, hand_over=end.hand_over)
    elif turn is not None:  # the line has spoken and waits: what it said is noted when the turn is over
        events = [*events, caller.heard(turn)]
    listening = turn.listening if turn is not None and end is None else None
    return Record(events=tuple(events), acts_at=tuple(caller.acts_at), ending=ending, listening=listening)


@dataclass(slots=True)
class _Kept:
    """Events of a call."""

    events: list[CallEvent] = field(default_factory=list)

    def note(self, event: CallEvent) -> None:
        self.events.append(event)


class _Caller:
    """Plays a script, lets the time of each turn pass, and waits for ever when the script is over."""

    def __init__(self, script: ScriptedCaller, stage: Stage) -> None:
        self.acts_at: list[float] = []
        self.at_a_loss = asyncio.Event()
        self.turn: Turn | None = None
        self._script = script
        self._stage = stage
        self._clock = stage.clock
        self._turn_began = 0.0

    async def next_act(self, turn: Turn) -> Act | None:
        if self.turn is None or turn.number != self.turn.number:
            self.turn, self._turn_began = turn, self._clock.seconds
        if self._script.finished and turn.asked:
            self.at_a_loss.set()
            await asyncio.Event().wait()
        if self._stage.knows_callers:  # a turn takes seconds, in which what is looked up meanwhile comes
            await self._stage.all_looked_up()
        act = await self._script.next_act(turn)
        share = act.cuts_in_after if act is not None else None
        prompts_s = turn.prompts_ms / 1000
        cut = share is not None and share < 1
        self._clock.pass_to(self._turn_began + (prompts_s * (share or 0.0) if cut else prompts_s))
        if act is not None:
            pause_s = turn.listening.first_input_s if isinstance(act, KeepsSilent) and turn.listening else REPLY_S
            if not cut:
                self._clock.pass_to(self._clock.seconds + (pause_s if turn.asked else 0.0))
            self.acts_at.append(self._clock.now())
        return act

    def heard(self, turn: Turn) -> PromptPlayed:
        """What the line says in the turn that is not over."""
        return PromptPlayed(
            call_id=CALL,
            at=self._turn_began,
            text=turn.text,
            heard=turn.text,
            heard_ms=turn.prompts_ms,
            total_ms=turn.prompts_ms,
            barged_in=False,
        )
