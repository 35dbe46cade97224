"""What happens in a call, as frozen values; the journal, the console and the demo all read the same feed.

Fields that hold personal data (what was said, keys, numbers, names) carry ``pii=True`` in their metadata: the
journal and the logs read the mark, and a test holds every free-text field to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from ivr.call.caller import CallId

PII = {"pii": True}


class EndReason(Enum):
    """Why the service's part of a call ended."""

    HUNG_UP = "hung_up"
    """The plan said goodbye."""
    CALLER_LEFT = "caller_left"
    HANDED_OVER = "handed_over"
    LINE_FAILED = "line_failed"
    """Media or control broke: the dialplan looks after the caller."""
    SERVICE_FAILED = "service_failed"
    """A fault of ours: the dialplan looks after the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """Base of all events: `at` is Unix time in seconds, `call_id` says which call."""

    call_id: CallId
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(CallEvent):
    """A call came in."""

    number: str = field(metadata=PII)
    name: str = field(metadata=PII)
    dialled: str
    helpline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(CallEvent):
    """The line was answered and carries sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntered(CallEvent):
    """The conversation entered a step of the plan."""

    step: str
    verb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPlayed(CallEvent):
    """Something was said to the caller, from `at` on; `heard_ms` of `total_ms` reached them. Noted when it is over."""

    text: str = field(metadata=PII)
    heard_ms: int
    total_ms: int
    barged_in: bool
    heard: str = field(metadata=PII)
    """The words of it that reached the caller, with a dash where it ended too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPressed(CallEvent):
    """The caller answered by keys."""

    keys: str = field(metadata=PII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSpoke(CallEvent):
    """The caller answered by voice; `text` is the best reading, `understood_as` what the plan made of it."""

    text: str = field(metadata=PII)
    confidence: float
    understood_as: str | None = None
    unheard: bool = False
    """Recognition was down or fully used: nobody could hear what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed(CallEvent):
    """A turn brought nothing: `failure` is ``silence``, ``not_understood``, ``refused``, ``not_known``,
    ``impossible`` (31 June) or ``unheard`` (recognition was down or fully used)."""

    step: str
    failure: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLearnt(CallEvent):
    """The caller told us something."""

    name: str
    value: str = field(metadata=PII)
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFound(CallEvent):
    """A record of the caller is known, or is known otherwise than before: what sources say of it follows."""

    by: str
    """What it was found by: ``number``, or fields that the caller told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSaid(CallEvent):
    """What one source says of one field of the record (see `ivr.call.record.Said`)."""

    name: str
    value: str = field(metadata=PII)
    source: str
    as_of: str
    old: bool
    counts: bool
    differs: bool
    stranger: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityKnown(CallEvent):
    """How sure it is from now on who calls (``number``, ``knowledge``, ``pin``), and `by` which fields."""

    level: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFailed(CallEvent):
    """The caller did not pass a check of who they are: ``wrong``, ``locked``, or ``unknown`` (sources are away)."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentUnderstood(CallEvent):
    """What the call is about, in the words of the plan (``bins``); a later one replaces it."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTold(CallEvent):
    """An article was spoken to the caller; `heard_to_end` False if they cut it short."""

    article: str
    title: str
    heard_to_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerJudged(CallEvent):
    """The caller said whether the answer that was told last helped."""

    article: str
    helped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWithheld(CallEvent):
    """An article was meant, and not told, since it is out of date or not yet true; `owner` keeps it (or empty)."""

    article: str
    title: str
    owner: str = field(metadata=PII)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionMissed(CallEvent):
    """The caller asked `text` (the best reading) and got no answer: `reason` is ``not_known``, or ``refused`` if they
    wanted none of the articles that were offered."""

    step: str
    text: str = field(metadata=PII)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReached(CallEvent):
    """The call has reached a milestone that the plan names (``report_filed``)."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft(CallEvent):
    """The caller left a message for the people of `queue`; `kept` False if it could not be written down."""

    queue: str
    seconds: float
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted(CallEvent):
    """Something that a person has to know before anything else: `kind` is one of `Alert`'s."""

    kind: str
    text: str = field(metadata=PII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled(CallEvent):
    """The caller has rung before and goes on from there: in `step`, about `topic` (empty: the same place as before)."""

    step: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(CallEvent):
    """The caller was asked whether something may be sent to them `by` ``sms`` or ``email``, and said yes or no."""

    by: str
    agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSent(CallEvent):
    """Something was to be sent to the caller, `about` an article or a step; `fate` is one of `Fate`'s."""

    by: str
    to: str = field(metadata=PII)
    about: str
    text: str = field(metadata=PII)
    fate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(CallEvent):
    """The caller is on the way to a queue."""

    queue: str
    reason: str
    intent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRang(CallEvent):
    """An agent's phone rings for this caller; the pop went to that agent's page."""

    agent: str
    queue: str
    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswered(CallEvent):
    """An agent and the caller talk."""

    agent: str
    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped(CallEvent):
    """The agent said how it ended."""

    agent: str
    outcome: str
    note: str = field(metadata=PII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(CallEvent):
    """The service's part of the call is over."""

    reason: EndReason
    detail: str = ""


_KINDS: dict[str, type[CallEvent]] = {
    kind.__name__: kind
    for kind in (
        Rang,
        Answered,
        StepEntered,
        PromptPlayed,
        KeysPressed,
        CallerSpoke,
        StepFailed,
        FactLearnt,
        RecordFound,
        RecordSaid,
        IdentityKnown,
        IdentityFailed,
        IntentUnderstood,
        AnswerTold,
        AnswerJudged,
        AnswerWithheld,
        QuestionMissed,
        OutcomeReached,
        MessageLeft,
        Alerted,
        Recalled,
        ConsentGiven,
        LetterSent,
        HandedOver,
        AgentRang,
        AgentAnswered,
        Wrapped,
        Ended,
    )
}


def event_to_dict(event: CallEvent) -> dict[str, Any]:
    """`event` as JSON-able data with its kind under ``event``."""
    out: dict[str, Any] = {"event": type(event).__name__}
    for part in fields(event):
        value = getattr(event, part.name)
        out[part.name] = value.value if isinstance(value, Enum) else value
    return out


def event_from_dict(data: dict[str, Any]) -> CallEvent:
    """The event that `event_to_dict` made `data` of.

    Raises KeyError or TypeError for data that no event has.
    """
    values = dict(data)
    kind = _KINDS[values.pop("event")]
    if kind is Ended:
        values["reason"] = EndReason(values["reason"])
    return kind(**values)
