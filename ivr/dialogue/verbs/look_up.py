"""look_up: ask one of the agency's sources, while the caller hears that something is being done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import FACT, NAME, PROMPTS, STEP, TEXT, listed, number
from ivr.dialogue.waiting import STILL_AFTER_S, WAIT, entertain
from ivr.dialogue.written import Jump, Written
from ivr.errors import LookUpFailed

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Value

_STILL = (Prompt(text="I am still looking."),)


def _given(value: Value, scope: Scope) -> Mapping[str, str]:
    fields = value.fields()
    return MappingProxyType(
        {FACT.read(key, scope): TEXT.read(fields.take(name), scope) for name, key in fields.keys.items()}
    )


def _wanted(value: Value, scope: Scope) -> tuple[Written, ...]:
    return tuple(Written(text=FACT.read(item, scope), line=item.line, column=item.column) for item in value.items())


_GIVEN: Shape[Mapping[str, str]] = Shape(
    read=_given,
    schema={"type": "object", "propertyNames": FACT.schema, "additionalProperties": TEXT.schema, "minProperties": 1},
    about="`name: text`, in which `{fact}` stands for a fact as it is kept, secrets included",
)
_WANTED: Shape[tuple[Written, ...]] = Shape(
    read=_wanted, schema=listed(FACT.schema), about="the name of a fact that the source gives, or a list of them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp(Verb):
    """A source is asked; what it knows of the facts that the plan names is known from then on.

    The answer has a time limit (the source's). Meanwhile the caller hears ``wait``, unless the answer is there at once,
    and then ``still`` from time to time. Of what the source gives, only ``facts`` are kept: nothing else of a record
    comes into the journal or to an agent. ``{caller_number}`` is the number that the caller rings from, in the form
    ``+442079460018``, so a plan can greet those whom the agency knows; it proves nothing about who is calling. Where
    nothing is known of all that is in ``with`` (a withheld number), the step in ``not_found`` follows.
    """

    word: ClassVar[str] = "look_up"
    example: ClassVar[str] = """
number:
  ask: What is your tenancy reference?
  answer: digits
  digits: 6
  fact: reference
  goto: rent
rent:
  look_up: tenants
  with: {reference: "{reference}"}
  facts: [name, balance]
  found: told
  not_found: number
  failed: to_people
told:
  say: "{name}, you owe {balance} pounds."
  goto: goodbye
"""
    source: Written = line(NAME, "The source, by its name in the file of `sources`.", name="look_up")
    given: Mapping[str, str] = line(_GIVEN, "What it is asked about.", name="with")
    learns: tuple[Written, ...] = line(_WANTED, "What is kept of the answer.", name="facts", default=())
    wait: tuple[Prompt, ...] = line(PROMPTS, "What the caller hears while it is being looked up.", default=WAIT)
    still: tuple[Prompt, ...] = line(PROMPTS, "What the caller hears again and again if it takes long.", default=_STILL)
    still_after_s: float = line(number(1, 20), "Seconds of silence before that.", default=STILL_AFTER_S)
    found: Written = line(STEP, "The step that follows if the source knows something.")
    not_found: Written = line(STEP, "The step that follows if it knows nothing.")
    failed: Written = line(STEP, "The step that follows if it gave no answer in time, or none that makes sense.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``found``, ``not_found`` or ``failed``."""
        asked = {name: conversation.raw(text) for name, text in self.given.items()}
        if not any(asked.values()):  # a withheld number, say: it is nobody's, whatever stands in empty fields there
            return self.not_found.text
        looking = asyncio.create_task(_look_up(conversation, self.source.text, asked), name="look up")
        try:
            await entertain(conversation, looking, wait=self.wait, still=self.still, still_after_s=self.still_after_s)
            known = await looking
        except LookUpFailed:
            conversation.notebook.failed(conversation.step.name, "look_up", 1)
            return self.failed.text
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        if known is None:
            return self.not_found.text
        for fact in self.learns:
            value = known.get(fact.text, "")
            if value or conversation.notebook.value(fact.text):  # the one before must not stand for this one
                conversation.learnt(fact.text, value, 1.0)
        return self.found.text

    def jumps(self) -> tuple[Jump, ...]:
        """All three ways on."""
        ways = {"found": self.found, "not found": self.not_found, "look-up failed": self.failed}
        return tuple(Jump.to(step, when) for when, step in ways.items())

    def facts(self) -> tuple[str, ...]:
        """Those that are kept of the answer."""
        return tuple(fact.text for fact in self.learns)

    def say_fact(self, name: str, value: str) -> str:
        """As the source gives it: an amount or a day is no row of digits."""
        return value

    def texts(self) -> tuple[str, ...]:
        """What the source is asked about."""
        return tuple(self.given.values())

    def prompts(self) -> tuple[Prompt, ...]:
        """What is heard meanwhile."""
        return (*self.wait, *self.still)


async def _look_up(conversation: Conversation, source: str, asked: Mapping[str, str]) -> Mapping[str, str] | None:
    return await conversation.world.look_up(source, asked)
