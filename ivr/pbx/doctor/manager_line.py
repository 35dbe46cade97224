"""A blocking manager connection for one check of a PBX, on top of asterisk-ami; never used on the event loop.

What is different from asterisk-ami 0.1.7, whose parser and dispatcher are used: what is no manager interface ends in
an error instead of a thread's traceback; buffer and answers are bounded; an answer that does not come is an error, once
for all; values cannot carry a line break; what is sent is sent whole; a pause of three seconds ends nothing.
"""

from __future__ import annotations

import contextlib
import queue
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from enum import Enum

from asterisk.ami import Action, AMIClient, Event, Response

from ivr.errors import LineBroken, PbxError

CONNECT_S = 3.0
GREETING_S = 3.0
"""Asterisk greets at once; a TLS port waits for us to begin."""
ANSWER_S = 5.0
"""For the whole of an answer: 20,000 items took less than a second on a machine with two cores."""
LONGEST_GREETING = 200
LONGEST_MESSAGE = 1024 * 1024
"""Bytes: a configuration file comes as one message."""
MOST_BYTES = 32 * 1024 * 1024
"""Of one answer with everything that comes between."""
MOST_ITEMS = 20_000
"""Of one list."""
MOST_STRANGERS = 20
"""Names of events that nobody asked for which are remembered; further ones are not."""
BANNER = b"Asterisk Call Manager/"

_WAITING = 1000
"""Messages of an answer that wait to be read; beyond it the listener waits, and Asterisk with it."""
_END = b"\r\n\r\n"
_UNSENDABLE = re.compile(r"[\r\n\0]")


class Trouble(Enum):
    """Why there is no connection."""

    NO_HOST = "no_host"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    CLOSED = "closed"
    MUTE = "mute"
    NOT_MANAGER = "not_manager"


class NotReached(LineBroken):
    """There is no manager interface there, or none for us."""

    def __init__(self, trouble: Trouble, why: str) -> None:
        super().__init__(why)
        self.trouble = trouble


class Refused(PbxError):
    """Asterisk answered an action with an error; `words` are its own."""

    def __init__(self, action: str, words: str) -> None:
        super().__init__(f"Asterisk refuses the manager action {action}: {words}")
        self.words = words


class ManagerLine:
    """One connection; `strangers` are names of events that came though nobody asked for them."""

    def __init__(self, host: str, port: int, *, answer_s: float = ANSWER_S, greeting_s: float = GREETING_S) -> None:
        """Connect and be greeted. Raises NotReached."""
        self.strangers: set[str] = set()
        self._answer_s = answer_s
        self._asked = 0
        self._broken: str | None = None
        try:
            connection = socket.create_connection((host, port), timeout=CONNECT_S)
        except socket.gaierror as fault:
            raise NotReached(Trouble.NO_HOST, str(fault.strerror)) from None
        except TimeoutError:
            raise NotReached(Trouble.TIMED_OUT, "no answer") from None
        except OSError as fault:
            raise NotReached(Trouble.REFUSED, fault.strerror or type(fault).__name__) from None
        try:
            left = _greeted(connection, greeting_s)
        except BaseException:
            connection.close()
            raise
        self._client = _Client(connection, left, self.strangers)

    def log_in(self, user: str, secret: str) -> None:
        """Raises Refused, LineBroken."""
        self.ask("Login", {"Username": user, "Secret": secret, "Events": "on"})

    def ask(self, name: str, fields: Mapping[str, str] | None = None, *, collect: bool = False) -> list[dict[str, str]]:
        """Send an action; the response and, with `collect`, the items of the list after it (its end is left out).

        Lines that come more than once are joined by LF. Raises Refused; LineBroken if the answer does not come (then
        nothing more can be asked) or is too long; ValueError for what cannot be sent.
        """
        if self._broken is not None:
            raise LineBroken(self._broken)
        for key, value in (fields or {}).items():
            if _UNSENDABLE.search(value) or len(value) > 900:
                raise ValueError(f"field {key} of a manager action cannot be sent")
        self._asked += 1
        try:
            return self._answer(name, str(self._asked), fields or {}, collect)
        except queue.Empty:
            self._broken = f"no answer to the manager action {name} within {self._answer_s:g} s"
        except OSError as fault:
            self._broken = f"the manager connection broke ({fault.strerror or type(fault).__name__})"
        raise LineBroken(self._broken)

    def close(self) -> None:
        """Log off without waiting, and end the listener. Idempotent."""
        self._broken = self._broken or "the manager connection was closed"
        self._client.end()

    def _answer(self, name: str, action_id: str, fields: Mapping[str, str], collect: bool) -> list[dict[str, str]]:
        end = time.monotonic() + self._answer_s
        self._client.expect(action_id)
        self._client.send(Action(name, {**fields, "ActionID": action_id}))
        first = self._client.next_message(end)
        while "Event" in first:  # a list begins with a response
            first = self._client.next_message(end)
        answer = [first]
        if first.get("Response", "").lower() not in {"success", "goodbye", "follows"}:
            raise Refused(name, first.get("Message", "no reason given"))
        if not collect or first.get("EventList", "").lower() != "start":
            return answer
        while True:
            message = self._client.next_message(end)
            if message.get("EventList", "").lower() in {"complete", "cancelled"}:
                return answer
            answer.append(message)
            if len(answer) > MOST_ITEMS:
                self._client.expect("")
                raise LineBroken(f"the answer to {name} is a list of more than {MOST_ITEMS} items")


