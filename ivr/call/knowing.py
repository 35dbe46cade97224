"""What the agency's knowledge says to a caller's question: an answer, two candidates, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9£{\"'(])")
"""What stands between two sentences of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One article as it is told: `topic` names the intent (``bins``), `queue` who knows more (or None)."""

    article: str
    title: str
    pieces: tuple[str, ...]
    """What is spoken, in parts between which the caller is asked whether to go on; ``{fact}`` may stand in it."""
    topic: str
    queue: str | None
    confidence: float
    longer: str = ""
    """The whole text as people read it (Markdown); empty: there is none but what is spoken."""
    link: str | None = None
    """Where it stands on the web."""
    phrases: tuple[str, ...] = ()
    """What callers say for it, as a recogniser prints it: its title, and ways to ask for it."""
    related: tuple[str, ...] = ()
    """Articles that callers of this one may need, too, the likeliest first."""
    owner: str = ""
    """Who keeps it right."""
    valid_from: date | None = None
    valid_until: date | None = None
    """The last day on which it is told."""

    @property
    def spoken(self) -> str:
        """All of it."""
        return " ".join(self.pieces)

    def valid_on(self, day: date) -> bool:
        """Whether it may be told on `day`, where the helpline is."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The question means this article."""

    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """One of these, best first (one or two): the line asks "did you mean …?"."""

    candidates: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown:
    """No article answers this."""


Finding = Known | Unsure | NotKnown


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """This article is meant, and is not to be told today: it is out of date, or not yet true."""

    answer: Answer


def on_day(answer: Answer, day: date) -> Known | Expired:
    """What `answer` is on `day`, where the helpline is."""
    return Known(answer=answer) if answer.valid_on(day) else Expired(answer=answer)
