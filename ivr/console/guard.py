"""What holds for every answer: headers that forbid what our pages do not need, the Origin check, one a connection."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from aiohttp import web

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
HEADERS = {
    # Nothing inline, nothing from elsewhere: text that slipped into a page could still not run.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
    "Server": "ivr",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: put `HEADERS` on every answer."""
    response.headers.update(HEADERS)


def same_origin(request: web.Request) -> bool:
    """Whether the page that asks was served by the host that is asked."""
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.scheme in {"http", "https"} and bool(origin.netloc) and origin.netloc == request.host


def is_local(request: web.Request) -> bool:
    """Whether it is asked on this machine, and not by somebody else through a proxy that runs here."""
    passed_on = any(header in request.headers for header in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"))
    try:
        peer = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return False
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    return (mapped or peer).is_loopback and not passed_on


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what changes something, and every WebSocket, from another origin (or from none)."""
    changes = request.method not in {"GET", "HEAD"} or "Upgrade" in request.headers
    if changes and not same_origin(request):
        raise web.HTTPForbidden(text="this page was asked from another site\n")
    return await handler(request)


@web.middleware
async def answer_once(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One answer a connection, then it is closed: nobody holds one by asking now and then."""
    try:
        answer = await handler(request)
    except web.HTTPException as refusal:
        refusal.force_close()
        raise
    if not isinstance(answer, web.WebSocketResponse):
        answer.force_close()
    return answer
