"""goto: go on with another step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import written
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto(Verb):
    """``goto: <step>``."""

    word: ClassVar[str] = "goto"
    step: Written

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``goto``."""
        return cls(step=written(fields.take("goto")))

    async def run(self, conversation: Conversation) -> Next:
        """The other step."""
        return self.step.text

    def jumps(self) -> tuple[Jump, ...]:
        """The other step."""
        return (Jump.to(self.step),)
