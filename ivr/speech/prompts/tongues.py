"""Prompts in several languages: those of the helpline's own by its voice, each other one by a voice of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager

from ivr.call import Prompt
from ivr.errors import SettingsError
from ivr.speech.prompts.prompt_store import PromptStore
from ivr.speech.prompts.saying import Saying


class Tongues:
    """A `PromptStore` for each language; `other` makes the one of a language that a prompt names.

    The pronunciations of a helpline are written for its own voice, so the others read as they can.
    """

    def __init__(self, own: PromptStore, other: Callable[[str], PromptStore]) -> None:
        self._own = own
        self._make = other
        self._others: dict[str, PromptStore] = {}

    async def prepare(
        self,
        prompts: Iterable[Prompt],
        on_progress: Callable[[int, int], None] | None = None,
        *,
        saying: Saying | None = None,
    ) -> None:
        """See `PromptStore.prepare`. Raises SettingsError that names a language without a voice."""
        for language, those in _by_language(prompts).items():
            if language is None:
                await self._own.prepare(those, on_progress, saying=saying)
                continue
            try:
                await self._store(language).prepare(those, on_progress, saying=Saying(language=language))
            except SettingsError as fault:
                raise _without_voice(language, fault) from None

    async def examine(self, prompts: Iterable[Prompt] = (), *, saying: Saying | None = None) -> str:
        """See `PromptStore.examine`; by whom the prompts of all languages would be said."""
        found: list[str] = []
        for language, those in _by_language(prompts).items():
            if language is None:
                found.insert(0, await self._own.examine(those, saying=saying))
                continue
            try:
                identity = await self._store(language).examine(those, saying=Saying(language=language))
            except SettingsError as fault:
                raise _without_voice(language, fault) from None
            found.append(f"in {language}: {identity}")
        return "; ".join(found)

    def kept_ready(self) -> AbstractAsyncContextManager[None]:
        """The helpline's own voice is, see `PromptStore.kept_ready`."""
        return self._own.kept_ready()

    async def sound(self, prompt: Prompt) -> bytes:
        """See `PromptStore.sound`."""
        store = self._own if prompt.language is None else self._store(prompt.language)
        return await store.sound(prompt)

    def _store(self, language: str) -> PromptStore:
        if language not in self._others:
            self._others[language] = self._make(language)
        return self._others[language]


def _by_language(prompts: Iterable[Prompt]) -> dict[str | None, list[Prompt]]:
    """The helpline's own language, None, is always among them, and last: from its end on all is as `prepare` says."""
    found: dict[str | None, list[Prompt]] = {}
    own: list[Prompt] = []
    for prompt in prompts:
        (own if prompt.language is None else found.setdefault(prompt.language, [])).append(prompt)
    return {**found, None: own}


def _without_voice(language: str, fault: SettingsError) -> SettingsError:
    why = str(fault).rpartition(": ")[2]
    return SettingsError(
        f"no voice says the prompts in '{language}'; name one in setting 'language_voices' (IVR_LANGUAGE_VOICES): {why}"
    )
