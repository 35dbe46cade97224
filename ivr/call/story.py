"""The story of a call: what its events tell a person who takes over, live and from the journal in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ivr.call.caller import Caller, CallId
from ivr.call.events import (
    Alerted,
    Answered,
    AnswerJudged,
    AnswerTold,
    AnswerWithheld,
    CallerSpoke,
    CallEvent,
    FactLearnt,
    IdentityFailed,
    IdentityKnown,
    IntentUnderstood,
    KeysPressed,
    LetterSent,
    PromptPlayed,
    RecordFound,
    RecordSaid,
    StepEntered,
    StepFailed,
)
from ivr.call.handover import Alert, AnswerHeard, Fact, HandOver, Intent, LetterTo, Speaker, TranscriptLine
from ivr.call.record import LEVELS, Identity, Said

_TIMES = {1: "once", 2: "twice"}
_FAILURES = {
    "silence": "silence",
    "not_understood": "not understood",
    "refused": "understood wrongly",
    "impossible": "given something that cannot be",
    "not_known": "no answer known",
    "unheard": "nobody to hear",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the events of one call have told so far; times count from `began` (Unix seconds)."""

    call_id: CallId
    caller: Caller
    began: float
    """The ring, until the call is answered."""
    verb: str = "step"
    """Of the step that the conversation is in."""
    intent: Intent | None = None
    facts: tuple[Fact, ...] = ()
    answers_heard: tuple[AnswerHeard, ...] = ()
    failures: tuple[str, ...] = ()
    """Each one as it happened: ``menu 'main': silence``."""
    transcript: tuple[TranscriptLine, ...] = ()
    identity: Identity = field(default_factory=Identity)
    record: tuple[Said, ...] = ()
    alerts: tuple[Alert, ...] = ()
    letters: tuple[LetterTo, ...] = ()

    def after(self, event: CallEvent) -> Story:
        """The story with `event`, the next one of the call."""
        match event:
            case Answered(at=at):
                return replace(self, began=at)
            case StepEntered(verb=verb):
                return replace(self, verb=verb)
            case IntentUnderstood(name=name, confidence=confidence):
                return replace(self, intent=Intent(name=name, confidence=confidence))
            case FactLearnt(name=name, value=value, confidence=confidence):
                facts = {fact.name: fact for fact in self.facts}
                facts[name] = Fact(name=name, value=value, confidence=confidence)
                return replace(self, facts=tuple(facts.values()))
            case AnswerTold(article=article, title=title, heard_to_end=heard_to_end):
                answer = AnswerHeard(article=article, title=title, heard_to_end=heard_to_end)
                return replace(self, answers_heard=(*self.answers_heard, answer))
            case AnswerJudged(article=article, helped=helped):
                return replace(self, answers_heard=tuple(_judged(self.answers_heard, article, helped)))
            case AnswerWithheld(title=title):
                return replace(self, failures=(*self.failures, f"the answer '{title}' is out of date"))
            case Alerted(kind=kind, text=text):
                return replace(self, alerts=(*self.alerts, Alert(kind=kind, text=text)))
            case LetterSent(by=by, about=about, fate=fate):
                letter = LetterTo(by=by, about=about, fate=fate)
                return replace(self, letters=(*self.letters, letter))
            case StepFailed(step=step, failure=failure):
                failed = f"{self.verb} '{step}': {_FAILURES.get(failure, failure)}"
                return replace(self, failures=(*self.failures, failed))
            case PromptPlayed() | CallerSpoke() | KeysPressed():
                return replace(self, transcript=(*self.transcript, self._line(event)))
        return self._after_record(event)

    def _after_record(self, event: CallEvent) -> Story:
        match event:
            case RecordFound():
                return replace(self, record=())
            case RecordSaid():
                return replace(self, record=(*self.record, said_in(event)))
            case IdentityKnown(level=level, by=by):
                return replace(self, identity=replace(self.identity, level=LEVELS[level], by=by))
            case IdentityFailed(outcome=outcome):
                failed = self.identity.failed + (outcome != "unknown")
                locked = self.identity.locked or outcome == "locked"
                return replace(self, identity=replace(self.identity, failed=failed, locked=locked))
        return self

    def hand_over(self, *, queue: str, reason: str) -> HandOver:
        """Everything, for the person in `queue`."""
        return HandOver(
            call_id=self.call_id,
            caller=self.caller,
            queue=queue,
            reason=reason,
            intent=self.intent,
            facts=self.facts,
            answers_heard=self.answers_heard,
            failures=tuple(
                f"{failed} {_TIMES.get(count, f'{count} times')}" for failed, count in Counter(self.failures).items()
            ),
            transcript=self.transcript,
            identity=self.identity,
            record=self.record,
            alerts=self.alerts,
            letters=self.letters,
        )

    def _line(self, event: PromptPlayed | CallerSpoke | KeysPressed) -> TranscriptLine:
        at_s = round(max(0.0, event.at - self.began), 1)
        match event:
            case PromptPlayed():
                return TranscriptLine(at_s=at_s, speaker=Speaker.HELPLINE, text=event.heard)
            case CallerSpoke(text=text, confidence=confidence, unheard=unheard):
                said = text or ("(spoke, but nobody could hear it)" if unheard else "(not understood)")
                return TranscriptLine(at_s=at_s, speaker=Speaker.CALLER, text=said, confidence=confidence)
            case KeysPressed(keys=keys):
                return TranscriptLine(at_s=at_s, speaker=Speaker.CALLER, text=f"(pressed {keys})")


def said_in(event: RecordSaid) -> Said:
    """What `event` tells."""
    return Said(
        name=event.name,
        value=event.value,
        source=event.source,
        as_of=event.as_of,
        old=event.old,
        counts=event.counts,
        differs=event.differs,
        stranger=event.stranger,
    )


def _judged(told: tuple[AnswerHeard, ...], article: str, helped: bool) -> Iterator[AnswerHeard]:
    """`told`, the last one of `article` with what the caller said of it."""
    last = max((at for at, one in enumerate(told) if one.article == article), default=-1)
    yield from (replace(one, helped=helped) if at == last else one for at, one in enumerate(told))
