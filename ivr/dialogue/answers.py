"""What a call has brought of the agency's answers so far: which were told, which did not help, what was offered."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Answers:
    """Of one call."""

    told: set[str] = field(default_factory=set)
    """Articles that were told, or begun."""
    did_not_help: set[str] = field(default_factory=set)
    """Articles that the caller did not want: they are not told again."""
    other_words_offered: bool = False
    related_offered: bool = False
    """Once is enough, whatever the caller said to it."""
