"""A manager connection for tests: it plays real events that were recorded, and answers actions as app_queue does."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from pathlib import Path

from ivr.errors import LineBroken, PbxError

Fields = Mapping[str, str]


class ScriptedManagerLine:
    """Speaks like ``telephony.ami.client.AmiClient``; `queues` exist, `lists` answer collecting actions.

    `actions` keeps what was asked for. Membership is kept as Asterisk keeps it, events included.
    """

    def __init__(self, queues: Collection[str] = ("operator", "housing")) -> None:
        self.connected = False
        self.actions: list[tuple[str, dict[str, str]]] = []
        self.lists: dict[str, list[dict[str, str]]] = {}
        self.refusals: dict[str, str] = {}
        """Action → error text of ``Response: Error``."""
        self.while_asked: Callable[[str], None] = lambda name: None
        """Called in the middle of a collecting action: what happens in Asterisk meanwhile."""
        self._queues = tuple(queues)
        self._members: dict[tuple[str, str], dict[str, str]] = {}
        self._subscribed: list[tuple[frozenset[str], Callable[[Fields], None]]] = []
        self._on_login: list[Callable[[], Awaitable[None]]] = []
        self._on_lost: list[Callable[[], None]] = []

    def subscribe(self, names: Collection[str], callback: Callable[[Fields], None]) -> None:
        """Play events in `names` to `callback`."""
        self._subscribed.append((frozenset(names), callback))

    def on_login(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Await `callback` in `log_in`."""
        self._on_login.append(callback)

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Call `callback` in `lose`."""
        self._on_lost.append(callback)

    async def log_in(self) -> None:
        """The connection is there (again)."""
        self.connected = True
        for callback in self._on_login:
            await callback()

    def lose(self) -> None:
        """The connection breaks."""
        self.connected = False
        for callback in self._on_lost:
            callback()

    def play(self, events: Iterable[Fields]) -> None:
        """Give `events` to whoever subscribed to their names."""
        for fields in events:
            for names, callback in self._subscribed:
                if fields.get("Event") in names:
                    callback(fields)

    async def action(
        self, name: str, fields: Fields | None = None, *, collect: bool = False, deadline_s: float = 3.0
    ) -> list[dict[str, str]]:
        """Do what app_queue would do."""
        if not self.connected:
            raise LineBroken("not connected to Asterisk")
        given = dict(fields or {})
        self.actions.append((name, given))
        if name in self.refusals:
            raise PbxError(self.refusals[name])
        if collect:
            items = list(self.lists.get(name, self._listed(name)))
            self.while_asked(name)
            return [{"Response": "Success", "EventList": "start"}, *items]
        if name in {"QueueAdd", "QueueRemove", "QueuePause"}:
            self._change(name, given)
        return [{"Response": "Success"}]

    def _listed(self, name: str) -> Iterable[dict[str, str]]:
        if name == "QueueStatus":
            for queue in self._queues:
                yield {"Event": "QueueParams", "Queue": queue}
                for (there, interface), member in self._members.items():
                    if there == queue:
                        yield {**member, "Event": "QueueMember", "Location": interface}

    def _change(self, name: str, given: dict[str, str]) -> None:
        interface, queue = given["Interface"], given.get("Queue", "")
        mine = [key for key in self._members if key[1] == interface and queue in ("", key[0])]
        if name == "QueuePause":
            if not mine:
                raise PbxError("Interface not found")
            for key in mine:
                paused = given["Paused"] == "true"
                self._members[key] |= {"Paused": str(int(paused)), "PausedReason": given.get("Reason", "")}
                self.play([{**self._members[key], "Event": "QueueMemberPause"}])
        elif queue not in self._queues:
            raise PbxError("Unable to add interface to queue: No such queue")
        elif name == "QueueAdd":
            if mine:
                raise PbxError("Unable to add interface: Already there")
            member = {
                "Queue": queue,
                "Interface": interface,
                "MemberName": given.get("MemberName", ""),
                "Status": "1",
                "Paused": str(int(given.get("Paused") == "true")),
                "PausedReason": "",
            }
            self._members[queue, interface] = member
            self.play([{**member, "Event": "QueueMemberAdded"}])
        else:
            if not mine:
                raise PbxError("Unable to remove interface: Not there")
            self.play([{**self._members.pop((queue, interface)), "Event": "QueueMemberRemoved"}])


def recorded_scene(recording: Path, name: str) -> list[dict[str, str]]:
    """The events and list items of scene `name` in a file of recorded manager events."""
    scenes: dict[str, list[dict[str, str]]] = json.loads(recording.read_text("utf-8"))["scenes"]
    return scenes[name]
