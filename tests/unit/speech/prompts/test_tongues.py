"""Prompts in several languages: each by its own voice, said by its own rules, and a language without one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.prompts.prompt_store import PromptStore
from ivr.speech.prompts.saying import Saying
from ivr.speech.prompts.tongues import Tongues
from ivr.testing.clock import run
from tests.unit.speech.prompts.test_prompt_store import FakeVoice, store

ENGLISH = Prompt(text="It costs £5.")
WELSH = Prompt(text="Mae 5 yma.", language="cy")


def tongues(folder: Path, own: FakeVoice, other: FakeVoice) -> tuple[Tongues, list[str]]:
    asked: list[str] = []

    def make(language: str) -> PromptStore:
        asked.append(language)
        return store(folder / language, other)

    return Tongues(store(folder, own), make), asked


def test_each_language_is_said_by_its_own_voice_and_rules(tmp_path: Path) -> None:
    own, other = FakeVoice(), FakeVoice()
    both, asked = tongues(tmp_path, own, other)
    run(both.prepare([WELSH, ENGLISH], saying=Saying(language="en-GB")))
    assert asked == ["cy"]
    assert "It costs five pounds." in own.texts
    assert "Mae 5 yma." in other.texts
    assert "Mae 5 yma." not in own.texts
    assert run(both.sound(WELSH))
    assert asked == ["cy"]


def test_a_language_without_a_voice_is_named(tmp_path: Path) -> None:
    both, _ = tongues(tmp_path, FakeVoice(), FakeVoice(missing=True))
    with pytest.raises(SettingsError, match=r"prompts in 'cy'; name one in setting 'language_voices' .*: no engine"):
        run(both.examine([WELSH]))
    with pytest.raises(SettingsError, match="prompts in 'cy'"):
        run(both.prepare([WELSH]))