class _Client(AMIClient):  # type: ignore[misc]
    """asterisk-ami's client on a connection that was greeted already."""

    def __init__(self, connection: socket.socket, left: bytes, strangers: set[str]) -> None:
        super().__init__(on_response=self._take_response, on_event=self._take_event)
        self._inbox: queue.Queue[dict[str, str] | str] = queue.Queue(_WAITING)
        self._expected = ""
        self._received = 0
        self._left = left
        self._strangers = strangers
        self._socket = connection
        self._socket.settimeout(ANSWER_S)
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self.listen, name="doctor's manager line", daemon=True)
        self._thread.start()

    def expect(self, action_id: str) -> None:
        """From now on only messages with this id count."""
        self._expected, self._received = action_id, 0

    def next_message(self, end: float) -> dict[str, str]:
        """The next message of the answer. Raises queue.Empty at `end` (monotonic), ConnectionError."""
        while True:
            message = self._inbox.get(timeout=max(0.0, end - time.monotonic()))
            if isinstance(message, str):
                self._inbox.put_nowait(message)  # for whoever asks next
                raise ConnectionError(0, message)
            if message["ActionID"] == self._expected:
                return message

    def send(self, pack: object) -> None:
        """Send all of an action: the library's own sends as much as fits."""
        self._socket.sendall(f"{pack}\r\n".encode())

    def listen(self) -> None:
        """The thread: take messages until the end, which whoever waits is told."""
        try:
            for block in self._blocks():
                self.fire_recv_pack(block.decode("utf-8", "replace"))
            why = "it was closed from the other side"
        except OSError as fault:
            why = fault.strerror or type(fault).__name__
        except Exception as fault:  # noqa: BLE001 - the library's parser trusts its input; a thread must not die unheard
            why = f"a message that is none: {type(fault).__name__}"
        self._hand(why)
        self._socket.close()

    def end(self) -> None:
        """Cut the connection; the listener ends by itself."""
        self.finished.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(1.0)

    def _blocks(self) -> Iterator[bytes]:
        buffer, searched = bytearray(self._left), 0
        while not self.finished.is_set():
            while (found := buffer.find(_END, searched)) >= 0:
                yield bytes(buffer[:found])
                del buffer[: found + len(_END)]
                searched = 0
            searched = max(0, len(buffer) - len(_END) + 1)
            try:
                received = self._socket.recv(64 * 1024)
            except TimeoutError:  # nobody asks just now; who waits has a deadline of their own
                continue
            if not received:
                return
            self._received += len(received)
            if len(buffer) > LONGEST_MESSAGE or self._received > MOST_BYTES:
                raise OSError(0, "more was sent than any answer holds")
            buffer += received

    def _take_response(self, source: AMIClient, response: Response) -> None:
        self._take({"Response": response.status, **response.keys})

    def _take_event(self, source: AMIClient, event: Event) -> None:
        fields = {key: value for key, value in event.keys.items() if isinstance(value, str)}
        if "ActionID" in fields:
            self._take({"Event": event.name, **fields})
        elif len(self._strangers) < MOST_STRANGERS:
            self._strangers.add(event.name)

    def _take(self, fields: dict[str, str]) -> None:
        if fields.get("ActionID") == self._expected != "":
            self._hand(fields)

    def _hand(self, message: dict[str, str] | str) -> None:
        while not self.finished.is_set():
            try:
                self._inbox.put(message, timeout=0.1)
            except queue.Full:
                continue
            return


def _greeted(connection: socket.socket, greeting_s: float) -> bytes:
    """Read the greeting; what came after it. Raises NotReached."""
    end = time.monotonic() + greeting_s
    line = b""
    while b"\r\n" not in line:
        connection.settimeout(max(0.01, end - time.monotonic()))
        try:
            received = connection.recv(LONGEST_GREETING)
        except TimeoutError:
            if line:
                raise NotReached(Trouble.NOT_MANAGER, "its greeting is another") from None
            raise NotReached(Trouble.MUTE, "no greeting") from None
        except OSError:
            received = b""
        line += received
        if line[: len(BANNER)] != BANNER[: len(line)] or len(line) > 64 * 1024:
            raise NotReached(Trouble.NOT_MANAGER, "its greeting is another")
        if not received:
            raise NotReached(Trouble.CLOSED, "closed without a greeting")
        if b"\r\n" not in line and len(line) > LONGEST_GREETING:
            raise NotReached(Trouble.NOT_MANAGER, "its greeting is another")
    return line.partition(b"\r\n")[2]
