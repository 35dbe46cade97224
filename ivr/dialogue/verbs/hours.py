"""hours: go on one way while opening hours last, and another way when they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ivr.call import Prompt
from ivr.dialogue.flow import Next, Verb
from ivr.dialogue.language.lines import line
from ivr.dialogue.language.shapes import HOURS, STEP, one_of
from ivr.dialogue.written import Jump, Written

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

_TELL = {"open": (True,), "closed": (False,), "both": (True, False), "none": ()}
"""When callers hear the opening hours → whether it is open then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHours(Verb):
    """Go on one way while opening hours last, and another way when they do not.

    ``tell`` says when callers hear the hours, or until when it is closed. What they hear fits the day: "We are closed
    today because of the bank holiday, and open again tomorrow at half past eight." It comes at the beginning of the
    next turn.
    """

    word: ClassVar[str] = "hours"
    example: ClassVar[str] = """
are_we_open:
  hours: office
  open: main
  closed: goodbye
  tell: closed
"""
    hours: Written = line(HOURS, "Whose opening hours.", name="hours")
    open: Written = line(STEP, "The step while they last.")
    closed: Written = line(STEP, "The step when they do not.")
    tell: tuple[bool, ...] = line(
        one_of(_TELL), "When callers hear the opening hours, or until when it is closed.", default=()
    )

    async def run(self, conversation: Conversation) -> Next:
        """The step in ``open`` or ``closed``."""
        hours = conversation.flow.hours[self.hours.text]
        now = conversation.world.now()
        is_open = hours.is_open(now)
        if is_open in self.tell:
            conversation.say([Prompt(text=hours.described(now), barge_in=conversation.manner.barge_in)])
        return self.open.text if is_open else self.closed.text

    def jumps(self) -> tuple[Jump, ...]:
        """Both ways on."""
        return (Jump.to(self.open, "open"), Jump.to(self.closed, "closed"))
