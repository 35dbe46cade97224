"""Prompts come from recordings, memory, the cache or a fresh voice, in this order, and never fail a call."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.prompts.prompt_store import MOST_SLOW, MOST_SPONTANEOUS, PROCESSES, SILENCE, SORRY, PromptStore
from ivr.speech.prompts.saying import Pronunciations, Saying
from ivr.testing.clock import run


class FakeVoice:
    """Says every text as its own letters; `broken` ones bring nothing, `hangs` never comes back."""

    def __init__(self, *, broken: Sequence[str] = (), hangs: bool = False, missing: bool = False) -> None:
        self.broken = set(broken)
        self.hangs = hangs
        self.missing = missing
        self.name = "fake 1"
        self.texts: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.ready = False

    async def identity(self) -> str:
        if self.missing:
            raise SettingsError("speech output: no engine")
        return self.name

    @asynccontextmanager
    async def kept_ready(self) -> AsyncIterator[None]:
        self.ready = True
        yield
        self.ready = False

    async def render(self, text: str, *, deadline_s: float) -> bytes | None:
        self.texts.append(text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(1e9 if self.hangs else 0.01)
        finally:
            self.at_once -= 1
        if self.missing:
            raise SettingsError("speech output: no engine")
        return None if text in self.broken else said(text)


def said(text: str) -> bytes:
    return (text + " " * (len(text) % 2)).encode()


def record_half_a_second(file: Path) -> None:
    file.parent.mkdir()
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\x10\0\xf0" * 2000)


def store(folder: Path, voice: FakeVoice, spare: FakeVoice | None = None) -> PromptStore:
    return PromptStore(recordings=folder / "prompts", cache=folder / "cache", voice=voice, spare=spare)


def test_prepared_prompts_are_said_from_memory(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        await prompts.prepare([Prompt(text="Hello."), Prompt(text="Hello."), Prompt(text="Bye.")])
        assert voice.texts == ["Hello.", "Bye.", SORRY.text]
        assert await prompts.sound(Prompt(text="Bye.")) == said("Bye.")
        assert len(voice.texts) == 3

    run(main())


def test_the_cache_spares_a_second_start_all_work_until_the_voice_changes(tmp_path: Path) -> None:
    async def main() -> None:
        await store(tmp_path, FakeVoice()).prepare([Prompt(text="Hello.")])
        voice = FakeVoice()
        again = store(tmp_path, voice)
        await again.prepare([Prompt(text="Hello.")])
        assert voice.texts == []
        assert await again.sound(Prompt(text="Hello.")) == said("Hello.")
        voice.name = "fake 2"
        await store(tmp_path, voice).prepare([Prompt(text="Hello.")])
        assert voice.texts == ["Hello.", SORRY.text]

    run(main())


def test_cached_sound_is_readable_by_its_owner_only_and_a_torn_file_is_made_again(tmp_path: Path) -> None:
    async def main() -> None:
        await store(tmp_path, FakeVoice()).prepare([Prompt(text="Hello.")])
        files = list((tmp_path / "cache").iterdir())
        assert len(files) == 2
        assert all(file.stat().st_mode & 0o077 == 0 for file in [*files, tmp_path / "cache"])
        for file in files:
            file.write_bytes(b"odd")
        voice = FakeVoice()
        await store(tmp_path, voice).prepare([Prompt(text="Hello.")])
        assert len(voice.texts) == 2

    run(main())


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "cache").write_text("a file where the folder should be")
        prompts = store(tmp_path, FakeVoice())
        await prompts.prepare([Prompt(text="Hello.")])
        assert await prompts.sound(Prompt(text="Hello.")) == said("Hello.")

    run(main())


def test_many_prompts_are_rendered_two_at_a_time_with_progress(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        seen: list[tuple[int, int]] = []
        many = [Prompt(text=f"Prompt {n}.") for n in range(40)]
        await store(tmp_path, voice).prepare(many, lambda done, of: seen.append((done, of)))
        assert voice.most_at_once == PROCESSES
        assert seen[0] == (0, 41)
        assert seen[-1] == (41, 41)

    run(main())


def test_a_recording_wins_over_the_voice_and_needs_no_engine(tmp_path: Path) -> None:
    async def main() -> None:
        record_half_a_second(tmp_path / "prompts/welcome.wav")
        prompts = store(tmp_path, FakeVoice(missing=True))
        await prompts.prepare([Prompt(text="Welcome.", recording="welcome")])
        assert len(await prompts.sound(Prompt(text="Welcome.", recording="welcome"))) == 8000

    run(main())


def test_a_recording_that_changed_is_taken_when_the_plan_is_read_anew(tmp_path: Path) -> None:
    async def main() -> None:
        welcome = Prompt(text="Welcome.", recording="welcome")
        prompts = store(tmp_path, FakeVoice())
        await prompts.prepare([welcome])
        record_half_a_second(tmp_path / "prompts/welcome.wav")
        await prompts.prepare([welcome])
        assert len(await prompts.sound(welcome)) == 8000
        (tmp_path / "prompts/welcome.wav").unlink()
        await prompts.prepare([welcome])
        assert await prompts.sound(welcome) == said("Welcome.")

    run(main())


def test_a_missing_recording_is_said_by_the_voice(tmp_path: Path) -> None:
    async def main() -> None:
        prompts = store(tmp_path, FakeVoice())
        await prompts.prepare([Prompt(text="Welcome.", recording="welcome")])
        assert await prompts.sound(Prompt(text="Welcome.", recording="welcome")) == said("Welcome.")

    run(main())


@pytest.mark.parametrize(
    ("prompt", "complaint"),
    [
        (Prompt(text="", recording="welcome"), r"no welcome\.wav in .* no text to say instead"),
        (Prompt(text=" "), "neither text nor recording"),
        (Prompt(text="Hi", recording="../out"), "outside"),
    ],
)
def test_a_prompt_that_can_never_sound_is_told_at_the_start(tmp_path: Path, prompt: Prompt, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        run(store(tmp_path, FakeVoice()).prepare([prompt]))


def test_a_missing_engine_is_told_at_the_start_if_it_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no engine"):
        run(store(tmp_path, FakeVoice(missing=True)).prepare([Prompt(text="Hello.")]))


def test_one_bad_text_costs_only_its_own_voice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        voice = FakeVoice(broken=["Bad."])
        prompts = store(tmp_path, voice)
        await prompts.prepare([Prompt(text="Good."), Prompt(text="Bad.")])
        assert await prompts.sound(Prompt(text="Good.")) == said("Good.")
        assert await prompts.sound(Prompt(text="Bad.")) == said(SORRY.text)

    run(main())
    assert "a prompt brings no sound" in caplog.messages


def test_a_spontaneous_prompt_is_made_once_and_never_written_to_disk(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        for _ in range(2):
            assert await prompts.sound(Prompt(text="Your number is 5 5 5.")) == said("Your number is 5 5 5.")
        assert voice.texts == ["Your number is 5 5 5."]
        assert not (tmp_path / "cache").exists()

    run(main())


def test_spontaneous_sounds_in_memory_are_few(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        for number in range(MOST_SPONTANEOUS + 1):
            await prompts.sound(Prompt(text=f"Number {number}."))
        await prompts.sound(Prompt(text="Number 1."))
        await prompts.sound(Prompt(text="Number 0."))
        assert voice.texts[MOST_SPONTANEOUS + 1 :] == ["Number zero."]

    run(main())


def test_a_hanging_voice_costs_two_seconds_and_the_words_but_not_the_call(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        await prompts.prepare([Prompt(text="Hello.")])
        voice.hangs = True
        before = asyncio.get_running_loop().time()
        assert await prompts.sound(Prompt(text="Your number is 5.")) == said(SORRY.text)
        assert asyncio.get_running_loop().time() - before == pytest.approx(2.0, abs=0.01)

    run(main())


def test_waiting_for_other_callers_prompts_counts_against_the_deadline(tmp_path: Path) -> None:
    async def main() -> None:
        prompts = store(tmp_path, FakeVoice(hangs=True))
        before = asyncio.get_running_loop().time()
        sounds = await asyncio.gather(*(prompts.sound(Prompt(text=f"Number {n}.")) for n in range(10)))
        assert set(sounds) == {SILENCE}
        assert asyncio.get_running_loop().time() - before == pytest.approx(2.0, abs=0.01)

    run(main())


def test_a_recording_that_broke_later_is_replaced_by_the_voice(tmp_path: Path) -> None:
    async def main() -> None:
        prompts = store(tmp_path, FakeVoice())
        (tmp_path / "prompts").mkdir()
        (tmp_path / "prompts/late.wav").write_bytes(b"broken")
        assert await prompts.sound(Prompt(text="Late.", recording="late")) == said("Late.")

    run(main())


def test_the_voice_gets_the_text_as_people_say_it_and_only_what_is_respelled_is_made_anew(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        texts = [Prompt(text="Ask in Wrotheham."), Prompt(text="It costs £5.")]
        await prompts.prepare(texts, saying=Saying(language="en-GB"))
        assert voice.texts == ["Ask in Wrotheham.", "It costs five pounds.", SORRY.text]
        voice.texts.clear()
        await prompts.prepare(texts, saying=Saying(pronunciations=Pronunciations({"wrotheham": "Rootum"})))
        assert voice.texts == ["Ask in Rootum."]
        assert await prompts.sound(texts[0]) == said("Ask in Rootum.")
        assert await prompts.sound(texts[1]) == said("It costs five pounds.")
        assert voice.texts == ["Ask in Rootum."]

    run(main())


def test_a_list_that_could_not_be_prepared_is_not_used(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        await prompts.prepare([Prompt(text="Ask in Wrotheham.")])
        respelled = Saying(pronunciations=Pronunciations({"Wrotheham": "Rootum"}))
        with pytest.raises(SettingsError):
            await prompts.prepare([Prompt(text="", recording="nowhere")], saying=respelled)
        assert await prompts.sound(Prompt(text="Ask in Wrotheham.")) == said("Ask in Wrotheham.")

    run(main())


def test_what_the_voice_does_not_bring_the_spare_one_says_and_it_is_not_cached(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        voice, spare = FakeVoice(broken=["Bad.", "Worse."]), FakeVoice()
        prompts = store(tmp_path, voice, spare)
        await prompts.prepare([Prompt(text="Good."), Prompt(text="Bad.")])
        for _ in range(2):
            assert await prompts.sound(Prompt(text="Bad.")) == said("Bad.")
            assert await prompts.sound(Prompt(text="Worse.")) == said("Worse.")
        assert spare.texts == ["Bad.", "Worse."]
        again = FakeVoice()
        await store(tmp_path, again).prepare([Prompt(text="Good."), Prompt(text="Bad.")])
        assert again.texts == ["Bad."]

    run(main())
    assert caplog.messages.count("a prompt is said by the spare voice") == 2


def test_a_hanging_voice_leaves_the_spare_one_time_to_speak(tmp_path: Path) -> None:
    async def main() -> None:
        prompts = store(tmp_path, FakeVoice(hangs=True), FakeVoice())
        before = asyncio.get_running_loop().time()
        assert await prompts.sound(Prompt(text="Your number is 5 5.")) == said("Your number is 5 5.")
        assert asyncio.get_running_loop().time() - before < 2.0

    run(main())


def test_a_prompt_is_said_slowly_on_request_and_slowed_once(tmp_path: Path) -> None:
    async def main() -> None:
        record_half_a_second(tmp_path / "prompts/welcome.wav")
        prompts = store(tmp_path, FakeVoice())
        for prompt in (Prompt(text="Hi.", recording="welcome"), Prompt(text="A rather long prompt. " * 60)):
            plain = await prompts.sound(prompt)
            slow = await prompts.sound(Prompt(text=prompt.text, recording=prompt.recording, slowly=True))
            assert len(slow) == pytest.approx(1.25 * len(plain), rel=0.02)
            assert await prompts.sound(Prompt(text=prompt.text, recording=prompt.recording, slowly=True)) is slow
        for number in range(MOST_SLOW + 3):
            await prompts.sound(Prompt(text=f"Number {number}.", slowly=True))
        assert len(prompts._slow) == MOST_SLOW

    run(main())


def test_the_first_voice_is_kept_ready_for_spontaneous_texts_and_the_spare_one_is_not(tmp_path: Path) -> None:
    async def main() -> None:
        voice, spare = FakeVoice(), FakeVoice()
        async with store(tmp_path, voice, spare).kept_ready():
            assert (voice.ready, spare.ready) == (True, False)
        assert not voice.ready

    run(main())


def test_an_examination_says_one_sentence_and_keeps_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        assert await prompts.examine([Prompt(text="Hello."), Prompt(text="Bye.")]) == "fake 1"
        assert voice.texts == [SORRY.text]
        assert not (tmp_path / "cache").exists()

    run(main())


@pytest.mark.parametrize(
    ("voice", "complaint"),
    [
        (FakeVoice(missing=True), "no engine"),
        (FakeVoice(broken=[SORRY.text]), r"setting 'voice' \(IVR_VOICE\): fake 1 brings no sound within 10 s"),
        (FakeVoice(hangs=True), "fake 1 brings no sound"),
    ],
)
@pytest.mark.parametrize("spare", [FakeVoice(), None])
def test_an_examination_does_not_take_the_spare_voice_for_an_answer(
    tmp_path: Path, voice: FakeVoice, spare: FakeVoice | None, complaint: str
) -> None:
    with pytest.raises(SettingsError, match=complaint):
        run(store(tmp_path, voice, spare).examine())


def test_an_examination_finds_a_recording_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/hello.wav").write_bytes(b"odd")
    with pytest.raises(SettingsError, match="no WAV file of plain PCM"):
        run(store(tmp_path, FakeVoice()).examine([Prompt(text="Hello.", recording="hello")]))


def test_a_preparation_that_fails_changes_no_recording(tmp_path: Path) -> None:
    async def main() -> None:
        voice = FakeVoice()
        prompts = store(tmp_path, voice)
        record_half_a_second(tmp_path / "prompts/hello.wav")
        hello = Prompt(text="Hello.", recording="hello")
        await prompts.prepare([hello])
        before = await prompts.sound(hello)
        (tmp_path / "prompts/hello.wav").unlink()
        voice.missing = True
        with pytest.raises(SettingsError):
            await prompts.prepare([hello])
        assert await prompts.sound(hello) == before
        voice.missing = False
        await prompts.prepare([hello])
        assert await prompts.sound(hello) == said("Hello.")

    run(main())
