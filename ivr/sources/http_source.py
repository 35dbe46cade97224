"""A web service that answers in JSON as a source."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from yarl import URL

from ivr.errors import LookUpFailed
from ivr.sources.json_path import parsed, taken
from ivr.sources.source import Answer, Place, Setup, Unusable, one_answer
from ivr.sources.template import Environment, Template
from ivr.sources.threads import Threads

LARGEST_BODY_BYTES = 256 * 1024
MOST_REDIRECTS = 3
MOST_CONNECTIONS = 20
MOST_THREADS = 2
_HOST = re.compile(r"(https?)://([^/?#\s]+)")
_OURS = frozenset({401, 403, 407, 408, 429})
"""Client errors that say something about us and not about what was asked."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent: templates, in which values are encoded as their place asks for."""

    url: Template
    method: str
    headers: Mapping[str, Template]
    body: Template | None
    """JSON; values stand inside its texts."""
    not_found: frozenset[int]
    """Statuses that say that there is no such thing."""

    @property
    def templates(self) -> tuple[Template, ...]:
        """All of them."""
        return (self.url, *self.headers.values(), *((self.body,) if self.body else ()))


@dataclass(slots=True)
class _Sent:
    """A request with its values; nothing of it is to be logged."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def url_fault(text: str) -> str | None:
    """What is wrong with `text` as the address of a source; None: nothing."""
    found = _HOST.match(text)
    if found is None:
        return f"'{text}' is no address; it begins with 'https://' and the name of a host"
    if not text.isascii() or " " in text:
        return "an address holds no blanks, accents or umlauts; write them percent-encoded, like %20"
    if "@" in found.group(2):
        return "a name or password must not stand in the address; write 'headers: {Authorization: …}' with {env:NAME}"
    if "{" in found.group(2):
        return "the host must stand in the address as it is; only what follows it may hold values"
    try:
        if not urlsplit(text).hostname or urlsplit(text).port == 0:
            return f"'{found.group(2)}' is no host"
    except ValueError:
        return f"'{found.group(2)}' is no host and port"
    return None


def in_clear(text: str) -> bool:
    """Whether what is sent to the address `text` can be read on its way."""
    address = urlsplit(text)
    return address.scheme == "http" and address.hostname not in _LOOPBACK


class HttpSource:
    """Asks with one request and takes values out of the JSON that comes back.

    Redirects are followed within the same scheme, host and port only: elsewhere neither what callers said nor a token
    has any business. Compressed bodies are not asked for and not taken, so that a small one cannot become a large one.
    """

    def __init__(self, setup: Setup, *, request: Request, at: Place, environment: Environment) -> None:
        self.setup = setup
        self._request = request
        self._at = at
        self._environment = environment
        self._session: aiohttp.ClientSession | None = None
        self._threads = Threads(MOST_THREADS)

    @property
    def asks(self) -> frozenset[str]:
        """Every ``{value}`` of the request."""
        return frozenset().union(*(template.values for template in self._request.templates))

    @property
    def may_be_rehearsed(self) -> bool:
        """See `Source`: nobody knows what a service elsewhere does when it is asked."""
        return False

    def check(self) -> tuple[str, ...]:
        """Warnings about secrets that are not set, and about what travels in the clear; nothing is asked."""
        secrets = frozenset[str]().union(*(template.secrets for template in self._request.templates))
        warnings = [
            f"the environment variable {name} is not set, so '{self.setup.name}' cannot be asked; set it"
            for name in self._environment.missing(secrets)
        ]
        if in_clear(self._request.url.text) and (self.asks or secrets):
            warnings.append("what callers say, and secrets, travel in the clear; use 'https://'")
        return tuple(str(self._at.wrong(warning)) for warning in warnings)

    async def look_up(self, asked: Mapping[str, str]) -> Answer | None:
        """See `Source`."""
        sent = self._sent(asked)
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

    def _sent(self, asked: Mapping[str, str]) -> _Sent:
        request, environment = self._request, self._environment
        path, _, _ = request.url.text.partition("?")
        for name in Template(path).values:
            if set(asked[name]) <= {"."}:  # a step up in the path, however it is encoded
                raise Unusable(f"'{name}' cannot be part of an address")
        headers = {name: value.filled(asked, environment) for name, value in request.headers.items()}
        if any(_CONTROL.search(value) for value in headers.values()):
            raise Unusable("a value cannot be part of a header")
        body = request.body.filled(asked, environment, _in_json) if request.body else None
        defaults = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if body is not None:
            defaults["Content-Type"] = "application/json"
        own = {name.lower() for name in headers}
        return _Sent(
            url=request.url.filled(asked, environment, lambda value: quote(value, safe="")),
            headers={**{name: value for name, value in defaults.items() if name.lower() not in own}, **headers},
            body=body.encode() if body is not None else None,
        )

    async def _body(self, sent: _Sent) -> bytes | None:
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
                if response.status in self._request.not_found:
                    return None
                if 200 <= response.status < 300:
                    return await _limited(response)
                address = self._redirected(address, response)
        raise LookUpFailed(f"it redirects more than {MOST_REDIRECTS} times")

    def _redirected(self, address: str, response: aiohttp.ClientResponse) -> str:
        """Where to ask instead. Raises LookUpFailed if the answer is no such redirect."""
        status = response.status
        followed = (307, 308) if self._request.body else (301, 302, 303, 307, 308)
        if status not in followed:
            fault = LookUpFailed if status >= 500 or status in _OURS or status < 400 else Unusable
            raise fault(f"it answers with status {status}")
        there = urljoin(address, response.headers.get("Location", ""))
        if _HOST.match(there) is None or URL(there, encoded=True).origin() != URL(address, encoded=True).origin():
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


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]
