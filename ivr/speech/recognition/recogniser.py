"""What the rest of the house knows of hearing: utterances go in as sound and come out as hypotheses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ivr.call import Hypothesis


class Utterance(Protocol):
    """One thing a caller says. Made by `Recogniser.open`; ends with `finish` or `abandon`, once."""

    @property
    def partial(self) -> str:
        """The words so far; lags the sound by some tenths of a second and may still change."""
        ...

    @property
    def partial_ms(self) -> int:
        """The length of the sound, from its beginning, that `partial` comes from: a busy recogniser is late."""
        ...

    def feed(self, pcm: bytes) -> None:
        """Take the next sound: 8 kHz, 16 bit, mono, any length. Never blocks, never fails."""
        ...

    def look(self) -> None:
        """The caller makes a pause: let `partial` soon hold all that was said before it, if that can be had."""
        ...

    async def finish(self) -> tuple[Hypothesis, ...]:
        """The readings, best first; empty if nothing was understood. Never hangs.

        Raises LineBroken if recognition gave up: nobody can say what the caller said, and they have keys.
        """
        ...

    def abandon(self) -> None:
        """Forget it; harmless after `finish`."""
        ...


class Recogniser(Protocol):
    """Something that understands speech."""

    @property
    def description(self) -> str:
        """For the start-up print: which model."""
        ...

    async def open(self, phrases: tuple[str, ...] | None) -> Utterance:
        """Begin to listen for `phrases` (lower case, known words), or for anything if None.

        Raises LineBroken at once if recognition is down or fully used: the caller has keys.
        """
        ...

    def unknown_words(self, words: Iterable[str]) -> frozenset[str]:
        """Those of `words` that can never be heard."""
        ...


class Engine(Recogniser, Protocol):
    """A recogniser with a life of its own; `start` and `close` once each."""

    @property
    def ailment(self) -> str | None:
        """Why it hears nobody at present, in one sentence; None while it is well."""
        ...

    async def start(self) -> None:
        """Be ready to hear. Raises ModelError, one line, if it never will be as it is set up."""
        ...

    async def close(self) -> None:
        """End; utterances that are open end with LineBroken."""
        ...
