"""The manager interface on the wire: recorded bytes split anywhere, and bytes that would end panoramisk's link."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.errors import LineBroken
from ivr.telephony.ami.protocol import LONGEST_MESSAGE, CheckedAction, HardenedProtocol, Link, plain
from ivr.testing.fake_ami import BANNER

LIST = (
    b"Response: Success\r\nActionID: %(id)s\r\nEventList: start\r\nMessage: Queue status will follow\r\n\r\n"
    b"Event: QueueParams\r\nQueue: operator\r\nMax: 0\r\nStrategy: ringall\r\nCalls: 0\r\nActionID: %(id)s\r\n\r\n"
    b"Event: QueueMemberPause\r\nPrivilege: agent,all\r\nQueue: operator\r\nMemberName: B\xc3\xb3\xc3\x9f\r\n"
    b"Interface: Local/wait@test\r\nPausedReason: \r\nPaused: 1\r\n\r\n"
    b"Event: QueueMember\r\nQueue: operator\r\nName: Alice \xe2\x98\x8e\r\nLocation: Local/wait@test\r\n"
    b"ActionID: %(id)s\r\n\r\n"
    b"Event: QueueStatusComplete\r\nActionID: %(id)s\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"
)


class Wire(asyncio.Transport):
    """Keeps what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.aborted = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.aborted

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.aborted = True


class Line:
    """A protocol on a wire, with the events that it gave on."""

    def __init__(self) -> None:
        self.events: list[dict[str, str]] = []
        self.link = Link(
            host="", port=0, user="ivr", secret="s", on_event=lambda name, event: self.events.append(plain(event))
        )
        self.wire = Wire()
        self.protocol = HardenedProtocol(self.link)
        self.protocol.connection_made(self.wire)

    def ask(self, fields: Mapping[str, str], *, collect: bool = False) -> tuple[bytes, asyncio.Future[Any]]:
        action = CheckedAction(fields, collect=collect)
        return str(action.id).encode(), self.protocol.send(action)


