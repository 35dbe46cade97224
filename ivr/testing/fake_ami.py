"""A manager interface that speaks Asterisk's real bytes, answers as it was told, and fails in many ways."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

BANNER = b"Asterisk Call Manager/11.0.0\r\n"

Fields = Mapping[str, str]


def message(fields: Fields) -> bytes:
    """One manager message as Asterisk writes it."""
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n"


class FakeAmi:
    """Start it, give its `port` to the client, and tell it what to `answer`.

    Ping, Login and Logoff are answered as Asterisk 22.10 does; any other action as told, else with its
    "Invalid/unknown command". `actions` holds every action that came, oldest first; `logins` counts the accepted.
    """

    def __init__(self, *, user: str = "ivr", secret: str = "secret") -> None:  # noqa: S107 - of a fake
        self.user = user
        self.secret = secret
        self.banner = BANNER
        self.actions: list[dict[str, str]] = []
        self.logins = 0
        self.silent = False
        """Whether it takes bytes and gives none, as a half-open connection does."""
        self._port = 0
        self._answers: dict[str, Sequence[Fields] | None] = {}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()

    @property
    def port(self) -> int:
        """The port it listens on; stays the same when it is started again."""
        return self._port

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=1024 * 1024)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()

    def answer(self, name: str, *messages: Fields, never: bool = False) -> None:
        """Answer the action `name` with these messages (the ActionID is added), or `never`."""
        self._answers[name.lower()] = None if never else messages

    def answer_list(self, name: str, *items: Fields) -> None:
        """Answer the action `name` with a list of events, framed as Asterisk frames it."""
        start = {"Response": "Success", "EventList": "start", "Message": f"{name} will follow"}
        end = {"Event": f"{name}Complete", "EventList": "Complete", "ListItems": str(len(items))}
        self.answer(name, start, *items, end)

    def send(self, data: bytes) -> None:
        """Send raw bytes to everybody who is logged in."""
        for writer in self._ready:
            writer.write(data)

    def event(self, name: str, **fields: str) -> None:
        """Send an event to everybody who is logged in."""
        self.send(message({"Event": name, "Privilege": "agent,all", **fields}))

    def cut(self) -> None:
        """Cut every connection without a word."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def until(self, *, logins: int = 0, actions: int = 0) -> None:
        """Wait until so many log-ins were accepted and so many actions came."""
        while self.logins < logins or len(self.actions) < actions:
            self._changed.clear()
            await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        writer.write(self.banner)
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                lines = (line.partition(": ") for line in block.decode().split("\r\n") if line)
                self._take({key: value for key, _, value in lines}, writer)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            self._ready.discard(writer)
            writer.close()

    def _take(self, action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        self.actions.append(action)
        self._changed.set()
        if self.silent:
            return
        for fields in self._reply(action, writer):
            named = {**fields, "ActionID": action["ActionID"]} if "ActionID" in action else fields
            writer.write(message(named))

    def _reply(self, action: dict[str, str], writer: asyncio.StreamWriter) -> Sequence[Fields]:
        name = action.get("Action", "").lower()
        if name == "login":
            if (action.get("Username"), action.get("Secret")) != (self.user, self.secret):
                return [{"Response": "Error", "Message": "Authentication failed"}]
            self._ready.add(writer)
            self.logins += 1
            return [{"Response": "Success", "Message": "Authentication accepted"}]
        if writer not in self._ready:
            return [{"Response": "Error", "Message": "Permission denied"}]
        if name in self._answers:
            return self._answers[name] or []
        if name == "ping":
            return [{"Response": "Success", "Ping": "Pong", "Timestamp": "1795373376.601562"}]
        return [{"Response": "Error", "Message": f"Invalid/unknown command: {action.get('Action')}."}]
