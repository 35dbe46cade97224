"""A fax is told from a voice, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from ivr.speech.tones import MOST_TONE, tone_share
from ivr.testing.noises import NOISES, at_level
from ivr.testing.sound import silence, tone
from tests.speech_sets import needs_speech, recordings


@pytest.mark.parametrize("duration_ms", [300, 800, 1500, 2500])
def test_a_fax_and_a_beep_are_tones_at_any_level(duration_ms: int) -> None:
    for dbfs in (-40.0, -22.0):
        assert tone_share(at_level(NOISES["fax"](duration_ms), dbfs)) > MOST_TONE
        assert tone_share(silence(300) + at_level(tone(1000, duration_ms), dbfs) + silence(300)) > MOST_TONE


@pytest.mark.parametrize("name", ["silence", "music", "dtmf as sound", "crying", "white noise"])
def test_other_noises_are_none(name: str) -> None:
    assert tone_share(NOISES[name](1500)) < MOST_TONE


@pytest.mark.parametrize("pcm", [b"", b"\1", bytes(100), bytes(16_000)])
def test_nothing_is_no_tone(pcm: bytes) -> None:
    assert tone_share(pcm) == 0.0


@needs_speech
def test_no_word_of_people_is_taken_for_a_tone() -> None:
    said = [one for of in ("digits-fsdd", "words-speech-commands", "an4") for one in recordings(of)]
    assert len(said) >= 500
    assert max(tone_share(one.pcm) for one in said) < MOST_TONE
