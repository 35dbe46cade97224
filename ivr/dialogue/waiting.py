"""What a caller hears while something is being done for them, so that they know that the line is alive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ivr.call import Prompt

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

HEAD_START_S = 0.3
"""Whoever answers sooner needs no "one moment": the pause between two speakers is as long (0.2 s is the mode in ten
languages, Stivers et al., PNAS 2009)."""
STILL_AFTER_S = 4.0
WAIT = (Prompt(text="One moment, please."),)


async def entertain(
    conversation: Conversation,
    doing: asyncio.Task[Any],
    *,
    wait: Sequence[Prompt] = WAIT,
    still: Sequence[Prompt],
    still_after_s: float = STILL_AFTER_S,
    ahead: bool = False,
) -> None:
    """Say `wait`, and `still` again and again, to a caller who is there until `doing` is done.

    Keys that they press meanwhile mean nothing, unless what they hear is `ahead` of a question. Raises CallerLeft.
    """
    waited_s, said = HEAD_START_S, wait
    while not conversation.caller_left:
        done, _ = await asyncio.wait({doing}, timeout=waited_s)
        if done:
            return
        await conversation.finish_speaking(said, ahead=ahead)
        waited_s, said = still_after_s, still
