"""A scripted agent's page: logs in as the browser does and reads the same live feed, with the time of each view."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any

import aiohttp

from ivr.errors import LineBroken, SettingsError

View = dict[str, Any]


class AgentPage:
    """The page of agent `name` at `url` (with a slash at its end); `async with` logs in and out."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self._url = url
        self._name = name
        self._password = password
        self._http: aiohttp.ClientSession | None = None
        self._feed: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Future[str | None]] = {}
        self._news = asyncio.Condition()
        self.views: list[tuple[float, View]] = []
        """Every view that came, with the event loop's time of its arrival."""

    async def __aenter__(self) -> AgentPage:
        origin = {"Origin": self._url.rstrip("/")}
        # The cookies of an address without a name, too: that is what a page on this machine has.
        self._http = aiohttp.ClientSession(headers=origin, cookie_jar=aiohttp.CookieJar(unsafe=True))
        try:
            form = {"name": self._name, "password": self._password}
            async with self._http.post(self._url + "log-in", data=form, allow_redirects=False) as answer:
                if answer.status != 303:
                    raise SettingsError(f"agent {self._name} cannot log in at {self._url}: status {answer.status}")
            self._feed = await self._http.ws_connect(self._url + "agent/events")
        except BaseException:
            await self._http.close()
            raise
        self._reader = asyncio.create_task(self._read(), name="read an agent's page")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
        if self._feed is not None:
            await self._feed.close()
        if self._http is not None:
            await self._http.close()

    async def do(self, command: str, **fields: str) -> None:
        """Press a button of the page (``available``, ``pause``, ``sign_off``, ``wrap_up``).

        Raises LineBroken with the line that the page shows if it was not done.
        """
        assert self._feed is not None
        number = len(self._answers) + 1
        answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._answers[number] = answered
        await self._feed.send_str(json.dumps({"do": command, "id": number, **fields}))
        async with asyncio.timeout(10):
            line = await answered
        if line is not None:
            raise LineBroken(line)

    async def wait_for(
        self, shows: Callable[[View], bool], timeout_s: float = 15, *, since: float = float("-inf")
    ) -> tuple[float, View]:
        """The first view, of those that came (since then) and those to come, that `shows` accepts, and when it came.

        Raises TimeoutError.
        """
        seen = 0
        async with asyncio.timeout(timeout_s), self._news:
            while True:
                for at, view in self.views[seen:]:
                    if at >= since and shows(view):
                        return at, view
                seen = len(self.views)
                await self._news.wait()

    async def _read(self) -> None:
        assert self._feed is not None
        async for message in self._feed:
            data = json.loads(message.data)
            if data["kind"] == "answer":
                waiting = self._answers.get(data["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(data["line"])
            else:
                async with self._news:
                    self.views.append((asyncio.get_running_loop().time(), data))
                    self._news.notify_all()


def pop_in(state: str) -> Callable[[View], bool]:
    """For `AgentPage.wait_for`: the page holds a pop in `state` (``ringing``, ``talking``, ``wrap_up``)."""
    return lambda view: any(pop["state"] == state for pop in view["pops"])
