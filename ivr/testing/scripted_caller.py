"""A caller with a script: what they say, press and leave unsaid, turn by turn, and what they expect to hear first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ivr.call import Hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What the caller does in one turn.

    `expect`: words that must stand in what they hear in that turn. `cuts_in_after`: share of the prompts (0..1)
    after which they cut in, 1 right after the end, or None if they wait to be asked: turns that only tell something
    are passed over by such an act.
    """

    expect: str = ""
    cuts_in_after: float | None = None


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
    """The caller leaves, whatever is being said."""


def says(text: str, confidence: float = 0.95, *, expect: str = "", cuts_in_after: float | None = None) -> Says:
    """The caller says `text`, heard with `confidence`."""
    readings = (Hypothesis(text=text, confidence=confidence),)
    return Says(readings=readings, expect=expect, cuts_in_after=cuts_in_after)


def presses(keys: str, *, expect: str = "", cuts_in_after: float | None = None) -> Presses:
    """The caller presses `keys`."""
    return Presses(keys=keys, expect=expect, cuts_in_after=cuts_in_after)


def mumbles(*, expect: str = "", cuts_in_after: float | None = None) -> Mumbles:
    """The caller says something without words."""
    return Mumbles(expect=expect, cuts_in_after=cuts_in_after)


def keeps_silent(*, expect: str = "") -> KeepsSilent:
    """The caller says and presses nothing."""
    return KeepsSilent(expect=expect)


def hangs_up(*, expect: str = "") -> HangsUp:
    """The caller leaves."""
    return HangsUp(expect=expect)


@dataclass(slots=True)
class ScriptedCaller:
    """Acts in order; a caller at the end of their script hangs up."""

    acts: Iterable[Act]
    _left: list[Act] = field(init=False)

    def __post_init__(self) -> None:
        self._left = list(self.acts)

    @property
    def finished(self) -> bool:
        """Whether everything in the script was done."""
        return not self._left

    def next_act(self, *, asked: bool) -> Act | None:
        """What the caller does now; None if they listen on. `asked`: whether the line waits for an answer."""
        if not self._left:
            return HangsUp() if asked else None
        if asked or isinstance(self._left[0], HangsUp) or self._left[0].cuts_in_after is not None:
            return self._left.pop(0)
        return None
