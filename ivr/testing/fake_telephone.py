"""A telephone without a line: a scripted caller at the other end, and the same rules for keys, words and barge-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ivr.call import BargeIn, Heard, Hypothesis, KeyPattern, Listening, Match, Means, Outcome, Prompt
from ivr.speech.barge_in import means_something
from ivr.testing.scripted_caller import (
    Act,
    HangsUp,
    KeepsSilent,
    Mumbles,
    Presses,
    Says,
    Turn,
)

MS_PER_CHARACTER = 65
"""Roughly what 160 words a minute come to."""
TELLING_S = 1.0
"""A turn that waits less than this after its prompts only tells something."""

_HOMOPHONES = {"to": "two", "too": "two", "for": "four", "won": "one", "ate": "eight"}
"""A recogniser prints that one of them which it listens for."""


class AtTheOtherEnd(Protocol):
    """The caller; `ScriptedCaller` is one."""

    async def next_act(self, turn: Turn) -> Act | None:
        """What they do in `turn`; None if they listen on."""
        ...


@dataclass(slots=True)
class FakeTelephone:
    """Implements the dialogue's Telephone, and keeps in `turns` and `prompts` what was said and listened for.

    Keys that are pressed after those that a turn takes go to the next one, as with an impatient caller.

    `hang_up_at`: the turn, counted from 1, in which the caller leaves whatever the script says. `understands` False:
    recognition is down, and every voice ends its turn unheard.
    """

    caller: AtTheOtherEnd
    hang_up_at: int | None = None
    understands: bool = True
    turns: list[tuple[str, Listening | None]] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    _ahead: str = field(init=False, default="")

    @property
    def said(self) -> list[str]:
        """What the line said in each turn."""
        return [text for text, _ in self.turns]

    async def converse(self, prompts: Sequence[Prompt], listening: Listening | None) -> Heard:
        """One turn. Raises AssertionError if the caller expected to hear something else."""
        text = " ".join(prompt.text for prompt in prompts)
        self.turns.append((text, listening))
        self.prompts += prompts
        lengths_ms = tuple(len(prompt.text) * MS_PER_CHARACTER for prompt in prompts)
        if self.hang_up_at == len(self.turns):
            return _told(Outcome.HANGUP, sum(lengths_ms) // 2, lengths_ms)
        asked = listening is not None and listening.first_input_s >= TELLING_S
        turn = Turn(number=len(self.turns), text=text, prompts_ms=sum(lengths_ms), listening=listening, asked=asked)
        act = self._pressed_ahead(prompts, listening) or await self._next_act(turn)
        while self.understands and act is not None and _goes_unnoticed(act, prompts, listening):
            act = await self._next_act(turn)
        if isinstance(act, HangsUp):
            share = 1.0 if act.cuts_in_after is None else act.cuts_in_after
            return _told(Outcome.HANGUP, round(share * sum(lengths_ms)), lengths_ms)
        if listening is not None and listening.ahead and isinstance(act, Presses):
            self._ahead += act.keys
        if listening is None or listening.ahead:
            return _told(Outcome.PLAYED, sum(lengths_ms), lengths_ms)
        if listening.message is not None:
            return _left(act, lengths_ms)
        if isinstance(act, Presses):
            taken, self._ahead = _taken(act.keys, listening.keys)
            act = replace(act, keys=taken)
        heard = _heard(act, prompts, listening, lengths_ms)
        if heard.means is Means.VOICE and not self.understands:
            return replace(heard, outcome=Outcome.UNHEARD, hypotheses=())
        return heard

    async def _next_act(self, turn: Turn) -> Act | None:
        act = await self.caller.next_act(turn)
        if act is not None and act.expect.lower() not in turn.text.lower():
            raise AssertionError(f"expected to hear {act.expect!r}, but heard {turn.text!r}")
        return act

    def _pressed_ahead(self, prompts: Sequence[Prompt], listening: Listening | None) -> Presses | None:
        """The keys that the turn before left, if this one takes keys into its prompts; else they mean nothing."""
        if listening is not None and listening.ahead:
            return None
        keys, self._ahead = self._ahead, ""
        if not keys or listening is None or not listening.keys.listens:
            return None
        ahead = Presses(keys=keys, cuts_in_after=0.0)
        return ahead if _cuts_in(ahead, prompts) else None


def _taken(keys: str, pattern: KeyPattern) -> tuple[str, str]:
    """The keys that end a turn, and those that come after them."""
    for end in range(1, len(keys)):
        if pattern.judge(keys[:end]) in (Match.MAX_MATCH, Match.NO_MATCH):
            return keys[:end], keys[end:]
    return keys, ""


def _goes_unnoticed(act: Act, prompts: Sequence[Prompt], listening: Listening | None) -> bool:
    """Whether `act` is a voice into the prompts that means nothing: they go on, and so does the turn."""
    if listening is None or not listening.speech or not _cuts_in(act, prompts):
        return False
    match act:
        case Mumbles():
            return True
        case Says(readings=readings):
            return not means_something(listening, _audible(readings, listening))
    return False


def _cuts_in(act: Act, prompts: Sequence[Prompt]) -> bool:
    allowed = BargeIn.BOTH
    for prompt in prompts:
        allowed &= prompt.barge_in
    return act.cuts_in_after is not None and act.cuts_in_after < 1 and _means(act) in allowed


def _told(outcome: Outcome, heard_ms: int, lengths_ms: tuple[int, ...]) -> Heard:
    return Heard(outcome=outcome, prompts_heard_ms=_shared_out(heard_ms, lengths_ms), prompts_total_ms=lengths_ms)


def _shared_out(heard_ms: int, lengths_ms: tuple[int, ...]) -> tuple[int, ...]:
    """`heard_ms` of all prompts as so much of each: they are played one after the other."""
    before_ms = 0
    shares = []
    for length_ms in lengths_ms:
        shares.append(max(0, min(length_ms, heard_ms - before_ms)))
        before_ms += length_ms
    return tuple(shares)


def _heard(act: Act | None, prompts: Sequence[Prompt], listening: Listening, lengths_ms: tuple[int, ...]) -> Heard:
    total_ms = sum(lengths_ms)
    cut = act is not None and _cuts_in(act, prompts)
    heard_ms = round(total_ms * (act.cuts_in_after or 0.0)) if act is not None and cut else total_ms
    outcome, means, keys, readings = _answer(act, listening)
    return Heard(
        outcome=outcome,
        means=means,
        keys=keys,
        hypotheses=readings,
        barged_in=cut and outcome is not Outcome.NO_INPUT,
        prompts_heard_ms=_shared_out(heard_ms, lengths_ms),
        prompts_total_ms=lengths_ms,
    )


def _left(act: Act | None, lengths_ms: tuple[int, ...]) -> Heard:
    """A message: whatever the caller says, a second for each word."""
    heard = _told(Outcome.NO_INPUT, sum(lengths_ms), lengths_ms)
    if not isinstance(act, Says):
        return heard
    words = len(act.readings[0].text.split())
    return replace(heard, outcome=Outcome.MATCH, means=Means.VOICE, message=b"\x01\x00" * 8000 * words)


def _means(act: Act) -> BargeIn:
    return BargeIn.KEYS if isinstance(act, Presses) else BargeIn.SPEECH


def _answer(act: Act | None, listening: Listening) -> tuple[Outcome, Means | None, str, tuple[Hypothesis, ...]]:
    match act:
        case Presses(keys=keys) if listening.keys.listens:
            matched = listening.keys.judge(keys) in (Match.MATCH, Match.MAX_MATCH)
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
    """The readings as a recogniser with this grammar gives them: of its words only."""
    if listening.phrases is None:
        return readings
    known = {word for phrase in listening.phrases for word in phrase.split()}
    kept = (
        Hypothesis(
            text=" ".join(
                one
                for word in reading.text.split()
                if (one := word if word in known else _HOMOPHONES.get(word, "")) in known
            ),
            confidence=reading.confidence,
        )
        for reading in readings
    )
    return tuple(reading for reading in kept if reading.text)
