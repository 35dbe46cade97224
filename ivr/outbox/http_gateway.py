"""A web service that sends texts, by a request as the outbox's file describes it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import aiohttp
from yarl import URL

from ivr.call import Letter
from ivr.errors import SecretMissing
from ivr.outbox.gateway import FateUnknown, NotTaken, Place
from ivr.outbox.texts import short
from ivr.web.request import BadValue, Filled, Request, in_clear
from ivr.web.template import Environment

VALUES = frozenset({"to", "text", "id", "subject"})
TRY_AGAIN = frozenset({429, 503})
"""Statuses that say that nothing was taken, but may be later: RFC 6585 4, RFC 9110 15.6.4."""
MOST_CONNECTIONS = 5


class HttpGateway:
    """One request a letter; its answer's status says what became of it.

    A status that says that it was refused (4xx) is no reason to repeat it; any other (redirects are not followed) says
    nothing about whether it was taken.
    """

    def __init__(
        self,
        request: Request,
        *,
        at: Place,
        environment: Environment,
        accepted: frozenset[int],
        try_again: frozenset[int],
        most_segments: int,
        time_limit_s: float,
    ) -> None:
        """`accepted`: statuses that say that it was taken; empty: 200 to 299."""
        self._request = request
        self._at = at
        self._environment = environment
        self._accepted = accepted or frozenset(range(200, 300))
        self._try_again = try_again
        self._most_segments = most_segments
        self._time_limit_s = time_limit_s
        self._session: aiohttp.ClientSession | None = None

    def check(self) -> tuple[str, ...]:
        """See `Gateway.check`."""
        missing = self._environment.missing(self._request.secrets)
        warnings = [f"the environment variable {name} is not set, so nothing can be sent; set it" for name in missing]
        if in_clear(self._request.url.text):
            warnings.append("what is sent, and secrets, travel in the clear; use 'https://'")
        return tuple(map(self._at.told, warnings))

    async def send(self, letter: Letter) -> None:
        """See `Gateway.send`."""
        values = {
            "to": letter.to,
            "text": short(letter.text, letter.link, self._most_segments),
            "id": letter.id,
            "subject": letter.subject,
        }
        try:
            filled = self._request.filled(values, self._environment)
        except BadValue as fault:
            raise NotTaken(str(fault), again=False) from None
        except SecretMissing as fault:
            raise NotTaken(str(fault), again=True) from None
        self._judge(await self._status(filled))

    async def _status(self, filled: Filled) -> int:
        """What it answers with. Until something of the request was written, nothing can have been taken."""
        written = SimpleNamespace(begun=False)
        try:
            async with (
                asyncio.timeout(self._time_limit_s),
                self._connected().request(
                    self._request.method,
                    URL(filled.url, encoded=True),
                    data=filled.body,
                    headers=filled.headers,
                    allow_redirects=False,
                    trace_request_ctx=written,
                ) as response,
            ):
                return response.status
        except (aiohttp.ClientError, OSError, ValueError) as fault:  # whose texts may hold the address, and so values
            if written.begun:
                raise FateUnknown(f"no answer to the request ({type(fault).__name__})") from None
            raise NotTaken(f"the gateway cannot be reached ({type(fault).__name__})", again=True) from None

    def _judge(self, status: int) -> None:
        """Raise what `status` says."""
        if status in self._accepted:
            return
        if status in self._try_again:
            raise NotTaken(f"it answers with status {status}", again=True)
        if 400 <= status < 500:
            raise NotTaken(f"it answers with status {status}", again=False)
        raise FateUnknown(f"it answers with status {status}")

    async def close(self) -> None:
        """See `Gateway.close`."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_begun)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trace_configs=[trace],
            )
        return self._session


async def _begun(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    context.trace_request_ctx.begun = True
