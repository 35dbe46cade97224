"""Every journey through a plan, found by making calls: the questions that callers can come to, and what follows there.

Nothing here knows what a verb does. A call is the real `run_flow` with a telephone that answers as we like, and it is
repeated up to a question as often as there are answers to try.

**States.** A state is a question (the step, the question itself, what may be said and pressed, the sub-flows that it
is inside of) with those facts that a later step may decide by (`carried`). Its choices are tried once. How often the
caller has failed before is no part of it, because from every state the failures themselves are played to the end, in
calls of their own, by callers who do the same thing again and again: say nothing, are not understood, press what means
nothing, speak to a dead recogniser. The hour, the queues and look-ups are no part either: whenever a plan asks for
them, that call is made once more in each other scene, and what it leads to is explored, too.

**Shortcuts.** A conversation carries from step to step what was told, the facts, the sub-flows it is inside of, and
settings such as the pace. Where no fact matters any more and no sub-flow is open, a call that begins at the step and
meets the very same question there does the same from then on; calls about it begin there. Elsewhere they begin at the
start.

**Bounds.** A caller gets 200 questions from the dialogue, so every call ends. After MOST_STATES questions the
exploration stops and says so. A step that some way leads to, but none that we found (a source that has to answer with a
certain word), is explored as if it had been reached; what is found there is told as that.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ivr.call import Answer, Means
from ivr.dialogue import Flow
from ivr.plans.proof.carried import facts_that_matter, ways_on
from ivr.plans.proof.found import PROPER, Journeys, State, Way
from ivr.plans.proof.moves import MUMBLE, SILENCE, UNHEARD, WRONG_KEY, Move, doubtful, keyed, press, spoken
from ivr.plans.proof.one_call import GoesOn, Played, Question, play
from ivr.plans.proof.scene import Articles, Asked, Before, Scene, befores

MOST_STATES = 20_000
Told = Callable[[int, int, int], None]
"""Told on the way: how many questions are explored, how many are known by then, and how many calls it took."""


def untold(explored: int, known: int, calls: int) -> None:
    """Nobody is told."""


async def explore(
    flow: Flow,
    answers: Sequence[Answer],
    *,
    within_turns: int,
    instants: Sequence[datetime],
    most_states: int = MOST_STATES,
    tell: Told = untold,
) -> Journeys:
    """Every journey through `flow`, which tells the articles `answers`."""
    explorer = _Explorer(flow, Articles(tuple(answers)), within_turns, instants, most_states, tell)
    await explorer.begin(flow.start, assumed=False)
    await explorer.go_on()
    for name in _reachable(flow):
        if name not in explorer.found.entered:
            explorer.found.assumed.append(name)
            await explorer.begin(name, assumed=True)
            await explorer.go_on()
    return explorer.found


def _choices(state: State) -> Iterator[Move]:
    """What is tried once at `state`: every key, every option by voice; where nobody can hear, keys only.

    What is understood everywhere is tried at what a step asks first, and so is doubt.
    """
    listening = state.question.listening
    yield from keyed(listening, everywhere=state.own or _nobody_hears(state))
    if not _nobody_hears(state):
        yield from spoken(listening, everywhere=state.own)
        if state.own:
            yield from doubtful(listening)


def _patient(state: State) -> Iterator[Move]:
    """What callers do at `state` who get nowhere, again and again."""
    yield SILENCE
    if state.own:
        yield WRONG_KEY
    if state.question.listening.speech:
        yield UNHEARD
        if not _nobody_hears(state):
            yield MUMBLE


def _nobody_hears(state: State) -> bool:
    return bool(state.moves) and state.moves[-1][0].unheard


def _reachable(flow: Flow) -> list[str]:
    """Steps that some way leads to, in the order of the file."""
    reached: set[str] = set()
    waiting = [flow.start, flow.main_menu]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in flow.steps:
            reached.add(name)
            waiting += ways_on(flow.steps[name])
    return [name for name in flow.steps if name in reached]


class _Explorer:
    def __init__(
        self,
        flow: Flow,
        articles: Articles,
        within_turns: int,
        instants: Sequence[datetime],
        most_states: int,
        tell: Told,
    ) -> None:
        self.found = Journeys()
        self._flow, self._articles = flow, articles
        self._within_turns, self._instants, self._most_states = within_turns, instants, most_states
        self._tell = tell
        self._befores = befores(flow)
        self._matters = facts_that_matter(flow)
        self._known: dict[tuple[Question, Before | None, tuple[tuple[str, str], ...]], State] = {}
        self._waiting: deque[State] = deque()
        self._first: dict[tuple[str, Scene], Played] = {}
        self._silent: dict[State, Played] = {}
        """What comes of saying nothing at questions that wait to be explored."""
        self._endured_already: set[tuple[State, Move]] = set()

    async def begin(self, start: str, *, assumed: bool) -> None:
        """Calls that begin at `start`, in every scene that changes what comes before the first question."""
        opening = Scene()
        played = await self._opened(start, opening)
        for scene in (opening, *await self._others(opening, played)):
            first = await self._opened(start, scene)
            self._entered(first)
            if first.question is None or first.fault:
                self.found.openings.append((start, scene, first))
            if first.question is not None:
                state = State(
                    question=first.question,
                    start=start,
                    opening=scene,
                    moves=(),
                    scene=scene,
                    way=None,
                    assumed=assumed,
                    own=True,
                    before=first.turns,
                )
                self._known_as(state, first)

    async def go_on(self) -> None:
        """Explore what is known and not explored yet."""
        while self._waiting:
            if len(self.found.states) > self._most_states:
                self.found.complete = False
                self._waiting.clear()
                return
            await self._explore(self._waiting.popleft())
            self._tell(len(self.found.states) - len(self._waiting), len(self.found.states), self.found.calls)
            await asyncio.sleep(0)  # so that the loop lets go of the deadlines that are over

    async def _explore(self, state: State) -> None:
        taken: set[Means | None] = set()
        worth_trying = self._worth_trying(state)
        for move in (*worth_trying, *_choices(state)):
            if move.one_of_many and move.means in taken:
                continue
            played = await self._tried(state, move)
            if move.one_of_many and played.failed == 0 and (worth_trying or not self._decided_by_facts(state)):
                taken.add(move.means)
        for patient in _patient(state):
            if (state, patient) not in self._endured_already:
                await self._endured(state, patient)

    def _worth_trying(self, state: State) -> tuple[Move, ...]:
        """An answer out of each part that the step tells apart, if it can say so: others are like one of them."""
        verb = self._flow.steps[state.question.step].verb
        return tuple(map(press, verb.keys_worth_trying(state.question.asked, state.scene.at.date())))

    def _decided_by_facts(self, state: State) -> bool:
        return any(self._matters[name] for name in ways_on(self._flow.steps[state.question.step]))

    async def _tried(self, state: State, move: Move) -> Played:
        """`move` at the question of `state`, in its scene and, if the plan asks the world then, in the others."""
        usual, silent = await self._call_on(
            state,
            moves=(*state.moves, (move, state.scene)),
            patient=SILENCE,
            goes_on=lambda so_far: self._is_new(state.scene, so_far),
        )
        await self._way(state, move, state.scene, usual, silent)
        for scene in await self._others(state.scene, usual):
            played = await self._call(state, moves=(*state.moves, (move, scene)), opening=_opening(state, scene))
            await self._way(state, move, scene, played)
        return usual

    def _is_new(self, scene: Scene, played: Played) -> bool:
        """Whether a question that a step asks back comes to be explored from there: its silence is tried at once."""
        question = played.question
        if question is None or question.step in played.entered:
            return False
        return self._key(question, scene, played) not in self._known

    async def _way(self, state: State, move: Move, scene: Scene, played: Played, silent: Played | None = None) -> None:
        """What followed is kept; with `silent`, what came of saying nothing at the question after it."""
        way = Way(origin=state, move=move, scene=scene, patient=False, played=played)
        if played.question is not None:
            moves = (*state.moves, (move, scene))
            start, opening = state.start, _opening(state, scene)
            if await self._begins_anew(played):
                start, opening, moves = played.question.step, scene, ()
            own = played.question.step in played.entered
            to = replace(
                state,
                question=played.question,
                start=start,
                opening=opening,
                moves=moves,
                scene=scene,
                way=way,
                own=own,
                before=(),
            )
            to = self._known_as(to, played)
            way = replace(way, to=to)
            if silent is not None:
                self._silent[to] = silent
        self._keep(way)

    async def _endured(self, state: State, patient: Move) -> None:
        """The same thing again and again, to the end, and once more in each scene that the plan asks for on the way."""
        known = self._silent.pop(state, None) if patient is SILENCE else None
        usual = known or await self._call(state, moves=state.moves, patient=patient)
        for scene in (state.scene, *await self._others(state.scene, usual)):
            played = usual
            if scene != state.scene:
                moves = (*state.moves[:-1], (state.moves[-1][0], scene)) if state.moves else ()
                opening = _opening(state, scene) if moves else scene
                played = await self._call(state, moves=moves, patient=patient, opening=opening)
            if not played.met and not played.fault:
                continue  # in that scene nothing is asked, which calls that begin there have shown
            self._keep(Way(origin=state, move=patient, scene=scene, patient=True, played=played))
            for at in range(1, len(played.met)) if scene == state.scene else ():
                self._met(state, patient, at, played)

    def _met(self, state: State, patient: Move, at: int, played: Played) -> None:
        """A question that only who fails comes to, such as whether they want a person."""
        question = played.met[at][1]
        if self._key(question, state.scene, played) in self._known:
            return
        moves = (*state.moves, *[(patient, state.scene)] * at)
        way = Way(origin=state, move=patient, scene=state.scene, patient=False, played=played.before(at))
        own = question.step != state.question.step
        to = self._known_as(replace(state, question=question, moves=moves, way=way, own=own, before=()), played)
        self._keep(replace(way, to=to))
        self._endured_already.add((to, patient))
        self._keep(Way(origin=to, move=patient, scene=state.scene, patient=True, played=played.after(at)))

    def _keep(self, way: Way) -> None:
        well = way.played.ended in PROPER and not way.played.fault
        known = way.to is not None and way.to.way is not None and way.to.way.played is not way.played
        self.found.ways.append(replace(way, played=way.played.outlined()) if known or (well and way.patient) else way)

    async def _others(self, scene: Scene, played: Played) -> list[Scene]:
        """The scenes besides `scene` in which what the plan asked the world for in `played` may make a difference.

        A step that asks as soon as it is entered, and decides by no fact that matters, goes on from there as it does
        in a call that begins with it; scenes in which all such steps go on alike are one.
        """
        others: list[Scene] = []
        for asked in sorted({asked for _, asked in played.asked_world}, key=lambda one: one.value):
            steps = sorted(step for step, what in played.asked_world if what is asked)
            scenes = list(scene.others({asked}, self._instants, self._befores))
            if asked is not Asked.MEMORY and all([await self._decides_at_once(step, asked, played) for step in steps]):
                first: dict[object, Scene] = {}
                for one in (scene, *scenes):
                    outcome = tuple([_outcome(await self._opened(step, one)) for step in steps])
                    first.setdefault(outcome, one)
                scenes = [one for one in first.values() if one is not scene]
            others += scenes
        return others

    async def _decides_at_once(self, step: str, asked: Asked, played: Played) -> bool:
        alike = not self._known_of(self._matters[step], played)
        return alike and (step, asked) in (await self._opened(step, Scene())).asked_world

    async def _begins_anew(self, played: Played) -> bool:
        """Whether a call that begins at the step of the question would go on as this one (see above)."""
        question = played.question
        if question is None or question.inside or question.step not in played.entered:
            return False
        if self._known_of(self._matters[question.step], played):
            return False
        return (await self._opened(question.step, Scene())).question == question

    async def _opened(self, start: str, scene: Scene) -> Played:
        if (start, scene) not in self._first:
            self.found.calls += 1
            self._first[start, scene], _ = await play(self._flow, self._articles, start=start, scene=scene)
        return self._first[start, scene]

    async def _call(
        self,
        state: State,
        *,
        moves: Sequence[tuple[Move, Scene]],
        patient: Move | None = None,
        opening: Scene | None = None,
    ) -> Played:
        tried, patiently = await self._call_on(state, moves=moves, patient=patient, opening=opening)
        return patiently or tried

    async def _call_on(
        self,
        state: State,
        *,
        moves: Sequence[tuple[Move, Scene]],
        patient: Move | None = None,
        opening: Scene | None = None,
        goes_on: GoesOn | None = None,
    ) -> tuple[Played, Played | None]:
        self.found.calls += 1
        tried, patiently = await play(
            self._flow,
            self._articles,
            start=state.start,
            scene=opening or state.opening,
            moves=moves,
            patient=patient,
            most_patient=self._within_turns + 1,
            goes_on=goes_on,
        )
        for played in filter(None, (tried, patiently)):
            self._entered(played)
        return tried, patiently

    def _entered(self, played: Played) -> None:
        self.found.entered.update(played.entered)
        self.found.asked_world |= {asked for _, asked in played.asked_world}

    def _key(
        self, question: Question, scene: Scene, played: Played
    ) -> tuple[Question, Before | None, tuple[tuple[str, str], ...]]:
        """What tells states apart; what is kept of a caller, only where it is asked about."""
        matters = self._matters[question.step]
        recalls = self._flow.steps[question.step].verb.keeps() is not None
        return question, scene.before if recalls else None, self._known_of(matters, played)

    @staticmethod
    def _known_of(names: frozenset[str], played: Played) -> tuple[tuple[str, str], ...]:
        """Those of the facts `names` that are known at the end of `played`."""
        return tuple((name, value) for name, value in played.facts if name in names)

    def _known_as(self, state: State, played: Played) -> State:
        """`state`, or the one that it is no different from."""
        key = self._key(state.question, state.scene, played)
        if key not in self._known:
            self._known[key] = state
            self.found.states.append(state)
            self._waiting.append(state)
        return self._known[key]


def _opening(state: State, scene: Scene) -> Scene:
    """Where a call about `state` begins that is to come to `scene`: who calls does not change on the way."""
    shown, record = scene.number_shown, scene.record
    return replace(state.opening, number_shown=shown, record=record, draw=scene.draw, before=scene.before)


def _outcome(played: Played) -> tuple[object, ...]:
    return played.entered, played.question, played.ended, played.queue, played.fault
