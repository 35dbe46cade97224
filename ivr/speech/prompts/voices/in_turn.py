"""Two voices in turn: the one of the settings, and espeak-ng for whatever it does not bring."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from ivr.errors import SettingsError
from ivr.speech.prompts.voices.voice import Voice

log = logging.getLogger(__name__)

FAILURES = 3
"""So many texts in a row without sound, and the voice rests: callers shall not wait for a broken engine each time."""
REST_S = 60.0
SPARE_S = 0.6
"""Of a deadline, what the spare voice gets at least: four times what espeak-ng takes for a sentence."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """`sound` of a text, None if neither voice brought any; `by_spare` if the voice of the settings did not."""

    sound: bytes | None
    by_spare: bool


class VoicesInTurn:
    """`first` speaks; `spare`, if there is one, says what `first` does not."""

    def __init__(self, first: Voice, spare: Voice | None) -> None:
        self._first = first
        self._spare = spare
        self._failures = 0
        self._rests_until = 0.0

    async def identity(self) -> str:
        """The first voice's: what the spare one says is no prompt for a cache. Raises SettingsError."""
        return await self._first.identity()

    def kept_ready(self) -> AbstractAsyncContextManager[None]:
        """The first voice is, see `Voice`; the spare one speaks too seldom."""
        return self._first.kept_ready()

    async def render(self, text: str, *, deadline_s: float, forgiving: bool) -> Rendered:
        """Sound for `text` within `deadline_s`. Raises SettingsError of the first voice unless `forgiving`."""
        now = asyncio.get_running_loop().time
        ends = now() + deadline_s
        if now() >= self._rests_until or self._spare is None:
            sound = await self._by_first(text, deadline_s - (SPARE_S if self._spare else 0.0), forgiving)
            if sound is not None:
                self._failures = 0
                return Rendered(sound, by_spare=False)
            self._failures += 1
            if self._failures >= FAILURES and self._spare is not None:
                self._failures, self._rests_until = 0, now() + REST_S
                log.error("the voice fails again and again: the spare one speaks", extra={"for_s": REST_S})
        if self._spare is None:
            return Rendered(None, by_spare=False)
        return Rendered(await self._by_spare(text, ends - now()), by_spare=True)

    async def _by_first(self, text: str, deadline_s: float, forgiving: bool) -> bytes | None:
        try:
            async with asyncio.timeout(deadline_s):
                return await self._first.render(text, deadline_s=deadline_s)
        except TimeoutError:
            return None
        except SettingsError as fault:
            if not forgiving:
                raise
            log.error("speech could not be made", extra={"fault": str(fault)})
            return None

    async def _by_spare(self, text: str, deadline_s: float) -> bytes | None:
        assert self._spare is not None
        try:
            async with asyncio.timeout(deadline_s):
                return await self._spare.render(text, deadline_s=deadline_s)
        except (TimeoutError, SettingsError) as fault:
            log.error("the spare voice fails, too", extra={"fault": str(fault) or "deadline"})
            return None
