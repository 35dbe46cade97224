"""goto: go on with another step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import STEP
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto(Verb):
    """Go on with another step."""

    word: ClassVar[str] = "goto"
    example: ClassVar[str] = """
again:
  goto: main
"""
    step: Written = line(STEP, "The step to go on with.", name="goto")

    async def run(self, conversation: Conversation) -> Next:
        """The other step."""
        return self.step.text

    def jumps(self) -> tuple[Jump, ...]:
        """The other step."""
        return (Jump.to(self.step),)
