"""One call in our hands: commands to Asterisk and their replies, in order, until the caller or the line is gone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from ivr.errors import CallerGone, LineBroken, LineError
from ivr.telephony.agi.codec import AgiReply, command_line


class AgiSession:
    """One call as the dialplan gave it to us.

    `environment` holds Asterisk's words about it: ``agi_uniqueid``, ``agi_channel``, ``agi_callerid``,
    ``agi_calleridname``, ``agi_extension``, ``agi_dnid``, ``agi_network_script``, … All of it may be forged by the
    caller's network: clean it before it is shown.
    """

    environment: Mapping[str, str]
    hung_up: asyncio.Event
    """Set as soon as the caller is known to be gone or the connection has ended, command pending or not."""

    def __init__(self, environment: Mapping[str, str], *, send: Callable[[bytes], None], abort: Callable[[], None]):
        self.environment = environment
        self.hung_up = asyncio.Event()
        self._send = send
        self._abort = abort
        self._one_at_a_time = asyncio.Lock()
        self._owed: deque[asyncio.Future[AgiReply]] = deque()
        """Replies that Asterisk owes us, oldest first; a cancelled command stays here until its reply came."""
        self._caller_gone = False
        self._broken: str | None = None

    async def command(self, *words: str, deadline_s: float | None = 5.0) -> AgiReply:
        """Send one command and wait for its reply (2xx); words are quoted as Asterisk wants them.

        A command that is cancelled goes on in Asterisk: its late reply is dropped, and the next command waits its
        turn. Raises ValueError for what a command line cannot hold; CallerGone after a hang-up; LineBroken if the
        connection ended, `deadline_s` passed (the connection is closed then) or Asterisk refused the command.
        """
        line = command_line(words)
        async with self._one_at_a_time:
            if fault := self._fault():
                raise fault
            reply: asyncio.Future[AgiReply] = asyncio.get_running_loop().create_future()
            self._owed.append(reply)
            self._send(line)
            try:
                async with asyncio.timeout(deadline_s):
                    answer = await reply
            except TimeoutError:
                self.end(f"no reply to {words[0]} within {deadline_s} s")
                self._abort()
                raise self._fault() or LineBroken("no reply") from None
        if answer.code == 511:
            raise CallerGone("the channel is dead (511)")
        if answer.code // 100 != 2:
            raise LineBroken(f"Asterisk refuses {words[0]}: {answer.code} {' '.join(answer.data.split())}"[:300])
        return answer

    async def answer(self) -> None:
        """Answer the call. Raises CallerGone if the channel died over it."""
        if (await self.command("ANSWER")).result == "-1":
            raise CallerGone("the channel died while it was answered")

    async def get_variable(self, name: str) -> str | None:
        """The value of a channel variable, or None if it is not set. Asterisk cuts values at 1,023 bytes."""
        reply = await self.command("GET", "VARIABLE", name)
        return reply.data if reply.result == "1" else None

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""
        await self.command("SET", "VARIABLE", name, value)

    async def execute(self, application: str, *arguments: str, deadline_s: float | None = None) -> AgiReply:
        """Run a dialplan application; the reply comes when it has ended (result ``-1``: the caller left meanwhile).

        Asterisk splits `arguments` at commas: never put anything in them that a caller can choose. Raises LineBroken
        if there is no such application, and whatever `command` raises.
        """
        reply = await self.command("EXEC", application, ",".join(arguments), deadline_s=deadline_s)
        if reply.result == "-2":
            raise LineBroken(f"Asterisk has no application {application}: is its module loaded?")
        return reply

    def take_reply(self, reply: AgiReply) -> None:
        """A reply came (called by the connection)."""
        if reply.code < 200:  # 100 Trying: the real reply follows
            return
        if not self._owed:
            self.end("a reply to no command")
            self._abort()
            return
        if reply.code == 511:
            self.caller_left()
        waiting = self._owed.popleft()
        if not waiting.done():
            waiting.set_result(reply)

    def caller_left(self) -> None:
        """HANGUP came: a pending command still gets its reply, later ones are not sent."""
        self._caller_gone = True
        self.hung_up.set()

    def end(self, reason: str) -> None:
        """The connection ended or can no longer be trusted: whoever waits for a reply learns why."""
        if self._broken is None:
            self._broken = reason
        self.hung_up.set()
        while self._owed:
            waiting = self._owed.popleft()
            if not waiting.done():
                waiting.set_exception(self._fault() or LineBroken(reason))

    def _fault(self) -> LineError | None:
        if self._caller_gone:
            return CallerGone("the caller hung up")
        return LineBroken(self._broken) if self._broken is not None else None
