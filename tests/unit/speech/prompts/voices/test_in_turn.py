"""A broken engine costs a prompt its voice at most: the spare one speaks, within the same deadline."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext

import pytest

from ivr.errors import SettingsError
from ivr.speech.prompts.voices.in_turn import FAILURES, REST_S, SPARE_S, Rendered, VoicesInTurn
from ivr.testing.clock import run


class Engine:
    """Says `sound` after `takes_s`; with a `fault` it needs mending."""

    def __init__(self, sound: bytes | None, *, takes_s: float = 0.1, fault: str = "") -> None:
        self.sound, self.takes_s, self.fault = sound, takes_s, fault
        self.asked = 0

    async def identity(self) -> str:
        return "engine"

    def kept_ready(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def render(self, text: str, *, deadline_s: float) -> bytes | None:
        self.asked += 1
        if self.fault:
            raise SettingsError(self.fault)
        await asyncio.sleep(self.takes_s)
        return self.sound


async def say(voices: VoicesInTurn) -> tuple[Rendered, float]:
    now = asyncio.get_running_loop().time
    before = now()
    return await voices.render("Hello.", deadline_s=2.0, forgiving=True), now() - before


def test_the_spare_voice_is_silent_while_the_first_one_speaks() -> None:
    async def main() -> None:
        spare = Engine(b"spare")
        rendered, _ = await say(VoicesInTurn(Engine(b"first"), spare))
        assert rendered == Rendered(b"first", by_spare=False)
        assert spare.asked == 0

    run(main())


@pytest.mark.parametrize("first", [Engine(None), Engine(b"late", takes_s=60), Engine(b"", fault="no such voice")])
def test_the_spare_voice_says_what_a_broken_hanging_or_missing_one_does_not(first: Engine) -> None:
    async def main() -> None:
        rendered, took_s = await say(VoicesInTurn(first, Engine(b"spare")))
        assert rendered == Rendered(b"spare", by_spare=True)
        assert took_s <= 2.0 - SPARE_S + 0.1 + 1e-6

    run(main())


def test_two_broken_voices_are_no_sound_in_time() -> None:
    async def main() -> None:
        rendered, took_s = await say(VoicesInTurn(Engine(None, takes_s=60), Engine(None, takes_s=60)))
        assert rendered.sound is None
        assert took_s <= 2.0 + 1e-6

    run(main())


def test_a_voice_that_hangs_again_and_again_rests_and_gets_another_chance() -> None:
    async def main() -> None:
        first = Engine(b"first", takes_s=60)
        voices = VoicesInTurn(first, Engine(b"spare"))
        for _ in range(FAILURES):
            await say(voices)
        _, took_s = await say(voices)
        assert took_s == pytest.approx(0.1)
        assert first.asked == FAILURES
        first.takes_s = 0.1
        await asyncio.sleep(REST_S)
        assert (await say(voices))[0] == Rendered(b"first", by_spare=False)

    run(main())


def test_before_calls_a_person_is_told_what_to_mend() -> None:
    voices = VoicesInTurn(Engine(None, fault="no such voice"), Engine(b"spare"))
    with pytest.raises(SettingsError, match="no such voice"):
        run(voices.render("Hello.", deadline_s=2.0, forgiving=False))
