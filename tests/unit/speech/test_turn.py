"""One turn with the caller, on a clock that jumps: keys, speech, silence, barge-in, noise, the end of the line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from ivr.call import BargeIn, Heard, Hypothesis, KeyPattern, Listening, Means, Outcome, Prompt
from ivr.errors import LineBroken
from ivr.media.audio import Audio, Key, LineEnded, MediaInput, Played
from ivr.speech.turn import SpokenLine
from ivr.testing.clock import run
from tests.unit.speech.test_ear import QUIET, VOICE, Marked

SECOND = b"\x00\x00" * 8000
MENU = Listening(phrases=("bins", "council tax"), keys=KeyPattern(options=frozenset({"1", "2", "0"})), silence_s=0.5)
BINS = Hypothesis(text="bins", confidence=0.9)


class FakePlaying:
    """A prompt that takes as long as it is, on the loop's clock."""

    def __init__(self, pcm: bytes) -> None:
        self.total_ms = len(pcm) // 16
        self.played_ms = 0
        self.paused = False
        self.pauses = 0
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
        self.end()
        return Played(heard_ms=self.played_ms, total_ms=self.total_ms, completed=False)

    async def pause(self) -> None:
        self.paused = True
        self.pauses += 1

    async def resume(self) -> None:
        self.paused = False


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
    def __init__(self, readings: tuple[Hypothesis, ...]) -> None:
        self.readings = readings
        self.fed = b""
        self.abandoned = False
        self.partial = ""

    def feed(self, pcm: bytes) -> None:
        self.fed += pcm

    async def finish(self) -> tuple[Hypothesis, ...]:
        return self.readings

    def abandon(self) -> None:
        self.abandoned = True


class FakeRecogniser:
    """Hears what it was told to hear, one answer an utterance; `down` refuses."""

    description = "fake"

    def __init__(self, *answers: tuple[Hypothesis, ...], down: bool = False) -> None:
        self._answers = list(answers)
        self._down = down
        self.opened: list[tuple[str, ...] | None] = []
        self.utterances: list[FakeUtterance] = []

    async def open(self, phrases: tuple[str, ...] | None) -> FakeUtterance:
        if self._down:
            raise LineBroken("no worker")
        self.opened.append(phrases)
        self.utterances.append(FakeUtterance(self._answers.pop(0) if self._answers else ()))
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
) -> tuple[Heard, FakeSound, float]:
    async def main() -> tuple[Heard, FakeSound, float]:
        sound = FakeSound(sorted(script, key=lambda one: one[0]))
        line = SpokenLine(
            sound, prompts=FakePrompts(), recogniser=recogniser or FakeRecogniser((BINS,)), detector=Marked()
        )
        caller = asyncio.create_task(sound.act())
        begun = asyncio.get_running_loop().time()
        async with asyncio.timeout(600):
            heard = await line.converse(prompts, listening)
        took_s = asyncio.get_running_loop().time() - begun
        caller.cancel()
        others = asyncio.all_tasks() - {asyncio.current_task(), caller} - {p._task for p in sound.playings}
        assert not others, "a turn leaves no task behind"
        return heard, sound, took_s

    return run(main())


def test_a_turn_that_only_speaks_ends_when_it_was_heard() -> None:
    heard, sound, took_s = turn([], listening=None)
    assert heard.outcome is Outcome.PLAYED
    assert (heard.prompt_heard_ms, heard.prompt_total_ms) == (2000, 2000)
    assert 2.0 <= took_s < 2.1
    assert sound.listened == [False]


def test_silence_is_a_noinput_after_the_prompt_and_the_wait() -> None:
    heard, _, took_s = turn([])
    assert heard.outcome is Outcome.NO_INPUT
    assert 7.0 <= took_s < 7.1


def test_a_key_cuts_the_prompt_and_decides() -> None:
    heard, _, took_s = turn([(0.5, Key(digit="2"))])
    assert (heard.outcome, heard.means, heard.keys) == (Outcome.MATCH, Means.KEYS, "2")
    assert heard.barged_in
    assert heard.prompt_heard_ms <= 500
    assert took_s < 0.6


