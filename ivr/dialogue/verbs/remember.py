"""remember: ask whether to remember for the next call how the caller wanted to be spoken to in this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import PROMPTS, STEP
from ivr.dialogue.preferring import CANNOT, KEPT, NOT_KEPT, offer_to_remember
from ivr.dialogue.words.expectation import Expectation
from ivr.dialogue.words.options import YES_NO
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember(Verb):
    """Ask whether to remember for the next call how the caller wanted to be spoken to in this one.

    Nothing is said if there is nothing new to remember, or the number is withheld. It belongs before the goodbye.
    """

    word: ClassVar[str] = "remember"
    example: ClassVar[str] = """
keep_it:
  remember: Shall I remember for your next call how you want to be spoken to? Please say yes or no.
  goto: goodbye
"""
    listens: ClassVar[bool] = True
    passes_on: ClassVar[bool] = True
    text: tuple[Prompt, ...] = line(PROMPTS, "The question, for yes or no.", name="remember")
    said: tuple[Prompt, ...] = line(PROMPTS, "What is said after a yes.", name="kept", default=KEPT)
    goto: Written = line(STEP, "The step that follows.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``."""
        await offer_to_remember(conversation, self.text, self.said)
        return self.goto.text

    def expectation(self, phrasings: tuple[str, ...] = ()) -> Expectation:
        """Yes or no."""
        return Expectation(options=YES_NO)

    def waits(self) -> bool:
        """Not if there is nothing new."""
        return False

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)

    def prompts(self) -> tuple[Prompt, ...]:
        """The question, and what is said after it."""
        return (*self.text, *self.said, *NOT_KEPT, *CANNOT)