async def list_split(*cuts: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    line = Line()
    identity, future = line.ask({"Action": "QueueStatus"}, collect=True)
    whole = BANNER + LIST % {b"id": identity}
    places = [0, *sorted(cuts), len(whole)]
    for a, b in pairwise(places):
        line.protocol.data_received(whole[a:b])
    answer = [plain(message) for message in await future]
    for message in answer:
        message.pop("ActionID")
    return answer, line.events


async def test_a_list_is_the_same_wherever_tcp_cuts_it_also_inside_a_letter() -> None:
    answer, events = await list_split()
    assert [message.get("Event", "") for message in answer] == ["", "QueueParams", "QueueMember", "QueueStatusComplete"]
    assert answer[2]["Name"] == "Alice ☎"
    assert [event["MemberName"] for event in events] == ["Bóß"]
    assert events[0]["PausedReason"] == ""
    size = len(BANNER) + len(LIST)
    for cut in range(size):
        assert await list_split(cut) == (answer, events)
    assert await list_split(*range(1, size)) == (answer, events)


async def test_a_refused_list_is_answered_by_the_refusal() -> None:
    line = Line()
    identity, future = line.ask({"Action": "QueueStatus"}, collect=True)
    line.protocol.data_received(BANNER + b"Response: Error\r\nActionID: %b\r\nMessage: No\r\n\r\n" % identity)
    assert [plain(message)["Response"] for message in await future] == ["Error"]


async def test_words_that_panoramisk_takes_for_a_list_do_not_hold_an_answer_back() -> None:
    line = Line()
    identity, future = line.ask({"Action": "QueueAdd"})
    line.protocol.data_received(
        BANNER + b"Response: Success\r\nActionID: %b\r\nMessage: Added interface to queue\r\n\r\n" % identity
    )
    assert len(await future) == 1


async def test_an_event_with_the_id_of_an_action_is_an_event_unless_it_is_an_item_of_its_list() -> None:
    line = Line()
    identity, future = line.ask({"Action": "Redirect"})
    line.protocol.data_received(BANNER + b"Event: Early\r\nActionID: %b\r\n\r\n" % identity)
    assert not future.done()
    line.protocol.data_received(b"Response: Success\r\nActionID: %b\r\n\r\n" % identity)
    line.protocol.data_received(b"Event: Late\r\nResponse: Failure\r\nActionID: %b\r\n\r\n" % identity)
    assert len(await future) == 1
    assert [event["Event"] for event in line.events] == ["Early", "Late"]


ODD = [
    b"\r\n\r\n",
    b"no colon at all\r\n\r\n",
    b"Event: \r\n\r\n",
    b"Event: A\r\nEvent: B\r\n\r\n",
    b"Response: Success\r\n\r\n",
    b"Response: Follows\r\n\r\n",
    b"Response: Success\r\nActionID: nobody\r\n\r\n",
    b"ActionID: a\r\nActionID: b\r\nResponse: Success\r\nMessage: x\r\nMessage: y\r\n\r\n",
    b"Event: Shutdown\r\nShutdown: Cleanly\r\n\r\n",
    b"Event: \xff\xfe\xc3\r\n\r\n",
    b"\x00\x01\x02: \x03\r\n\r\n",
    b"Event: X\r\nCommandID: 7\r\nAppData: a: b: c\r\n\r\n",
    b"Event: X\r\nChanVariable: a=1\r\nChanVariable: b=2\r\n\r\n",
]


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_message_never_ends_the_link(odd: bytes) -> None:
    line = Line()
    identity, future = line.ask({"Action": "Ping"})
    line.protocol.data_received(BANNER + odd + b"Event: After\r\n\r\n")
    line.protocol.data_received(b"Response: Success\r\nActionID: %b\r\nPing: Pong\r\n\r\n" % identity)
    assert (await future)[0]["Ping"] == "Pong"
    assert line.events[-1] == {"Event": "After"}
    assert not line.wire.aborted


async def test_the_values_of_a_repeated_key_are_kept_apart() -> None:
    line = Line()
    line.protocol.data_received(BANNER + ODD[-1])
    assert line.events == [{"Event": "X", "ChanVariable": "a=1\nb=2"}]


@settings(max_examples=60)
@given(st.lists(st.one_of(st.binary(max_size=200), st.sampled_from([*ODD, b"\r\n", b"Event: ", b": "])), max_size=8))
def test_no_bytes_raise_or_end_the_link(chunks: list[bytes]) -> None:
    async def main() -> None:
        line = Line()
        line.ask({"Action": "Ping"})
        line.protocol.data_received(BANNER)
        for chunk in chunks:
            line.protocol.data_received(chunk)
        line.protocol.data_received(b"\r\n\r\nEvent: After\r\n\r\n")
        assert line.events[-1] == {"Event": "After"}
        assert not line.wire.aborted

    asyncio.run(main())


async def test_a_message_beyond_the_limit_is_skipped_and_not_kept() -> None:
    line = Line()
    line.protocol.data_received(BANNER + b"Event: Big\r\nValue: ")
    for _ in range(100):
        line.protocol.data_received(b"x" * 65536)
        assert len(line.protocol._buffer) <= LONGEST_MESSAGE + 65536
    line.protocol.data_received(b"\r\n\r\nEvent: After\r\n\r\n")
    line.protocol.data_received(b"Event: Big\r\nValue: " + b"x" * LONGEST_MESSAGE + b"\r\n\r\nEvent: Last\r\n\r\n")
    assert [event["Event"] for event in line.events] == ["After", "Last"]
    big = b"Event: Fits\r\nValue: " + b"x" * 100_000 + b"\r\n\r\n"
    line.protocol.data_received(big)
    assert len(line.events[-1]["Value"]) == 100_000


@pytest.mark.parametrize("banner", [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-x\r\n", b"x" * 300])
async def test_what_is_no_manager_interface_is_left_at_once(banner: bytes) -> None:
    line = Line()
    _, future = line.ask({"Action": "Login"})
    line.protocol.data_received(banner)
    assert line.wire.aborted
    with pytest.raises(LineBroken, match="not Asterisk's manager interface"):
        await future


@pytest.mark.parametrize(
    "fields",
    [
        {"Variable": "x\r\nAction: Originate"},
        {"Variable": "x\nAction: Originate"},
        {"Variable": "x\r"},
        {"Variable": "x\0"},
        {"Vari\nable": "x"},
        {"Variable: y\r\nAction": "x"},
        {"": "x"},
        {"ActionID": "mine"},
        {"Value": "x" * 1001},
        {"Value": "Ω" * 500},
        {f"V{n}": "x" for n in range(121)},
    ],
)
async def test_nothing_that_could_become_a_second_header_is_sent(fields: dict[str, str]) -> None:
    line = Line()
    with pytest.raises(ValueError, match="manager action"):
        line.ask(fields)
    assert line.wire.written == b""


async def test_an_action_goes_out_once_as_asterisk_reads_it() -> None:
    line = Line()
    identity, _ = line.ask({"Action": "QueuePause", "Reason": "Büro: ja"})
    assert line.wire.written == (b"Action: QueuePause\r\nActionID: %b\r\nReason: B\xc3\xbcro: ja\r\n\r\n" % identity)


async def test_a_lost_link_fails_what_waits_and_keeps_nothing_to_be_sent_again() -> None:
    line = Line()
    _, future = line.ask({"Action": "Originate"})
    line.protocol.connection_lost(ConnectionResetError())
    with pytest.raises(LineBroken, match="answer lost"):
        await future
    assert not line.link.awaiting_actions
    assert line.link.lost.is_set()
    with pytest.raises(LineBroken):
        line.ask({"Action": "Originate"})
