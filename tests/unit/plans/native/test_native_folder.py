"""A native plan on disk: whole or nothing, the former one until then, and what callers still hear stays."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.plans.native import FILE, NativePlan
from ivr.plans.native.folder import made_sounds, write
from ivr.plans.sound_files import wav
from ivr.speech.prompts.saying import Saying
from ivr.testing.clock import run
from ivr.testing.sound import tone
from tests.unit.plans.native.dialplan_text import compiled


class Voice:
    """Says everything with a tone as long as the text; what is in `mute` brings the sentence of a broken voice."""

    def __init__(self, mute: str = "") -> None:
        self._mute = mute

    async def prepare(self, prompts: Sequence[Prompt], *, saying: Saying) -> None:
        self.prepared = tuple(prompts)

    async def sound(self, prompt: Prompt) -> bytes:
        if prompt.text == self._mute:
            return tone(300, 100)
        return tone(300, 100) if prompt.text.startswith("Sorry, I cannot say") else tone(440, 10 * len(prompt.text))


def _plan(folder: Path, farewell: str = "Bye.") -> NativePlan:
    menu = {"menu": "Which?", "choices": {"a": {"say": ["a b"], "key": "1", "goto": "end"}}}
    return compiled(folder, {"main": menu, "end": {"hang_up": farewell}})


def _written(plan: NativePlan, folder: Path) -> set[str]:
    write(plan, run(made_sounds(plan, Voice(), Saying())), folder)
    return {file.stem for file in (folder / "sounds").iterdir()}


def test_every_sound_that_the_file_names_is_there_and_asterisk_plays_it(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    names = _written(plan, tmp_path / "native")
    assert names == {sound.name for sound in plan.sounds}
    assert (tmp_path / "native" / FILE).read_text(encoding="utf-8") == plan.text
    for file in (tmp_path / "native" / "sounds").iterdir():
        with wave.open(str(file)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
            assert sound.getnframes() > 0
    assert not list((tmp_path / "native").rglob("*.new"))


def test_what_a_former_plan_says_stays_for_who_is_in_it_and_goes_at_the_next(tmp_path: Path) -> None:
    plans = [_plan(tmp_path, text) for text in ("One.", "Two.", "Three.")]
    own = [{sound.name for sound in plan.sounds} for plan in plans]
    _written(plans[0], tmp_path / "native")
    assert _written(plans[1], tmp_path / "native") == own[0] | own[1]
    assert _written(plans[2], tmp_path / "native") == own[1] | own[2]


def test_when_a_prompt_has_no_sound_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"“Bye\.”"):
        run(made_sounds(_plan(tmp_path), Voice(mute="Bye."), Saying()))


def test_a_folder_that_breaks_off_in_the_middle_leaves_the_former_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _plan(tmp_path), _plan(tmp_path, "Goodbye.")
    before = _written(first, tmp_path / "native")
    replace, made = Path.replace, []

    def full_disk(self: Path, target: Path) -> Path:
        made.append(target)
        if target.name == FILE:
            raise OSError(28, os.strerror(28))
        return replace(self, target)

    sounds = run(made_sounds(second, Voice(), Saying()))
    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(SettingsError, match="No space left"):
        write(second, sounds, tmp_path / "native")
    assert made[-1].name == FILE
    assert {file.stem for file in (tmp_path / "native" / "sounds").iterdir()} == before
    assert (tmp_path / "native" / FILE).read_text(encoding="utf-8") == first.text


def test_the_same_sound_gives_the_same_file() -> None:
    pcm = tone(440, 50)
    assert wav(pcm) == wav(pcm)
    with wave.open(io.BytesIO(wav(pcm))) as file:
        assert file.readframes(10_000) == pcm


def test_what_was_written_is_told(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    told = write(plan, run(made_sounds(plan, Voice(), Saying())), tmp_path / "native")
    assert told.sounds == len(plan.sounds)
    assert told.seconds > 1
    assert -30 < told.softest_dbfs <= told.loudest_dbfs < -20  # tones of -22 dBFS, some of them shorter than a frame
