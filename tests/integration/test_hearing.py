"""What the bundled model believes, through the product's own processes: menus and digits yes, noise and chatter no."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ivr.call import Heard, Hypothesis, Means, Outcome
from ivr.dialogue.loader import load_flow
from ivr.dialogue.manner import Manner
from ivr.dialogue.words.digits import DigitString
from ivr.dialogue.words.expectation import Expectation, Understood
from ivr.errors import ModelError
from ivr.speech.models.model import BUNDLED_FOLDER, find_model
from ivr.speech.recognition.calibration import Grammar, Said, calibrate
from ivr.speech.recognition.confidence import calibration_of
from ivr.speech.recognition.recogniser_pool import RecogniserPool
from ivr.testing.noises import NOISES, at_level
from ivr.testing.sound import pcm_from_ulaw, silence, speak, ulaw_from_pcm
from tests.speech_sets import needs_speech, recordings

DEMO = load_flow(Path("tests/flows/plans/council.yaml"))
MANNER = Manner()
ONE_DIGIT = Expectation(counted=DigitString(lengths=frozenset({1})))
OFF_TOPIC = ("the dog is barking outside", "sorry i am driving", "what is the weather like today", "passport")


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voices")


@pytest.fixture
async def pool() -> AsyncIterator[RecogniserPool]:
    pool = RecogniserPool(find_model(), workers=1, finish_deadline_s=20.0)
    await pool.start()
    yield pool
    await pool.close()


def expectation(step: str) -> Expectation:
    found = DEMO.steps[step].verb.expectation()
    assert found is not None
    return replace(found, sounds_like=DEMO.sounds_like)


async def readings(pool: RecogniserPool, expected: Expectation, pcm: bytes) -> tuple[Hypothesis, ...]:
    utterance = await pool.open(expected.listening(MANNER).phrases)
    line = pcm_from_ulaw(ulaw_from_pcm(silence(150) + pcm + silence(350)))
    for at in range(0, len(line), 640):
        utterance.feed(line[at : at + 640])
    return await utterance.finish()


async def understood(pool: RecogniserPool, expected: Expectation, pcm: bytes) -> Understood | None:
    heard = Heard(outcome=Outcome.MATCH, means=Means.VOICE, hypotheses=await readings(pool, expected, pcm))
    return expected.understand(heard)


@pytest.mark.parametrize("step", ["main", "urgent", "reference"])
@pytest.mark.parametrize("name", NOISES)
async def test_a_sound_that_is_no_speech_is_never_believed(pool: RecogniserPool, name: str, step: str) -> None:
    for duration_ms in (300, 800, 1500, 2500, 6000):
        found = await understood(pool, expectation(step), NOISES[name](duration_ms))
        assert found is None or found.confidence < MANNER.accept, (found, duration_ms)


async def test_one_short_cry_is_not_believed(pool: RecogniserPool) -> None:
    found = await understood(pool, expectation("main"), NOISES["crying"](500))
    assert found is None or found.confidence < MANNER.accept


async def test_speech_as_soft_as_a_whisper_and_clipped_is_understood_or_asked_back(
    pool: RecogniserPool, voices: Path
) -> None:
    for dbfs in (-40.0, -3.0):
        for text in ("council tax", "opening hours", "bin collection"):
            pcm = at_level(await speak(text, cache=voices), dbfs)
            if dbfs == -3.0:
                assert np.abs(np.frombuffer(pcm, "<i2")).max() >= 32767
            found = await understood(pool, expectation("main"), pcm)
            assert found is not None, (text, dbfs)
            assert expectation("main").words().meanings(text)[0].name == found.name
            assert found.confidence >= MANNER.confirm


async def test_what_is_said_to_somebody_else_is_not_believed(pool: RecogniserPool, voices: Path) -> None:
    for text in OFF_TOPIC:
        for step in ("main", "council_tax"):
            found = await understood(pool, expectation(step), await speak(text, cache=voices))
            assert found is None or found.confidence < MANNER.accept, (text, step, found)


@pytest.mark.parametrize("voice", ["en-gb", "en-us+m3", "en-gb-x-rp"])
async def test_who_only_hesitates_has_said_nothing(pool: RecogniserPool, voices: Path, voice: str) -> None:
    for text in ("er", "um", "uh", "er, er"):
        for step in ("main", "bins", "urgent"):
            found = await understood(pool, expectation(step), await speak(text, voice, cache=voices))
            assert found is None or found.confidence < MANNER.confirm, (text, step, found)


async def test_words_so_far_are_words_of_the_menu(pool: RecogniserPool, voices: Path) -> None:
    phrases = expectation("main").listening(MANNER).phrases
    assert phrases is not None
    known = {word for phrase in phrases for word in phrase.split()}
    for text in (*OFF_TOPIC, "bottles of frost council tax"):
        for reading in await readings(pool, expectation("main"), await speak(text, cache=voices)):
            assert set(reading.text.split()) <= known


async def test_a_menu_s_readings_are_probabilities_with_alternatives(pool: RecogniserPool, voices: Path) -> None:
    several = 0
    for voice in ("en-us", "en-gb+f3", "en-gb-scotland"):
        for text in ("collection day", "missed collection", "garden waste"):
            found = await readings(pool, expectation("bins"), await speak(text, voice, cache=voices))
            confidences = [one.confidence for one in found]
            assert confidences == sorted(confidences, reverse=True)
            assert sum(confidences) <= 1 + 1e-6
            several += len(found) > 1
    assert several > 0


@needs_speech
async def test_single_digits_of_people_are_believed_and_other_words_are_not(pool: RecogniserPool) -> None:
    digits = recordings("digits-fsdd")
    believed = 0
    for one in digits:
        found = await understood(pool, ONE_DIGIT, one.pcm)
        wanted = ONE_DIGIT.words().meanings(one.text)[0].value
        believed += found is not None and found.value == wanted and found.confidence >= MANNER.accept
    assert believed >= 0.97 * len(digits)
    others = [one for one in recordings("words-speech-commands") if not ONE_DIGIT.words().meanings(one.text)]
    wrong = 0
    for one in others:
        found = await understood(pool, ONE_DIGIT, one.pcm)
        wrong += found is not None and found.confidence >= MANNER.accept
    assert wrong <= 0.2 * len(others)


async def test_a_damaged_calibration_is_one_line_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.symlink_to(BUNDLED_FOLDER, target_is_directory=True)
    (tmp_path / "model.confidence.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="is no calibration") as fault:
        await RecogniserPool(find_model(str(folder)), workers=1).start()
    assert "\n" not in str(fault.value)


async def test_a_model_without_calibration_hears_and_asks_back(tmp_path: Path, voices: Path) -> None:
    folder = tmp_path / "model"
    folder.symlink_to(BUNDLED_FOLDER, target_is_directory=True)
    pool = RecogniserPool(find_model(str(folder)), workers=1)
    await pool.start()
    try:
        found = await readings(pool, expectation("main"), await speak("council tax", cache=voices))
    finally:
        await pool.close()
    assert found[0].text == "council tax"
    assert MANNER.confirm <= found[0].confidence < 0.95


async def test_a_model_can_be_calibrated_from_recordings(tmp_path: Path, voices: Path) -> None:
    folder = tmp_path / "model"
    folder.symlink_to(BUNDLED_FOLDER, target_is_directory=True)
    said = [
        Said(of=of, speaker=voice, text=text, pcm=silence(150) + await speak(text, voice, cache=voices) + silence(300))
        for of, texts in (
            ("menu", ("council tax", "opening hours", "yes", "no", "left", "right", "stop", "go")),
            ("", OFF_TOPIC),
        )
        for text in texts
        for voice in ("en-gb", "en-us", "en-gb-scotland", "en-gb+f3", "en-029", "en-us+m3", "en-gb-x-rp")
    ]
    menu = Grammar(of="menu", phrases=("council tax", "opening hours", "yes", "no", "left", "right", "stop", "go"))
    calibration, tables = calibrate(folder, said, [menu], fitted_on="a test")
    assert calibration.rules[0].kind == "grammar"
    assert sum(one.count for one in tables["grammar"]) >= 50
    assert calibration_of(folder).fitted_on != "a test"  # it is the caller's to write
