"""A plan and everything that it needs to take calls, read and checked as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.call import Prompt
from ivr.dialogue import Flow, Written, check_articles, check_sounds, check_vocabulary, hears, load_flow, way_to_hear
from ivr.dialogue.verbs.look_up import LookUp
from ivr.dialogue.verbs.menu import Menu
from ivr.dialogue.verbs.recall import Recall
from ivr.errors import FlowError, ModelError
from ivr.knowledge import Article, Knowledge
from ivr.knowledge import check_vocabulary as check_phrasings
from ivr.outbox import Setup, load_outbox
from ivr.plan_articles import about_articles, articles_of
from ivr.published import data_beside, plan_of
from ivr.sources import Sources, load_sources
from ivr.speech.models.languages import primary, same_language
from ivr.speech.models.model import BUNDLED
from ivr.speech.prompts.saying import LANGUAGES, Saying
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS, read_pronunciations
from ivr.speech.recognition.engines import Hearing
from ivr.speech.recognition.recogniser import Engine
from ivr.yaml_file import suggestion

VECTORS = "vectors"
"""Below the state's folder: vectors of phrasings, so that articles are ready sooner."""
OUTBOX = "outbox"
"""Below the state's folder: what became of letters, and those that a folder stands in a gateway's place for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """A plan and what it knows, as one: calls in progress keep theirs when a new one is loaded."""

    flow: Flow
    articles: tuple[Article, ...]
    knowledge: Knowledge
    model: str
    engine: Engine
    """What hears its callers, with `model`."""
    saying: Saying
    """How its texts are said."""
    sources: Sources
    """What its look-ups ask."""
    gateways: Setup
    """By what it sends."""
    warnings: tuple[str, ...]

    def prompts(self) -> tuple[Prompt, ...]:
        """Every prompt whose text is known beforehand."""
        return self.flow.prompts(self.knowledge.answers())

    def parts(self) -> tuple[Path, ...]:
        """The files and folders that the plan names."""
        flow = self.flow
        callers = flow.callers.file if flow.callers is not None else None
        parts = (flow.knowledge, flow.figures.file, flow.sources, callers, flow.outbox)
        of_verbs = (file for step in flow.steps.values() for file in step.verb.files())
        return tuple(dict.fromkeys((*(part for part in parts if part is not None), *of_verbs)))


def load_helpline(
    plan: Path,
    hearing: Hearing,
    prompts: Path,
    engine_for: Callable[[str], Engine] | None = None,
    *,
    at: datetime | None = None,
    state: Path | None = None,
) -> Helpline:
    """The helpline in `plan` (see `plan_of`), with its articles and the pronunciations in `prompts`, checked.

    `warnings` are one line each, those about dates as of `at` (see `Flow.local`). Its engine is that which
    `engine_for` gives for its model; else a new one, not started. In `state` vectors of phrasings are kept, gateways
    that only write letters down do so, and databases of its own are made if they are missing; without it the helpline
    is only looked at, and they are made for a moment. Raises FlowError for the first fault, ModelError if a setting
    names a model that cannot hear.
    """
    flow = load_flow(plan_of(plan), at=at)
    chosen, engine = _engine(flow, hearing, engine_for or hearing.engine)
    articles = articles_of(flow)
    knowledge = Knowledge(articles, state / VECTORS if state is not None else None)
    check_articles(flow, knowledge)
    saying = Saying(language=flow.language, pronunciations=read_pronunciations(prompts / PRONUNCIATIONS))
    with nullcontext(str(state)) if state is not None else TemporaryDirectory() as folder:
        sources = _sources(flow, Path(folder))
        about_sources = sources.check()
    letters = (state or Path()) / OUTBOX
    gateways = load_outbox(flow.outbox, letters) if flow.outbox is not None else Setup()
    warnings = (
        *_about_language(flow, hearing, chosen),
        *flow.warnings,
        *check_vocabulary(flow, engine.unknown_words),
        *check_sounds(flow, knowledge.phrasings()),
        *check_phrasings(
            articles, hears(flow, engine.unknown_words), lambda word: way_to_hear(word, engine.unknown_words)
        ),
        *about_articles(flow, articles, flow.local(at).date()),
        *_about_topics(flow, {article.topic for article in articles}),
        *about_sources,
        *gateways.check(),
    )
    return Helpline(
        flow=flow,
        articles=articles,
        knowledge=knowledge,
        model=chosen,
        engine=engine,
        saying=saying,
        sources=sources,
        gateways=gateways,
        warnings=warnings,
    )


def _sources(flow: Flow, state: Path) -> Sources:
    """The sources of `flow`, with the databases that it makes. Raises FlowError."""
    path = flow.sources
    sources = load_sources(path, data_beside(path), state=state) if path is not None else Sources()
    _check_look_ups(flow, sources)
    _check_callers(flow, sources)
    for database in sources.made:
        database.make()
    return sources


def _check_look_ups(flow: Flow, sources: Sources) -> None:
    """Raise FlowError for a look-up that asks a source for what it does not have."""
    for step in flow.steps.values():
        if isinstance(step.verb, LookUp):
            fault = sources.misuse(step.verb.source.text, step.verb.given, step.verb.facts())
            if fault:
                raise flow.wrong(step.verb.source, fault)


def _check_callers(flow: Flow, sources: Sources) -> None:
    """Raise FlowError for a source of callers that is asked for what it does not have."""
    for source in flow.callers.sources if flow.callers is not None else ():
        for way in source.ways:
            fault = sources.misuse(way.look_up, way.given.keys(), source.facts)
            if fault:
                raise way.at.wrong(fault)


def _engine(flow: Flow, hearing: Hearing, engine_for: Callable[[str], Engine]) -> tuple[str, Engine]:
    """The model that hears `flow`, and its engine. Raises FlowError at the line that asks for it, else ModelError."""
    try:
        chosen = hearing.model_for(flow.language, flow.model)
    except ModelError as fault:
        if flow.language_at is None:
            raise
        raise flow.wrong(
            flow.language_at,
            f"no speech model hears '{flow.language}' (those here hear {', '.join(_heard_here(hearing))}); "
            f"write another language, or look whether 'ivr models list --language {flow.language}' has one to download",
        ) from fault
    try:
        return chosen, engine_for(chosen)
    except ModelError as fault:
        if flow.model_at is not None:
            raise flow.wrong(flow.model_at, str(fault)) from None
        if chosen in hearing.language_models.values():
            raise ModelError(f"{fault} (setting 'language_models', IVR_LANGUAGE_MODELS)") from None
        raise ModelError(f"{fault} (setting 'model', IVR_MODEL)" if chosen == hearing.model else str(fault)) from None


def _heard_here(hearing: Hearing) -> list[str]:
    """The languages that some model on this machine, or of the settings, hears."""
    installed = {primary(model.language) for model in hearing.store.installed() if model.language is not None}
    return sorted(installed | {primary(tag) for tag in hearing.language_models})


def _about_topics(flow: Flow, of_articles: AbstractSet[str]) -> Iterator[str]:
    """Warnings about what callers would be asked about again, though no call is ever about it."""
    verbs = [step.verb for step in flow.steps.values()]
    known = of_articles | {choice.name for verb in verbs if isinstance(verb, Menu) for choice in verb.choices}
    for verb in verbs:
        for topic in verb.topics if isinstance(verb, Recall) else ():
            if topic.name not in known:
                told = f"no choice of a menu and no article's topic is called '{topic.name}', so nobody is asked this"
                yield str(flow.wrong(topic.place, f"{told}; {suggestion(topic.name, sorted(known))}"))


def _about_language(flow: Flow, hearing: Hearing, chosen: str) -> Iterator[str]:
    """Warnings where the plan, the model and what is known about its language do not go together."""

    def warning(message: str, place: Written | None) -> str:
        line, column = (place.line, place.column) if place is not None else (1, 1)
        return str(FlowError(message, file=str(flow.file), line=line, column=column))

    place = flow.model_at or flow.language_at
    usual, of_language = hearing.model, hearing.language_models.values()
    heard = hearing.language_of(chosen)
    if heard is not None and not same_language(heard, flow.language):
        yield warning(
            f"the model '{chosen}' hears '{heard}', but the language is '{flow.language}'; change either", place
        )
    elif flow.model is None and usual not in (chosen, BUNDLED) and chosen not in of_language:
        yield warning(
            f"setting 'model' (IVR_MODEL) is not used: '{usual}' hears '{hearing.language_of(usual)}', and this "
            f"plan's '{flow.language}' is heard by '{chosen}'; change the setting, or 'language' here",
            place,
        )
    if not any(same_language(flow.language, tag) for tag in LANGUAGES):
        said = ", ".join(sorted({primary(tag) for tag in LANGUAGES}))
        yield warning(
            f"numbers, dates and abbreviations are put into words in {said} only; in '{flow.language}' the voice reads "
            "them as it can, so write words where that sounds wrong",
            flow.language_at,
        )
