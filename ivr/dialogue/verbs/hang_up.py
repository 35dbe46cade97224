"""hang_up: say goodbye and end the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import EndReason, Prompt
from ivr.dialogue.flow import Conclusion, Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import PROMPTS

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Verb):
    """Say goodbye and end the call."""

    word: ClassVar[str] = "hang_up"
    example: ClassVar[str] = """
bye:
  hang_up:
    text: Goodbye.
    recording: village/goodbye
    barge_in: none
"""
    farewell: tuple[Prompt, ...] = line(PROMPTS, "The last words.", name="hang_up")

    async def run(self, conversation: Conversation) -> Next:
        """The end of the call, after the farewell was heard."""
        await conversation.finish_speaking(self.farewell)
        return Conclusion(reason=EndReason.HUNG_UP)

    def prompts(self) -> tuple[Prompt, ...]:
        """The farewell."""
        return self.farewell
