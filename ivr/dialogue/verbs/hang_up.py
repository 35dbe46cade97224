"""hang_up: say goodbye and end the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from ivr.call import EndReason, Prompt
from ivr.dialogue.flow import Conclusion, Next, Verb
from ivr.dialogue.manner import Manner
from ivr.dialogue.reading import prompts_of

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation
    from ivr.yaml_file import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Verb):
    """``hang_up: <farewell>``."""

    word: ClassVar[str] = "hang_up"
    farewell: tuple[Prompt, ...]

    @classmethod
    def read(cls, fields: Fields, manner: Manner) -> Self:
        """``hang_up``."""
        return cls(farewell=prompts_of(fields.take("hang_up"), manner))

    async def run(self, conversation: Conversation) -> Next:
        """The end of the call, after the farewell was heard."""
        await conversation.finish_speaking(self.farewell)
        return Conclusion(reason=EndReason.HUNG_UP)

    def prompts(self) -> tuple[Prompt, ...]:
        """The farewell."""
        return self.farewell
