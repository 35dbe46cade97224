"""The setting 'voice' names engine and voice, and a wrong one is one clear line."""

from __future__ import annotations

import pytest

from ivr.errors import SettingsError
from ivr.speech.prompts.voices import spare_voice, voice_named
from ivr.speech.prompts.voices.espeak import EspeakVoice
from ivr.speech.prompts.voices.piper import PiperVoice
from ivr.speech.prompts.voices.rhvoice import RhVoice


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("gmw/en", EspeakVoice),
        ("pyttsx3:gmw/en", EspeakVoice),
        ("rhvoice:alan", RhVoice),
        ("piper:/srv/voices/alba.onnx", PiperVoice),
    ],
)
def test_engine_and_voice_stand_in_one_setting(name: str, engine: type) -> None:
    assert isinstance(voice_named(name, rate_wpm=160), engine)


@pytest.mark.parametrize("name", ["festival:kal", "rhvoice:", "piper: ", "", ":"])
def test_an_unknown_engine_is_told_with_the_known_ones(name: str) -> None:
    with pytest.raises(SettingsError, match=r"'voice' \(IVR_VOICE\) .* gmw/en, rhvoice:NAME .* piper:FILE") as fault:
        voice_named(name, rate_wpm=160)
    assert "\n" not in str(fault.value)


def test_the_default_voice_has_no_spare_one() -> None:
    assert spare_voice("gmw/en", rate_wpm=160) is None
    assert spare_voice("rhvoice:alan", rate_wpm=160) is not None
