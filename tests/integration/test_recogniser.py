"""The bundled model in real worker processes: what it understands, and what happens when a process dies or hangs."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.call import Hypothesis
from ivr.errors import LineBroken, ModelError
from ivr.speech.models.model import find_model
from ivr.speech.prompts.levels import from_pcm, resampled, to_pcm
from ivr.speech.recognition.pooled_utterance import BATCH_BYTES, GRAMMAR_COST, OPEN_COST
from ivr.speech.recognition.recogniser import Recogniser
from ivr.speech.recognition.recogniser_pool import MOST_BEHIND, RecogniserPool

HUMAN_SPEECH = Path(os.environ.get("IVR_TEST_SPEECH", "../shared/speech"))
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MENU = (
    "rubbish",
    "bin collection",
    "council tax",
    "housing repairs",
    "opening hours",
    "an agent",
    "operator",
    "repeat",
    "main menu",
    "yes",
    "no",
)

Say = Callable[[str], bytes]


@pytest.fixture(scope="module")
def say(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """espeak-ng's British voice as a telephone carries it: 8 kHz, µ-law there and back, silence around it."""
    folder = tmp_path_factory.mktemp("voices")
    made: dict[str, bytes] = {}

    def speak(text: str) -> bytes:
        if text not in made:
            file = folder / f"{len(made)}.wav"
            subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "140", "-w", str(file), text], check=True, timeout=20)
            with wave.open(str(file)) as sound:
                samples = resampled(from_pcm(sound.readframes(sound.getnframes())), sound.getframerate())
            loud = np.clip(samples / np.abs(samples).max(), -1, 1) * 0.5
            coded = np.round(np.sign(loud) * np.log1p(255 * np.abs(loud)) / np.log(256) * 127) / 127
            decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255
            made[text] = bytes(4000) + to_pcm(decoded.astype(np.float32)) + bytes(5600)
        return made[text]

    return speak


@pytest.fixture
async def pool() -> AsyncIterator[RecogniserPool]:
    pool = RecogniserPool(find_model(), workers=2)
    await pool.start()
    yield pool
    await pool.close()


async def hear(
    recogniser: Recogniser, pcm: bytes, phrases: tuple[str, ...] | None, then: Callable[[], None] = lambda: None
) -> tuple[Hypothesis, ...]:
    """The readings of `pcm`, fed in 20 ms chunks; `then` runs just before the end."""
    utterance = await recogniser.open(phrases)
    for start in range(0, len(pcm), 320):
        utterance.feed(pcm[start : start + 320])
        await asyncio.sleep(0)
    then()
    return await utterance.finish()


async def until(condition: Callable[[], bool], deadline_s: float = 5.0) -> None:
    """Wait for something that other processes do."""
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110  # nothing here could set an event
            await asyncio.sleep(0.01)


async def test_menu_words_are_understood_with_confidence(pool: RecogniserPool, say: Say) -> None:
    for phrase in MENU:
        (reading,) = await hear(pool, say(phrase), MENU)
        assert reading.text == phrase
        assert reading.confidence > 0.85


async def test_words_beside_the_menu_are_not_taken_for_it(pool: RecogniserPool, say: Say) -> None:
    assert all(reading.confidence < 0.6 for reading in await hear(pool, say("passport"), MENU))
    assert await hear(pool, bytes(16_000), MENU) == ()


async def test_an_open_question_has_a_best_reading_and_alternatives(pool: RecogniserPool, say: Say) -> None:
    readings = await hear(pool, say("when is my rubbish collected"), None)
    assert "rubbish" in readings[0].text
    (clear,) = await hear(pool, say("i want to speak to a person"), None)
    assert (clear.text, round(clear.confidence, 1)) == ("i want to speak to a person", 1.0)
    several = await hear(pool, say("what time does the office open"), None)
    assert len(several) > 1
    assert [r.confidence for r in several] == sorted((r.confidence for r in several), reverse=True)
    assert await hear(pool, bytes(16_000), None) == ()


async def test_partial_words_come_while_the_caller_speaks(pool: RecogniserPool, say: Say) -> None:
    utterance = await pool.open(MENU)
    utterance.feed(say("housing repairs"))
    await until(lambda: "housing" in utterance.partial)
    assert (await utterance.finish())[0].text == "housing repairs"


async def test_a_look_in_a_pause_brings_the_last_word_without_more_sound(pool: RecogniserPool, say: Say) -> None:
    """Fed at once, the last word is not printed before more sound comes: it has an end, but nothing after it."""
    sound = say("housing repairs")
    utterance = await pool.open(MENU)
    utterance.feed(sound[: len(sound) - 5600 + 128 * 16])
    utterance.look()
    await until(lambda: utterance.partial == "housing repairs", 2.0)
    utterance.feed(bytes(2048))
    assert (await utterance.finish())[0].text == "housing repairs"
    utterance.look()


