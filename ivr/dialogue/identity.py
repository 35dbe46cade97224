"""How sure it is at each step who calls, on every way to it: what a step says of a record must not come too early."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.call import Level
from ivr.dialogue.flow import Flow, Step
from ivr.dialogue.record_facts import CALLER
from ivr.dialogue.turns import FACT


def below_level(flow: Flow) -> tuple[str, ...]:
    """A warning for each step that says fields of a caller's record, or looks up with them, where a way to it is not
    sure enough who calls: what is said then has a gap."""
    if flow.callers is None:
        return ()
    sure = _sure(flow)
    warnings = []
    for name, step in flow.steps.items():
        needed = {field: flow.callers.fields[field].use.level or Level.NONE for field in sorted(_filled_in(step))}
        early = [field for field, level in needed.items() if level > max(sure.get(name, Level.PIN), Level.NUMBER)]
        if early:
            most = max(needed.values()).word
            message = (
                f"step '{name}' uses '{CALLER}{early[0]}', and a way leads there on which it is not known who calls; "
                f"lead through 'identify: {most}', or ask for {{identity: {most}}} in a branch before"
            )
            warnings.append(str(flow.wrong(step, message)))
    return tuple(warnings)


def _filled_in(step: Step) -> set[str]:
    texts = (*(prompt.text for prompt in step.verb.prompts()), *step.verb.texts())
    names = (name for text in texts for name in FACT.findall(text))
    return {name.removeprefix(CALLER) for name in names if name.startswith(CALLER)}


def _sure(flow: Flow) -> dict[str, Level]:
    """Step in reach → the level that every way to it has. A level that a call has reached, it keeps."""
    sure = {flow.start: Level.NONE}
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        for following, level in _ways(flow, flow.steps[name], sure[name]):
            if following not in sure or level < sure[following]:
                sure[following] = level
                waiting.append(following)
    return sure


def _ways(flow: Flow, step: Step, level: Level) -> Iterator[tuple[str, Level]]:
    """Where a call may go after `step`, and the level that it has then."""
    jumps, assured = step.verb.jumps(), step.verb.assures()
    for at, jump in enumerate(jumps):
        if step.verb.calls() is not None and at == len(jumps) - 1:
            continue  # it is reached by the sub-flow's return
        yield jump.text, max(level, assured[at]) if assured else level
    yield from ((jump.text, level) for jump in step.manner.jumps())
    yield flow.main_menu, level
    if step.verb.returns:
        own = step.name.rpartition(".")[0]
        for other in flow.steps.values():
            if other.verb.calls() == own:
                yield other.verb.jumps()[-1].text, level
