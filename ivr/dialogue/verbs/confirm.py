"""confirm: read back what is known so far, and go on by the caller's yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import PROMPTS, STEP
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES, YES_NO
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Verb):
    """Read back what is known so far, and go on by the caller's yes or no.

    A no leads to where it can be mended. (The setting of this name belongs to other verbs.)
    """

    word: ClassVar[str] = "confirm"
    example: ClassVar[str] = """
number:
  ask: Which table?
  answer: number
  most: 40
  fact: table
  goto: right
right:
  confirm: "I book table {table} for you. Is that right?"
  yes: goodbye
  no: number
"""
    listens: ClassVar[bool] = True
    resumes: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "The question, with the facts in braces.", name="confirm")
    yes: Written = line(STEP, "The step after a yes.")
    no: Written = line(STEP, "The step after a no.")

    async def run(self, conversation: Conversation) -> Next:
        """The step for the answer."""
        understood = await conversation.listen(self.text, self.expectation())
        return (self.yes if understood.name == YES else self.no).text

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes and no."""
        return Expectation(options=YES_NO)

    def jumps(self) -> tuple[Jump, ...]:
        """The step for each answer."""
        return (Jump.to(self.yes, YES), Jump.to(self.no, "no"))

    def prompts(self) -> tuple[Prompt, ...]:
        """The question."""
        return self.text
