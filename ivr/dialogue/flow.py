"""A helpline's plan as frozen values: its queues, its manner, and its steps, each of which is one verb."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

from ivr.call import Answer, EndReason, HandOver, Level, Prompt
from ivr.dialogue import wording
from ivr.dialogue.caller_number import CALLER_NUMBER
from ivr.dialogue.figures import Figures
from ivr.dialogue.key_hints import key_hints
from ivr.dialogue.language.lines import read_lines
from ivr.dialogue.language.shape import Scope
from ivr.dialogue.manner import Manner, prompts_from
from ivr.dialogue.record_facts import CALLER
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import UNIVERSALS, YES_NO
from ivr.dialogue.words.sounds_like import SoundsLike
from ivr.dialogue.written import Jump, Written
from ivr.errors import FlowError

if TYPE_CHECKING:
    from ivr.callers_file import CallersFile
    from ivr.dialogue.calendar import Hours, Notice
    from ivr.dialogue.conversation import Conversation
    from ivr.dialogue.distress import Distress
    from ivr.yaml_file import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """How a conversation ended, and in whose `queue` the caller is to wait if a person is to come."""

    reason: EndReason
    queue: str = ""
    told: Callable[[], HandOver] | None = field(default=None, compare=False, repr=False)

    @property
    def hand_over(self) -> HandOver | None:
        """What goes to the person; made when it is wanted, because most calls that the prover makes are never told."""
        return self.told() if self.told is not None else None


MOST_RELATED = 3
"""Services that are offered after an answer: more are not kept in mind while they are read out."""
Next = str | Conclusion
"""What follows a step: the name of another one, or the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb(ABC):
    """What a step does. A verb is one file below ``verbs/`` and one line in ``verbs/__init__.py``.

    Its fields are declared as lines of the plan (`language.lines`), and its docstring is for those who write plans.
    `word` opens a step of this verb; `listens` says that it waits for the caller; `asks_knowledge` that it needs
    articles; `sends` that it needs gateways; `returns` that a sub-flow is over with it; `resumes` that a call which
    broke off may go on with it; `proves` that it finds out who the caller is, so that no later call goes on behind it
    without it; `passes_on` that its question only saves time, so that who is not understood goes on and has
    not failed. A verb overrides those of the questions below that it has an answer to.
    """

    word: ClassVar[str]
    example: ClassVar[str] = ""
    """Steps for the reference; ``main``, ``goodbye`` and ``to_people`` are elsewhere."""
    listens: ClassVar[bool] = False
    asks_knowledge: ClassVar[bool] = False
    returns: ClassVar[bool] = False
    resumes: ClassVar[bool] = False
    proves: ClassVar[bool] = False
    sends: ClassVar[bool] = False
    passes_on: ClassVar[bool] = False

    @classmethod
    def read(cls, given: Fields, scope: Scope) -> Self:
        """The verb that `given` (all lines of the step) describe: its fields are its lines. Raises FlowError."""
        return read_lines(cls, given, scope)

    @abstractmethod
    async def run(self, conversation: Conversation) -> Next:
        """Do it; which step follows, or the end."""

    def waits(self) -> bool:
        """Whether it waits for the caller each time, so that no circle of steps can spin through it."""
        return self.listens

    def jumps(self) -> tuple[Jump, ...]:
        """Steps that may follow."""
        return ()

    def queues(self) -> tuple[Written, ...]:
        """Queues that callers may be sent to."""
        return ()

    def articles(self) -> tuple[Written, ...]:
        """Articles that are spoken."""
        return ()

    def phrases(self) -> tuple[Written, ...]:
        """What the caller may say here, besides what is understood everywhere."""
        return ()

    def facts(self) -> tuple[str, ...]:
        """Names of facts that this verb learns."""
        return ()

    def say_fact(self, name: str, value: str) -> str | None:
        """How a caller hears the fact `name` that this verb learns; None if it has no way of its own for it."""
        return None

    def keeps(self) -> frozenset[str] | None:
        """Facts that are kept for the caller's next call; None if the verb has nothing kept."""
        return None

    def kept_at(self) -> tuple[Written, ...]:
        """The same, each where it stands in the file."""
        return ()

    def returning(self) -> tuple[str, ...]:
        """What callers may be recognised as calling about again."""
        return ()

    def calls(self) -> str | None:
        """The sub-flow that is run first: its first step is the first jump, the step after it the last one."""
        return None

    def uses(self) -> tuple[str, ...]:
        """Names of facts that this verb decides by."""
        return ()

    def weighs(self) -> tuple[str, ...]:
        """Names of facts that this verb learns itself and decides by, in the same step."""
        return ()

    def offers(self) -> tuple[str, ...]:
        """Those of `weighs` that, learnt in another step, change its question, but nothing of what may follow."""
        return ()

    def texts(self) -> tuple[str, ...]:
        """Texts with ``{facts}`` that nobody hears."""
        return ()

    def assures(self) -> tuple[Level, ...]:
        """How sure it is at least after each of `jumps` who calls; empty: no surer than before."""
        return ()

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation | None:
        """What counts as an answer, given the phrasings of the agency's articles; None if nothing is asked."""
        return None

    def letters(self) -> tuple[str, ...]:
        """Texts with ``{facts}`` that are sent to the caller: like what is said, they hold no secrets."""
        return ()

    def keys_worth_trying(self, asked: str, today: date) -> tuple[str, ...]:
        """Keys that tell apart what it decides by at its question `asked`, for a proof that all ways are tried."""
        return ()

    def files(self) -> tuple[Path, ...]:
        """Files that it is read from, besides the plan."""
        return ()

    def prompts(self) -> tuple[Prompt, ...]:
        """What may be said here, the questions between understood and not included."""
        return ()

    def oddities(self) -> tuple[Written, ...]:
        """What works here but leaves some callers without a way: a sentence each, with its place."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a plan."""

    name: str
    verb: Verb
    manner: Manner
    line: int
    column: int
    waivers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Rules of the checks that do not hold here → why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubFlow:
    """Steps that several places of a plan share; its steps stand in `Flow.steps` as ``name.step``."""

    name: str
    start: str
    """Its first step, by its whole name."""
    manner: Manner


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole helpline. Mappings are read-only."""

    file: Path
    title: str
    start: str
    main_menu: str
    queues: Mapping[str, str]
    """Name in Asterisk → what callers hear it called."""
    knowledge: Path | None
    """Folder of articles."""
    manner: Manner
    steps: Mapping[str, Step]
    language: str = "en-GB"
    """What it speaks and hears (BCP 47)."""
    language_at: Written | None = None
    """Where the file says so; None if it does not."""
    model: str | None = None
    """The speech model that hears it, by name, folder or address; None: the settings'."""
    model_at: Written | None = None
    """Where the file says so."""
    sounds_like: SoundsLike = field(default_factory=SoundsLike)
    respelled: tuple[Written, ...] = ()
    """The words of `sounds_like`, where they stand in the file."""
    flows: Mapping[str, SubFlow] = field(default_factory=lambda: MappingProxyType({}))
    time_zone: str = "Europe/London"
    """Of everything in the plan that depends on the time."""
    hours: Mapping[str, Hours] = field(default_factory=lambda: MappingProxyType({}))
    """Opening hours by name."""
    notices: tuple[Notice, ...] = ()
    sources: Path | None = None
    """The file of what look-ups ask."""
    callers: CallersFile | None = None
    """What is known of callers, and by which sources."""
    figures: Figures = field(default_factory=Figures)
    """What names in braces stand for; prompts hold it already."""
    distress: Distress | None = None
    """What is done about words of distress."""
    fingerprint: str = ""
    """Of the file's text: what a call was led through."""
    keeps: frozenset[str] | None = None
    """Facts that are kept of a call for the caller's next one; None: nothing is kept of calls."""
    resumable: frozenset[str] = frozenset()
    """Steps that a call may go on with which broke off (see `resuming`)."""
    outbox: Path | None = None
    """The file of gateways by which texts and e-mails are sent."""
    waivers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Rules of the checks that do not hold in this plan → why."""
    warnings: tuple[str, ...] = ()
    """What is odd but works, as ``file:line:column: …``."""

    def prompts(self, answers: Iterable[Answer] = ()) -> tuple[Prompt, ...]:
        """Every prompt whose text is known beforehand, once each, so that its sound can be made at load."""
        found: dict[tuple[str, str | None, str | None], Prompt] = {}
        for prompt in (*self._own_prompts(), *_prompts_about(answers)):
            if "{" not in prompt.text:
                found.setdefault((prompt.text, prompt.recording, prompt.language), prompt)
        return tuple(found.values())

    def local(self, at: datetime | None) -> datetime:
        """`at` (None: now) by the clocks where the helpline is, which a time without a zone is taken to be by."""
        zone = ZoneInfo(self.time_zone)
        if at is None:
            return datetime.now(zone)
        return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)

    def open_facts(self) -> frozenset[str]:
        """Facts that may be said: those of steps that are not sensitive."""
        steps = (step for step in self.steps.values() if not step.manner.sensitive)
        return self.known_facts() | {fact for step in steps for fact in step.verb.facts()}

    def known_facts(self) -> frozenset[str]:
        """Facts that no step has to learn: the caller's number, and what is on record of them."""
        record = (f"{CALLER}{name}" for name in self.callers.fields) if self.callers is not None else ()
        return frozenset((CALLER_NUMBER, *record))

    def wrong(self, place: Written | Step, message: str) -> FlowError:
        """The error to raise about `place`."""
        other = place.file if isinstance(place, Written) else ""
        return FlowError(message, file=other or str(self.file), line=place.line, column=place.column)

    def _own_prompts(self) -> Iterable[Prompt]:
        for manner in (self.manner, *(step.manner for step in self.steps.values())):
            yield from manner.prompts()
        yield from (prompt for notice in self.notices for prompt in notice.prompts)
        if self.distress is not None:
            yield from self.distress.prompts()
        for step in self.steps.values():
            yield from step.verb.prompts()
            yield from prompts_from(_about_options(step.verb.expectation()))
        fixed = (wording.OFFER_PERSON, wording.REFUSED, wording.NOT_KNOWN, wording.ANOTHER_TRY)
        yield from prompts_from((*fixed, wording.NOT_SURE))
        yield from prompts_from(wording.to_people(name) for name in self.queues.values())
        yield from prompts_from((wording.PRESS_WHICH, wording.PRESS_YES_NO))
        yield from prompts_from(wording.did_you_say(option.spoken) for option in YES_NO)
        yield from prompts_from(_about_options(Expectation(options=UNIVERSALS)))


