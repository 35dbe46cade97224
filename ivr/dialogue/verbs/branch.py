"""branch: go on by what is known: facts, the state of a queue, opening hours, the caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, ClassVar, Protocol

from ivr.call import Level
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line, schema_of, whole
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import (
    FACT_OR_FIELD,
    FLAG,
    HOURS,
    QUEUE,
    STEP,
    TEXTS,
    list_of,
    listed,
    number,
    one_of,
    one_word,
    whole_number,
)
from ivr.dialogue.record_facts import KNOWN, LEVEL
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields, Value

_MOST = 1_000_000


class Condition(Protocol):
    """Something that is so or not."""

    def holds(self, conversation: Conversation) -> bool:
        """Whether it is so now."""
        ...

    def said(self) -> str:
        """In words, for pictures of the plan."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FactIs:
    """A fact: that it is known, or what it is."""

    fact: str = line(FACT_OR_FIELD, "The fact; with nothing beside it, that it is known.")
    known: bool = line(FLAG, "Whether it is known at all.", default=True)
    values: tuple[str, ...] = line(TEXTS, "What it is, or a list of what it may be.", name="is", default=())
    at_least: float | None = line(number(0, _MOST), "The least that it is, a number.", default=None)
    at_most: float | None = line(number(0, _MOST), "The most that it is, a number.", default=None)

    def check(self, given: Fields) -> None:
        """What is not known is nothing."""
        if not self.known and len(given.keys) > 2:
            raise given.take("known").wrong("a fact that is not known has no value; remove the other lines")

    def holds(self, conversation: Conversation) -> bool:
        """See `Condition.holds`."""
        value = conversation.notebook.value(self.fact)
        if not value or not self.known:
            return bool(value) is self.known
        return (not self.values or value in self.values) and self._within(value)

    def _within(self, value: str) -> bool:
        if self.at_least is None and self.at_most is None:
            return True
        try:
            amount = Decimal(value)
        except InvalidOperation:
            return False
        return (self.at_least is None or amount >= Decimal(str(self.at_least))) and (
            self.at_most is None or amount <= Decimal(str(self.at_most))
        )

    def said(self) -> str:
        """See `Condition.said`."""
        parts = [f"is {' or '.join(self.values)}"] if self.values else []
        parts += [f"at least {self.at_least:g}"] if self.at_least is not None else []
        parts += [f"at most {self.at_most:g}"] if self.at_most is not None else []
        return f"{self.fact} {', '.join(parts) or ('known' if self.known else 'not known')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueIs:
    """How it stands in a queue; nothing of it holds while nobody knows."""

    queue: Written = line(QUEUE, "The queue.")
    agents_at_least: int | None = line(whole_number(1, 1000), "Agents who serve it.", default=None)
    free_at_least: int | None = line(whole_number(1, 1000), "Agents who are free.", default=None)
    waiting_at_most: int | None = line(whole_number(0, 1000), "Callers who wait in it.", default=None)

    def check(self, given: Fields) -> None:
        """It says something."""
        if len(given.keys) < 2:
            message = "say how it stands in the queue; add 'agents_at_least', 'free_at_least' or 'waiting_at_most'"
            raise given.take("queue").wrong(message)

    def holds(self, conversation: Conversation) -> bool:
        """See `Condition.holds`."""
        state = conversation.world.queue(self.queue.text)
        return (
            state is not None
            and state.agents >= (self.agents_at_least or 0)
            and state.free >= (self.free_at_least or 0)
            and (self.waiting_at_most is None or state.waiting <= self.waiting_at_most)
        )

    def said(self) -> str:
        """See `Condition.said`."""
        agents, free, waiting = self.agents_at_least, self.free_at_least, self.waiting_at_most
        parts = [f"at least {agents} agents"] if agents is not None else []
        parts += [f"at least {free} free"] if free is not None else []
        parts += [f"at most {waiting} waiting"] if waiting is not None else []
        return f"{self.queue.text}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIs:
    """What the network says of the caller, and whether `callers` know them."""

    state: str = line(
        one_word(("number_shown", "number_withheld", "known", "unknown")),
        "Whether the number is shown, or whether there is a record of the caller.",
        name="caller",
    )

    def holds(self, conversation: Conversation) -> bool:
        """See `Condition.holds`."""
        if self.by_record:
            return conversation.notebook.record.known is (self.state == "known")
        return conversation.notebook.caller.withheld is (self.state == "number_withheld")

    @property
    def by_record(self) -> bool:
        """Whether it is about the record."""
        return self.state in ("known", "unknown")

    def said(self) -> str:
        """See `Condition.said`."""
        return self.state.replace("_", " ") if not self.by_record else f"caller {self.state}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityIs:
    """How sure it is who calls."""

    identity: Level = line(
        one_of({level.word: level for level in Level if level}), "The least that is known of who calls."
    )

    def holds(self, conversation: Conversation) -> bool:
        """See `Condition.holds`."""
        return conversation.notebook.record.level >= self.identity

    def said(self) -> str:
        """See `Condition.said`."""
        return f"identified by {self.identity.word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursAre:
    """Opening hours."""

    hours: Written = line(HOURS, "The opening hours.")
    open: bool = line(FLAG, "Whether they last.", default=True)

    def holds(self, conversation: Conversation) -> bool:
        """See `Condition.holds`."""
        return conversation.flow.hours[self.hours.text].is_open(conversation.world.now()) is self.open

    def said(self) -> str:
        """See `Condition.said`."""
        return f"{self.hours.text} {'open' if self.open else 'closed'}"


