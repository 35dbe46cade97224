"""What one conversation has brought: every turn for the feed, the sum of it for the person who takes over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ivr.call import (
    AnswerHeard,
    Caller,
    CallerSpoke,
    CallId,
    Fact,
    FactLearnt,
    HandedOver,
    HandOver,
    Heard,
    Intent,
    KeysPressed,
    Means,
    Prompt,
    PromptPlayed,
    Speaker,
    StepEntered,
    StepFailed,
    TranscriptLine,
)
from ivr.dialogue.ports import Feed

_TIMES = {1: "once", 2: "twice"}
_FAILURES = {
    "silence": "silence",
    "not_understood": "not understood",
    "refused": "understood wrongly",
    "not_known": "no answer known",
}


class Notebook:
    """Keeps transcript, facts, intent, answers and failures of one call, and notes events as they happen."""

    def __init__(self, *, call_id: CallId, caller: Caller, feed: Feed, now: Callable[[], float]) -> None:
        self.call_id = call_id
        self.caller = caller
        self.intent: Intent | None = None
        self.facts: dict[str, Fact] = {}
        self._feed = feed
        self._now = now
        self._started = now()
        self._turn_began = self._started
        self._transcript: list[TranscriptLine] = []
        self._answers: list[AnswerHeard] = []
        self._failures: dict[tuple[str, str, str], int] = {}

    def entered(self, step: str, verb: str) -> None:
        """A step begins."""
        self._feed.note(StepEntered(call_id=self.call_id, at=self._now(), step=step, verb=verb))

    def turn_begins(self) -> None:
        """Prompts begin to be played: what is noted of them later happened now."""
        self._turn_began = self._now()

    def played(self, prompts: Sequence[Prompt], heard: Heard) -> None:
        """Prompts were played, to their end or not."""
        if not prompts:
            return
        text = " ".join(prompt.text for prompt in prompts)
        self._feed.note(
            PromptPlayed(
                call_id=self.call_id,
                at=self._turn_began,
                text=text,
                heard_ms=heard.prompt_heard_ms,
                total_ms=heard.prompt_total_ms,
                barged_in=heard.barged_in,
            )
        )
        reached = _reached(text, heard)
        if reached:
            self._line(Speaker.HELPLINE, reached, at=self._turn_began)

    def answered(self, heard: Heard, understood_as: str | None) -> None:
        """The caller spoke or pressed keys."""
        if heard.means is Means.KEYS:
            self._feed.note(KeysPressed(call_id=self.call_id, at=self._now(), keys=heard.keys))
            self._line(Speaker.CALLER, f"(pressed {heard.keys})")
        elif heard.means is Means.VOICE:
            self._feed.note(
                CallerSpoke(
                    call_id=self.call_id,
                    at=self._now(),
                    text=heard.text,
                    confidence=heard.confidence,
                    understood_as=understood_as,
                )
            )
            self._line(Speaker.CALLER, heard.text or "(not understood)", heard.confidence)

    def failed(self, step: str, verb: str, failure: str, count: int) -> None:
        """A turn of `step` brought nothing, for the `count`-th time."""
        where = (verb, step, failure)
        self._failures[where] = self._failures.get(where, 0) + 1
        self._feed.note(StepFailed(call_id=self.call_id, at=self._now(), step=step, failure=failure, count=count))

    def learnt(self, name: str, value: str, confidence: float) -> None:
        """The caller told us something; a later value replaces an earlier one."""
        self.facts[name] = Fact(name=name, value=value, confidence=confidence)
        self._feed.note(FactLearnt(call_id=self.call_id, at=self._now(), name=name, value=value, confidence=confidence))

    def told(self, article: str, title: str, heard_to_end: bool) -> None:
        """An article was spoken."""
        self._answers.append(AnswerHeard(article=article, title=title, heard_to_end=heard_to_end))

    def hand_over(self, queue: str, reason: str) -> HandOver:
        """Everything, for the person in `queue`."""
        intent = self.intent.name if self.intent else None
        self._feed.note(HandedOver(call_id=self.call_id, at=self._now(), queue=queue, reason=reason, intent=intent))
        return self.summary(queue, reason)

    def summary(self, queue: str, reason: str) -> HandOver:
        """The same, without the event."""
        return HandOver(
            call_id=self.call_id,
            caller=self.caller,
            queue=queue,
            reason=reason,
            intent=self.intent,
            facts=tuple(self.facts.values()),
            answers_heard=tuple(self._answers),
            failures=tuple(
                f"{verb} '{step}': {_FAILURES[failure]} {_TIMES.get(count, f'{count} times')}"
                for (verb, step, failure), count in self._failures.items()
            ),
            transcript=tuple(self._transcript),
        )

    def _line(self, speaker: Speaker, text: str, confidence: float | None = None, at: float | None = None) -> None:
        at_s = round(max(0.0, (self._now() if at is None else at) - self._started), 1)
        self._transcript.append(TranscriptLine(at_s=at_s, speaker=speaker, text=text, confidence=confidence))


def _reached(text: str, heard: Heard) -> str:
    """The part of `text` that the caller heard, to the nearest word, with a dash where it was cut."""
    if not heard.barged_in or heard.prompt_heard_ms >= heard.prompt_total_ms:
        return text
    kept = text[: round(len(text) * heard.prompt_heard_ms / max(1, heard.prompt_total_ms))]
    return f"{kept.rpartition(' ')[0]} —".strip() if " " in kept else "—"
