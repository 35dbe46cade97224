"""What the line is to play and to listen for in one turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Flag

from ivr.call.keys import KeyPattern


class BargeIn(Flag):
    """What may interrupt a prompt; speech and keys apart."""

    NONE = 0
    KEYS = 1
    SPEECH = 2
    BOTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Something the line says: a text, and the name of a recording that wins over synthesis if it exists."""

    text: str
    recording: str | None = None
    """File name without suffix, below ``prompts/``."""
    barge_in: BargeIn = BargeIn.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What to listen for while and after the prompts of a turn are played.

    `phrases`: None = open vocabulary; empty = keys only; else a grammar of these phrases (lower case words that
    the model knows). All times are seconds and, but for `first_input_s`, measured on the caller's audio.
    """

    phrases: tuple[str, ...] | None = ()
    keys: KeyPattern = field(default_factory=KeyPattern)
    first_input_s: float = 5.0
    """From the end of the prompts to the first key or voice; then the turn is a noinput."""
    silence_s: float = 0.6
    """Trailing silence that ends the caller's turn."""
    between_keys_s: float = 3.0
    """Longest gap between two keys of one input."""
    longest_s: float = 12.0
    """Longest speech of one turn; then what was heard counts."""

    @property
    def speech(self) -> bool:
        """Whether speech is wanted at all."""
        return self.phrases is None or bool(self.phrases)