def _about_options(expectation: Expectation | None) -> Iterable[str]:
    """What is asked back about an answer that was hardly heard, and which keys do without hearing."""
    if expectation is not None:
        for option in expectation.options:
            if option.phrases:
                yield wording.did_you_say(option.spoken)
                yield wording.did_you_say_first(option.spoken)
                yield wording.or_second(option.spoken)
        yield from key_hints(expectation)


def _prompts_about(answers: Iterable[Answer]) -> Iterable[Prompt]:
    known = {answer.article: answer for answer in answers}
    for answer in known.values():
        yield from prompts_from(answer.pieces)
        yield Prompt(text=wording.did_you_mean(answer.title))
        related = [known[name].title for name in answer.related if name in known]
        yield from prompts_from(wording.related_to_this(title) for title in related)
        for number, title in enumerate(related, 1):  # those before it may have been told already
            yield from prompts_from(
                wording.press_for(title, str(key)) for key in range(1, min(number, MOST_RELATED) + 1)
            )
    if known:
        yield from prompts_from((wording.DID_THAT_HELP, wording.OTHER_WORDS_OR_PERSON, wording.BEING_RENEWED))
    if any(len(answer.pieces) > 1 for answer in known.values()):
        yield Prompt(text=wording.SHALL_I_GO_ON)
    if any(len(answer.related) > 1 for answer in known.values()):
        yield from prompts_from((wording.RELATED, wording.ONE_OF_THEM, wording.WHICH_ONE))
