"""The two ends of a call's memory: what is known of the number when it begins, what is kept of it when it is over."""

from __future__ import annotations

import re

from ivr.call import EarlierCall, EndReason
from ivr.dialogue.caller_number import CALLER_NUMBER
from ivr.dialogue.conversation import Conversation
from ivr.dialogue.flow import Conclusion, Flow
from ivr.dialogue.resuming import Trail

TROUBLE = 2
"""Failures of the step in which a caller left who had had enough of it."""
FAILED = frozenset({"not_understood", "unheard", "error", "line_failed"})
"""Reasons of a hand-over that the line is to blame for."""
UNFINISHED = (EndReason.CALLER_LEFT, EndReason.LINE_FAILED)
LONGEST_FACT = 200
"""Letters of a fact that is kept."""
_NOT_DIGIT = re.compile(r"\D")
_TELLING_DIGITS = 7
"""So many last digits of a number tell whose it is."""


async def begin(conversation: Conversation) -> None:
    """Know what is kept of the caller; without a number that is nothing."""
    number = conversation.notebook.fact(CALLER_NUMBER)
    if number:
        conversation.kept.begin(number, await conversation.world.memory.recollect(number))


def keep(conversation: Conversation, trail: Trail, conclusion: Conclusion) -> None:
    """Keep of the call what its plan allows; nothing if the caller withheld the number, or wants to be forgotten."""
    kept, flow, notebook = conversation.kept, conversation.flow, conversation.notebook
    if not kept.number or kept.forgotten or flow.keeps is None:
        return
    call = EarlierCall(
        helpline=flow.title,
        plan=flow.fingerprint,
        ended_at=notebook.now,
        ended=conclusion.reason,
        failed=_failed(trail, conclusion),
        topic=notebook.intent.name if notebook.intent else "",
        step=trail.goes_on_with() if conclusion.reason in UNFINISHED else "",
        facts=tuple(_facts(conversation, flow)),
    )
    conversation.world.memory.note_call(kept.number, call)


def _failed(trail: Trail, conclusion: Conclusion) -> bool:
    if conclusion.reason is EndReason.CALLER_LEFT:
        return trail.failures >= TROUBLE
    over = conclusion.hand_over
    return conclusion.reason is EndReason.LINE_FAILED or (over is not None and over.reason in FAILED)


def _facts(conversation: Conversation, flow: Flow) -> list[tuple[str, str]]:
    """The facts that the plan allows to keep, but none that tells the number."""
    telling = _NOT_DIGIT.sub("", conversation.kept.number)[-_TELLING_DIGITS:]
    facts = []
    for name in sorted(flow.keeps or ()):
        value = conversation.notebook.fact(name)
        tells = len(telling) == _TELLING_DIGITS and telling in _NOT_DIGIT.sub("", value)
        if value and len(value) <= LONGEST_FACT and not tells:
            facts.append((name, value))
    return facts
