"""panoramisk's Manager and protocol, hardened: what they get wrong on a bad line is mended here and nowhere else.

What is different from panoramisk 1.4: messages are split as bytes and decoded whole; the receive buffer is bounded;
odd messages are logged and skipped; no CR, LF or NUL goes out; answers that were lost fail and are never sent again;
nothing dials again by itself; an event finds its callbacks by name.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping

from panoramisk import Manager
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from ivr.errors import LineBroken

log = logging.getLogger(__name__)

LONGEST_LINE = 1000
"""Bytes of one line we send: Asterisk 22.10 refuses 1,024 and more (``inbuf`` in main/manager.c)."""
MOST_FIELDS = 120
"""Lines of one action: Asterisk takes 128 (AST_MAX_MANHEADERS)."""
LONGEST_MESSAGE = 256 * 1024
"""Bytes of one message that we take; a longer one is skipped to its end."""
MOST_ITEMS = 20_000
"""Messages of one list."""
MOST_UNSENT = 1024 * 1024
"""Bytes that may wait to be sent; beyond it the other side does not read and the line is given up."""
BANNER = b"Asterisk Call Manager/"

_END = b"\r\n\r\n"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def check_fields(fields: Mapping[str, str]) -> None:
    """Raise ValueError for CR, LF, NUL, odd keys, lines or actions longer than Asterisk takes."""
    if len(fields) > MOST_FIELDS:
        raise ValueError(f"a manager action has at most {MOST_FIELDS} fields")
    for key, value in fields.items():
        if not _KEY.fullmatch(key) or key.lower() == "actionid":
            raise ValueError(f"no field of a manager action: {key!r}")
        if any(c in value for c in "\r\n\0"):
            raise ValueError(f"field {key} of a manager action cannot hold CR, LF or NUL")
        if len(f"{key}: {value}".encode()) > LONGEST_LINE:
            raise ValueError(f"field {key} of a manager action is longer than {LONGEST_LINE} bytes")


class CheckedAction(Action):  # type: ignore[misc]
    """An action that cannot smuggle a header (see `check_fields`) and knows when its answer is complete."""

    def __init__(self, fields: Mapping[str, str], *, collect: bool = False) -> None:
        check_fields(fields)
        super().__init__(dict(fields), as_list=collect)

    def add_message(self, message: Message) -> bool:
        """Take one message of the answer; True if that was the last one.

        panoramisk's own rules wait for ever for a refused list, and take "Added interface to queue" for a list.
        """
        self.responses.append(message)
        first = self.responses[0]
        listed = self.as_list and text(first, "EventList").lower() == "start"
        complete = not listed or text(message, "EventList").lower() in {"complete", "cancelled"}
        if len(self.responses) > MOST_ITEMS and not self.future.done():
            self.future.set_exception(LineBroken(f"a list of more than {MOST_ITEMS} items"))
            return True
        if complete and not self.future.done():
            self.future.set_result(list(self.responses))
        return bool(complete)

    def belongs(self, message: Message) -> bool:
        """Whether a message with our id is part of the answer: an event is, only after a list has begun."""
        return bool(self.responses) if "Event" in message else not self.responses


class HardenedProtocol(AMIProtocol):  # type: ignore[misc]
    """One connection to the manager interface."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.factory = self._link  # panoramisk sets it later: bytes that come before would find none
        self._buffer = bytearray()
        self._searched = 0
        self._skipping = False
        self.fault: str | None = None
        """Why we closed the connection ourselves, if we did."""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self.version is None and not self._take_banner():
            return
        while (end := self._buffer.find(_END, self._searched)) >= 0:
            block = bytes(self._buffer[:end])
            del self._buffer[: end + len(_END)]
            self._searched = 0
            if self._skipping or end > LONGEST_MESSAGE:
                log.warning("manager message skipped, too long")
                self._skipping = False
            else:
                self._take(block.decode("utf-8", "replace"))
        self._searched = max(0, len(self._buffer) - len(_END) + 1)
        if len(self._buffer) > LONGEST_MESSAGE:
            self._skipping = True
            del self._buffer[: self._searched]
            self._searched = 0

    def _take_banner(self) -> bool:
        line, found, _ = self._buffer.partition(b"\r\n")
        if not found and len(line) < 200 and line[: len(BANNER)] == BANNER[: len(line)]:
            return False
        if not found or not line.startswith(BANNER):
            self.give_up("it is not Asterisk's manager interface")
            return False
        self.version = line[len(BANNER) :].decode("ascii", "replace")
        del self._buffer[: len(line) + 2]
        return True

    def _take(self, block: str) -> None:
        try:
            message = Message.from_line(block.strip())
        except (LookupError, ValueError, AttributeError, TypeError):  # panoramisk's parser trusts its input
            message = None
        if message is None:
            log.warning("manager message without event or response skipped")
            return
        self.handle_message(message)

    def handle_message(self, message: Message) -> None:
        action = self.responses.get(text(message, "ActionID"))
        if action is not None and action.belongs(message):
            if action.add_message(message):
                self.forget(action)
        elif text(message, "Event"):
            self._link.dispatch(message)
        else:  # the late answer to an action whose deadline has passed
            log.info("manager response to no pending action dropped")

    def send(self, data: Mapping[str, str], as_list: bool = False) -> asyncio.Future[list[Message]]:
        """Send an action once. Raises LineBroken if the connection is gone or its peer does not read."""
        action = data if isinstance(data, CheckedAction) else CheckedAction(data, collect=as_list)
        if self.closed or self.transport.is_closing():
            raise LineBroken("the manager connection is closed")
        if self.transport.get_write_buffer_size() > MOST_UNSENT:
            self.give_up("Asterisk does not read what we send")
            raise LineBroken("the manager connection is stuck")
        self.responses[action.id] = action
        self.transport.write(str(action).encode())
        future: asyncio.Future[list[Message]] = action.future
        return future

    def forget(self, action: Action) -> None:
        """Wait no more for the answer to `action`."""
        self.responses.pop(action.id, None)

    def give_up(self, reason: str) -> None:
        """Close the connection because of what came or did not come over it."""
        self.fault = self.fault or reason
        self.close()

    def close(self) -> None:
        """Close at once. Whoever waits for an answer learns that it is lost; nothing is kept to be sent again."""
        self.closed = True
        for action in self.responses.values():
            if not action.future.done():
                action.future.set_exception(LineBroken(self.fault or "the manager connection broke: answer lost"))
                action.future.exception()  # its waiter may have been cancelled: that is no "never retrieved"
        self.responses.clear()
        self.transport.abort()  # not close(): that would wait for a peer that reads no more

    def connection_lost(self, exc: Exception | None) -> None:
        self.close()
        self._link.connection_lost(exc)


