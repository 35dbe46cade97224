"""The dialplan's promise: whatever becomes of the service, the caller reaches a person within five seconds."""

from __future__ import annotations

import asyncio

import pytest

from ivr.pbx import Pbx
from ivr.testing.sip_phone import CallRefused
from ivr.testing.sound import SOUND_DBFS, level_dbfs
from tests.asterisk.bare_service import ABSOLUTE_TIMEOUT_S, BareCall, ami, bare_media, bare_service

HELPLINE = "100"
RESCUE_S = 5.0
DIAL = 'EXEC Dial "WebSocket/ivr/c(slin)f(json)v(call=token),10,g"'


async def _rescued(phone, failed_at, *, within_s: float = RESCUE_S) -> None:
    """An operator's phone rings in time, and stops being anybody's business then."""
    alice = phone
    ring = await alice.wait_for_call(failed_at - _now() + within_s + 1)
    assert ring.rang_at - failed_at < within_s
    await (await ring.answer()).hang_up()


async def _quiet(pbx: Pbx) -> None:
    """No channel is left, at the latest after three seconds."""
    async with asyncio.timeout(3):
        while "0 active channels" not in await pbx.console("core show channels count"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def test_absent_service(phone):
    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    call = await caller.dial(HELPLINE)
    await call.wait_for_sound(timeout_s=2)  # the apology
    await _rescued(alice, call.answered_at)
    assert level_dbfs(call.heard()) > SOUND_DBFS


async def test_service_that_accepts_and_never_speaks(phone, pbx):
    async def hang(call: BareCall) -> None:
        await asyncio.sleep(60)

    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, hang):
        dialled_at = _now()
        dialling = asyncio.create_task(caller.dial(HELPLINE, timeout_s=20))
        await _rescued(alice, dialled_at + ABSOLUTE_TIMEOUT_S)
        await (await dialling).hang_up()


async def test_service_killed_between_commands(phone, pbx):
    died: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def die(call: BareCall) -> None:
        await call.command("ANSWER")
        call.die()
        died.set_result(_now())

    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, die):
        call = await caller.dial(HELPLINE)
        await _rescued(alice, await died)
        await call.hang_up()


async def test_service_killed_while_it_carries_the_sound(phone, pbx):
    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")

    async def dial(call: BareCall) -> None:
        await call.command("ANSWER")
        call.send(DIAL)
        await call.reader.readline()

    async with bare_media(pbx.ports.media) as media, bare_service(pbx.ports.agi, dial) as calls:
        call = await caller.dial(HELPLINE)
        socket = await asyncio.wait_for(media.get(), 3)
        await asyncio.sleep(0.5)
        calls[0].die()
        assert socket._req is not None
        assert socket._req.transport is not None
        socket._req.transport.abort()
        await _rescued(alice, _now())
        await call.hang_up()


async def test_service_frozen_while_it_carries_the_sound(phone, pbx):
    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")

    async def dial(call: BareCall) -> None:
        await call.command("ANSWER")
        call.send(DIAL)
        await asyncio.sleep(60)

    async with bare_media(pbx.ports.media), bare_service(pbx.ports.agi, dial):
        call = await caller.dial(HELPLINE)
        await _rescued(alice, call.answered_at + ABSOLUTE_TIMEOUT_S)
        await call.hang_up()


async def test_media_port_refused(phone, pbx):
    status: asyncio.Future[tuple[str, float]] = asyncio.get_running_loop().create_future()

    async def dial(call: BareCall) -> None:
        await call.command("ANSWER")
        await call.command(DIAL)
        status.set_result((await call.variable("DIALSTATUS"), _now()))

    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, dial):
        call = await caller.dial(HELPLINE)
        dial_status, at = await asyncio.wait_for(status, 5)
        assert dial_status == "CHANUNAVAIL"
        assert at - call.answered_at < 1.0
        await _rescued(alice, call.answered_at)
        await call.hang_up()


async def test_wrong_proof_of_a_clean_end(phone, pbx):
    async def pretend(call: BareCall) -> None:
        await call.command("ANSWER")
        await call.command('SET VARIABLE IVR_QUEUE "housing"')
        await call.command('SET VARIABLE IVR_DONE "yes"')

    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, pretend):
        call = await caller.dial(HELPLINE)
        await _rescued(alice, call.answered_at)
        await call.hang_up()


async def test_a_clean_goodbye_hangs_up(phone, pbx):
    async def goodbye(call: BareCall) -> None:
        await call.command("ANSWER")
        await call.done()

    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, goodbye):
        call = await caller.dial(HELPLINE)
        assert await call.wait_for_end(2) - call.answered_at < 1


