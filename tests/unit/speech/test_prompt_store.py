"""Prompts come from recordings, memory, the cache or a fresh voice, in this order, and never fail a call."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.prompt_store import MOST_SPONTANEOUS, PROCESSES, SILENCE, SORRY, PromptStore
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

    async def identity(self) -> str:
        if self.missing:
            raise SettingsError("speech output: no engine")
        return self.name

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


def store(folder: Path, voice: FakeVoice) -> PromptStore:
    return PromptStore(
        recordings=folder / "prompts", cache=folder / "cache", voice="gmw/en", rate_wpm=160, synthesiser=voice
    )


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
        assert voice.texts[MOST_SPONTANEOUS + 1 :] == ["Number 0."]

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
