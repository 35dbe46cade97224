"""A minimal stand-in for a conversation: a plan's calendar, a clock, and what would be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.call import Prompt
from ivr.dialogue.calendar import Hours, Notice
from ivr.dialogue.manner import Manner


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the verbs of the calendar see of a flow."""

    hours: Mapping[str, Hours] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """A world in which it is always `at`."""

    at: datetime

    def now(self) -> datetime:
        """That instant."""
        return self.at


@dataclass(slots=True, kw_only=True)
class Stage:
    """Keeps what is `said`."""

    flow: Plan
    world: Stopped
    manner: Manner = field(default_factory=Manner)
    said: list[Prompt] = field(default_factory=list)

    def say(self, prompts: Iterable[Prompt]) -> None:
        """See `Conversation.say`."""
        self.said += prompts