@pytest.mark.parametrize(
    ("queue", "rings"),
    [
        ("housing", "bob"),
        ("operator", "alice"),
        ("", None),
        ("nonsense", "alice"),
        ("i", "alice"),
        ("h", "alice"),
        ("housing,1)&Goto(x", "alice"),
        ("${EXTEN}", "alice"),
    ],
)
async def test_a_hand_over_reaches_the_queue_or_the_operator(phone, pbx, queue, rings):
    async def hand_over(call: BareCall) -> None:
        await call.command("ANSWER")
        await call.done(queue)

    agents = {
        "alice": await phone("alice", register=True, queue="operator"),
        "bob": await phone("bob", register=True, queue="housing"),
    }
    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, hand_over):
        call = await caller.dial(HELPLINE)
        if rings is None:
            await call.wait_for_end(2)
            return
        ring = await agents[rings].wait_for_call(2)
        assert ring.rang_at - call.answered_at < 1, "no apology on a clean hand-over"
        await (await ring.answer()).hang_up()
        await call.wait_for_end()


async def test_the_limit_moves_while_the_sound_is_carried(phone, pbx: Pbx, secrets):
    """AbsoluteTimeout over AMI renews the limit although an AGI command is pending on the channel."""

    async def dial(call: BareCall) -> None:
        await call.command("ANSWER")
        call.send(DIAL)
        await asyncio.sleep(60)

    alice = await phone("alice", register=True, queue="operator")
    caller = await phone("caller")
    async with bare_media(pbx.ports.media) as media, bare_service(pbx.ports.agi, dial) as calls:
        call = await caller.dial(HELPLINE)
        await media.get()
        channel = calls[0].environment["agi_channel"]
        for _ in range(3):
            await asyncio.sleep(ABSOLUTE_TIMEOUT_S / 2)
            answer = await ami(
                pbx.ports, secrets, Action="AbsoluteTimeout", Channel=channel, Timeout=str(ABSOLUTE_TIMEOUT_S)
            )
            assert answer.startswith("Response: Success"), answer
        renewed_at = _now()
        assert not call.ended.is_set()
        ring = await alice.wait_for_call(ABSOLUTE_TIMEOUT_S + RESCUE_S)
        assert ABSOLUTE_TIMEOUT_S - 1 < ring.rang_at - renewed_at < ABSOLUTE_TIMEOUT_S + RESCUE_S
        await call.hang_up()


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.2, 1.5])
async def test_a_caller_who_leaves_leaves_nothing_behind(phone, pbx: Pbx, seconds):
    async def hang(call: BareCall) -> None:
        await call.command("ANSWER")
        while await call.reader.readline():
            pass

    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, hang):
        dialling = asyncio.create_task(caller.dial(HELPLINE))
        await asyncio.sleep(seconds)
        if dialling.done():
            await dialling.result().hang_up()
        else:
            dialling.cancel()
        await asyncio.wait({dialling})
        await _quiet(pbx)


@pytest.mark.parametrize(
    "name", ["x,y,z", "Smith (home", 'a "b" c', "${SHELL(id)}", "red \x1b[31m", "", "Anonymous", "n" * 80]
)
async def test_caller_names_reach_the_service_as_one_field(phone, pbx, name):
    async def goodbye(call: BareCall) -> None:
        await call.command("ANSWER")
        await call.done()

    caller = await phone("caller")
    async with bare_service(pbx.ports.agi, goodbye) as calls:
        call = await caller.dial(HELPLINE, name=name, number_shown="01234 (5),${X}")
        await call.wait_for_end(3)
    got = calls[0].environment
    assert not [key for key in got if key.startswith("agi_arg")]
    assert all(line.startswith(b"agi_") for line in calls[0].lines)
    # PJSIP keeps the backslashes of a quoted name (res_pjsip_caller_id.c), and 79 characters of it.
    assert got["agi_calleridname"] == (name.replace('"', '\\"')[:79] or "unknown")
    assert got["agi_callerid"] == "012345X", "what no telephone number holds is gone (extensions.conf)"


@pytest.mark.parametrize("action", ["Command", "Originate", "UpdateConfig", "ModuleLoad", "DialplanExtensionAdd"])
async def test_the_services_account_cannot_do_more_than_it_needs(pbx, secrets, action):
    answer = await ami(pbx.ports, secrets, Action=action, Channel="PJSIP/alice", Command="core show channels")
    assert "Permission denied" in answer


async def test_a_refused_caller_leaves_no_channel(phone, pbx):
    caller = await phone("caller", password="wrong")
    for _ in range(5):
        with pytest.raises(CallRefused):
            await caller.dial(HELPLINE)
    await _quiet(pbx)
