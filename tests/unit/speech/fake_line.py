"""A line without Asterisk and a recogniser without a model, on a clock that jumps, for the tests of a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ivr.call import Heard, Hypothesis, KeyPattern, Listening, Match, Pauses, Prompt
from ivr.errors import LineBroken
from ivr.media.audio import Audio, LineEnded, MediaInput, Played
from ivr.speech.turn import SpokenLine
from ivr.testing.clock import run
from tests.unit.speech.test_ear import QUIET, VOICE, Marked

HALF_A_SECOND = Pauses(free_s=0.5, incomplete_s=0.5)
SECOND = b"\x00\x00" * 8000


class BinWords:
    """Of all words only "bins" and "council tax" mean something."""

    def judge(self, text: str) -> Match:
        if text in ("bins", "council tax"):
            return Match.MAX_MATCH
        return Match.POTENTIAL if text == "council" else Match.NO_MATCH


MENU = Listening(
    phrases=("bins", "council tax"),
    words=BinWords(),
    refuse_below=0.4,
    keys=KeyPattern(options=frozenset({"1", "2", "0"})),
    pauses=HALF_A_SECOND,
)
FINISH_S = 0.03
CUT_S = 0.02
"""Until Asterisk has said how much of a prompt it played."""
BINS = Hypothesis(text="bins", confidence=0.9)


class FakePlaying:
    """A prompt that takes as long as it is, on the loop's clock."""

    def __init__(self, pcm: bytes) -> None:
        self.total_ms = len(pcm) // 16
        self.played_ms = 0
        self.paused = False
        self.pauses: list[float] = []
        self.resumptions: list[float] = []
        self._cut = False
        self._done = asyncio.Event()
        self._task = asyncio.create_task(self._play())

    async def _play(self) -> None:
        while self.played_ms < self.total_ms and not self._cut:
            await asyncio.sleep(0.02)
            self.played_ms += 0 if self.paused else 20
        self._done.set()

    async def finished(self) -> Played:
        await self._done.wait()
        return Played(heard_ms=self.played_ms, total_ms=self.total_ms, completed=not self._cut)

    def end(self) -> None:
        self._cut = True
        self._done.set()

    async def cut(self) -> Played:
        played = Played(heard_ms=self.played_ms, total_ms=self.total_ms, completed=False)
        self.end()
        await asyncio.sleep(CUT_S)
        return played

    async def pause(self) -> None:
        assert not self.paused
        self.paused = True
        self.pauses.append(asyncio.get_running_loop().time())

    async def resume(self) -> None:
        assert self.paused
        self.paused = False
        self.resumptions.append(asyncio.get_running_loop().time())


class FakeSound:
    """The media session as a turn uses it, with a caller who acts at given times."""

    def __init__(self, script: Sequence[tuple[float, MediaInput]] = ()) -> None:
        self._script = script
        self._take: Callable[[MediaInput], None] | None = None
        self.playings: list[FakePlaying] = []
        self.listened: list[bool] = []

    async def play(self, pcm: bytes) -> FakePlaying:
        self.playings.append(FakePlaying(pcm))
        return self.playings[-1]

    async def listen(self, wanted: bool) -> None:
        self.listened.append(wanted)

    def attach(self, take: Callable[[MediaInput], None] | None) -> None:
        self._take = take

    async def act(self) -> None:
        begun = asyncio.get_running_loop().time()
        for at_s, given in self._script:
            await asyncio.sleep(max(0.0, begun + at_s - asyncio.get_running_loop().time()))
            if isinstance(given, LineEnded):
                for playing in self.playings:
                    playing.end()
            if self._take is not None:
                self._take(given)


class FakeUtterance:
    """Understands `partials` (ms of sound taken → the words by then) as it comes, and `readings` in the end."""

    def __init__(self, readings: tuple[Hypothesis, ...] | None, partials: dict[int, str]) -> None:
        self.readings = readings
        """None: recognition gives up."""
        self.partials = partials
        self.fed = b""
        self.abandoned = False

    @property
    def partial(self) -> str:
        return next((text for ms, text in reversed(self.partials.items()) if len(self.fed) >= 16 * ms), "")

    @property
    def partial_ms(self) -> int:
        return next((ms for ms in reversed(self.partials) if len(self.fed) >= 16 * ms), 0)

    def feed(self, pcm: bytes) -> None:
        self.fed += pcm

    def look(self) -> None:
        return

    async def finish(self) -> tuple[Hypothesis, ...]:
        await asyncio.sleep(FINISH_S)
        if self.readings is None:
            raise LineBroken("no answer")
        return self.readings

    def abandon(self) -> None:
        self.abandoned = True


class FakeRecogniser:
    """Hears what it was told to hear, one answer an utterance (None: it gives up); `down` refuses."""

    description = "fake"

    def __init__(
        self, *answers: tuple[Hypothesis, ...] | None, partials: Sequence[dict[int, str]] = (), down: bool = False
    ) -> None:
        self._answers = list(answers)
        self._partials = list(partials)
        self._down = down
        self.opened: list[tuple[str, ...] | None] = []
        self.utterances: list[FakeUtterance] = []

    async def open(self, phrases: tuple[str, ...] | None) -> FakeUtterance:
        if self._down:
            raise LineBroken("no worker")
        self.opened.append(phrases)
        answer = self._answers.pop(0) if self._answers else ()
        self.utterances.append(FakeUtterance(answer, self._partials.pop(0) if self._partials else {}))
        return self.utterances[-1]

    def unknown_words(self, words: object) -> frozenset[str]:
        return frozenset()


class FakePrompts:
    async def sound(self, prompt: Prompt) -> bytes:
        return SECOND * int(prompt.text)


def speech(at_s: float, voiced: int = 20, quiet: int = 40) -> list[tuple[float, MediaInput]]:
    """Frames of 32 ms from `at_s` on: a voice, then silence."""
    frames = [VOICE] * voiced + [QUIET] * quiet
    return [(at_s + i * 0.032, Audio(pcm=pcm)) for i, pcm in enumerate(frames)]


def turn(
    script: Sequence[tuple[float, MediaInput]],
    *,
    listening: Listening | None = MENU,
    recogniser: FakeRecogniser | None = None,
    prompts: Sequence[Prompt] = (Prompt(text="2"),),
    patience_s: float = 600,
) -> tuple[Heard, FakeSound, float]:
    async def main() -> tuple[Heard, FakeSound, float]:
        sound = FakeSound(sorted(script, key=lambda one: one[0]))
        line = SpokenLine(
            sound, prompts=FakePrompts(), recogniser=recogniser or FakeRecogniser((BINS,)), detector=Marked()
        )
        caller = asyncio.create_task(sound.act())
        begun = asyncio.get_running_loop().time()
        async with asyncio.timeout(patience_s):
            heard = await line.converse(prompts, listening)
        took_s = asyncio.get_running_loop().time() - begun
        caller.cancel()
        others = asyncio.all_tasks() - {asyncio.current_task(), caller} - {p._task for p in sound.playings}
        assert not others, "a turn leaves no task behind"
        return heard, sound, took_s

    return run(main())