def test_a_wrong_key_is_not_understood_and_not_silence() -> None:
    heard, _, _ = turn([(0.5, Key(digit="9"))])
    assert (heard.outcome, heard.means, heard.keys) == (Outcome.NO_MATCH, Means.KEYS, "9")


def test_digits_are_awaited_and_the_terminator_ends_them() -> None:
    digits = Listening(keys=KeyPattern(digits_min=1, digits_max=6), between_keys_s=3)
    heard, _, took_s = turn([(3.0, Key(digit="4")), (4.0, Key(digit="2")), (5, Key(digit="#"))], listening=digits)
    assert (heard.outcome, heard.keys) == (Outcome.MATCH, "42")
    assert took_s < 5.1
    heard, _, took_s = turn([(3.0, Key(digit="4")), (5.5, Key(digit="2"))], listening=digits)
    assert (heard.outcome, heard.keys) == (Outcome.MATCH, "42")
    assert 8.4 <= took_s < 8.6


def test_too_few_digits_are_not_understood() -> None:
    six = Listening(keys=KeyPattern(digits_min=6, digits_max=6), between_keys_s=3)
    heard, _, _ = turn([(3.0, Key(digit="4"))], listening=six)
    assert (heard.outcome, heard.keys) == (Outcome.NO_MATCH, "4")


def test_speech_after_the_prompt_is_heard_with_its_confidence() -> None:
    recogniser = FakeRecogniser((BINS,))
    heard, _, took_s = turn(speech(2.5), recogniser=recogniser)
    assert (heard.outcome, heard.means, heard.text, heard.confidence) == (Outcome.MATCH, Means.VOICE, "bins", 0.9)
    assert not heard.barged_in
    assert recogniser.opened == [("bins", "council tax")]
    assert 2.5 + 35 * 0.032 <= took_s < 3.8  # 20 frames of voice, and the 16th of silence completes 0.5 s


def test_speech_cuts_the_prompt_where_it_may() -> None:
    heard, sound, _ = turn(speech(0.5))
    assert heard.barged_in
    assert heard.text == "bins"
    assert 500 <= heard.prompt_heard_ms <= 700
    assert sound.playings[0].pauses == 1


def test_keys_and_speech_are_forbidden_apart() -> None:
    keys_only = [Prompt(text="2", barge_in=BargeIn.KEYS)]
    heard, _, took_s = turn(speech(0.2, voiced=10, quiet=10), prompts=keys_only)
    assert heard.outcome is Outcome.NO_INPUT
    assert took_s >= 7
    heard, _, _ = turn([(0.2, Key(digit="1"))], prompts=keys_only)
    assert heard.keys == "1"
    assert heard.barged_in
    speech_only = [Prompt(text="2", barge_in=BargeIn.SPEECH)]
    heard, _, _ = turn([(0.2, Key(digit="1"))], prompts=speech_only)
    assert heard.outcome is Outcome.NO_INPUT
    assert turn(speech(0.2), prompts=speech_only)[0].text == "bins"


def test_prompts_with_different_barge_in_keep_their_own() -> None:
    prompts = [Prompt(text="1", barge_in=BargeIn.NONE), Prompt(text="1"), Prompt(text="1")]
    heard, sound, _ = turn([(0.5, Key(digit="2")), (1.5, Key(digit="1"))], prompts=prompts)
    assert heard.keys == "1"
    assert [p.total_ms for p in sound.playings] == [1000, 2000]
    assert 1400 <= heard.prompt_heard_ms <= 1600