class Link(Manager):  # type: ignore[misc]
    """One connection, from dialling to its end: a lost one is not mended but followed by a new one."""

    def __init__(
        self, *, host: str, port: int, user: str, secret: str, on_event: Callable[[str, Message], None]
    ) -> None:
        super().__init__(
            host=host,
            port=port,
            username=user,
            secret=secret,
            protocol_factory=lambda: HardenedProtocol(self),
            log=logging.getLogger("panoramisk"),
        )
        self._on_event = on_event
        self.lost = asyncio.Event()
        self.on_lost: Callable[[], None] | None = None

    async def log_in(self) -> Message:
        """Dial and log in; the response, which may be a refusal. Raises OSError or LineBroken."""
        await self.connect()
        if self.authenticated_future is None:
            raise LineBroken("the manager connection broke before the log-in")
        response: Message = (await self.authenticated_future)[0]
        return response

    async def ask(self, action: CheckedAction, deadline_s: float) -> list[Message]:
        """Send an action and wait for its whole answer. Raises LineBroken if it does not come."""
        if self.protocol is None:
            raise LineBroken("there is no manager connection")
        answer = self.protocol.send(action)
        try:
            async with asyncio.timeout(deadline_s):
                messages: list[Message] = await answer
                return messages
        except TimeoutError:
            raise LineBroken(f"no answer to manager action {action['Action']} within {deadline_s} s") from None
        finally:
            self.protocol.forget(action)

    def connection_made(self, dialling: asyncio.Task[tuple[object, HardenedProtocol]]) -> None:
        """panoramisk's step after dialling, which logs in; it would dial again by itself if that failed."""
        if dialling.cancelled() or dialling.exception() is not None or dialling.result()[1].closed:
            return
        super().connection_made(dialling)
        self.pinger.cancel()

    def login(self, future: asyncio.Future[list[Message]]) -> None:
        """panoramisk would start its ping here, which looks for no answer; the client has its own."""

    def dispatch(self, event: Message) -> None:
        """Give an event to its reader by name, where panoramisk matches every pattern in turn."""
        self._on_event(text(event, "Event"), event)

    def connection_lost(self, exc: object) -> None:
        """The end of this link; panoramisk would dial again here at a fixed beat."""
        if not self.lost.is_set():
            self.lost.set()
            if self.on_lost is not None:
                self.on_lost()


def text(message: Message, key: str) -> str:
    """A field of a message whatever its spelling; empty if it is missing or comes more than once."""
    value = message.get(key, "")
    return value if isinstance(value, str) else ""


def plain(message: Message) -> dict[str, str]:
    """A message as a dict, keys in Asterisk's spelling; the values of a repeated key are joined by LF."""
    return {
        key: value if isinstance(value, str) else "\n".join(value)
        for key, value in message.items()
        if key != "content" or value
    }
