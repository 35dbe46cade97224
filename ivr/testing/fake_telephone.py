"""A telephone without a line: a scripted caller at the other end, and the same rules for keys, words and barge-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.call import BargeIn, Heard, Hypothesis, KeyMatch, Listening, Means, Outcome, Prompt
from ivr.testing.scripted_caller import (
    Act,
    HangsUp,
    KeepsSilent,
    Mumbles,
    Presses,
    Says,
    ScriptedCaller,
)

MS_PER_CHARACTER = 65
"""Roughly what 160 words a minute come to."""
TELLING_S = 1.0
"""A turn that waits less than this after its prompts only tells something."""


@dataclass(slots=True)
class FakeTelephone:
    """Implements the dialogue's Telephone, and keeps in `turns` and `prompts` what was said and listened for.

    `hang_up_at`: the turn, counted from 1, in which the caller leaves whatever the script says.
    """

    caller: ScriptedCaller
    hang_up_at: int | None = None
    turns: list[tuple[str, Listening | None]] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)

    @property
    def said(self) -> list[str]:
        """What the line said in each turn."""
        return [text for text, _ in self.turns]

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        """One turn. Raises AssertionError if the caller expected to hear something else."""
        text = " ".join(prompt.text for prompt in prompts)
        self.turns.append((text, listening))
        self.prompts += prompts
        total_ms = len(text) * MS_PER_CHARACTER
        if self.hang_up_at == len(self.turns):
            return Heard(outcome=Outcome.HANGUP, prompt_heard_ms=total_ms // 2, prompt_total_ms=total_ms)
        asked = listening is not None and listening.first_input_s >= TELLING_S
        act = self.caller.next_act(asked=asked)
        if act is not None and act.expect.lower() not in text.lower():
            raise AssertionError(f"expected to hear {act.expect!r}, but heard {text!r}")
        if isinstance(act, HangsUp):
            return Heard(outcome=Outcome.HANGUP, prompt_heard_ms=total_ms, prompt_total_ms=total_ms)
        if listening is None:
            return Heard(outcome=Outcome.PLAYED, prompt_heard_ms=total_ms, prompt_total_ms=total_ms)
        return _heard(act, prompts, listening, total_ms)


def _heard(act: Act | None, prompts: Sequence[Prompt], listening: Listening, total_ms: int) -> Heard:
    allowed = BargeIn.BOTH
    for prompt in prompts:
        allowed &= prompt.barge_in
    cut = act is not None and act.cuts_in_after is not None and act.cuts_in_after < 1 and _means(act) in allowed
    heard_ms = round(total_ms * (act.cuts_in_after or 0.0)) if act is not None and cut else total_ms
    outcome, means, keys, readings = _answer(act, listening)
    return Heard(
        outcome=outcome,
        means=means,
        keys=keys,
        hypotheses=readings,
        barged_in=cut and outcome is not Outcome.NO_INPUT,
        prompt_heard_ms=heard_ms,
        prompt_total_ms=total_ms,
    )


def _means(act: Act) -> BargeIn:
    return BargeIn.KEYS if isinstance(act, Presses) else BargeIn.SPEECH


def _answer(act: Act | None, listening: Listening) -> tuple[Outcome, Means | None, str, tuple[Hypothesis, ...]]:
    match act:
        case Presses(keys=keys) if listening.keys.listens:
            matched = listening.keys.judge(keys) in (KeyMatch.MATCH, KeyMatch.MAX_MATCH)
            outcome = Outcome.MATCH if matched else Outcome.NO_MATCH
            return outcome, Means.KEYS, listening.keys.value(keys), ()
        case Says(readings=readings) if listening.speech:
            audible = _audible(readings, listening)
            return (Outcome.MATCH if audible else Outcome.NO_MATCH), Means.VOICE, "", audible
        case Mumbles() if listening.speech:
            return Outcome.NO_MATCH, Means.VOICE, "", ()
        case None | KeepsSilent() | Presses() | Says() | Mumbles():
            return Outcome.NO_INPUT, None, "", ()
    raise AssertionError(f"a caller cannot do {act!r}")


def _audible(readings: tuple[Hypothesis, ...], listening: Listening) -> tuple[Hypothesis, ...]:
    """The readings as a recogniser with this grammar gives them: without words that are not in it."""
    if listening.phrases is None:
        return readings
    known = {word for phrase in listening.phrases for word in phrase.split()}
    kept = (
        Hypothesis(text=" ".join(word for word in reading.text.split() if word in known), confidence=reading.confidence)
        for reading in readings
    )
    return tuple(reading for reading in kept if reading.text)
