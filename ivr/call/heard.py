"""What one turn of listening brought: one result for keys and speech alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    """How a turn ended."""

    MATCH = "match"
    """Keys that mean something, or words."""
    NO_MATCH = "nomatch"
    """A voice without words, or keys that mean nothing."""
    NO_INPUT = "noinput"
    """Neither key nor voice in time."""
    PLAYED = "played"
    """Nothing was to be listened for: the prompts were played to their end."""
    UNHEARD = "unheard"
    """A voice, and nobody to understand it (recognition down or fully used): the caller has keys."""
    HANGUP = "hangup"
    """The caller left."""


class Means(Enum):
    """What the caller answered with."""

    KEYS = "keys"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One reading of what was said; `confidence` in 0..1 is the probability that it is right."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The result of one turn. `hypotheses` best first; `keys` without terminator."""

    outcome: Outcome
    means: Means | None = None
    keys: str = ""
    hypotheses: tuple[Hypothesis, ...] = ()
    barged_in: bool = False
    """Whether the caller cut the prompts short."""
    prompts_heard_ms: tuple[int, ...] = ()
    """How much of each prompt the caller heard before the turn ended or was cut; one for each prompt of the turn."""
    prompts_total_ms: tuple[int, ...] = ()
    message: bytes = field(default=b"", repr=False)
    """What the caller left as a message (8 kHz, 16 bit, mono), if one was to be kept and there was a voice in it."""

    @property
    def prompt_heard_ms(self) -> int:
        """How much of all prompts was heard."""
        return sum(self.prompts_heard_ms)

    @property
    def prompt_total_ms(self) -> int:
        """Length of all prompts."""
        return sum(self.prompts_total_ms)

    @property
    def text(self) -> str:
        """The best hypothesis, or empty."""
        return self.hypotheses[0].text if self.hypotheses else ""

    @property
    def confidence(self) -> float:
        """Confidence of the best hypothesis; keys are certain."""
        if self.means is Means.KEYS:
            return 1.0
        return self.hypotheses[0].confidence if self.hypotheses else 0.0
