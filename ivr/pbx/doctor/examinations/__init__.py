"""One function an examination: it asks the patient, compares with what is wanted, and yields findings."""

from ivr.pbx.doctor.examinations.account import actions, config_readable, events, exposure
from ivr.pbx.doctor.examinations.asterisk import clock, modules, time_zones, version
from ivr.pbx.doctor.examinations.calls import endings, entrances, helpline, queue_extensions, safety_net
from ivr.pbx.doctor.examinations.people import agents, codecs, queues
from ivr.pbx.doctor.examinations.ports import own_ports
from ivr.pbx.doctor.examinations.sound import websocket_client

__all__ = [
    "actions",
    "agents",
    "clock",
    "codecs",
    "config_readable",
    "endings",
    "entrances",
    "events",
    "exposure",
    "helpline",
    "modules",
    "own_ports",
    "queue_extensions",
    "queues",
    "safety_net",
    "time_zones",
    "version",
    "websocket_client",
]
