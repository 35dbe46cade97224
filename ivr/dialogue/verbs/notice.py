"""notice: tell callers what is announced at present, everybody or those who call about a topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import NAME, STEP
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class SayNotices(Verb):
    """Tell callers what is announced at present, everybody or those who call about a topic.

    The notices are said at the beginning of the next turn, so a caller who knows the way answers at once; if none is
    valid, nothing is said.
    """

    word: ClassVar[str] = "notice"
    example: ClassVar[str] = """
announcements:
  notice: all
  goto: main
"""
    topic: Written = line(NAME, "The topic of the notices; `all` are those without one, for everybody.", name="notice")
    goto: Written = line(STEP, "The step that follows.")

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``goto``."""
        now = conversation.world.now()
        for notice in conversation.flow.notices:
            if notice.topic == self.topic.text and notice.is_valid(now):
                conversation.say(notice.prompts)
        return self.goto.text

    def jumps(self) -> tuple[Jump, ...]:
        """The step in ``goto``."""
        return (Jump.to(self.goto),)
