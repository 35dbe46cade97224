"""outcome: note that the call has reached something that is worth counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import STEP, own_name
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Verb):
    """Note that the call has reached something that is worth counting.

    A call may reach several, and one of them more than once.
    """

    word: ClassVar[str] = "outcome"
    example: ClassVar[str] = """
booked:
  outcome: hall_booked
  goto: goodbye
"""
    name: str = line(own_name("a name"), "Its name.", name="outcome")
    goto: Written = line(STEP, "The step that follows.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``."""
        conversation.notebook.reached(self.name)
        return self.goto.text

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)
