"""What there is to draw of a plan, whatever its verbs: steps with what they say, and the ways between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from ivr.dialogue.flow import Flow, Step, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.written import Jump
from ivr.knowledge import Article


class Kind(Enum):
    """What a step is to a caller; a picture has a shape, a colour and a word for each."""

    LISTENS = "asks the caller"
    SPEAKS = "tells the caller something"
    ARTICLE = "tells an article"
    PERSON = "hands over to people"
    END = "ends the call"
    SILENT = "decides, unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out of a step."""

    when: str
    """In a few words, such as "bins (1)"; empty: always."""
    to: str
    aside: bool = False
    """Not what the step is for: silence, no match, a fault, a hang-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchedStep:
    """One step."""

    name: str
    verb: str
    kind: Kind
    says: tuple[str, ...]
    learns: tuple[str, ...]
    ways: tuple[Way, ...]
    queues: tuple[str, ...]
    """By name."""
    articles: tuple[str, ...]
    """By name."""
    person_queue: str
    """Where an agent is asked for, if that is not the helpline's queue; else empty."""
    flow: str
    """The sub-flow that it belongs to; empty: none."""
    reached: bool
    """Whether any way leads to it."""
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """One plan. Mappings are read-only and in the order of the file."""

    title: str
    file: str
    start: str
    main_menu: str
    person_queue: str
    queues: Mapping[str, str]
    """Name in Asterisk → what callers hear."""
    steps: Mapping[str, SketchedStep]
    titles: Mapping[str, str]
    """Article → its title."""
    ways: tuple[Way, ...]
    """Ways out of every step, by the helpline's own manner."""


def sketch(flow: Flow, articles: Iterable[Article] = ()) -> Sketch:
    """`flow`, which was loaded and so is known to be whole, with the titles of its `articles`."""
    reached = _reached(flow)
    return Sketch(
        title=flow.title,
        file=flow.file.name,
        start=flow.start,
        main_menu=flow.main_menu,
        person_queue=flow.manner.person_queue,
        queues=flow.queues,
        steps=MappingProxyType({name: _step(flow, step, name in reached) for name, step in flow.steps.items()}),
        titles=MappingProxyType({article.name: article.title for article in articles}),
        ways=_ways(flow.manner.jumps(), aside=True),
    )


def _step(flow: Flow, step: Step, reached: bool) -> SketchedStep:
    verb, own = step.verb, step.manner.person_queue
    group = step.name.rpartition(".")[0]
    return SketchedStep(
        name=step.name,
        verb=verb.word,
        kind=_kind(verb),
        says=tuple(dict.fromkeys(prompt.text for prompt in verb.prompts())),
        learns=verb.facts(),
        ways=tuple(dict.fromkeys((*_ways(verb.jumps()), *_asides(step.manner, flow.manner)))),
        queues=tuple(dict.fromkeys(queue.text for queue in verb.queues())),
        articles=tuple(dict.fromkeys(article.text for article in verb.articles())),
        person_queue=own if own != flow.manner.person_queue else "",
        flow=group if group in flow.flows else "",
        reached=reached,
        line=step.line,
    )


def _kind(verb: Verb) -> Kind:
    if verb.queues():
        return Kind.PERSON
    if verb.listens:
        return Kind.LISTENS
    if verb.articles():
        return Kind.ARTICLE
    if not verb.jumps():
        return Kind.END
    return Kind.SPEAKS if verb.prompts() else Kind.SILENT


def _ways(jumps: Iterable[Jump], *, aside: bool = False) -> tuple[Way, ...]:
    return tuple(Way(when=jump.when, to=jump.text, aside=aside) for jump in jumps)


def _asides(manner: Manner, helpline: Manner) -> tuple[Way, ...]:
    """The ways of a step's manner that are not those of the whole helpline."""
    common = _ways(helpline.jumps(), aside=True)
    return tuple(way for way in _ways(manner.jumps(), aside=True) if way not in common)


def _reached(flow: Flow) -> set[str]:
    reached: set[str] = set()
    waiting = [flow.start, flow.main_menu, *(jump.text for jump in flow.manner.jumps())]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            step = flow.steps[name]
            waiting += (jump.text for jump in (*step.verb.jumps(), *step.manner.jumps()))
    return reached
