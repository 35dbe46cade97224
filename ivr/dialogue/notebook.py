"""What one conversation has brought: every turn for the feed, the story of it for the person who takes over."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

from ivr.call import (
    Alert,
    Alerted,
    AnswerJudged,
    AnswerTold,
    AnswerWithheld,
    By,
    Caller,
    CallerSpoke,
    CallEvent,
    CallId,
    ConsentGiven,
    FactLearnt,
    Fate,
    HandedOver,
    HandOver,
    Heard,
    IdentityFailed,
    IdentityKnown,
    Intent,
    IntentUnderstood,
    KeysPressed,
    Letter,
    LetterSent,
    Level,
    Means,
    MessageLeft,
    Outcome,
    OutcomeReached,
    Prompt,
    PromptPlayed,
    QuestionMissed,
    Recalled,
    RecordFound,
    RecordSaid,
    Said,
    StepEntered,
    StepFailed,
    Story,
)
from ivr.call.heard_words import words_heard
from ivr.dialogue.caller_number import CALLER_NUMBER
from ivr.dialogue.nobody_known import NoRecord
from ivr.dialogue.ports import Feed, Record
from ivr.dialogue.record_facts import CALLER

KEPT_BACK = "kept secret"
"""Written instead of keys that were pressed in a sensitive step."""


class Notebook:
    """Notes the events of one call as they happen, and keeps the story that they tell."""

    def __init__(
        self,
        *,
        call_id: CallId,
        caller: Caller,
        feed: Feed,
        now: Callable[[], float],
        caller_number: str = "",
        record: Record | None = None,
    ) -> None:
        """`caller_number`: the fact of this name."""
        self.call_id = call_id
        self.record: Record = record or NoRecord()
        self._feed = feed
        self._now = now
        self._turn_began = now()
        self._secrets: dict[str, str] = {}
        self._caller_number = caller_number
        self._facts: dict[str, str] = {}
        self._said: tuple[Said, ...] = ()
        self._level = Level.NONE
        self._began = self._turn_began
        self._events: list[CallEvent] = []
        """Of which the story is made when somebody wants it: most calls that the prover makes are never told."""
        self.intent: Intent | None = None
        """What the call is about, as far as it is known."""
        self.caller = caller
        """As the network presents them."""

    @property
    def now(self) -> float:
        """Unix time in seconds, as events have it."""
        return self._now()

    def value(self, name: str) -> str:
        """As `fact`, secrets included: only for look-ups, which do not keep it, and for decisions."""
        if name.startswith(CALLER):
            return self.record.value(name.removeprefix(CALLER), spoken=False)
        return self._secrets.get(name) or self.fact(name)

    def fact(self, name: str) -> str:
        """What the caller told us as `name`, or their record says, or empty; a secret is none. Their number is known
        from the start."""
        if name == CALLER_NUMBER:
            return self._caller_number
        if name.startswith(CALLER):
            return self.record.value(name.removeprefix(CALLER), spoken=True)
        return self._facts.get(name, "")

    def entered(self, step: str, verb: str) -> None:
        """A step begins."""
        self._note(StepEntered(call_id=self.call_id, at=self._now(), step=step, verb=verb))

    def turn_begins(self) -> None:
        """Prompts begin to be played: what is noted of them later happened now."""
        self._turn_began = self._now()

    def played(self, prompts: Sequence[Prompt], heard: Heard) -> None:
        """Prompts were played, to their end or not."""
        if prompts:
            self._note(
                PromptPlayed(
                    call_id=self.call_id,
                    at=self._turn_began,
                    text=" ".join(prompt.text for prompt in prompts),
                    heard=_words_heard(prompts, heard),
                    heard_ms=heard.prompt_heard_ms,
                    total_ms=heard.prompt_total_ms,
                    barged_in=heard.barged_in,
                )
            )

    def answered(self, heard: Heard, understood_as: str | None, *, secret: bool = False) -> None:
        """The caller spoke or pressed keys; of a `secret` not even the length is noted."""
        if heard.means is Means.KEYS:
            keys = KEPT_BACK if secret else heard.keys
            self._note(KeysPressed(call_id=self.call_id, at=self._now(), keys=keys))
        elif heard.means is Means.VOICE:
            self._note(
                CallerSpoke(
                    call_id=self.call_id,
                    at=self._now(),
                    text=heard.text,
                    confidence=heard.confidence,
                    understood_as=understood_as,
                    unheard=heard.outcome is Outcome.UNHEARD,
                )
            )

    def understood(self, name: str, confidence: float) -> None:
        """What the call is about; a later intent replaces an earlier one."""
        self.intent = Intent(name=name, confidence=confidence)
        self._note(IntentUnderstood(call_id=self.call_id, at=self._now(), name=name, confidence=confidence))

    def failed(self, step: str, failure: str, count: int) -> None:
        """A turn of `step` brought nothing, for the `count`-th time."""
        self._note(StepFailed(call_id=self.call_id, at=self._now(), step=step, failure=failure, count=count))

    def learnt(self, name: str, value: str, confidence: float) -> None:
        """The caller told us something; a later value replaces an earlier one."""
        self._facts[name] = value
        self._note(FactLearnt(call_id=self.call_id, at=self._now(), name=name, value=value, confidence=confidence))

    def reached(self, outcome: str) -> None:
        """The plan counts this call for `outcome`."""
        self._note(OutcomeReached(call_id=self.call_id, at=self._now(), outcome=outcome))

    def message_left(self, queue: str, seconds: float, kept: bool) -> None:
        """The caller left a message for `queue`."""
        self._note(MessageLeft(call_id=self.call_id, at=self._now(), queue=queue, seconds=round(seconds, 1), kept=kept))

    def consent(self, by: By, agreed: bool) -> None:
        """The caller said whether something may be sent to them."""
        self._note(ConsentGiven(call_id=self.call_id, at=self._now(), by=by.value, agreed=agreed))

    def sent(self, letter: Letter, about: str, fate: Fate) -> None:
        """Something was to be sent to the caller."""
        text = f"{letter.text} {letter.link}".strip()
        self._note(
            LetterSent(
                call_id=self.call_id,
                at=self._now(),
                by=letter.by.value,
                to=letter.to,
                about=about,
                text=text,
                fate=fate.value,
            )
        )

    def keep_secret(self, name: str, value: str) -> None:
        """The caller told us something that nobody is to read: it is there for look-ups, until the call is over."""
        self._secrets[name] = value

    def alerted(self, alert: Alert) -> None:
        """Something that the person who takes over has to know before anything else."""
        self._note(Alerted(call_id=self.call_id, at=self._now(), kind=alert.kind, text=alert.text))

    def recalled(self, step: str, topic: str) -> None:
        """The call goes on from an earlier one."""
        self._note(Recalled(call_id=self.call_id, at=self._now(), step=step, topic=topic))

    def told(self, article: str, title: str, heard_to_end: bool) -> None:
        """An article was spoken."""
        self._note(
            AnswerTold(call_id=self.call_id, at=self._now(), article=article, title=title, heard_to_end=heard_to_end)
        )

    def record_changed(self) -> None:
        """Note what the sources say of the caller by now, and how sure it is who that is, if either is new."""
        said, level = self.record.said(), self.record.level
        if said != self._said:
            self._said = said
            self._note(RecordFound(call_id=self.call_id, at=self._now(), by=self.record.by))
            for one in said:
                self._note(record_said(self.call_id, self._now(), one))
        if level != self._level:
            self._level = level
            self._note(IdentityKnown(call_id=self.call_id, at=self._now(), level=level.word, by=self.record.by))

    def not_identified(self, outcome: str) -> None:
        """The caller did not pass a check: ``wrong``, ``locked`` or ``unknown``."""
        self._note(IdentityFailed(call_id=self.call_id, at=self._now(), outcome=outcome))

    def judged(self, article: str, helped: bool) -> None:
        """The caller said whether the answer that was told last helped."""
        self._note(AnswerJudged(call_id=self.call_id, at=self._now(), article=article, helped=helped))

    def withheld(self, article: str, title: str, owner: str) -> None:
        """An article was meant that is not to be told today."""
        self._note(AnswerWithheld(call_id=self.call_id, at=self._now(), article=article, title=title, owner=owner))

    def missed(self, step: str, text: str, reason: str) -> None:
        """Nothing that the articles say answers the caller's question `text`; `reason` as in QuestionMissed."""
        self._note(QuestionMissed(call_id=self.call_id, at=self._now(), step=step, text=text, reason=reason))

    def hand_over(self, queue: str, reason: str) -> Callable[[], HandOver]:
        """The caller goes to `queue`; the result tells everything to the person there, as it is known now."""
        self.record_changed()
        intent = self.intent.name if self.intent else None
        self._note(HandedOver(call_id=self.call_id, at=self._now(), queue=queue, reason=reason, intent=intent))
        return functools.partial(self._told, tuple(self._events), queue, reason)

    def summary(self, queue: str, reason: str) -> HandOver:
        """Everything, for the person in `queue`, without an event."""
        self.record_changed()
        return self._told(self._events, queue, reason)

    def _told(self, events: Iterable[CallEvent], queue: str, reason: str) -> HandOver:
        story = functools.reduce(
            Story.after, events, Story(call_id=self.call_id, caller=self.caller, began=self._began)
        )
        return story.hand_over(queue=queue, reason=reason)

    def _note(self, event: CallEvent) -> None:
        self._events.append(event)
        self._feed.note(event)


def _words_heard(prompts: Sequence[Prompt], heard: Heard) -> str:
    """What reached the caller of `prompts`, which were played one after the other."""
    if len(heard.prompts_total_ms) != len(prompts):  # a line that knows no lengths
        return " ".join(prompt.text for prompt in prompts)
    lengths = zip(prompts, heard.prompts_heard_ms, heard.prompts_total_ms, strict=True)
    parts: list[str] = []
    for prompt, heard_ms, total_ms in lengths:
        parts.append(words_heard(prompt.text, heard_ms, total_ms))
        if heard_ms < total_ms:
            break
    return " ".join(part for part in parts if part)


def record_said(call_id: CallId, at: float, said: Said) -> RecordSaid:
    """`said` as an event."""
    return RecordSaid(
        call_id=call_id,
        at=at,
        name=said.name,
        value=said.value,
        source=said.source,
        as_of=said.as_of,
        old=said.old,
        counts=said.counts,
        differs=said.differs,
        stranger=said.stranger,
    )
