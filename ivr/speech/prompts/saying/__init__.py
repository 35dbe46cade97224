"""From text as people write it to text as people say it, per language, before a voice reads it.

The transcript and the journal keep what was written; only the sound comes from what is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ivr.speech.prompts.saying import english
from ivr.speech.prompts.saying.accent import AMERICAN, BRITISH
from ivr.speech.prompts.saying.pronunciations import Pronunciations

__all__ = ["Pronunciations", "Saying", "spoken"]

LANGUAGES: dict[str, Callable[[str], str]] = {
    "en": partial(english.as_said, accent=BRITISH),
    "en-gb": partial(english.as_said, accent=BRITISH),
    "en-us": partial(english.as_said, accent=AMERICAN),
}
"""Language tag in small letters → how its text is said. A language that is not here is left to the engine."""


def spoken(text: str, language: str) -> str:
    """`text` as people say it in `language` (a BCP 47 tag: "en-GB"; unknown regions as their language alone).

    Pure; never raises; text in a language without rules comes back as it is.
    """
    tag = language.lower().replace("_", "-")
    say = LANGUAGES.get(tag) or LANGUAGES.get(tag.partition("-")[0])
    return (say(text) if say else text) or text


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """How one helpline says its texts: its language, and the names it pronounces in its own way."""

    language: str = "en-GB"
    pronunciations: Pronunciations = field(default_factory=Pronunciations)

    def spoken(self, text: str) -> str:
        """What a voice gets to read for `text`."""
        return spoken(self.pronunciations.applied(text), self.language)
