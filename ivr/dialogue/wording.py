"""What the line says of its own accord, in plain British English; a flow may replace the first two lists."""

from __future__ import annotations

ON_SILENCE = ("Sorry, I did not hear you.", "Sorry, I still cannot hear you.")
ON_NOT_UNDERSTOOD = ("Sorry, I did not understand.", "Sorry, I still did not understand.")
NOT_KNOWN = "Sorry, I do not have an answer to that."
REFUSED = "Sorry, my mistake."
NOT_SURE = "All right."
OFFER_PERSON = "Would you like to speak to a person? Please say yes or no, or press 1 for yes or 2 for no."
ANOTHER_TRY = "Please ask in other words."
DID_THAT_HELP = "Did that answer your question?"


def to_people(name: str) -> str:
    """The last words before a queue, by the `name` that people call it."""
    return f"I will put you through to {name}. Please hold on."


def did_you_say(words: str) -> str:
    """The question between understood and not understood."""
    return f"Did you say {words}? Please say yes or no."


def did_you_mean(title: str) -> str:
    """The question between a sure answer and none."""
    return f"Did you mean: {title}?"


def read_back(digits: str) -> str:
    """The question after a digit string."""
    return f"I have {spaced(digits)}. Is that right?"


def spaced(digits: str) -> str:
    """Digits one by one, in groups of three: ``1 2 3, 4 5 6`` (two and two for four)."""
    group = 2 if len(digits) == 4 else 3
    return ", ".join(" ".join(digits[at : at + group]) for at in range(0, len(digits), group))
