"""What the agency's knowledge says to a caller's question: an answer, two candidates, or nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One article as it is spoken: `topic` names the intent (``bins``), `queue` who knows more (or None)."""

    article: str
    title: str
    spoken: str
    topic: str
    queue: str | None
    confidence: float


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
