"""Where calls can go in a plan: steps out of reach, circles without the caller, facts that no way has learnt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from itertools import chain

from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.record_facts import CALLER, OF_RECORD
from ivr.dialogue.turns import FACT
from ivr.dialogue.written import Jump


def check_sub_flows(flow: Flow) -> None:
    """Raise FlowError for a sub-flow that calls itself, directly or through others."""
    calls: dict[str, list[Jump]] = {name: [] for name in flow.flows}
    for step in flow.steps.values():
        owner = step.name.rpartition(".")[0]
        if owner and step.verb.calls():
            calls[owner].append(step.verb.jumps()[0])
    circle = _circle({name: [(jump.text.partition(".")[0], jump) for jump in jumps] for name, jumps in calls.items()})
    if circle is not None:
        names, place = circle
        raise flow.wrong(place, f"the sub-flows {' → '.join(names)} call themselves; lead one of them back by 'return'")


def check_loops(flow: Flow) -> None:
    """Raise FlowError for a circle of steps that never waits for the caller."""
    circle = _circle(_silent_ways(flow))
    if circle is not None:
        names, place = circle
        message = f"the steps {' → '.join(names)} go round without ever waiting for the caller"
        raise flow.wrong(place, f"{message}; lead one of them to a menu, question or goodbye")


def unreachable(flow: Flow) -> tuple[str, ...]:
    """A warning for each step that no way leads to."""
    reached = _in_reach(flow)
    return tuple(
        str(flow.wrong(step, f"no way leads to step '{name}'; remove it or lead to it"))
        for name, step in flow.steps.items()
        if name not in reached
    )


def _in_reach(flow: Flow) -> Set[str]:
    return _reached({name: _ways(step) for name, step in flow.steps.items()}, [flow.start, flow.main_menu])


def used_facts(step: Step) -> Set[str]:
    """The facts that are said or decided by in `step`."""
    prompts = chain(step.verb.prompts(), step.manner.prompts())
    texts = chain((prompt.text for prompt in prompts), step.verb.texts())
    return {*step.verb.uses(), *(name for text in texts for name in FACT.findall(text))}


def needs_record(step: Step) -> bool:
    """Whether `step` says something of the caller's record, or decides by it."""
    return any(name.startswith(CALLER) or name in OF_RECORD for name in used_facts(step))


def unlearnt(flow: Flow) -> tuple[str, ...]:
    """A warning for each fact that is used where no way to it has learnt it."""
    used = {name: used_facts(step) for name, step in flow.steps.items()}
    number = {fact: at for at, fact in enumerate(sorted(set().union(*used.values()) & set(_all_facts(flow))))}
    if not number:
        return ()
    after = {name: tuple(ways_with_returns(flow, step)) for name, step in flow.steps.items()}
    known = {
        name: sum(1 << number[fact] for fact in set(step.verb.facts()) & number.keys())
        for name, step in flow.steps.items()
    }
    """Step → the facts that some way to it has learnt, one bit each, its own included."""
    waiting = list(_in_reach(flow))
    while waiting:
        name = waiting.pop()
        for following in after[name]:
            if known[name] & ~known[following]:
                known[following] |= known[name]
                waiting.append(following)
    return tuple(
        str(flow.wrong(step, f"no way to step '{name}' learns the fact '{fact}'; ask for it before, or do without it"))
        for name, step in flow.steps.items()
        for fact in sorted(used[name])
        if fact in number and not known[name] >> number[fact] & 1
    )


def _all_facts(flow: Flow) -> Iterator[str]:
    for step in flow.steps.values():
        yield from step.verb.facts()


def _ways(step: Step) -> list[str]:
    return [jump.text for jump in (*step.verb.jumps(), *step.manner.jumps())]


def ways_with_returns(flow: Flow, step: Step) -> Iterator[str]:
    """Where a call may go after `step`, by the caller's wish and out of a sub-flow, too."""
    yield from _ways(step)
    yield flow.main_menu
    if step.verb.returns:
        own = step.name.rpartition(".")[0]
        for other in flow.steps.values():
            if other.verb.calls() == own:
                yield other.verb.jumps()[-1].text


def _reached(after: Mapping[str, list[str]], starts: list[str]) -> Set[str]:
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += after[name]
    return reached


Edges = Mapping[str, list[tuple[str, Jump]]]


def _silent_ways(flow: Flow) -> Edges:
    """The ways out of each step that does not wait for the caller.

    A step after a sub-flow follows without the caller only if the sub-flow can be gone through without them.
    """
    silent = {name: step for name, step in flow.steps.items() if not step.verb.waits()}
    quiet: set[str] = set()
    while True:
        after = {name: list(_without_caller(step, quiet)) for name, step in silent.items()}
        ways = {name: [to for to, _ in after.get(name, [])] for name in flow.steps}
        more = {
            name
            for name, part in flow.flows.items()
            if any(flow.steps[one].verb.returns for one in _reached(ways, [part.start]))
        }
        if more == quiet:
            return after
        quiet = more


def _without_caller(step: Step, quiet: Set[str]) -> Iterator[tuple[str, Jump]]:
    called, jumps = step.verb.calls(), step.verb.jumps()
    for jump in jumps if called is None or called in quiet else jumps[:1]:
        yield jump.text, jump


def _circle(after: Edges) -> tuple[list[str], Jump] | None:
    """The names of one circle, the first again as the last, and the jump that closes it; None if there is none."""
    done: set[str] = set()
    for start in after:
        trail: dict[str, Iterator[tuple[str, Jump]]] = {}
        if start not in done:
            trail[start] = iter(after[start])
        while trail:
            name = next(reversed(trail))
            for to, jump in trail[name]:
                if to in trail:
                    names = list(trail)
                    return [*names[names.index(to) :], to], jump
                if to in after and to not in done:
                    trail[to] = iter(after[to])
                    break
            else:
                done.add(name)
                del trail[name]
    return None
