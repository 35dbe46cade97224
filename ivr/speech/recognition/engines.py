"""Which engine hears which plan, and how long it runs; a third kind of engine is one file and one line here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ivr.errors import ModelError
from ivr.speech.models.languages import same_language
from ivr.speech.models.model import find_model
from ivr.speech.models.model_store import ModelStore
from ivr.speech.recognition.model_behind import model_behind, parted
from ivr.speech.recognition.recogniser import Engine
from ivr.speech.recognition.recogniser_pool import RecogniserPool
from ivr.speech.recognition.remote_recogniser import SCHEMES, RemoteRecogniser

log = logging.getLogger(__name__)


def is_remote(setting: str) -> bool:
    """Whether `setting` names a recognition server and no model on this machine."""
    return setting.partition("://")[0] in SCHEMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What is set up about hearing. A model is 'bundled', a folder, an installed name, or ``ws://host:port``, behind
    which the model may stand that hears there (``#bundled``)."""

    model: str
    language_models: Mapping[str, str]
    """Language (``de``, ``en-GB``) → model."""
    store: ModelStore
    workers: int
    most_callers: int

    def model_for(self, language: str, wish: str | None = None) -> str:
        """The model for a plan in `language` whose own line says `wish`.

        In order: the plan's, the language's, the usual one unless it is known to hear another language, an installed
        one of that language. Raises ModelError, one line, if there is none.
        """
        if wish is not None:
            return wish
        by_language = {tag.casefold(): model for tag, model in self.language_models.items()}
        for tag in (language, language.partition("-")[0]):
            if tag.casefold() in by_language:
                return by_language[tag.casefold()]
        hears = self.language_of(self.model)
        if hears is None or same_language(hears, language):
            return self.model
        installed = self.store.best_for(language)
        if installed is None:
            raise ModelError(
                f"no speech model hears '{language}': 'ivr models list --language {language}' shows some, "
                "'ivr models download NAME' fetches one"
            )
        return installed

    def language_of(self, model: str) -> str | None:
        """The language that `model` hears; None if nobody knows."""
        known = parted(model)[1] if is_remote(model) else model
        return self.store.language(known) if known else None

    def engine(self, model: str) -> Engine:
        """The engine for `model`, not started. Raises ModelError: one line, how to mend."""
        if is_remote(model):
            behind = model_behind(model, self.store.folder)
            return RemoteRecogniser(parted(model)[0], model=behind, most_utterances=self.most_callers)
        return RecogniserPool(find_model(model, self.store.folder), workers=self.workers)


class RunningEngines:
    """Engines by the model that they hear with: started when first held, closed when nobody holds them any more."""

    def __init__(self, make: Callable[[str], Engine]) -> None:
        self._make = make
        self._running: dict[str, Engine] = {}
        self._holders: dict[Engine, int] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def get(self, model: str) -> Engine:
        """The one that runs, or a new one, not started. Raises ModelError."""
        return self._running.get(model) or self._make(model)

    async def hold(self, model: str, engine: Engine) -> None:
        """`engine` (from `get`) is needed; started if it does not run. Raises ModelError if it cannot be."""
        if engine not in self._holders:
            await engine.start()
            self._running[model] = engine
            self._holders[engine] = 0
        self._holders[engine] += 1

    def let_go(self, engine: Engine) -> None:
        """Whoever held `engine` is done with it; after the last one it is closed."""
        self._holders[engine] -= 1
        if self._holders[engine]:
            return
        del self._holders[engine]
        self._running = {model: running for model, running in self._running.items() if running is not engine}
        log.info("a speech model is no longer needed", extra={"model": engine.description})
        closing = asyncio.create_task(engine.close(), name="close an engine that is no longer needed")
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    @asynccontextmanager
    async def held(self, engine: Engine) -> AsyncIterator[Engine]:
        """`engine`, which is held already, for one more holder."""
        self._holders[engine] += 1
        try:
            yield engine
        finally:
            self.let_go(engine)

    async def close(self) -> None:
        """End all, at the end of the service."""
        engines, self._running = tuple(self._running.values()), {}
        await asyncio.gather(*self._closing, *(engine.close() for engine in engines), return_exceptions=True)
