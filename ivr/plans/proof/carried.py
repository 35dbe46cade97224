"""Which facts can still change what a plan does: the rest of what a caller told is no part of the prover's states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ivr.dialogue import Flow
from ivr.dialogue.flow import Step
from ivr.dialogue.record_facts import CALLER, LEVEL
from ivr.dialogue.turns import FACT


def facts_that_matter(flow: Flow) -> Mapping[str, frozenset[str]]:
    """Step → facts that it or a step after it may decide by, or make other facts of.

    What a step learns itself and decides by matters in that step alone, unless another one learns it, too, and it does
    more than offer it: on the way back to it such a fact is at most known already, and leads nowhere that it does not
    lead the first time.
    """
    learn = Counter(fact for step in flow.steps.values() for fact in set(step.verb.facts()))
    reads = {
        name: {*_read(step), *(fact for fact in _weighed(step) if learn[fact] > 1)} for name, step in flow.steps.items()
    }
    returns = _returns(flow)
    before: dict[str, set[str]] = {name: set() for name in flow.steps}
    for name, step in flow.steps.items():
        for following in (*ways_on(step), *returns.get(name, ()), flow.main_menu):
            if following in before:
                before[following].add(name)
    waiting = [name for name, read in reads.items() if read]
    while waiting:
        name = waiting.pop()
        for earlier in before[name]:
            if not reads[name] <= reads[earlier]:
                reads[earlier] |= reads[name]
                waiting.append(earlier)
    return {name: frozenset(read).union(flow.steps[name].verb.weighs()) for name, read in reads.items()}


def _weighed(step: Step) -> set[str]:
    return set(step.verb.weighs()) - set(step.verb.offers())


def ways_on(step: Step) -> Iterator[str]:
    """Steps that may follow `step`, by what its verb says and by what happens in it."""
    yield from (jump.text for jump in (*step.verb.jumps(), *step.manner.jumps()))


def _returns(flow: Flow) -> Mapping[str, list[str]]:
    """Step that ends a sub-flow → where the call may go on."""
    after: dict[str, list[str]] = {}
    for step in flow.steps.values():
        called = step.verb.calls()
        if called is not None:
            after.setdefault(called, []).append(step.verb.jumps()[-1].text)
    own = {name: after.get(name.rpartition(".")[0], []) for name in flow.steps}
    return {name: own[name] for name, step in flow.steps.items() if step.verb.returns}


def _read(step: Step) -> Iterator[str]:
    if step.verb.word == "look_up":
        return  # what a look-up comes to is the scene's, whatever it is asked about
    named = list(step.verb.uses())
    if step.verb.facts():
        named += (name for text in step.verb.texts() for name in FACT.findall(text))
    yield from (LEVEL if name.startswith(CALLER) else name for name in named)
