"""Asking for consent to remember how a caller wants to be spoken to, once a call, and keeping it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivr.call import Prompt

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

BACK = (Prompt(text="Would you like it as usual again? Please say yes or no."),)
CONSENT = (Prompt(text="Shall I remember that for your next call? Please say yes or no."),)
KEPT = (Prompt(text="I will remember that. You can have it forgotten at any time."),)
NOT_KEPT = (Prompt(text="All right. It holds for this call."),)
FORGOTTEN = (Prompt(text="I have deleted what I remembered of you."),)
CANNOT = (Prompt(text="Sorry, I cannot do that just now."),)


async def offer_to_remember(conversation: Conversation, consent: Sequence[Prompt], kept: Sequence[Prompt]) -> None:
    """Ask `consent`, and keep the preferences after a yes. Raises as `Conversation.listen` does.

    Only if there is something new, and not again what was asked about before in this call.
    """
    own = conversation.kept
    if not own.to_ask:
        return
    own.asked = own.preferences
    if not await conversation.agreed(consent):
        conversation.say(NOT_KEPT)
        return
    done = await conversation.world.memory.prefer(own.number, own.preferences)
    conversation.say(kept if done else CANNOT)
