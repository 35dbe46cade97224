"""The service's own ports: free, or held by the service and nobody else."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

from ivr.pbx.doctor.findings import Finding, fault, fine, warning
from ivr.pbx.doctor.wanted import Place, Wanted

KNOCK_S = 1.0
LARGEST_HEALTH = 64 * 1024
LOOPBACKS = frozenset({"127.0.0.1", "::1", "localhost"})


def own_ports(wanted: Wanted) -> Iterator[Finding]:
    """Who holds the ports for calls, sound and pages, and whether Asterisk can reach them; needs no manager line."""
    ours = _is_the_service(wanted.console)
    for place in (wanted.agi, wanted.media, wanted.console):
        if not _listens(place):
            if ours and place is not wanted.console:
                yield fault(
                    f"the service runs, but nobody listens on {place}",
                    where="ivr.toml",
                    line=f"{place.setting} = the port with which the service was started",
                )
            elif why := _cannot_bind(place):
                yield _taken(place, why)
            else:
                yield fine(f"{place} ({place.setting}) is free: the service does not run now")
        elif ours:
            yield fine(f"the service listens on {place} ({place.setting})")
        else:
            yield _taken(place, "another program listens there")
    remote = wanted.ami.host not in LOOPBACKS
    for place in (wanted.agi, wanted.media):
        if remote and place.host in LOOPBACKS:
            yield fault(
                f"Asterisk at {wanted.ami.host} cannot reach {place}: the service listens on this machine only",
                where="ivr.toml",
                line='bind = "the address in a private network"\nallow_public_bind = true',
            )
            break
    if not remote and wanted.agi.host not in LOOPBACKS:
        yield warning(
            f"the service listens on {wanted.agi.host}, though Asterisk is on the same machine: AGI and media have no "
            "log-in of their own",
            where="ivr.toml",
            line='bind = "127.0.0.1"',
        )


def _taken(place: Place, why: str) -> Finding:
    return fault(
        f"{place} cannot be used by the service: {why}",
        where="ivr.toml",
        line=f"{place.setting} = another port",
        mend="or stop the program that has it",
    )


def _listens(place: Place) -> bool:
    try:
        socket.create_connection((place.host, place.port), timeout=KNOCK_S).close()
    except OSError:
        return False
    return True


def _cannot_bind(place: Place) -> str:
    """Why a port that nobody listens on cannot be used; empty if it can."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as fault_:
            return fault_.strerror or type(fault_).__name__
    return ""


def _is_the_service(console: Place) -> bool:
    """Whether the pages' port answers as ours does (``/health``, well or not)."""
    asking = http.client.HTTPConnection(console.host, console.port, timeout=KNOCK_S)
    try:
        asking.request("GET", "/health")
        told = json.loads(asking.getresponse().read(LARGEST_HEALTH))
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        asking.close()
    return isinstance(told, dict) and "ok" in told and "reasons" in told
