"""The manager client against a fake that speaks Asterisk's bytes: log-in, actions, events, lost links."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from ivr.errors import LineBroken, PbxError
from ivr.telephony.ami import AmiClient
from ivr.telephony.ami.client import BACK_OFF_LEAST_S, BACK_OFF_MOST_S, back_off_s
from ivr.testing.clock import run
from ivr.testing.fake_ami import FakeAmi


@asynccontextmanager
async def fake() -> AsyncIterator[FakeAmi]:
    pbx = FakeAmi()
    await pbx.start()
    try:
        yield pbx
    finally:
        await pbx.close()


def client_of(pbx: FakeAmi, *, secret: str = "secret") -> AmiClient:
    return AmiClient(host="127.0.0.1", port=pbx.port, user="ivr", secret=secret)


@asynccontextmanager
async def logged_in() -> AsyncIterator[tuple[FakeAmi, AmiClient]]:
    async with fake() as pbx:
        client = client_of(pbx)
        await client.start()
        try:
            yield pbx, client
        finally:
            await client.close()


async def test_a_log_in_runs_the_resync_before_start_returns() -> None:
    async with fake() as pbx:
        pbx.answer_list("QueueStatus", {"Event": "QueueParams", "Queue": "operator"})
        client = client_of(pbx)
        known: list[str] = []

        async def resync() -> None:
            assert client.state_version == 1
            known.extend(item.get("Queue", "") for item in await client.action("QueueStatus", collect=True))

        client.on_login(resync)
        await client.start()
        assert client.connected
        assert known == ["", "operator", ""]
        await client.close()
        assert not client.connected


async def test_a_refused_action_brings_the_words_of_asterisk() -> None:
    async with logged_in() as (pbx, client):
        pbx.answer("Command", {"Response": "Error", "Message": "Permission denied"})
        for collect in (False, True):
            with pytest.raises(PbxError, match="refuses the manager action Command: Permission denied"):
                await client.action("Command", {"Command": "core stop now"}, collect=collect)


async def test_values_that_could_become_headers_are_refused_and_nothing_is_sent() -> None:
    async with logged_in() as (pbx, client):
        sent = len(pbx.actions)
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            await client.action("Setvar", {"Variable": "A", "Value": "x\r\nAction: Originate"})
        await client.action("Ping")
        assert [action["Action"] for action in pbx.actions[sent:]] == ["Ping"]


async def test_events_reach_their_readers_by_name_and_a_failing_reader_hurts_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with logged_in() as (pbx, client):
        seen: asyncio.Queue[Mapping[str, str]] = asyncio.Queue(10)

        def broken(event: Mapping[str, str]) -> None:
            raise ZeroDivisionError

        client.subscribe(["AgentCalled"], broken)
        client.subscribe(["agentcalled", "AgentConnect"], seen.put_nowait)
        pbx.event("Newchannel", Channel="PJSIP/x")
        pbx.event("AgentCalled", Queue="operator", CallerIDName="Grüße, ☎")
        pbx.event("AgentConnect", Queue="operator")
        first, second = await seen.get(), await seen.get()
        assert first["CallerIDName"] == "Grüße, ☎"
        assert second["Event"] == "AgentConnect"
        assert "reader of a manager event failed" in caplog.text


async def test_answers_find_their_actions_when_many_are_asked_at_once() -> None:
    async with logged_in() as (pbx, client):
        pbx.answer_list("QueueStatus", *({"Event": "QueueMember", "Name": str(n)} for n in range(20)))
        lists, pings = await asyncio.gather(
            asyncio.gather(*(client.action("QueueStatus", collect=True) for _ in range(30))),
            asyncio.gather(*(client.action("Ping") for _ in range(30))),
        )
        assert {len(answer) for answer in lists} == {22}
        assert {answer[0]["Ping"] for answer in pings} == {"Pong"}


def one_line(fault: BaseException) -> str:
    assert "\n" not in str(fault)
    return str(fault)


async def test_an_absent_asterisk_is_one_line_that_says_where_and_how_to_mend_it() -> None:
    async with fake() as pbx:
        port = pbx.port
    client = AmiClient(host="127.0.0.1", port=port, user="ivr", secret="s")
    with pytest.raises(PbxError) as caught:
        await client.start()
    assert f"127.0.0.1:{port}" in one_line(caught.value)
    assert "IVR_AMI_PORT" in one_line(caught.value)


async def test_a_refused_log_in_names_the_account_and_where_its_secret_stands() -> None:
    async with fake() as pbx:
        client = client_of(pbx, secret="wrong")
        with pytest.raises(PbxError) as caught:
            await client.start()
        assert "'ivr'" in one_line(caught.value)
        assert "IVR_SECRETS" in one_line(caught.value)
        assert "manager.conf" in one_line(caught.value)
        assert "wrong" not in one_line(caught.value)
        assert not client.connected


async def test_something_else_on_the_port_is_named_as_such() -> None:
    async with fake() as pbx:
        pbx.banner = b"SSH-2.0-OpenSSH_9.2\r\n"
        with pytest.raises(PbxError, match="it is not Asterisk's manager interface"):
            await client_of(pbx).start()


def test_a_port_that_never_answers_ends_start_at_its_deadline() -> None:
    async def main() -> None:
        async with fake() as pbx:
            pbx.silent = True
            client = client_of(pbx)
            with pytest.raises(PbxError, match="no answer in time"):
                await client.start(deadline_s=10)
            assert not client.connected

    run(main())


async def test_a_resync_that_asterisk_refuses_ends_start_and_leaves_nothing_running() -> None:
    async with fake() as pbx:
        client = client_of(pbx)

        async def resync() -> None:
            await client.action("QueueStatus", collect=True)

        client.on_login(resync)
        with pytest.raises(PbxError, match="refuses the manager action QueueStatus"):
            await client.start()
        assert not client.connected
        with pytest.raises(LineBroken):
            await client.action("Ping")


def test_a_cut_link_comes_back_with_a_resync_and_the_lost_action_is_not_sent_again() -> None:
    async def main() -> None:
        async with fake() as pbx:
            client = client_of(pbx)
            story: list[str] = []
            back = asyncio.Semaphore(0)

            async def resync() -> None:
                story.append(f"resync {client.state_version}")
                back.release()

            client.on_login(resync)
            client.on_lost(lambda: story.append(f"lost {client.connected}"))
            await client.start()
            await back.acquire()
            pbx.answer("Redirect", never=True)
            pending = asyncio.create_task(client.action("Redirect", {"Channel": "PJSIP/x"}, deadline_s=3600))
            await pbx.until(actions=2)
            pbx.cut()
            with pytest.raises(LineBroken, match="answer lost"):
                await pending
            with pytest.raises(LineBroken, match="not connected"):
                await client.action("Redirect", {"Channel": "PJSIP/x"})
            await back.acquire()
            await client.action("Ping")
            assert story == ["resync 1", "lost False", "resync 2"]
            assert client.connected
            assert sum(action["Action"] == "Redirect" for action in pbx.actions) == 1
            await client.close()

    run(main())


def test_a_half_open_link_is_noticed_within_ten_seconds_and_replaced() -> None:
    async def main() -> None:
        async with fake() as pbx:
            client = client_of(pbx)
            lost = asyncio.Event()
            client.on_lost(lost.set)
            await client.start()
            await client.action("Ping")
            pbx.silent = True
            began = asyncio.get_running_loop().time()
            await lost.wait()
            assert asyncio.get_running_loop().time() - began <= 10.0
            assert not client.connected
            pbx.silent = False
            await pbx.until(logins=2)
            await client.close()

    run(main())


def test_a_log_in_that_is_refused_later_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with fake() as pbx:
            client = client_of(pbx)
            await client.start()
            pbx.secret = "changed"
            pbx.cut()
            while sum(action["Action"] == "Login" for action in pbx.actions) < 4:
                await pbx.until(actions=len(pbx.actions) + 1)
            assert not client.connected
            pbx.secret = "secret"
            await pbx.until(logins=2)
            await client.close()

    run(main())
    assert "no manager link, trying again" in caplog.text


def test_an_asterisk_that_boots_and_refuses_the_resync_is_asked_again() -> None:
    async def main() -> None:
        async with fake() as pbx:
            pbx.answer_list("QueueStatus")
            client = client_of(pbx)
            done: asyncio.Queue[int] = asyncio.Queue(10)

            async def resync() -> None:
                if client.state_version == 3:
                    pbx.answer_list("QueueStatus")
                await client.action("QueueStatus", collect=True)
                done.put_nowait(client.state_version)

            client.on_login(resync)
            await client.start()
            pbx.answer("QueueStatus", {"Response": "Error", "Message": "Invalid/unknown command: QueueStatus."})
            pbx.cut()
            assert [await done.get(), await done.get()] == [1, 3]
            assert client.connected
            await client.close()

    run(main())


async def test_closing_is_no_loss_and_ends_the_keeper() -> None:
    async with fake() as pbx:
        tasks = len(asyncio.all_tasks())
        client = client_of(pbx)
        lost: list[bool] = []
        client.on_lost(lambda: lost.append(True))
        await client.start()
        await client.close()
        await client.close()
        assert lost == []
        assert len(asyncio.all_tasks()) <= tasks + 1  # the fake's connection may still be ending


async def test_an_account_that_cannot_stand_in_a_header_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="Secret"):
        AmiClient(host="127.0.0.1", port=1, user="ivr", secret="a\r\nAction: Originate")


def test_the_back_off_grows_is_random_and_stays_within_its_limits() -> None:
    for attempt in range(100):
        assert BACK_OFF_LEAST_S <= back_off_s(attempt) <= BACK_OFF_MOST_S
    assert max(back_off_s(0) for _ in range(100)) <= 1.0
    assert max(back_off_s(9) for _ in range(300)) > 5.0
    assert len({back_off_s(3) for _ in range(20)}) > 10


def test_no_secret_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with logged_in() as (pbx, client):
            await client.action("Ping")
            pbx.cut()
            await pbx.until(logins=2)

    caplog.set_level(logging.DEBUG)
    run(main())
    assert "logged in to asterisk" in caplog.text
    assert "secret" not in caplog.text.lower()
