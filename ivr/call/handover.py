"""What goes with a caller who is handed over to a person: everything, so that nobody says anything twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from ivr.call.caller import Caller, CallId
from ivr.call.record import Identity, Said

QUEUE_NAME = re.compile(r"[a-z0-9_]{1,64}")
"""What a queue may be called: the dialplan (asterisk/extensions.conf) takes every other character away."""
NO_QUEUE = "general"
"""What fits the pattern and is no queue: this section of queues.conf holds what is for all of them."""


class Speaker(Enum):
    """Who said a line of the transcript."""

    CALLER = "caller"
    HELPLINE = "helpline"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLine:
    """One line of the transcript; `at_s` seconds since the call was answered; `confidence` None if not speech."""

    at_s: float
    speaker: Speaker
    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the call is about, in the words of the plan (``bins``), with the confidence it was understood with."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something the caller told us: `name` as in the plan, `value` as understood."""

    name: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHeard:
    """An article that was spoken to the caller; `heard_to_end` False if they cut it short."""

    article: str
    title: str
    heard_to_end: bool
    helped: bool | None = None
    """What the caller said of it; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a person has to know before anything else.

    `kind`: ``distress`` (`text` is what was heard), ``vulnerable`` (the caller's record says so), ``failed_before``
    (the calls before this one failed) or ``person_first`` (the caller asked for that).
    """

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTo:
    """Something that was to be sent to the caller `by` ``sms`` or ``email``, `about` an article or a step of the plan.

    `fate`: ``sent``, ``later``, ``failed``, ``unknown`` or ``too_many`` (see `Fate`).
    """

    by: str
    about: str
    fate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A caller on the way to a queue."""

    call_id: CallId
    caller: Caller
    queue: str
    reason: str
    """Why a person: ``asked``, ``plan``, ``not_understood``, ``not_known``, ``not_helped`` (by an answer), ``expired``
    (the answer), ``unheard``, ``distress``, ``line_failed``, or the plan's words."""
    intent: Intent | None = None
    facts: tuple[Fact, ...] = ()
    answers_heard: tuple[AnswerHeard, ...] = ()
    failures: tuple[str, ...] = ()
    """What failed before, in plain words: ``menu 'main': not understood twice``."""
    transcript: tuple[TranscriptLine, ...] = ()
    identity: Identity = field(default_factory=Identity)
    record: tuple[Said, ...] = ()
    """What sources say of the caller, those that contradict each other included."""
    alerts: tuple[Alert, ...] = ()
    letters: tuple[LetterTo, ...] = ()
