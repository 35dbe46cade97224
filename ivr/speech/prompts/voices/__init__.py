"""The engines that speak, one a file; the settings name one as ``engine:voice``."""

from __future__ import annotations

from collections.abc import Callable

from ivr.errors import SettingsError
from ivr.speech.prompts.voices.espeak import EspeakVoice
from ivr.speech.prompts.voices.piper import PiperVoice
from ivr.speech.prompts.voices.rhvoice import RhVoice
from ivr.speech.prompts.voices.voice import Voice

__all__ = ["Voice", "spare_voice", "voice_named"]

ENGINES: dict[str, Callable[[str, int], Voice]] = {
    "pyttsx3": lambda name, rate_wpm: EspeakVoice(name, rate_wpm=rate_wpm),
    "rhvoice": lambda name, rate_wpm: RhVoice(name, rate_wpm=rate_wpm),
    "piper": lambda name, rate_wpm: PiperVoice(name, rate_wpm=rate_wpm),
}
SPARE = "gmw/en"


def voice_named(name: str, *, rate_wpm: int) -> Voice:
    """The voice that `name` means: ``gmw/en`` (pyttsx3), ``rhvoice:alan``, ``piper:/path/voice.onnx``.

    Whether engine and voice are there shows in `Voice.identity`. Raises SettingsError for an engine nobody knows.
    """
    engine, colon, voice = name.partition(":")
    if not colon:
        engine, voice = "pyttsx3", name
    if engine not in ENGINES or not voice.strip():
        raise SettingsError(
            f"setting 'voice' (IVR_VOICE) is {name!r}: write an espeak-ng voice like gmw/en, "
            "rhvoice:NAME like rhvoice:alan, or piper:FILE like piper:/srv/voices/en_GB-alba-medium.onnx"
        )
    return ENGINES[engine](voice.strip(), rate_wpm)


def spare_voice(name: str, *, rate_wpm: int) -> Voice | None:
    """Who speaks when the voice `name` fails: espeak-ng, which needs nothing; None if `name` is that already."""
    return None if name in (SPARE, f"pyttsx3:{SPARE}") else EspeakVoice(SPARE, rate_wpm=rate_wpm)
