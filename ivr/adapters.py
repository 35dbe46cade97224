"""The adapters that the settings ask for, each made in one place: for the service, and for the words of `ivr`."""

from __future__ import annotations

import time
from collections.abc import Callable

from ivr.callers.memory import Bounds, CallMemory
from ivr.helpline import OUTBOX
from ivr.records.journal import FOLDER as CALLS
from ivr.records.mailbox import FOLDER as MESSAGES
from ivr.records.misses import Misses
from ivr.records.retention import Kept, Retention
from ivr.settings import Settings
from ivr.speech.models.languages import primary
from ivr.speech.models.model_store import ModelStore
from ivr.speech.prompts.prompt_store import PromptStore
from ivr.speech.prompts.tongues import Tongues
from ivr.speech.prompts.voices import spare_voice, voice_named
from ivr.speech.recognition.engines import Hearing

PROMPTS = "prompts"
"""Below the state's folder: the sound of prompts that were said once."""


def hearing_of(settings: Settings) -> Hearing:
    """What the settings say about hearing."""
    return Hearing(
        model=settings.model,
        language_models=settings.language_models,
        store=ModelStore(settings.models),
        workers=settings.recogniser_workers,
        most_callers=settings.most_calls,
    )


def prompts_of(settings: Settings) -> Tongues:
    """The sounds that the settings ask for: recordings, cache and voices; nothing is read or started yet.

    Raises SettingsError for a voice whose engine nobody knows.
    """

    def spoken_by(voice: str, *, spare: bool) -> PromptStore:
        return PromptStore(
            recordings=settings.prompts,
            cache=settings.state / PROMPTS,
            voice=voice_named(voice, rate_wpm=settings.speech_rate_wpm),
            spare=spare_voice(voice, rate_wpm=settings.speech_rate_wpm) if spare else None,
        )

    def in_language(tag: str) -> PromptStore:
        """By espeak-ng's voice of the language, called like it; the spare voice would read it as English."""
        chosen = settings.language_voices
        return spoken_by(chosen.get(tag) or chosen.get(primary(tag)) or primary(tag), spare=False)

    return Tongues(spoken_by(settings.voice, spare=True), in_language)


def memory_of(settings: Settings, key: str) -> CallMemory:
    """What the settings say is kept of callers; `key` hashes their numbers."""
    bounds = Bounds(
        days=settings.memory_days,
        preferences_days=settings.memory_preferences_days,
        calls=settings.memory_calls,
        numbers=settings.memory_numbers,
    )
    return CallMemory(settings.state / "callers.sqlite", key=key, bounds=bounds)


def retention_of(settings: Settings, misses: Misses, *, now: Callable[[], float] = time.time) -> Retention:
    """What the settings say about how long things are kept; `misses` knows its own days."""
    state = settings.state
    return Retention(
        Kept(what="journals", folder=state / CALLS, pattern="*.jsonl", days=settings.journal_days),
        Kept(what="messages", folder=state / MESSAGES, pattern="*/*.*", days=settings.messages_days),
        Kept(what="letters", folder=state / OUTBOX, pattern="*/*.txt", days=settings.letters_days),
        misses=misses,
        now=now,
    )
