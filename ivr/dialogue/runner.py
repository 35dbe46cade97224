"""One run of a flow with one caller: step after step until somebody hangs up or a person takes over."""

from __future__ import annotations

from collections.abc import Callable

from ivr.call import Caller, CallId, EndReason
from ivr.dialogue.conversation import Conversation
from ivr.dialogue.flow import Conclusion, Flow, Next
from ivr.dialogue.notebook import Notebook
from ivr.dialogue.ports import Feed, Knowledge, Telephone
from ivr.dialogue.wishes import CallerLeft, WantsMainMenu, WantsPerson
from ivr.errors import CallerGone, LineError


async def run_flow(
    flow: Flow,
    *,
    call_id: CallId,
    caller: Caller,
    telephone: Telephone,
    knowledge: Knowledge,
    feed: Feed,
    now: Callable[[], float],
) -> Conclusion:
    """Lead `caller` through `flow`; `now` gives Unix time in seconds.

    Never raises for what a caller or the line does: a line that breaks concludes as LINE_FAILED with everything
    that is known, for the person whom the dialplan connects.
    """
    notebook = Notebook(call_id=call_id, caller=caller, feed=feed, now=now)
    conversation = Conversation(flow=flow, telephone=telephone, knowledge=knowledge, notebook=notebook)
    following: Next = flow.start
    try:
        while not isinstance(following, Conclusion):
            following = await _step(conversation, following)
    except (CallerLeft, CallerGone):
        return Conclusion(reason=EndReason.CALLER_LEFT)
    except LineError:
        hand_over = notebook.summary(conversation.manner.person_queue, "line_failed")
        return Conclusion(reason=EndReason.LINE_FAILED, hand_over=hand_over)
    return following


async def _step(conversation: Conversation, name: str) -> Next:
    step = conversation.flow.steps[name]
    conversation.enter(step)
    try:
        return await step.verb.run(conversation)
    except WantsMainMenu:
        return conversation.flow.main_menu
    except WantsPerson as wish:
        return await conversation.to_person(wish)