async def test_callers_who_speak_at_once_do_not_hear_each_other(pool: RecogniserPool, say: Say) -> None:
    phrases = MENU[:8]
    heard = await asyncio.gather(*(hear(pool, say(phrase), MENU) for phrase in phrases))
    assert [readings[0].text for readings in heard] == list(phrases)


async def test_a_recogniser_that_is_used_again_remembers_nothing(pool: RecogniserPool, say: Say) -> None:
    first = await hear(pool, say("how do i pay my council tax"), None)
    for _ in range(3):
        await hear(pool, say("i want to speak to a person"), None)
        again = await hear(pool, say("how do i pay my council tax"), None)
        assert [reading.text for reading in again] == [reading.text for reading in first]
        assert again[0].confidence == pytest.approx(first[0].confidence, abs=1e-3)


async def test_human_digits_are_understood(pool: RecogniserPool) -> None:
    if not (HUMAN_SPEECH / "index.tsv").is_file():
        pytest.skip(f"no recorded human digits in {HUMAN_SPEECH} (set IVR_TEST_SPEECH to their folder)")
    with (HUMAN_SPEECH / "index.tsv").open(newline="") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["set"] == "digits-fsdd"][::4]
    right = 0
    for row in rows:
        with wave.open(str(HUMAN_SPEECH / row["file"])) as sound:
            readings = await hear(pool, sound.readframes(sound.getnframes()) + bytes(4800), DIGITS)
        right += bool(readings) and readings[0].text == row["text"]
    assert len(rows) == 50
    assert right >= 45


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGABRT, signal.SIGSTOP])
async def test_a_process_that_dies_or_hangs_costs_no_word(pool: RecogniserPool, say: Say, end: signal.Signals) -> None:
    before = pool.pids

    def break_one() -> None:
        (busy,) = [process for process in pool._processes if process.utterances]
        os.kill(busy.pid, end)

    started = time.monotonic()
    readings = await hear(pool, say("council tax"), MENU, then=break_one)
    assert [reading.text for reading in readings] == ["council tax"]
    assert time.monotonic() - started < 3.0
    await until(lambda: len(pool.pids) == 2 and pool.pids != before)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_process_that_dies_or_hangs_is_back_within_two_seconds(
    pool: RecogniserPool, end: signal.Signals
) -> None:
    broken = pool.pids[0]
    started = time.monotonic()
    os.kill(broken, end)
    await until(lambda: len(pool.pids) == 2 and broken not in pool.pids)
    assert time.monotonic() - started < 2.0


async def test_with_every_process_stopped_finish_still_ends(say: Say) -> None:
    sound = say("council tax")
    # A deadline before a hang is noticed (0.75 s): no replacement can have heard anything by then.
    pool = RecogniserPool(find_model(), workers=2, finish_deadline_s=0.7)
    await pool.start()
    try:
        utterance = await pool.open(MENU)
        stopped = set(pool.pids)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        utterance.feed(sound)
        started = time.monotonic()
        with pytest.raises(LineBroken, match="in time"):
            await utterance.finish()
        assert time.monotonic() - started < 2.5
        await until(lambda: len(pool.pids) == 2 and not stopped & set(pool.pids))
        assert (await hear(pool, sound, MENU))[0].text == "council tax"
    finally:
        await pool.close()


async def test_a_lone_process_is_replaced_under_a_speaking_caller(say: Say) -> None:
    pool = RecogniserPool(find_model(), workers=1, finish_deadline_s=5.0)
    await pool.start()
    try:
        (pid,) = pool.pids
        readings = await hear(pool, say("council tax"), MENU, then=lambda: os.kill(pid, signal.SIGKILL))
        assert readings[0].text == "council tax"
    finally:
        await pool.close()


async def test_more_callers_than_it_can_hear_are_told_at_once() -> None:
    pool = RecogniserPool(find_model(), workers=1, most_load=GRAMMAR_COST + OPEN_COST)
    await pool.start()
    try:
        first, _ = await pool.open(MENU), await pool.open(None)
        with pytest.raises(LineBroken, match="fully used"):
            await pool.open(MENU)
        first.abandon()
        with pytest.raises(LineBroken, match="fully used"):
            await pool.open(None)
        await pool.open(MENU)
        with pytest.raises(ValueError, match="no phrases"):
            await pool.open(())
    finally:
        await pool.close()


