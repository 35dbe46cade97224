"""The session of one call: order of replies, hang-ups, deadlines, cancelled commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ivr.errors import CallerGone, LineBroken
from ivr.telephony.agi import AgiReply, AgiSession
from ivr.testing.clock import run

OK = AgiReply(200, "0", "")


class Asterisk:
    """The other end: keeps the commands that were sent, and replies when it is told to."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.aborted = False
        self.on_command: Callable[[bytes], None] = lambda line: None
        self.session = AgiSession({"agi_uniqueid": "1.1"}, send=self._take, abort=self._abort)

    def _take(self, line: bytes) -> None:
        self.sent.append(line)
        self.on_command(line)

    def _abort(self) -> None:
        self.aborted = True

    def replies(self, *replies: AgiReply) -> None:
        waiting = iter(replies)
        self.on_command = lambda line: self.session.take_reply(next(waiting))


async def test_a_command_gets_its_reply() -> None:
    asterisk = Asterisk()
    asterisk.replies(OK, AgiReply(200, "1", "x (y)"), AgiReply(200, "0", ""), AgiReply(200, "1", ""))
    await asterisk.session.answer()
    assert await asterisk.session.get_variable("A") == "x (y)"
    assert await asterisk.session.get_variable("A") is None
    assert await asterisk.session.get_variable("A") == ""
    assert asterisk.sent == [b"ANSWER\n"] + 3 * [b"GET VARIABLE A\n"]


async def test_arguments_of_an_application_are_joined_by_commas() -> None:
    asterisk = Asterisk()
    asterisk.replies(OK)
    assert await asterisk.session.execute("Dial", "WebSocket/ivr/c(slin)", "10", "g") == OK
    assert asterisk.sent == [b'EXEC Dial "WebSocket/ivr/c(slin),10,g"\n']


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (AgiReply(510, "", "Invalid or unknown command"), "refuses EXEC: 510 Invalid or unknown command"),
        (AgiReply(520, "", "Invalid.\nUsage\n"), "refuses EXEC: 520 Invalid. Usage"),
        (AgiReply(200, "-2", ""), "no application Dial"),
    ],
)
async def test_a_refusal_is_an_error_but_the_line_goes_on(reply: AgiReply, words: str) -> None:
    asterisk = Asterisk()
    asterisk.replies(reply, OK)
    with pytest.raises(LineBroken, match=words):
        await asterisk.session.execute("Dial", "x")
    await asterisk.session.answer()
    assert not asterisk.aborted


async def test_a_provisional_reply_is_not_the_reply() -> None:
    asterisk = Asterisk()

    def reply(line: bytes) -> None:
        asterisk.session.take_reply(AgiReply(100, "0", "Trying..."))
        asterisk.session.take_reply(AgiReply(200, "1", "yes"))

    asterisk.on_command = reply
    assert await asterisk.session.get_variable("A") == "yes"


async def test_a_hang_up_while_an_application_runs_is_known_at_once_and_the_reply_still_comes() -> None:
    asterisk = Asterisk()
    pending = asyncio.create_task(asterisk.session.execute("Dial", "x"))
    await asyncio.sleep(0)
    asterisk.session.caller_left()
    assert asterisk.session.hung_up.is_set()
    await asyncio.sleep(0)
    assert not pending.done()
    asterisk.session.take_reply(AgiReply(200, "-1", ""))
    assert await pending == AgiReply(200, "-1", "")
    with pytest.raises(CallerGone):
        await asterisk.session.get_variable("A")
    assert len(asterisk.sent) == 1


async def test_a_hang_up_without_a_reply_ends_as_caller_gone() -> None:
    asterisk = Asterisk()
    pending = asyncio.create_task(asterisk.session.execute("Dial", "x"))
    await asyncio.sleep(0)
    asterisk.session.caller_left()
    asterisk.session.end("Asterisk closed the connection")
    with pytest.raises(CallerGone):
        await pending


async def test_511_means_that_the_caller_is_gone() -> None:
    asterisk = Asterisk()
    asterisk.replies(AgiReply(511, "", "Command Not Permitted on a dead channel or intercept routine"))
    with pytest.raises(CallerGone):
        await asterisk.session.answer()
    assert asterisk.session.hung_up.is_set()


async def test_a_channel_that_dies_while_it_is_answered_is_a_caller_gone() -> None:
    asterisk = Asterisk()
    asterisk.replies(AgiReply(200, "-1", ""))
    with pytest.raises(CallerGone):
        await asterisk.session.answer()


async def test_an_early_end_of_the_stream_breaks_the_line() -> None:
    asterisk = Asterisk()
    pending = asyncio.create_task(asterisk.session.execute("Dial", "x"))
    await asyncio.sleep(0)
    asterisk.session.end("end of stream")
    with pytest.raises(LineBroken, match="end of stream"):
        await pending
    with pytest.raises(LineBroken, match="end of stream"):
        await asterisk.session.answer()
    assert asterisk.session.hung_up.is_set()


def test_a_deadline_closes_the_line_because_the_reply_may_still_come() -> None:
    async def main() -> None:
        asterisk = Asterisk()
        with pytest.raises(LineBroken, match=r"no reply to GET within 5\.0 s"):
            await asterisk.session.get_variable("A")
        assert asterisk.aborted
        with pytest.raises(LineBroken):
            await asterisk.session.answer()

    run(main())


def test_an_application_may_take_as_long_as_it_likes() -> None:
    async def main() -> None:
        asterisk = Asterisk()
        pending = asyncio.create_task(asterisk.session.execute("Dial", "x"))
        await asyncio.sleep(36_000)
        asterisk.session.take_reply(OK)
        assert await pending == OK

    run(main())


async def test_the_late_reply_of_a_cancelled_command_is_not_taken_for_the_next_one() -> None:
    asterisk = Asterisk()
    pending = asyncio.create_task(asterisk.session.execute("Dial", "x"))
    await asyncio.sleep(0)
    pending.cancel()
    await asyncio.wait({pending})
    question = asyncio.create_task(asterisk.session.get_variable("A"))
    await asyncio.sleep(0)
    asterisk.session.take_reply(AgiReply(200, "0", "of Dial"))
    await asyncio.sleep(0)
    assert not question.done()
    asterisk.session.take_reply(AgiReply(200, "1", "value"))
    assert await question == "value"


async def test_commands_go_out_one_at_a_time() -> None:
    asterisk = Asterisk()
    tasks = [asyncio.create_task(asterisk.session.get_variable(name)) for name in "ABC"]
    for count, name in enumerate("ABC", 1):
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(asterisk.sent) == count
        asterisk.session.take_reply(AgiReply(200, "1", name.lower()))
    assert await asyncio.gather(*tasks) == ["a", "b", "c"]


async def test_a_reply_to_no_command_ends_the_session() -> None:
    asterisk = Asterisk()
    asterisk.session.take_reply(OK)
    assert asterisk.aborted
    with pytest.raises(LineBroken, match="a reply to no command"):
        await asterisk.session.answer()


async def test_a_value_that_no_line_can_hold_is_refused_before_anything_is_sent() -> None:
    asterisk = Asterisk()
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        await asterisk.session.set_variable("A", "x\nHANGUP")
    assert asterisk.sent == []
