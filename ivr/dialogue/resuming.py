"""Where a call that broke off may be gone on with: steps that need nothing of the first call but what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from ivr.call import AnswerTold, CallEvent, FactLearnt, IntentUnderstood, OutcomeReached, StepEntered, StepFailed
from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.ports import Feed
from ivr.dialogue.ways import used_facts

MOST_TRAIL = 400
"""Steps of a call that are followed; a longer call goes round."""


def keeps(flow: Flow) -> frozenset[str] | None:
    """What the one step of `flow` says that is kept of a call; None if none does."""
    kept = (step.verb.keeps() for step in flow.steps.values())
    return next((facts for facts in kept if facts is not None), None)


def resumable(flow: Flow) -> frozenset[str]:
    """The steps of `flow` that a later call may go on with; none if nothing is kept of calls.

    Each asks something, so that the caller decides before anything is done. It is no step of a sub-flow, whose caller
    would be lost, none that takes secrets, and every fact that it or a step after it uses before it is learnt anew is
    one that is kept. To the main menu callers come with nothing, so nothing is needed there.
    """
    kept = flow.keeps
    if kept is None:
        return frozenset()
    needed = _needed(flow)
    return frozenset(
        name
        for name, step in flow.steps.items()
        if step.verb.resumes
        and "." not in name
        and not step.manner.sensitive
        and name not in (flow.start, flow.main_menu)
        and needed[name] <= kept
    )


def _needed(flow: Flow) -> Mapping[str, Set[str]]:
    """Step → the facts that it or a step after it uses, before they are learnt on the way."""
    learnable = {fact for step in flow.steps.values() for fact in step.verb.facts()}
    learns = {name: set(step.verb.facts()) for name, step in flow.steps.items()}
    needed = {
        name: (used_facts(step) & learnable) - (learns[name] if step.verb.resumes else set())
        for name, step in flow.steps.items()
    }
    fresh = {flow.start, flow.main_menu}
    surely = _learnt_by_flows(flow)
    before: dict[str, list[tuple[str, Set[str]]]] = {name: [] for name in flow.steps}
    for name, step in flow.steps.items():
        for following, learnt in _ways_on(step, surely):
            before[following].append((name, learnt))
    waiting = list(flow.steps)
    while waiting:
        name = waiting.pop()
        if name in fresh:
            continue
        for earlier, learnt in before[name]:
            more = needed[name] - learnt - needed[earlier]
            if more:
                needed[earlier] |= more
                waiting.append(earlier)
    return needed


def _ways_on(step: Step, surely: Mapping[str, Set[str]]) -> Iterator[tuple[str, Set[str]]]:
    """The steps that may follow `step`, each with what is learnt on the way: by itself if the caller answered, and by
    the sub-flow that is run before."""
    jumps, called = step.verb.jumps(), step.verb.calls()
    own = frozenset(step.verb.facts())
    yield from ((jump.text, own) for jump in (jumps if called is None else jumps[:-1]))
    yield from ((jump.text, frozenset[str]()) for jump in step.manner.jumps())
    if called is not None:
        yield jumps[-1].text, surely[called]


def _learnt_by_flows(flow: Flow) -> Mapping[str, Set[str]]:
    """Sub-flow → the facts that each of its ways from the beginning to a return learns."""
    everything = frozenset(fact for step in flow.steps.values() for fact in step.verb.facts())
    surely: dict[str, Set[str]] = dict.fromkeys(flow.flows, everything)
    for _ in flow.flows:  # none calls itself, so what one learns is known after as many rounds as there are
        surely = {name: _learnt_by(flow, name, surely, everything) for name in flow.flows}
    return surely


def _learnt_by(flow: Flow, name: str, surely: Mapping[str, Set[str]], everything: Set[str]) -> Set[str]:
    """The same of the sub-flow `name`, if the others learn `surely`."""
    known: dict[str, Set[str]] = {flow.flows[name].start: frozenset()}
    waiting = [flow.flows[name].start]
    while waiting:
        at = waiting.pop()
        for following, learnt in _ways_on(flow.steps[at], surely):
            if not following.startswith(f"{name}."):
                continue
            fewer = known.get(following, everything) & (known[at] | learnt)
            if following not in known or fewer != known[following]:
                known[following] = fewer
                waiting.append(following)
    return frozenset(everything).intersection(*(known[at] for at in known if flow.steps[at].verb.returns))


class Trail:
    """Follows a call by its events, on their way to `feed`, to know where a later call may go on with it."""

    def __init__(self, flow: Flow, feed: Feed) -> None:
        self._flow = flow
        self._feed = feed
        self._steps: list[str] = []
        self._behind_proof = False
        self._settled = False
        self.failures = 0
        """Turns of the present step that brought nothing."""

    def note(self, event: CallEvent) -> None:
        """See `Feed`."""
        match event:
            case StepEntered(step=name):
                self.failures = 0
                self._enter(name)
            case StepFailed():
                self.failures += 1
            case AnswerTold() | OutcomeReached():
                self._settled = True
            case IntentUnderstood() | FactLearnt():
                self._settled = False
        self._feed.note(event)

    def _enter(self, name: str) -> None:
        """What comes behind a secret or a proof of identity is never gone on with without it."""
        step = self._flow.steps[name]
        self._behind_proof = self._behind_proof or step.manner.sensitive or step.verb.proves
        if not self._behind_proof and len(self._steps) < MOST_TRAIL:
            self._steps.append(name)

    def goes_on_with(self) -> str:
        """The last step that a later call may go on with; empty if there is none, or the caller's business was done."""
        if self._settled:
            return ""
        safe = self._flow.resumable
        for name in reversed(self._steps):
            if name == self._flow.main_menu:
                return ""
            if name in safe:
                return name
        return ""