CONDITIONS: Mapping[str, type[FactIs | QueueIs | HoursAre | CallerIs | IdentityIs]] = {
    "fact": FactIs,
    "queue": QueueIs,
    "hours": HoursAre,
    "caller": CallerIs,
    "identity": IdentityIs,
}
"""The word of a condition → its lines."""


def _condition(value: Value, scope: Scope) -> Condition:
    given = value.fields()
    word = next((word for word in given.keys if word in CONDITIONS), None)
    if word is None:
        raise value.wrong(f"nothing says what this is about; write one of: {', '.join(CONDITIONS)}")
    return whole(CONDITIONS[word], value, scope)


_CONDITIONS: Shape[tuple[Condition, ...]] = Shape(
    read=lambda value, scope: tuple(_condition(item, scope) for item in value.items()),
    schema=listed({"anyOf": [schema_of(record) for record in CONDITIONS.values()]}),
    insides=tuple(CONDITIONS.values()),
    about="a condition, or a list of them that hold together",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way on."""

    when: tuple[Condition, ...] = line(_CONDITIONS, "What must be so.")
    goto: Written = line(STEP, "The step that follows then.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Verb):
    """Go on by what is known: facts, how it stands in a queue, opening hours, the caller.

    The first case whose conditions all hold says which step follows. What nobody knows holds nothing, so let ``else``
    be the way that is right for most. What the agency's records say of the caller are facts, too, after a ``look_up``.
    """

    word: ClassVar[str] = "branch"
    example: ClassVar[str] = """
many:
  ask: How many people will come?
  answer: number
  fact: people
  goto: hall
hall:
  branch:
    - when: {fact: people, at_least: 50}
      goto: main
    - when:
        - {queue: office, agents_at_least: 1, waiting_at_most: 5}
        - {caller: number_shown}
      goto: to_people
  else: goodbye
"""
    cases: tuple[Case, ...] = line(list_of(Case, "a list of cases"), "The ways on, the first that fits.", name="branch")
    otherwise: Written = line(STEP, "The step if no case fits.", name="else")

    async def run(self, conversation: Conversation) -> Next:
        """The step of the first case that fits."""
        for case in self.cases:
            if all(condition.holds(conversation) for condition in case.when):
                return case.goto.text
        return self.otherwise.text

    def jumps(self) -> tuple[Jump, ...]:
        """The step of each case."""
        cases = (Jump.to(case.goto, " and ".join(one.said() for one in case.when)) for case in self.cases)
        return (*cases, Jump.to(self.otherwise, "else"))

    def uses(self) -> tuple[str, ...]:
        """The facts of its conditions, and what they are about of the caller's record."""
        return tuple(name for case in self.cases for one in case.when for name in _used(one))

    def assures(self) -> tuple[Level, ...]:
        """What a case asks of who calls holds on its way."""
        asked = (
            max((one.identity for one in case.when if isinstance(one, IdentityIs)), default=Level.NONE)
            for case in self.cases
        )
        return (*asked, Level.NONE)


def _used(condition: Condition) -> Iterator[str]:
    match condition:
        case FactIs(fact=fact):
            yield fact
        case IdentityIs():
            yield LEVEL
        case CallerIs(by_record=True):
            yield KNOWN
