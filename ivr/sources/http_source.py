"""A web service that answers in JSON as a source."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from ivr.errors import LookUpFailed
from ivr.sources.json_path import parsed, taken
from ivr.sources.source import Answer, Place, Setup, Unusable, one_answer
from ivr.sources.threads import Threads
from ivr.web.request import BadValue, Filled, Request, in_clear, url_fault
from ivr.web.template import Environment

LARGEST_BODY_BYTES = 256 * 1024
MOST_REDIRECTS = 3
MOST_CONNECTIONS = 20
MOST_THREADS = 2
_OURS = frozenset({401, 403, 407, 408, 429})
"""Client errors that say something about us and not about what was asked."""


class HttpSource:
    """Asks with one request and takes values out of the JSON that comes back.

    Redirects are followed within the same scheme, host and port only: elsewhere neither what callers said nor a token
    has any business. Compressed bodies are not asked for and not taken, so that a small one cannot become a large one.
    """

    def __init__(
        self, setup: Setup, *, request: Request, not_found: frozenset[int], at: Place, environment: Environment
    ) -> None:
        """`not_found`: statuses that say that there is no such thing."""
        self.setup = setup
        self._request = request
        self._not_found = not_found
        self._at = at
        self._environment = environment
        self._session: aiohttp.ClientSession | None = None
        self._threads = Threads(MOST_THREADS)

    @property
    def asks(self) -> frozenset[str]:
        """Every ``{value}`` of the request."""
        return self._request.values

    @property
    def may_be_rehearsed(self) -> bool:
        """See `Source`: nobody knows what a service elsewhere does when it is asked."""
        return False

    def check(self) -> tuple[str, ...]:
        """Warnings about secrets that are not set, and about what travels in the clear; nothing is asked."""
        secrets = self._request.secrets
        warnings = [
            f"the environment variable {name} is not set, so '{self.setup.name}' cannot be asked; set it"
            for name in self._environment.missing(secrets)
        ]
        if in_clear(self._request.url.text) and (self.asks or secrets):
            warnings.append("what callers say, and secrets, travel in the clear; use 'https://'")
        return tuple(str(self._at.wrong(warning)) for warning in warnings)

    async def look_up(self, asked: Mapping[str, str]) -> Answer | None:
        """See `Source`."""
        sent = self._filled(asked)
        try:
            body = await self._body(sent)
        except (aiohttp.ClientError, OSError, ValueError) as fault:  # whose texts may hold the address, and so values
            raise LookUpFailed(f"the service cannot be asked ({type(fault).__name__})") from None
        return None if body is None else await self._threads.run(lambda: self._answer(body))

    async def close(self) -> None:
        """Close the connections that are kept."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _filled(self, asked: Mapping[str, str]) -> Filled:
        try:
            return self._request.filled(asked, self._environment)
        except BadValue as fault:
            raise Unusable(str(fault)) from None

    async def _body(self, sent: Filled) -> bytes | None:
        """What the service answers with; None if there is no such thing."""
        address = sent.url
        for _ in range(MOST_REDIRECTS + 1):
            async with self._connected().request(
                self._request.method,
                URL(address, encoded=True),
                data=sent.body,
                headers=sent.headers,
                allow_redirects=False,
            ) as response:
                if response.status in self._not_found:
                    return None
                if 200 <= response.status < 300:
                    return await _limited(response)
                address = self._redirected(address, response)
        raise LookUpFailed(f"it redirects more than {MOST_REDIRECTS} times")

    def _redirected(self, address: str, response: aiohttp.ClientResponse) -> str:
        """Where to ask instead. Raises LookUpFailed if the answer is no such redirect."""
        status = response.status
        followed = (307, 308) if self._request.body or self._request.form else (301, 302, 303, 307, 308)
        if status not in followed:
            fault = LookUpFailed if status >= 500 or status in _OURS or status < 400 else Unusable
            raise fault(f"it answers with status {status}")
        there = urljoin(address, response.headers.get("Location", ""))
        if url_fault(there) is not None or URL(there, encoded=True).origin() != URL(address, encoded=True).origin():
            raise LookUpFailed("it redirects to another host or scheme")
        return there

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # the time limit is `Sources`'
                auto_decompress=False,
            )
        return self._session

    def _answer(self, body: bytes) -> Answer | None:
        try:
            document = parsed(body)
        except ValueError:  # whose text may hold a part of the body
            raise LookUpFailed("its answer is no JSON, or too deeply nested") from None
        row = taken(document, self.setup.take)
        return None if row is None else one_answer(self.setup, [row])


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    """The body. Raises LookUpFailed if it is too long or compressed."""
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise LookUpFailed("its answer is compressed, although that was not asked for")
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise LookUpFailed(f"its answer is longer than {LARGEST_BODY_BYTES // 1024} kB")
    return bytes(body)
