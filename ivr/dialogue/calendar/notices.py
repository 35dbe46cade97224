"""Notices: what callers are told from one instant to another, everybody or those who call about a topic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ivr.call import Prompt
from ivr.dialogue.written import Written

EVERYBODY = "all"
"""The topic of notices that are for everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Valid from `begins` on until just before `ends` (both aware); None: always was, or for ever."""

    name: str
    topic: str = EVERYBODY
    begins: datetime | None = None
    ends: datetime | None = None
    prompts: tuple[Prompt, ...]
    place: Written

    def is_valid(self, at: datetime) -> bool:
        """Whether callers are told at `at` (aware)."""
        return (self.begins is None or self.begins <= at) and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        """Whether nobody is told any more from `at` (aware) on."""
        return self.ends is not None and self.ends <= at
