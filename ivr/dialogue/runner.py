"""One run of a flow with one caller: step after step until somebody hangs up or a person takes over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ivr.call import Caller, CallId, EndReason
from ivr.dialogue.caller_number import number_of
from ivr.dialogue.conversation import Conversation
from ivr.dialogue.flow import Conclusion, Flow, Next
from ivr.dialogue.notebook import Notebook
from ivr.dialogue.ports import Feed, Knowledge, Telephone, World
from ivr.dialogue.remembering import begin, keep
from ivr.dialogue.resuming import Trail
from ivr.dialogue.waiting import entertain
from ivr.dialogue.ways import needs_record
from ivr.dialogue.wishes import CallerLeft, GoesOn, WantsMainMenu, WantsPerson
from ivr.errors import CallerGone, LineError

log = logging.getLogger(__name__)

AFTERWARDS_S = 10.0
"""What a plan does after the caller has hung up (a look-up that files a report) ends after so long."""
MOST_AFTERWARDS = 20
"""Steps of it."""


async def run_flow(
    flow: Flow,
    *,
    call_id: CallId,
    caller: Caller,
    telephone: Telephone,
    knowledge: Knowledge,
    world: World,
    feed: Feed,
    now: Callable[[], float],
    start: str | None = None,
) -> Conclusion:
    """Lead `caller` through `flow`, from its step `start` (default: its first) on; `now` gives Unix time in seconds.

    Never raises for what a caller or the line does: a line that breaks concludes as LINE_FAILED with everything
    that is known, for the person whom the dialplan connects. Nor for a fault of ours in a step: the plan's ``on_error``
    comes next, or a person.
    """
    trail = Trail(flow, feed)
    record = world.callers.ring(caller)
    notebook = Notebook(
        call_id=call_id,
        caller=caller,
        feed=trail,
        now=now,
        caller_number=number_of(caller, flow.language),
        record=record,
    )
    conversation = Conversation(flow=flow, telephone=telephone, knowledge=knowledge, world=world, notebook=notebook)
    try:
        await begin(conversation)
        conclusion = await _led(conversation, start or flow.start)
    finally:
        await record.close()
    keep(conversation, trail, conclusion)
    return conclusion


async def _led(conversation: Conversation, start: str) -> Conclusion:
    """The call from the step `start` to its end."""
    notebook = conversation.notebook
    following: Next = start
    try:
        while not isinstance(following, Conclusion):
            following = await _step(conversation, following)
    except (CallerLeft, CallerGone):
        await _afterwards(conversation)
        return Conclusion(reason=EndReason.CALLER_LEFT)
    except LineError:
        queue = conversation.manner.person_queue
        hand_over = notebook.summary(queue, "line_failed")
        return Conclusion(reason=EndReason.LINE_FAILED, queue=queue, told=lambda: hand_over)
    return following


async def _step(conversation: Conversation, name: str) -> Next:
    step = conversation.flow.steps[name]
    conversation.enter(step)
    try:
        if conversation.flow.callers is not None and needs_record(step):
            await _record_there(conversation)
        return await step.verb.run(conversation)
    except WantsMainMenu:
        return conversation.to_main_menu()
    except GoesOn as wish:
        return wish.step
    except WantsPerson as wish:
        return await conversation.to_person(wish)
    except (CallerLeft, LineError):
        raise
    except Exception:  # a fault in one step must not cost the caller their call
        log.exception("a step failed", extra={"step": name, "verb": step.verb.word})
        return await conversation.after_error()


async def _record_there(conversation: Conversation) -> None:
    """Wait for who it is, a bounded time in all, while the caller hears what is to be said anyway: a greeting."""
    ready = asyncio.create_task(conversation.notebook.record.ready(), name="wait for the caller's record")
    try:
        await entertain(conversation, ready, wait=(), still=(), ahead=True)
        await ready
    finally:
        ready.cancel()
    conversation.notebook.record_changed()


async def _afterwards(conversation: Conversation) -> None:
    """What the plan does once the caller has left; nobody hears it, so the first step that speaks ends it."""
    following: Next | None = conversation.manner.on_hang_up.text if conversation.manner.on_hang_up else None
    conversation.hung_up()
    if following is None:
        return
    try:
        async with asyncio.timeout(AFTERWARDS_S):
            for _ in range(MOST_AFTERWARDS):
                if following is None or isinstance(following, Conclusion):
                    return
                following = await _step(conversation, following)
    except (CallerLeft, CallerGone):
        return
    except TimeoutError:
        log.warning("what a plan does after a call took too long", extra={"step": conversation.step.name})