def turns(*listenings: Listening, waiting: Sequence[MediaInput], prompts: Sequence[Prompt]) -> list[Heard]:
    """Several turns on one line, with inputs that all came before the first."""

    async def main() -> list[Heard]:
        sound = FakeSound()
        attach = sound.attach

        def drain(take: Callable[[MediaInput], None] | None) -> None:
            attach(take)
            if take is not None:
                for given in left:
                    take(given)
                left.clear()

        left = list(waiting)
        sound.attach = drain  # type: ignore[method-assign]
        line = SpokenLine(sound, prompts=FakePrompts(), recogniser=FakeRecogniser(), detector=Marked())
        return [await line.converse(prompts, listening) for listening in listenings]

    return run(main())


def test_keys_pressed_ahead_belong_to_one_turn_each() -> None:
    heard = turns(MENU, MENU, waiting=[Key(digit="1"), Key(digit="2")], prompts=[Prompt(text="2")])
    assert [one.keys for one in heard] == ["1", "2"]


def test_a_key_from_before_the_turn_does_not_skip_a_prompt_that_forbids_it() -> None:
    (heard,) = turns(MENU, waiting=[Key(digit="1")], prompts=[Prompt(text="2", barge_in=BargeIn.NONE)])
    assert heard.prompt_heard_ms == 2000
    assert heard.outcome is Outcome.NO_INPUT


def test_a_cough_pauses_the_prompt_and_it_goes_on() -> None:
    recogniser = FakeRecogniser((), ())
    heard, sound, took_s = turn(speech(0.5, voiced=5, quiet=30), recogniser=recogniser)
    assert heard.outcome is Outcome.NO_INPUT
    assert not heard.barged_in
    assert heard.prompt_heard_ms == 2000
    assert sound.playings[0].pauses == 1
    assert took_s > 7.3
    assert len(recogniser.utterances) == 1


def test_a_voice_without_words_is_not_understood() -> None:
    heard, _, _ = turn(speech(2.5), recogniser=FakeRecogniser(()))
    assert (heard.outcome, heard.means) == (Outcome.NO_MATCH, Means.VOICE)


def test_a_key_in_the_middle_of_speech_wins() -> None:
    recogniser = FakeRecogniser((BINS,))
    heard, _, _ = turn([*speech(2.5), (2.9, Key(digit="2"))], recogniser=recogniser)
    assert (heard.means, heard.keys) == (Means.KEYS, "2")
    assert recogniser.utterances[0].abandoned


def test_without_a_recogniser_the_turn_listens_to_keys() -> None:
    heard, _, _ = turn([*speech(0.3), (1.5, Key(digit="1"))], recogniser=FakeRecogniser(down=True))
    assert heard.keys == "1"


def test_a_phone_whose_sound_stops_in_mid_word_is_not_waited_for_for_ever() -> None:
    heard, _, took_s = turn(speech(2.5, voiced=10, quiet=0))
    assert heard.text == "bins"
    assert took_s < 2.5 + 12 + 2.1 + 0.2


def test_a_recogniser_is_open_only_while_somebody_speaks() -> None:
    recogniser = FakeRecogniser()
    turn([(i * 0.032, Audio(pcm=QUIET)) for i in range(300)], recogniser=recogniser)
    assert recogniser.opened == []


def test_the_end_of_the_line_ends_the_turn_at_once() -> None:
    heard, _, took_s = turn([(0.7, LineEnded(reason="caller hung up"))])
    assert heard.outcome is Outcome.HANGUP
    assert 680 <= heard.prompt_heard_ms <= 700, "who leaves in mid-prompt has heard a part of it"
    assert took_s < 0.8


def test_a_line_that_breaks_is_no_caller_who_left() -> None:
    with pytest.raises(LineBroken):
        turn([(0.7, LineEnded(reason="broken"))])


def test_a_hundred_keys_at_once_do_not_hide_the_end_of_the_line() -> None:
    keys: list[tuple[float, MediaInput]] = [(0.5, Key(digit="5"))] * 100
    digits = Listening(keys=KeyPattern(digits_min=200, digits_max=200))
    heard, _, took_s = turn([*keys, (0.5, LineEnded(reason="gone"))], listening=digits)
    assert heard.outcome is Outcome.HANGUP
    assert took_s < 0.6
