"""call: run a sub-flow, steps that several places share, and go on after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import STEP, SUB_FLOW
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Verb):
    """Run a sub-flow, steps that several places share, and go on after it.

    Its steps have its own settings; what they learn is known afterwards. A sub-flow must not call itself.
    """

    word: ClassVar[str] = "call"
    example: ClassVar[str] = """
first:
  call: identify
  goto: goodbye
"""
    first: Written = line(SUB_FLOW, "The sub-flow.", name="call")
    goto: Written = line(STEP, "The step after it has returned.")

    async def run(self, conversation: Conversation) -> Next:
        """The first step of the sub-flow."""
        return conversation.sub_flows.enter(self.calls(), self.goto.text)

    def calls(self) -> str:
        """The sub-flow."""
        return self.first.text.partition(".")[0]

    def jumps(self) -> tuple[Jump, ...]:
        """The first step of the sub-flow, and the one after it."""
        return (Jump.to(self.first, "call"), Jump.to(self.goto, "return"))
