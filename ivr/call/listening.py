"""What the line is to play and to listen for in one turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, Flag
from typing import Protocol

from ivr.call.keys import KeyPattern
from ivr.call.match import Match


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
    language: str | None = None
    """Of the text, as BCP 47 names it; None: the helpline's."""
    slowly: bool = False
    """For a caller who asked for it."""


class EndOfTurn(Enum):
    """By what the end of a caller's turn is known, besides silence; each is one file in ``speech/turn_taking``."""

    MATCH = "match"
    """A menu, yes or no: soon after words that are a whole answer, later after others."""
    DIGITS = "digits"
    """Something counted or spelled out, with pauses between its groups."""
    SILENCE = "silence"
    """Free speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Silence that ends what a caller says, in seconds of their sound, by what they have said so far.

    Measured with the bundled model through µ-law: of 60 strings of six human digits with pauses of 0.2 to 0.6 s, all
    six wanted, none was cut at 0.2 s in quiet (the sixth is known 0.1 s after its end at the median, 0.25 s at the 95th
    percentile); of 50 human sentences two were cut at 0.5 s as at 0.7 s; of 45 menu phrases of three synthetic voices
    all were right with 0.2 and 0.3 s as with 0.9 s.
    """

    unambiguous_s: float = 0.2
    """After a whole answer that nothing could change (`Match.MAX_MATCH`), all the digits that are wanted included."""
    complete_s: float = 0.3
    """After a whole answer that more words could change."""
    incomplete_s: float = 0.9
    """After words that are no answer yet."""
    free_s: float = 0.55
    """In free speech."""
    digits_s: float = 0.7
    """After as many digits as are wanted, where more may follow."""
    counting_s: float = 1.6
    """After fewer digits than are wanted: the caller is still counting out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLimits:
    """When a message that the caller leaves is over, besides a key and their hanging up."""

    longest_s: float = 120.0
    silence_s: float = 4.0
    """Longer than people think in the middle of a message; after it nobody goes on."""


class WordPattern(Protocol):
    """Judges words as `KeyPattern.judge` judges keys: what the words said so far mean, without hesitations."""

    def judge(self, text: str) -> Match:
        """How far `text` goes, a reading or a part of one as a recogniser prints it; NO_MATCH for "mm" and "uh"."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What to listen for while and after the prompts of a turn are played.

    `phrases`: None = open vocabulary; empty = keys only; else a grammar of these phrases (lower case words that
    the model knows). All times are seconds and, but for `first_input_s`, measured on the caller's audio.
    """

    phrases: tuple[str, ...] | None = ()
    words: WordPattern | None = None
    """What the words mean; None: any word means something, and only silence ends them."""
    end: EndOfTurn = EndOfTurn.SILENCE
    pauses: Pauses = field(default_factory=Pauses)
    refuse_below: float = 0.0
    """A reading with less confidence than this is no word that means something: it cuts no prompt."""
    urgent: WordPattern | None = None
    """Words that are heeded even if they were hardly heard, from `urgent_from` on: they cut a prompt all the same."""
    urgent_from: float = 1.0
    keys: KeyPattern = field(default_factory=KeyPattern)
    first_input_s: float = 5.0
    """From the end of the prompts to the first key or voice; then the turn is a noinput."""
    between_keys_s: float = 3.0
    """Longest gap between two keys of one input."""
    longest_s: float = 12.0
    """Longest speech of one turn; then what was heard counts."""
    ahead: bool = False
    """Nothing is asked yet, and keys that are pressed belong to the next turn."""
    message: MessageLimits | None = None
    """Keep what the caller says after a beep as a message, and understand nothing of it; any key ends it."""

    @property
    def speech(self) -> bool:
        """Whether speech is wanted at all."""
        return self.phrases is None or bool(self.phrases)
