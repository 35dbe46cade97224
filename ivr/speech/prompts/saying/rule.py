"""One way of writing and how people say it: a pattern, and the words for what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.speech.prompts.saying.accent import Accent


@dataclass(frozen=True, slots=True)
class Rule:
    """`say` gets what `pattern` found; None leaves it as it is written."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str], Accent], str | None]


def rule(pattern: str, say: Callable[[re.Match[str], Accent], str | None], *, ignore_case: bool = False) -> Rule:
    """A rule for a verbose `pattern`; what it says holds no digit, so no later rule finds it again."""
    return Rule(re.compile(pattern, re.VERBOSE | re.ASCII | (re.IGNORECASE if ignore_case else 0)), say)


def applied(rules: Sequence[Rule], text: str, accent: Accent) -> str:
    """`text` after every rule in turn."""
    for one in rules:
        text = one.pattern.sub(lambda found, say=one.say: say(found, accent) or found.group(), text)  # type: ignore[misc]
    return text


WHOLE = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})"
"""A whole number that there are words for (number_words.LARGEST); a longer one is left as it is written."""
LONE = r"(?<![\w.,:/£$€@+-])"
"""Nothing before it that would make it part of something longer."""
END = r"(?![\w@£$€/:+] | [.,-]\d)"
"""Nothing after it that would; a full stop or comma of the sentence may follow."""
