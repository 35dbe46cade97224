"""A call by typing: a line is what the caller does, which replays the call with it, or asks to see something of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from ivr.call import CallerSpoke, KeysPressed, Listening, Said, StepFailed, event_to_dict
from ivr.dialogue.flow import Step
from ivr.errors import UserError
from ivr.plans.rehearsal.play import Plan, play
from ivr.plans.rehearsal.record import Record
from ivr.plans.rehearsal.scene import Before, Scene
from ivr.plans.rehearsal.typed import WAYS, act_of
from ivr.plans.rehearsal.writing import save
from ivr.testing.scripted_caller import Act, HangsUp

USUAL_MINUTES = 3.0
MOST_ACTS = 500
"""More than the turns of any call."""
PHRASES_SHOWN = 24
COMMANDS = """\
To look at the call:
  /step   where it is and what can be said and pressed     /timers  how long it waits
  /facts  what it knows of the caller                      /why     what became of the last answer
  /events everything so far                                /pop     what the agent would see
  /back   undo the last thing the caller did               /again   call anew
  /ring [MINUTES]  hang up and ring again so many minutes later, known as the plan remembers
  /save FILE [NAME]  as a scenario for 'ivr test'          /quit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer to a typed line: `said` by the line, `notes` about it, or as `data`."""

    said: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    quits: bool = False
    wrong: bool = False
    """Whether the line could not be understood or done."""


class Talk:
    """One call; `line` takes what is typed."""

    def __init__(self, plan: Plan, scene: Scene) -> None:
        self._plan = plan
        self._scene = scene
        self._acts: list[Act] = []
        self._record: Record | None = None
        self._words: dict[str, Callable[[], Told]] = {
            "?": _help,
            "/help": _help,
            "/step": self._step,
            "/timers": self._timers,
            "/facts": self._facts,
            "/why": self._why,
            "/events": self._events,
            "/pop": self._pop,
            "/quit": lambda: Told(quits=True),
        }

    @property
    def record(self) -> Record:
        """The call so far. It has begun."""
        assert self._record is not None
        return self._record

    async def begin(self) -> Told:
        """Ring; what the line says first."""
        return await self._call_with([])

    async def end(self) -> Told:
        """Nobody types any more: the caller hangs up, unless the call is over."""
        return Told() if self.record.ending is not None else await self._call_with([*self._acts, HangsUp()])

    async def line(self, typed: str) -> Told:
        """One typed line. A line that makes no sense changes nothing."""
        text = typed.strip()
        word, _, rest = text.partition(" ")
        if text in self._words:
            return self._words[text]()
        match word:
            case "/back" if not rest:
                return await self._call_with(self._acts[:-1]) if self._acts else _wrong("nothing was done yet")
            case "/again" if not rest:
                return await self._call_with([])
            case "/ring":
                return await self._ring(rest)
            case "/save":
                return self._save(rest)
        if text.startswith("/"):
            return _wrong(f"'{word}' is not known here; '?' shows what is")
        if self.record.ending is not None:
            return _wrong("the call is over; /back, /again, /save FILE or /quit")
        if len(self._acts) >= MOST_ACTS:
            return _wrong(f"more than {MOST_ACTS} acts in one call; /again")
        try:
            return await self._call_with([*self._acts, act_of(typed)])
        except ValueError as fault:
            return _wrong(str(fault))

    async def _ring(self, rest: str) -> Told:
        """The same caller once more, with what is kept of this call."""
        try:
            minutes = float(rest or USUAL_MINUTES)
        except ValueError:
            return _wrong(f"'{rest}' are no minutes; /ring 3")
        await self.end()
        before = Before.of(self.record.remembered, minutes)
        at = self._scene.at + timedelta(minutes=minutes)
        self._scene = replace(self._scene, before=before, at=at)
        return await self._call_with([])

    async def _call_with(self, acts: list[Act]) -> Told:
        self._record = await play(self._plan, self._scene, acts)
        self._acts = acts
        return self._since()

    def _since(self) -> Told:
        """What the line said since the last act, and whether the call is over."""
        record = self.record
        span = record.span(len(record.acts_at))
        said, step = record.said(span), record.step(span)
        notes = []
        if not said and record.ending is None:
            notes.append("(the line took no notice, and goes on)")
        if record.ending is not None:
            notes.append(f"The call is over: {record.ending.told()}.")
        over = record.ending.told() if record.ending else None
        return Told(said=said, notes=tuple(notes), data={"said": list(said), "step": step, "over": over})

    # -- to look at -----------------------------------------------------------------------------------

    @property
    def _here(self) -> Step:
        return self._plan.flow.steps[self.record.step(self.record.span(len(self.record.acts_at)))]

    def _step(self) -> Told:
        step, listening = self._here, self.record.listening
        place = f"{self._plan.flow.file}:{step.line}:{step.column}"
        keys, digits, phrases, speech = _wanted(listening)
        notes = [f"step '{step.name}' ({step.verb.word}), {place}"]
        if listening is not None:
            notes.append(f"keys: {' '.join(keys) or 'none'}{f'; digits: {digits}' if digits else ''}")
            notes.append(f"words: {speech}")
        data = {"step": step.name, "verb": step.verb.word, "place": place, "keys": keys, "digits": digits}
        return Told(notes=tuple(notes), data={**data, "phrases": phrases})

    def _timers(self) -> Told:
        listening = self.record.listening
        if listening is None:
            return _wrong("the line does not wait for anything")
        pauses = listening.pauses
        values = {
            "first word or key within": listening.first_input_s,
            "next key within": listening.between_keys_s,
            "speech at most": listening.longest_s,
            "silence after a whole answer that nothing can change": pauses.unambiguous_s,
            "silence after a whole answer": pauses.complete_s,
            "silence after words that are no answer yet": pauses.incomplete_s,
            "silence in free speech": pauses.free_s,
            "silence after enough digits": pauses.digits_s,
            "silence while counting out": pauses.counting_s,
        }
        return Told(notes=tuple(f"{name}: {value:g} s" for name, value in values.items()), data={"timers_s": values})

    def _facts(self) -> Told:
        record = self.record
        facts = record.facts(record.span(len(record.acts_at)))
        notes = tuple(f"{name} = {value}" for name, value in facts.items()) or ("nothing is known yet",)
        return Told(notes=notes, data={"facts": facts})

    def _why(self) -> Told:
        events = self.record.events
        at = max((n for n, one in enumerate(events) if isinstance(one, CallerSpoke | KeysPressed)), default=None)
        if at is None:
            return _wrong("the caller has said and pressed nothing yet")
        heard = events[at]
        step = self._plan.flow.steps[self.record.step_before(heard.at)]
        manner, notes = step.manner, []
        data: dict[str, Any] = {"step": step.name, "accept": manner.accept, "confirm": manner.confirm}
        if isinstance(heard, KeysPressed):
            data["keys"] = heard.keys
            notes.append(f"in step '{step.name}': keys {heard.keys}; keys are certain")
        elif isinstance(heard, CallerSpoke):
            meant = heard.understood_as
            data |= {"heard": heard.text, "confidence": heard.confidence, "understood_as": meant}
            words = f"“{heard.text}” with confidence {heard.confidence:.2f}"
            notes.append(f"in step '{step.name}': heard {words if heard.text else 'no words that it listens for'}")
            notes.append(f"understood as: {meant or 'nothing that can be said here'}")
            bands = f"counts from {manner.accept:g}, is asked back from {manner.confirm:g}"
            notes.append(f"{bands}; what is counted out is read back from {manner.read_back_from:g}")
        failed = [one for one in events[at + 1 :] if isinstance(one, StepFailed)]
        notes += [f"so it failed: {one.failure} (number {one.count} in this step)" for one in failed]
        return Told(notes=tuple(notes), data={**data, "failed": [one.failure for one in failed]})

    def _events(self) -> Told:
        events = sorted(self.record.events, key=lambda event: event.at)
        return Told(notes=self.record.transcript(), data={"events": [event_to_dict(event) for event in events]})

    def _pop(self) -> Told:
        over = self.record.ending.hand_over if self.record.ending else None
        if over is None:
            return _wrong("nobody was handed over")
        facts = {fact.name: fact.value for fact in over.facts}
        intent = over.intent.name if over.intent else None
        answers = [answer.title for answer in over.answers_heard]
        notes = [f"queue: {over.queue}", f"reason: {over.reason}", f"about: {intent or 'unknown'}"]
        notes += [f"{name} = {value}" for name, value in facts.items()]
        notes += [f"identity: {over.identity.level.word}{f', by {over.identity.by}' if over.identity.by else ''}"]
        notes += [_told_record(one) for one in over.record]
        notes += [f"was told: {title}" for title in answers]
        notes += [f"failed: {failure}" for failure in over.failures]
        data = {"queue": over.queue, "reason": over.reason, "intent": intent, "facts": facts, "answers": answers}
        data |= {
            "identity": over.identity.level.word,
            "record": {one.name: one.value for one in over.record if one.counts},
        }
        return Told(notes=tuple(notes), data={**data, "failures": list(over.failures)})

    def _save(self, rest: str) -> Told:
        file, _, name = rest.partition(" ")
        if not file:
            return _wrong("say where: /save dialplans/scenarios/FILE.yaml NAME OF THE SCENARIO")
        name = " ".join(name.split()) or f"talk of {len(self._acts)} turns"
        try:
            save(Path(file), name, self._plan, self._scene, self._acts, self.record)
        except UserError as fault:
            return _wrong(str(fault))
        return Told(notes=(f"saved as '{name}' in {file}; 'ivr test {file}' plays it",), data={"saved": file})


def _told_record(said: Said) -> str:
    """One line about what a source says of the caller."""
    about = [f"from {said.as_of}"] if said.as_of else []
    about += ["old"] if said.old else []
    about += ["somebody else's"] if said.stranger else ["contradicts"] if said.differs else []
    return f"record: {said.name} = {said.value} ({', '.join((said.source, *about))})"


def _help() -> Told:
    return Told(notes=(*WAYS.splitlines(), *COMMANDS.splitlines()), data={"help": f"{WAYS}\n{COMMANDS}"})


def _wrong(why: str) -> Told:
    return Told(notes=(why,), data={"wrong": why}, wrong=True)


def _wanted(listening: Listening | None) -> tuple[list[str], str, list[str] | None, str]:
    """Keys, numbers of digits, phrases, and the phrases as a note."""
    if listening is None:
        return [], "", [], ""
    least, most = listening.keys.digits_min, listening.keys.digits_max
    digits = (str(most) if least == most else f"{least} to {most}") if most else ""
    keys = sorted(listening.keys.options)
    if listening.phrases is None:
        return keys, digits, None, "anything"
    phrases = list(listening.phrases)
    shown = ", ".join(phrases[:PHRASES_SHOWN]) or "none are listened for"
    more = f" … and {len(phrases) - PHRASES_SHOWN} more" if len(phrases) > PHRASES_SHOWN else ""
    return keys, digits, phrases, shown + more
