"""Holds the script against the recordings: what is there, what is missing, what has changed, what sounds wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ivr.errors import SettingsError
from ivr.plans.script.lines import ScriptLine
from ivr.plans.script.takes import Take, faults, measured


class State(Enum):
    """Who says a prompt today."""

    RECORDED = "recorded"
    CHANGED = "recorded with another text"
    UNNOTED = "recorded, but nobody noted the text"
    MISSING = "to be recorded"
    """The plan names a recording, and there is none: the voice says it for now."""
    VOICE = "said by the voice"
    """The plan names no recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong."""

    rule: str
    """Stable, in small letters with dashes."""
    recording: str
    where: str
    """``file:line:column`` of the step, or the sound file."""
    message: str
    """What; how to mend it."""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One prompt of the script beside its recording."""

    line: ScriptLine
    state: State
    take: Take | None
    findings: tuple[Finding, ...]

    @property
    def to_record(self) -> bool:
        """Whether somebody has to speak it, for the first time or anew."""
        return self.state in (State.MISSING, State.CHANGED)


def reviewed(
    lines: Iterable[ScriptLine], *, plan: Path, folder: Path, notes: Mapping[str, str]
) -> tuple[Reviewed, ...]:
    """Each of `lines` of `plan` held against `folder` and what is noted of its recordings; blocks."""
    told = tuple(lines)
    texts: dict[str, list[str]] = defaultdict(list)
    for line in told:
        if line.recording:
            texts[line.recording].append(line.text)
    return tuple(_reviewed(line, plan, folder, notes, texts) for line in told)


def _reviewed(
    line: ScriptLine, plan: Path, folder: Path, notes: Mapping[str, str], texts: Mapping[str, list[str]]
) -> Reviewed:
    name = line.recording
    if name is None:
        return Reviewed(line=line, state=State.VOICE, take=None, findings=())
    place = line.places[0]
    at_step, at_file = f"{plan}:{place.line}:{place.column}", str(folder / f"{name}.wav")
    found = [Finding(rule=rule, recording=name, where=at_step, message=text) for rule, text in _of_plan(line, texts)]
    take = None
    try:
        take = measured(folder, name, line.spoken)
        unspoken = State.VOICE if line.pieces else State.MISSING  # with facts, a recording would say too little
        state = unspoken if take is None else _state(line, notes)
    except SettingsError as fault:
        state = _state(line, notes)
        message = str(fault).removeprefix(f"recording {Path(at_file).resolve()}: ")
        found.append(
            Finding(rule="wrong-format", recording=name, where=at_file, message=f"cannot be played: {message}")
        )
    rule, message = _ABOUT_STATE.get(state, ("", ""))
    if rule:
        where = at_step if state is State.MISSING else at_file
        said = message.format(name=name, plan=plan, folder=folder, text=notes.get(name, ""), now=line.text)
        found.append(Finding(rule=rule, recording=name, where=where, message=said))
    if take is not None:
        found += (Finding(rule=rule, recording=name, where=at_file, message=text) for rule, text in faults(take))
    return Reviewed(line=line, state=state, take=take, findings=tuple(found))


_ABOUT_STATE = {
    State.MISSING: ("missing", "there is no recording '{name}' in {folder}; record it, the voice says it for now"),
    State.CHANGED: (
        "changed",
        'it says "{text}", but the plan has "{now}"; record it anew, then: ivr prompts {plan} --recorded {name}',
    ),
    State.UNNOTED: (
        "not-noted",
        "nobody noted what it says; listen to it, and if it is the plan's text: ivr prompts {plan} --recorded {name}",
    ),
}


def _state(line: ScriptLine, notes: Mapping[str, str]) -> State:
    noted = notes.get(line.recording or "")
    if noted is None:
        return State.UNNOTED
    return State.RECORDED if noted == line.text else State.CHANGED


def _of_plan(line: ScriptLine, texts: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """What the plan itself gets wrong about the recording of `line`."""
    name = line.recording or ""
    others = [text for text in texts[name] if text != line.text]
    if others and texts[name][0] != line.text:
        yield "two-texts", f"the recording '{name}' stands beside another text, too (\"{others[0]}\"); name one anew"
    if line.pieces:
        facts = ", ".join(piece.text for piece in line.pieces if piece.fact)
        yield (
            "facts-in-recording",
            f"the recording '{name}' is played as it is, so {facts} would not be said; remove 'recording', or "
            "write a list of two prompts, of which only one holds facts (a 'read_back' is always one)",
        )
