"""Where a catalogue's entry or a server's redirect may lead: to the web only, and never from a secured place to an
unsecured one."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_SIGNS = re.compile(r"[!-~]{1,2000}")
"""All that an address may be written with (RFC 3986, 2), loosely."""
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
"""Names and numbers of hosts; 253 is the longest name (RFC 1035, 2.3.4)."""


def web_address(link: str, source: str) -> str | None:
    """The whole address of `link` as it stands in what came from `source`; None if nobody should go there.

    It must be http or https with a host and a possible port, and https if `source` is. Pure; never raises.
    """
    try:
        url = urljoin(source, link)
        to, by = urlsplit(url), urlsplit(source).scheme
        whole = _HOST.fullmatch(to.hostname or "") and to.port != 0  # reading the port raises ValueError past 65535
    except ValueError:
        return None
    safe = to.scheme == "https" or (to.scheme == "http" and by == "http")
    return url if whole and safe and link and _SIGNS.fullmatch(url) else None
