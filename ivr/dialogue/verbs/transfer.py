"""transfer: hand the caller over to a person in a queue, with everything that was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import prompts_of, written
from ivr.dialogue.written import Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Verb):
    """``transfer: <queue>`` with an announcement in ``say`` and a ``reason`` for the agent, both optional."""

    word: ClassVar[str] = "transfer"
    queue: Written
    announcement: tuple[Prompt, ...]
    reason: str

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``transfer``, ``say``, ``reason``."""
        queue = written(fields.take("transfer"))
        announcement = fields.get("say")
        reason = fields.get("reason")
        return cls(
            queue=queue,
            announcement=prompts_of(announcement, manner) if announcement else (),
            reason=reason.text() if reason else "plan",
        )

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
