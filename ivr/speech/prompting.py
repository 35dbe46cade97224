"""The prompts of one turn on their way to the caller: paused, resumed or cut, and how much of each was heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ivr.call import BargeIn
from ivr.media.audio import MediaInput, Played, duration_ms


class Playing(Protocol):
    """A sound on its way to the caller (media.playing)."""

    async def finished(self) -> Played:
        """How much was heard, once the caller has heard it or the line is gone."""
        ...

    async def cut(self) -> Played:
        """Stop at once; how much was heard."""
        ...

    async def pause(self) -> None:
        """Fall silent, ready to go on."""
        ...

    async def resume(self) -> None:
        """Go on where it was paused."""
        ...


class Sound(Protocol):
    """The caller's sound, both ways (media.session)."""

    async def play(self, pcm: bytes) -> Playing:
        """Begin to play `pcm` (8 kHz, 16 bit)."""
        ...

    async def listen(self, wanted: bool) -> None:
        """Whether the caller's sound is wanted at all; keys always come."""
        ...

    def attach(self, take: Callable[[MediaInput], None] | None) -> None:
        """Give every input to `take` as it comes, waiting ones first; None: keep them for later."""
        ...


class Prompting:
    """Plays (sound, what may interrupt it) one after the other; neighbours with the same barge-in as one sound."""

    def __init__(self, sound: Sound, prompts: Sequence[tuple[bytes, BargeIn]]) -> None:
        self._sound = sound
        self._pieces = _joined(prompts)
        self._lengths_ms = [duration_ms(pcm) for pcm, _ in prompts]
        self._allowed = prompts[0][1] if prompts else BargeIn.BOTH
        self._playing: Playing | None = None
        self._heard_ms = 0
        self._paused = False
        self.played = False
        """Whether the caller has heard all of it."""
        self.cut = False

    @property
    def over(self) -> bool:
        """Whether nothing is played any more."""
        return self.played or self.cut

    def allows(self, means: BargeIn) -> bool:
        """Whether `means` is taken now: any is when the prompts are over."""
        return self.over or means in self._allowed

    @property
    def lengths_ms(self) -> tuple[int, ...]:
        """Length of each prompt."""
        return tuple(self._lengths_ms)

    @property
    def heard_ms(self) -> tuple[int, ...]:
        """How much of each prompt was heard: they are played one after the other."""
        left_ms = self._heard_ms
        shares = []
        for length_ms in self._lengths_ms:
            shares.append(min(left_ms, length_ms))
            left_ms -= shares[-1]
        return tuple(shares)

    async def play(self) -> bool:
        """Play all; False if the caller cut it, or the line is gone."""
        for pcm, allowed in self._pieces:
            if self.cut:
                return False
            self._allowed = allowed
            playing = await self._sound.play(pcm)
            self._playing = playing
            if self.cut:  # meanwhile
                await playing.cut()
            elif self._paused:
                await playing.pause()
            played = await playing.finished()
            if self._playing is playing:  # else who cut it has counted it
                self._heard_ms += played.heard_ms
                self._playing = None
            if not played.completed:
                return False
        self.played = not self.cut
        return self.played

    async def pause(self) -> None:
        """Fall silent and keep the place; harmless when silent or over."""
        if not self._paused:
            self._paused = True
            if self._playing is not None:
                await self._playing.pause()

    async def resume(self) -> None:
        """Go on where it was; harmless when it does."""
        if self._paused:
            self._paused = False
            if self._playing is not None:
                await self._playing.resume()

    async def silence(self) -> None:
        """Cut it; harmless when over."""
        if self.over:
            return
        self.cut = True
        playing, self._playing = self._playing, None
        if playing is not None:
            self._heard_ms += (await playing.cut()).heard_ms

    async def line_ended(self) -> None:
        """Count what the caller heard before they left."""
        playing, self._playing = self._playing, None
        if playing is not None:
            self._heard_ms += (await playing.finished()).heard_ms


def _joined(prompts: Sequence[tuple[bytes, BargeIn]]) -> list[tuple[bytes, BargeIn]]:
    """Neighbours with the same barge-in as one sound: no gap between them, one message to the line."""
    joined: list[tuple[bytes, BargeIn]] = []
    for pcm, allowed in prompts:
        if joined and joined[-1][1] == allowed:
            joined[-1] = (joined[-1][0] + pcm, allowed)
        else:
            joined.append((pcm, allowed))
    return joined
