"""Real pyttsx3 and espeak-ng: every text has its own sound, at one loudness, whatever stands in it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.prompts.levels import LOUDNESS_DBFS, from_pcm, loudness_dbfs
from ivr.speech.prompts.prompt_store import SORRY, PromptStore
from ivr.speech.prompts.voices.espeak import EspeakVoice
from ivr.speech.prompts.voices.waiting import MOST_WAITING

TEXTS = [f"This is prompt number {number}. It is {'rather ' * number}long." for number in range(8)]


def speaker(voice: str = "gmw/en") -> EspeakVoice:
    return EspeakVoice(voice, rate_wpm=160)


def instead(script: str) -> EspeakVoice:
    """A voice whose process runs `script`."""
    return EspeakVoice("gmw/en", rate_wpm=160, command=(sys.executable, "-c", script))


async def test_a_text_always_has_the_same_whole_sound() -> None:
    first = [await speaker().render(text, deadline_s=20) for text in TEXTS]
    again = await asyncio.gather(*(speaker().render(text, deadline_s=20) for text in TEXTS))
    lengths = [len(sound) for sound in first if sound]
    assert lengths == [len(sound) for sound in again if sound]
    assert lengths == sorted(set(lengths))
    assert len(lengths) == len(TEXTS)


def test_samples_that_come_with_the_last_event_are_in_the_file(tmp_path: Path) -> None:
    """On a busy machine espeak-ng brings both at once, and the driver alone would lose them."""
    script = """if True:
        import ctypes, sys
        from ivr.speech.prompts.synthesis_worker import keep_the_tail
        keep_the_tail()
        from pyttsx3.drivers import _espeak
        from pyttsx3.drivers.espeak import EspeakDriver
        driver = object.__new__(EspeakDriver)
        driver._speaking, driver._looping, driver._data_buffer, driver._save_file = True, True, b"", sys.argv[1]
        driver._proxy = type("Proxy", (), {"notify": lambda *a, **k: None, "setBusy": lambda *a: None})()
        samples = (ctypes.c_short * 4)(1, 2, 3, 4)
        driver._onSynth(samples, 4, (_espeak.EVENT * 1)())
        driver._onSynth(samples, 4, (_espeak.EVENT * 2)(_espeak.EVENT(type=_espeak.EVENT_MSG_TERMINATED)))
    """
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "out.wav")], check=True, timeout=20)
    with wave.open(str(tmp_path / "out.wav")) as sound:
        assert np.frombuffer(sound.readframes(99), "<i2").tolist() == [1, 2, 3, 4, 1, 2, 3, 4]


@pytest.mark.parametrize("text", ["Yes.", "Council tax?", "Welcome to Riverton Council. How can we help?", TEXTS[7]])
async def test_a_prompt_is_even_unclipped_and_starts_and_ends_promptly(text: str) -> None:
    samples = from_pcm(await speaker().render(text, deadline_s=20) or b"")
    assert loudness_dbfs(samples) == pytest.approx(LOUDNESS_DBFS, abs=1.0)
    assert np.abs(samples).max() <= 10 ** (-1 / 20) + 1e-3
    heard = np.flatnonzero(np.abs(samples) > 0.01)
    assert heard[0] <= 0.050 * 8000
    assert len(samples) - heard[-1] <= 0.150 * 8000
    assert abs(samples[0]) < 0.001
    assert abs(samples[-1]) < 0.001


async def test_commas_and_sentences_make_pauses() -> None:
    plain = await speaker().render("Bins council tax repairs", deadline_s=20)
    commas = await speaker().render("Bins, council tax, repairs", deadline_s=20)
    sentences = await speaker().render("Bins. Council tax. Repairs.", deadline_s=20)
    assert plain and commas and sentences
    assert len(plain) + 0.3 * 16_000 < len(commas) < len(sentences)


@pytest.mark.parametrize(
    "text",
    [
        "<speak>Hello &amp; <break time='9s'/> goodbye</speak>",
        'It\'s "quoted" \\ $HOME `ls` ; rm -rf / | cat',
        "\x01+50S \x00 hello \x1b[31m there",
        "£5.50 at 3pm, 24/7 – naïve café",
        "日本語",
        "word " * 2000,
    ],
)
async def test_odd_text_is_said_and_breaks_nothing(text: str) -> None:
    sound = await speaker().render(text, deadline_s=20)
    assert sound
    assert len(sound) > 0.5 * 16_000


async def test_a_text_without_words_has_no_sound() -> None:
    assert await speaker().render("", deadline_s=20) is None
    assert await speaker().render(" \n\x00 ", deadline_s=20) is None


@pytest.mark.parametrize("voice", ["gmw/en", "gmw/en-GB-x-rp", "gmw/en-GB-scotland"])
async def test_british_voices_are_named_by_their_file(voice: str) -> None:
    assert await speaker(voice).render("Hello.", deadline_s=20)


async def test_an_unknown_voice_is_told_and_not_replaced_by_another() -> None:
    with pytest.raises(SettingsError, match=r"'voice' \(IVR_VOICE\) is 'nobody': no such voice"):
        await speaker("nobody").render("Hello.", deadline_s=20)


async def test_a_hanging_process_is_killed_at_its_deadline() -> None:
    started = time.monotonic()
    assert await instead("import time; time.sleep(60)").render("Hello.", deadline_s=0.3) is None
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "script",
    [
        "import os; os.abort()",
        "raise SystemExit(1)",
        "import json,sys; open(json.load(sys.stdin)['file'],'wb').write(b'RIFF')",
        "import json,sys; open(json.load(sys.stdin)['file'],'wb').truncate(2**40)",
        "import sys; sys.stderr.write('nonsense ' * 10**6)",
        "import json,sys,wave; w=wave.open(json.load(sys.stdin)['file'],'wb'); "
        "w.setparams((1,2,22050,0,'NONE','')); w.writeframes(bytes(44100)); w.close()",
    ],
)
async def test_a_crash_a_torn_file_or_mere_silence_is_no_sound(script: str) -> None:
    assert await instead(script).render("Hello.", deadline_s=20) is None


async def test_a_missing_engine_is_told_with_the_way_out() -> None:
    script = "import sys; sys.modules['pyttsx3'] = None; from ivr.speech.prompts.synthesis_worker import main; main()"
    with pytest.raises(SettingsError, match=r"speech output: .*pyttsx3.*install espeak-ng"):
        await instead(script).render("Hello.", deadline_s=20)


async def waiting_of(voice: EspeakVoice) -> tuple[int, ...]:
    """The process ids, once all wait that shall."""
    for _ in range(2000):
        if len(voice.waiting) == MOST_WAITING:
            return voice.waiting
        await asyncio.sleep(0.01)
    pytest.fail("no process waits")


async def test_a_voice_that_is_kept_ready_says_the_same_and_stays_ready() -> None:
    fresh = [await speaker().render(text, deadline_s=20) for text in TEXTS]
    voice = speaker()
    async with voice.kept_ready():
        said = []
        for text in TEXTS:
            waiting = await waiting_of(voice)
            said.append(await voice.render(text, deadline_s=20))
            assert waiting[0] not in voice.waiting
    assert said == fresh
    assert voice.waiting == ()


async def test_texts_are_said_though_the_waiting_processes_were_killed() -> None:
    voice = speaker()
    async with voice.kept_ready():
        dead = await waiting_of(voice)
        for pid in dead:
            os.kill(pid, signal.SIGKILL)
        assert all(await asyncio.gather(*(voice.render(text, deadline_s=20) for text in TEXTS[:3])))
        assert not set(await waiting_of(voice)) & set(dead)


async def test_a_voice_that_is_kept_ready_tells_what_is_wrong_as_before() -> None:
    voice = speaker("nobody")
    async with voice.kept_ready():
        await waiting_of(voice)
        for _ in range(2):
            with pytest.raises(SettingsError, match="no such voice"):
                await voice.render("Hello.", deadline_s=20)


async def test_a_process_that_gets_no_order_ends_without_complaint() -> None:
    command = (sys.executable, "-m", "ivr.speech.prompts.synthesis_worker")
    ended = await asyncio.to_thread(subprocess.run, command, input="", capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout, ended.stderr.strip()) == (0, "", "")


async def test_the_identity_names_everything_that_decides_the_sound() -> None:
    identity = await speaker().identity()
    version = subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True, check=True).stdout.split()[3]
    assert version.strip(":") in identity
    for part in ("pyttsx3 2.", "gmw/en", "160"):
        assert part in identity


async def test_a_store_prepares_and_answers_with_the_real_voice(tmp_path: Path) -> None:
    def store() -> PromptStore:
        return PromptStore(recordings=tmp_path / "prompts", cache=tmp_path / "cache", voice=speaker())

    prompts = [Prompt(text=text) for text in TEXTS]
    first = store()
    await first.prepare(prompts)
    assert len(list((tmp_path / "cache").iterdir())) == len({*TEXTS, SORRY.text})
    again = store()
    await again.prepare(prompts, lambda done, of: pytest.fail("all is cached"))
    assert [await again.sound(prompt) for prompt in prompts] == [await first.sound(prompt) for prompt in prompts]
    started = time.monotonic()
    assert len(await again.sound(Prompt(text="You said four two seven nine."))) > 16_000
    assert time.monotonic() - started < 2.0
