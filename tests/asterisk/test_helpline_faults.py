"""The service is killed or frozen while somebody talks to it: no caller is lost, and the agent learns what was said."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import Any

import pytest

from ivr.call import CallerSpoke, Ended, EndReason, FactLearnt, KeysPressed
from ivr.stand import Stand
from ivr.testing.agent_page import AgentPage
from ivr.testing.sip_phone import SipPhone
from tests.asterisk.helpline import Caller, Helpline, command_of, descendants, eventually, kill, spoken

pytestmark = pytest.mark.asyncio(loop_scope="session")

RESCUE_S = 5.0
"""The promise: so long after the failure, at most, a caller hears Asterisk and is on the way to a person."""
BUSY_S = 1.0
"""What a machine that is busy with other tests may add where the promise leaves little room."""


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _in_the_middle(helpline: Helpline) -> Caller:
    """A caller who said something and is being told something."""
    caller = await helpline.dial(name="Ann Lee")
    await caller.at("main")
    await caller.interrupts("parking")
    await caller.at("resident")
    await caller.interrupts("that's right")
    await caller.at("place")
    return caller


async def _rescued(
    caller: Caller, operator: SipPhone, failed_at: float, within_s: float = RESCUE_S, *, answer: bool = False
) -> None:
    """The caller hears the apology and the operator's phone rings, in time; the ringing goes on if not answered."""
    ring = await operator.wait_for_call(within_s + 5)
    assert ring.rang_at - failed_at < within_s
    await caller.call.wait_for_sound(since=failed_at + 0.5, timeout_s=1)
    if answer:
        await ring.answer()
    assert not caller.call.ended.is_set()


async def _back(stand: Stand, killed: int) -> None:
    """The watchdog has started the service again."""
    await eventually(lambda: stand.service_pid not in (None, killed), what="the watchdog starts no new service")
    await eventually(stand.healthy, what="the new service does not become healthy", within_s=40)


def _knows_all(pop: dict[str, Any]) -> None:
    assert pop["pop"]["caller"]["name"] == "Ann Lee"
    assert pop["pop"]["reason"] == "line_failed"
    assert [line["text"] for line in pop["pop"]["transcript"] if line["speaker"] == "caller"] == [
        "parking",
        "that's right",
    ]
    assert {fact["name"]: fact["value"] for fact in pop["pop"]["facts"]} == {"resident": "yes"}


async def test_killed_in_mid_call_the_caller_reaches_an_agent_who_knows_what_was_said(rough: Helpline) -> None:
    operator = (await rough.agent()).phone
    caller = await _in_the_middle(rough)
    await caller.call.wait_for_sound()
    killed = rough.stand.service_pid
    assert killed is not None
    workers = descendants(killed)
    assert workers
    kill(killed)
    await _rescued(caller, operator, _now())
    await _back(rough.stand, killed)
    page = await rough.page()
    _, view = await page.wait_for(lambda view: any(pop["state"] == "ringing" for pop in view["pops"]), 30)
    _knows_all(view["pops"][0])
    assert not [pid for pid in workers if "worker" in command_of(pid)], "workers of the killed service live on"
    await caller.leaves()
    await rough.nothing_is_left_of(caller)


async def test_a_service_that_is_told_to_stop_leaves_no_process_and_deletes_what_is_too_old_when_it_starts(
    rough: Helpline,
) -> None:
    service = rough.stand.service_pid
    assert service is not None
    await eventually(lambda: any("synthesis_worker" in command_of(pid) for pid in descendants(service)))
    below = descendants(service)
    await rough.stand.stop_service()
    assert not [command_of(pid) for pid in below if "worker" in command_of(pid)]
    old = rough.journals / "0.1.jsonl"
    old.touch()
    os.utime(old, (0, 0))
    await rough.stand.start_service()
    await eventually(lambda: not old.exists(), what="an old journal stays")


async def test_an_agent_who_answers_before_the_service_is_back_learns_it_all_the_same(rough: Helpline) -> None:
    operator = (await rough.agent()).phone
    caller = await _in_the_middle(rough)
    kill(rough.stand.watchdog_pid, rough.stand.service_pid)
    await _rescued(caller, operator, _now(), answer=True)
    await rough.stand.start_service()
    page: AgentPage = await rough.page()
    _, view = await page.wait_for(lambda view: any(pop["state"] == "talking" for pop in view["pops"]), 30)
    _knows_all(view["pops"][0])


async def test_frozen_in_mid_call_the_watchdog_ends_it_and_the_caller_reaches_an_agent(rough: Helpline) -> None:
    operator = (await rough.agent()).phone
    caller = await _in_the_middle(rough)
    await caller.hears_out()
    frozen = rough.stand.service_pid
    assert frozen is not None
    kill(frozen, number=signal.SIGSTOP)
    failed_at = _now()
    await caller.call.wait_for_sound(timeout_s=RESCUE_S)  # nothing but the apology can be heard
    await _rescued(caller, operator, failed_at, RESCUE_S + BUSY_S)
    await _back(rough.stand, frozen)


async def test_when_the_media_port_is_refused_the_caller_gets_the_plan_in_asterisk_alone(rough: Helpline) -> None:
    """The service listens for sound where Asterisk does not call; nobody has asked the caller anything yet."""
    stand, right = rough.stand, rough.stand.settings
    operator = (await rough.agent()).phone
    await stand.stop_service()
    stand.settings = right.model_copy(update={"media_port": 0})
    try:
        await stand.start_service()
        caller = await rough.dial()
        await caller.call.wait_for_sound(timeout_s=RESCUE_S)
        await _rescued(caller, operator, await caller.presses("0"))
        ended = await caller.journal.next(Ended)
        assert ended.reason is EndReason.LINE_FAILED
        assert ended.detail == "Asterisk could not reach the media server (CHANUNAVAIL)"
    finally:
        await stand.stop_service()
        stand.settings = right


async def test_recognisers_killed_in_mid_speech_cost_no_turn(rough: Helpline) -> None:
    """What was said is decoded again by the next ones, and keys work in any case."""
    caller = await _in_the_middle(rough)
    words = await spoken("four two seven one")
    service = rough.stand.service_pid
    assert service is not None
    workers = [pid for pid in descendants(service) if "vosk_worker" in command_of(pid)]
    assert workers
    await caller.call.say(words[: len(words) // 4 * 2])
    kill(*workers)
    with suppress(asyncio.CancelledError):
        await caller.call.say(words[len(words) // 4 * 2 :])
    spoke = await caller.journal.next(CallerSpoke)
    if spoke.understood_as == "4271":
        await caller.presses("1")
    else:
        await caller.presses("4271")
        await caller.journal.next(KeysPressed, keys="4271")
        await caller.presses("1")
    assert (await caller.journal.next(FactLearnt, name="place")).value == "4271"
    assert rough.stand.service_pid == service
    again = [pid for pid in descendants(service) if "vosk_worker" in command_of(pid)]
    assert again
    assert not set(again) & set(workers)
