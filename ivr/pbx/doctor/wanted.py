"""What the helpline needs of a PBX, as frozen values: the examinations compare a patient with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SOCKET = "ivr"
"""The section of websocket_client.conf that the switchboard dials (``WebSocket/ivr/…``)."""
MEDIA_PATH = "/media"
MEDIA_PROTOCOL = "media"
SAFETY_QUEUE = "operator"
"""Where the safety net puts callers."""

CLASSES = ("call", "agent", "reporting")
"""What the service's account has, for reading and for writing."""
READ_NEEDED = frozenset({"call", "agent"})
"""``Hangup`` is of the class call, the queues' events are of agent (Asterisk 22, manager_channels.c, app_queue.c)."""
ACTIONS = ("AbsoluteTimeout", "QueueAdd", "QueueRemove", "QueuePause", "QueueStatus", "CoreShowChannels", "Ping")
"""Every manager action of the service."""

LEAST_VERSIONS = {20: 18, 22: 8, 23: 2}
"""Branch of Asterisk → least minor version: chan_websocket's control messages as JSON came with it."""
ADVISED_VERSION = (22, 10, 1)
"""In branch 22: with the security mends of June 2026."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """Modules of which one must be loaded; `why` as in asterisk/modules.conf."""

    names: tuple[str, ...]
    why: str
    if_missing_warn: bool = False


def _one(name: str, why: str) -> Module:
    return Module(names=(name,), why=why)


MODULES = (
    _one("pbx_config.so", "extensions.conf"),
    _one("res_agi.so", "AGI: control by the service"),
    _one("res_http_websocket.so", "chan_websocket needs it"),
    _one("res_websocket_client.so", "connects to the media server"),
    _one("chan_websocket.so", "the call's sound to the service"),
    _one("app_dial.so", "EXEC Dial of the service"),
    _one("app_playback.so", "the apology"),
    _one("app_read.so", "keys of the plan in Asterisk alone"),
    _one("app_verbose.so", "Log()"),
    _one("app_queue.so", "queues"),
    _one("res_musiconhold.so", "the sound of waiting"),
    _one("bridge_simple.so", "two legs of a call"),
    _one("bridge_holding.so", "app_queue asks for it"),
    _one("func_channel.so", "CHANNEL()"),
    _one("func_timeout.so", "TIMEOUT(absolute)"),
    _one("func_strings.so", "FILTER()"),
    _one("func_callerid.so", "CALLERID(), to clean a number"),
    _one("func_logic.so", "IF()"),
    _one("func_uuid.so", "the nonce"),
    _one("func_dialplan.so", "DIALPLAN_EXISTS()"),
    _one("codec_ulaw.so", "between telephone sound and the service's"),
    _one("codec_alaw.so", "between telephone sound and the service's"),
    _one("format_wav.so", "prompts of the plan in Asterisk alone"),
    Module(names=("format_gsm.so", "format_pcm.so", "format_g722.so", "format_sln.so"), why="Asterisk's own voice"),
    Module(names=("res_timing_timerfd.so", "res_timing_pthread.so"), why="the clock of sound"),
    Module(names=("codec_resample.so",), why="callers with other rates than 8 kHz", if_missing_warn=True),
)
PJSIP_MODULES = (
    _one("chan_pjsip.so", "agents' phones"),
    _one("res_pjsip_session.so", "agents' phones"),
    _one("res_pjsip_sdp_rtp.so", "their sound"),
    _one("res_rtp_asterisk.so", "RTP"),
)
"""Needed if an agent has a ``PJSIP/`` telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A host and port of ours; `setting` names the port's setting."""

    host: str
    port: int
    setting: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAgent:
    """A telephone that agents.yaml names."""

    name: str
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What must be there. `queues`: name → who names it; `zones`: time zone → the plan that lives in it.

    `agi_secret` None if it is not known; `own_address`: an address of this machine under which the manager interface
    must not answer, None if it has none but loopback.
    """

    ami: Place
    ami_user: str
    agi: Place
    media: Place
    console: Place
    agi_secret: str | None
    absolute_timeout_s: int
    queues: Mapping[str, str]
    agents: tuple[WantedAgent, ...]
    event_names: frozenset[str]
    zones: Mapping[str, str] = field(default_factory=dict)
    own_address: str | None = None

    @property
    def modules(self) -> tuple[Module, ...]:
        """Every module that must be loaded."""
        by_pjsip = any(agent.interface.startswith("PJSIP/") for agent in self.agents)
        return (*MODULES, *(PJSIP_MODULES if by_pjsip else ()))
