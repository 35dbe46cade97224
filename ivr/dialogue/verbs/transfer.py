"""transfer: hand the caller over to a person in a queue, with everything that was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import PROMPTS, QUEUE, TEXT
from ivr.dialogue.written import Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Verb):
    """Hand the caller over to a person in a queue, with everything that was said."""

    word: ClassVar[str] = "transfer"
    example: ClassVar[str] = """
to_the_office:
  transfer: office
  say: I will put you through. They can see what you told me.
  reason: hall hire
"""
    queue: Written = line(QUEUE, "The queue that the caller goes to.", name="transfer")
    announcement: tuple[Prompt, ...] = line(PROMPTS, "What is said before.", name="say", default=())
    reason: str = line(TEXT, "Why the caller comes, for the agent.", default="plan")

    async def run(self, conversation: Conversation) -> Next:
        """The end of the conversation in the queue."""
        await conversation.finish_speaking(self.announcement)
        return conversation.conclude_with(self.queue.text, self.reason)

    def queues(self) -> tuple[Written, ...]:
        """The queue."""
        return (self.queue,)

    def prompts(self) -> tuple[Prompt, ...]:
        """The announcement."""
        return self.announcement
