"""The way of the call's sound: websocket_client.conf, by which chan_websocket finds the media server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ivr.pbx.doctor.config_file import Section
from ivr.pbx.doctor.findings import Finding, fault, fine, warning
from ivr.pbx.doctor.patient import Patient
from ivr.pbx.doctor.wanted import MEDIA_PATH, MEDIA_PROTOCOL, SOCKET, Wanted

FILE = "websocket_client.conf"
LONGEST_CONNECT_MS = 5000
"""A caller waits in silence so long for a service that hangs."""
_MEND = "then in Asterisk's command line: module reload res_websocket_client.so"
_NEEDED = {"type": "websocket_client", "connection_type": "per_call_config", "protocols": MEDIA_PROTOCOL}


def websocket_client(patient: Patient, wanted: Wanted) -> Iterator[Finding]:
    """Whether the section that the service dials leads to its media port."""
    config = patient.config(FILE)
    section = (config or {}).get(SOCKET)
    uri = f"ws://{wanted.media}{MEDIA_PATH}"
    if section is None:
        lines = [f"[{SOCKET}]", *(f"{name} = {value}" for name, value in _NEEDED.items()), f"uri = {uri}"]
        lines += ["connection_timeout = 1000", "reconnect_attempts = 1", "tls_enabled = no"]
        yield fault(f"{FILE} has no section [{SOCKET}], by which the service is dialled", where=FILE,
                    line="\n".join(lines), mend=_MEND)  # fmt: skip
        return
    found = [*_settings(section), *_address(section, wanted, uri)]
    yield from found
    if not found:
        yield fine(f"chan_websocket brings the sound to {uri}")


def _settings(section: Section) -> Iterator[Finding]:
    for name, needed in _NEEDED.items():
        entry = section.get(name)
        if entry is None or entry.value != needed:
            yield fault(
                f"[{SOCKET}] has {f'{name} = {entry.value}' if entry else f'no {name}'}, not {needed}",
                where=entry.at if entry else section.at,
                line=f"{name} = {needed}",
                mend=_MEND,
            )
    waiting = section.get("connection_timeout")
    if waiting is not None and waiting.value.isdecimal() and int(waiting.value) > LONGEST_CONNECT_MS:
        yield warning(
            f"callers wait {int(waiting.value) / 1000:g} s in silence for a service that hangs",
            where=waiting.at,
            line="connection_timeout = 1000",
            mend=_MEND,
        )


def _address(section: Section, wanted: Wanted, uri: str) -> Iterator[Finding]:
    entry = section.get("uri")
    where, line = (entry.at if entry else section.at), f"uri = {uri}"
    value = entry.value if entry else ""
    parts = urlsplit(value)
    try:
        port = parts.port or (443 if parts.scheme == "wss" else 80)
    except ValueError:
        port = 0
    if port != wanted.media.port or parts.path != MEDIA_PATH:
        yield fault(
            f"[{SOCKET}] leads to '{value}', the media server is on port {wanted.media.port}, path {MEDIA_PATH}",
            where=where,
            line=line,
            mend=f"{_MEND}; or change the service's {wanted.media.setting}",
        )
    elif parts.scheme != "ws" or section.value("tls_enabled", "no").lower() in {"yes", "true", "1"}:
        yield fault(
            "the media server speaks no TLS",
            where=where,
            line=f"{line}\ntls_enabled = no",
            mend=f"{_MEND}; between machines lead it through a tunnel",
        )
    elif parts.hostname != wanted.media.host and parts.hostname not in {"localhost", "127.0.0.1"}:
        yield warning(
            f"the sound of calls travels unencrypted to {parts.hostname}; the service listens on {wanted.media.host}",
            where=where,
            line=line,
            mend=f"{_MEND}; between machines use a private network",
        )