async def test_a_process_that_is_behind_takes_nobody_more(say: Say) -> None:
    pool = RecogniserPool(find_model(), workers=1)
    await pool.start()
    try:
        (process,) = pool._processes
        process.behind = MOST_BEHIND + 1
        with pytest.raises(LineBroken, match="cannot keep up"):
            await pool.open(MENU)
        await until(lambda: process.behind == 0)  # as its next pulse says
        assert (await hear(pool, say("council tax"), MENU))[0].text == "council tax"
    finally:
        await pool.close()


async def test_sound_that_waits_in_a_process_is_told_by_its_pulse(pool: RecogniserPool, say: Say) -> None:
    utterance = await pool.open(None)
    process = utterance.process
    assert process is not None
    for _ in range(400):
        utterance.feed(say("how do i pay my council tax")[:BATCH_BYTES])
    process.ping(0.0)
    await until(lambda: process.behind > 0)
    utterance.abandon()


async def test_what_nobody_waits_for_is_not_decoded_to_its_end(say: Say) -> None:
    pool = RecogniserPool(find_model(), workers=1)
    await pool.start()
    try:
        for _ in range(8):
            utterance = await pool.open(None)
            utterance.feed(8 * say("how do i pay my council tax"))
            utterance.abandon()
        assert (await hear(pool, say("council tax"), MENU))[0].text == "council tax"
    finally:
        await pool.close()


@pytest.mark.parametrize("limit", [{"most_growth_bytes": 1_000_000}, {"most_placed": 1}])
async def test_a_worn_process_is_replaced_without_costing_a_caller_a_word(say: Say, limit: dict[str, int]) -> None:
    pool = RecogniserPool(find_model(), workers=1, **limit)
    await pool.start()
    try:
        before = pool.pids
        await until(lambda: pool._processes[0].rss_bytes > 0)
        speaking = await pool.open(None)
        speaking.feed(say("how do i pay my council tax"))
        await until(lambda: len(pool.pids) == 2)  # the successor is up, the old one still hears
        later = await hear(pool, say("opening hours"), MENU)
        assert later[0].text == "opening hours"
        assert "council tax" in (await speaking.finish())[0].text
        await until(lambda: len(pool.pids) == 1 and pool.pids != before)
    finally:
        await pool.close()


def running(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (running("import sys; sys.exit('ERROR (VoskAPI): bad model')"), "cannot be used: .*bad model"),
        (running("print('no frame at all, but many letters')"), "did not start"),
        (("/nonexistent/python",), "No such file"),
    ],
)
async def test_a_model_that_cannot_be_loaded_is_one_line_at_the_start(command: tuple[str, ...], complaint: str) -> None:
    pool = RecogniserPool(find_model(), workers=2, command=command)
    with pytest.raises(ModelError, match=complaint) as fault:
        await pool.start()
    assert "\n" not in str(fault.value)


async def test_a_damaged_model_ends_the_worker_and_not_the_service(tmp_path: Path) -> None:
    for name in ("am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst", "conf/mfcc.conf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"not a model")
    (tmp_path / "graph/words.txt").write_text("tax 1\n")
    with pytest.raises(ModelError, match="cannot be used"):
        await RecogniserPool(find_model(str(tmp_path)), workers=1).start()


async def test_with_every_process_down_open_gives_up_quickly(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = RecogniserPool(find_model(), workers=2)
    await pool.start()
    try:
        monkeypatch.setattr(pool, "_command", ("/nonexistent/python",))
        for pid in pool.pids:
            os.kill(pid, signal.SIGKILL)
        await until(lambda: pool.pids == ())
        started = time.monotonic()
        with pytest.raises(LineBroken, match="down"):
            await pool.open(MENU)
        assert time.monotonic() - started < 1.5
    finally:
        await pool.close()


async def test_closing_leaves_no_process_and_no_waiting_caller(say: Say) -> None:
    pool = RecogniserPool(find_model(), workers=2)
    await pool.start()
    pids = pool.pids
    waiting = await pool.open(MENU)
    os.kill(pids[0], signal.SIGSTOP)
    os.kill(pids[1], signal.SIGSTOP)
    finishing: Awaitable[tuple[Hypothesis, ...]] = asyncio.create_task(waiting.finish())
    await asyncio.sleep(0)
    await pool.close()
    with pytest.raises(LineBroken, match="ended"):
        await finishing
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_worker_ends_with_its_service() -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "ivr.speech.recognition.vosk_worker", str(find_model().folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert worker.stdin is not None and worker.stdout is not None
    assert worker.stdout.read(9)[4] == 16  # READY
    worker.send_signal(signal.SIGINT)  # Ctrl-C is the service's business
    worker.stdin.close()
    assert worker.wait(5) == 0
    worker.stdout.close()
