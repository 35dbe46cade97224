"""A caller with a script: what they say, press and leave unsaid, turn by turn, and what they expect to hear first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ivr.call import Hypothesis, Listening

SURE = 0.95
"""The confidence in what is said, unless a script says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What the caller does in one turn.

    `expect`: words that must stand in what they hear in that turn. `cuts_in_after`: share of the prompts (0..1)
    after which they cut in, 1 right after the end, or None if they wait to be asked: turns that only tell something
    are passed over by such an act. `after_ms`: they cut in when the line has spoken for so long since their last act,
    over however many turns; who is asked before that answers then.
    """

    expect: str = ""
    cuts_in_after: float | None = None
    after_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Says(Act):
    """The caller speaks; `readings` are what the recogniser makes of it, best first."""

    readings: tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presses(Act):
    """The caller presses keys."""

    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mumbles(Act):
    """A voice without words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepsSilent(Act):
    """Nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangsUp(Act):
    """The caller leaves."""


def says(text: str, confidence: float = SURE, *, expect: str = "", cuts_in_after: float | None = None) -> Says:
    """The caller says `text`, heard with `confidence`."""
    readings = (Hypothesis(text=text, confidence=confidence),)
    return Says(readings=readings, expect=expect, cuts_in_after=cuts_in_after)


def presses(keys: str, *, expect: str = "", cuts_in_after: float | None = None, after_ms: int | None = None) -> Presses:
    """The caller presses `keys`."""
    return Presses(keys=keys, expect=expect, cuts_in_after=cuts_in_after, after_ms=after_ms)


def mumbles(*, expect: str = "", cuts_in_after: float | None = None) -> Mumbles:
    """The caller says something without words."""
    return Mumbles(expect=expect, cuts_in_after=cuts_in_after)


def keeps_silent(*, expect: str = "") -> KeepsSilent:
    """The caller says and presses nothing."""
    return KeepsSilent(expect=expect)


def hangs_up(*, expect: str = "") -> HangsUp:
    """The caller leaves, whatever is being said, at its end."""
    return HangsUp(expect=expect, cuts_in_after=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a caller meets in one turn of the line: the `number`-th, whose prompts last `prompts_ms`."""

    number: int
    text: str
    prompts_ms: int
    listening: Listening | None
    asked: bool
    """Whether the line waits for an answer, or only tells something."""


@dataclass(slots=True)
class ScriptedCaller:
    """Acts in order; a caller at the end of their script hangs up."""

    acts: Iterable[Act]
    _left: list[Act] = field(init=False)
    _number: int = field(init=False, default=0)
    _spoken_ms: int = field(init=False, default=0)
    """For how long the line had spoken since the last act when this turn began."""
    _from_ms: int = field(init=False, default=0)
    """Where in this turn the last act was, if it was in this one and the turn went on."""
    _rest_ms: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._left = list(self.acts)

    @property
    def finished(self) -> bool:
        """Whether everything in the script was done."""
        return not self._left

    async def next_act(self, turn: Turn) -> Act | None:
        """What the caller does in `turn`; None if they listen on. Asked again if the line took no notice of an act."""
        if turn.number != self._number:
            self._number = turn.number
            self._spoken_ms += self._rest_ms
            self._from_ms = 0
        self._rest_ms = turn.prompts_ms - self._from_ms
        if not self._left:
            return HangsUp() if turn.asked else None
        act = self._left[0]
        if act.after_ms is not None:
            due_ms = max(0, act.after_ms - self._spoken_ms)
            if due_ms < self._rest_ms:
                act = replace(act, cuts_in_after=(self._from_ms + due_ms) / turn.prompts_ms)
            elif not turn.asked:
                return None
        elif not turn.asked and act.cuts_in_after is None:
            return None
        self._left.pop(0)
        share = 1.0 if act.cuts_in_after is None else act.cuts_in_after
        self._from_ms, self._spoken_ms, self._rest_ms = round(share * turn.prompts_ms), 0, 0
        return act
