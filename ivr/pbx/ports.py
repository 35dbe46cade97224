"""The ports of one Asterisk and its service: as set, or free ones for a test."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

from ivr.errors import SettingsError
from ivr.settings import Settings

LOOPBACK = "127.0.0.1"
RTP_FROM = 10000
PORTS_PER_CALL = 6
"""Two ports a leg: the caller, an agent, and a second agent whose phone rings; callers beyond the service's limit
still reach the operators."""
RTP_BLOCK = 400
"""Of a test's Asterisk: a hundred callers with two legs each."""
FREE = range(10000, 32000)
"""Below the range from which the kernel gives out ports (32768 on): there one is taken by anybody's connection while
a first start is still rendering its prompts."""
_TRIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`sip` (UDP) and `ami` are Asterisk's, `agi`, `media` and `console` the service's; `rtp_from`..`rtp_to` carry
    sound (UDP)."""

    sip: int = 5060
    ami: int = 5038
    agi: int = 4573
    media: int = 8089
    console: int = 8080
    rtp_from: int = RTP_FROM
    rtp_to: int = RTP_FROM + RTP_BLOCK - 1
    address: str = LOOPBACK
    """Where SIP and sound are taken."""

    @classmethod
    def of(cls, settings: Settings) -> Ports:
        """The ports that `settings` name."""
        return cls(
            sip=settings.sip_port,
            ami=settings.ami_port,
            agi=settings.agi_port,
            media=settings.media_port,
            console=settings.console_port,
            rtp_to=RTP_FROM + PORTS_PER_CALL * settings.most_calls - 1,
            address=settings.sip_bind,
        )

    @classmethod
    def free(cls) -> Ports:
        """Ports of 127.0.0.1 that nobody uses now, each another one; two callers hardly ever get the same."""
        taken: set[int] = set()
        sip = _free(socket.SOCK_DGRAM, taken)
        ami, agi, media, console = (_free(socket.SOCK_STREAM, taken) for _ in range(4))
        # A port that is taken all the same is skipped by Asterisk (res_rtp_asterisk.c, rtp_allocate_transport), so the
        # block need not be watched.
        first = random.randrange(FREE.start, FREE.stop, RTP_BLOCK)  # noqa: S311 - no secret
        return cls(
            sip=sip, ami=ami, agi=agi, media=media, console=console, rtp_from=first, rtp_to=first + RTP_BLOCK - 1
        )

    def check_free(self) -> None:
        """Raise SettingsError, one line with port and setting, if another program has a port that Asterisk needs."""
        for port, kind, name in (
            (self.sip, socket.SOCK_DGRAM, "sip_port"),
            (self.ami, socket.SOCK_STREAM, "ami_port"),
        ):
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind is socket.SOCK_STREAM:  # as Asterisk does: connections of a former run are no obstacle
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.address if kind is socket.SOCK_DGRAM else LOOPBACK, port))
                except OSError as fault:
                    raise SettingsError(
                        f"port {port} (setting '{name}', IVR_{name.upper()}) cannot be used: {fault.strerror}; "
                        "stop the program that has it, or choose another port"
                    ) from None


def _free(kind: int, taken: set[int]) -> int:
    """A port of `FREE` that is none of `taken`, to which it is added. Raises SettingsError if there is none."""
    for _ in range(_TRIES):
        port = random.choice(FREE)  # noqa: S311 - no secret
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        if port not in taken:
            taken.add(port)
            return port
    raise SettingsError(f"no free port from {FREE.start} to {FREE.stop - 1} on this machine; end some programs")
