"""set: write down facts that follow from where the caller is, or from other facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shape import Scope, Shape
from ivr.dialogue.language.shapes import FACT, STEP, TEXT
from ivr.dialogue.turns import FACT as FACT_IN_TEXT
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Value


def _facts(value: Value, scope: Scope) -> Mapping[str, str]:
    given = value.fields()
    if not given.keys:
        raise value.wrong("'set' is empty; write 'fact: text' lines")
    return MappingProxyType(
        {FACT.read(key, scope): TEXT.read(given.take(name), scope) for name, key in given.keys.items()}
    )


_FACTS: Shape[Mapping[str, str]] = Shape(
    read=_facts,
    schema={
        "type": "object",
        "propertyNames": FACT.schema,
        "additionalProperties": TEXT.schema,
        "minProperties": 1,
    },
    about="`fact: text`, in which `{fact}` stands for another fact as it is kept",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set(Verb):
    """Write down facts that follow from where the caller is, or from other facts.

    The agent sees them as if the caller had told them. A text that comes to nothing sets nothing.
    """

    word: ClassVar[str] = "set"
    example: ClassVar[str] = """
flat:
  set:
    kind_of_home: flat
    summary: "a {kind_of_home}"
  goto: goodbye
"""
    values: Mapping[str, str] = line(_FACTS, "The facts, one after the other.", name="set")
    goto: Written = line(STEP, "The step that follows.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``."""
        notebook = conversation.notebook
        for name, text in self.values.items():
            if value := FACT_IN_TEXT.sub(lambda found: notebook.fact(found.group(1)), text).strip():
                conversation.learnt(name, value, 1.0)
        return self.goto.text

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)

    def facts(self) -> tuple[str, ...]:
        """Those that are set."""
        return tuple(self.values)

    def texts(self) -> tuple[str, ...]:
        """What they are set to."""
        return tuple(self.values.values())
