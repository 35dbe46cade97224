"""The JSON control messages of Asterisk's chan_websocket: text to events, commands to text, no I/O.

Field names and behaviour as of Asterisk 22.10.1 (channels/chan_websocket.c, ``f(json)``); recorded messages are in
tests/wire/recordings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from ivr.call.keys import KEYS
from ivr.media.audio import Key

LONGEST_COMMAND: Final = 128
"""Asterisk drops a longer text message with a warning (MAX_TEXT_MESSAGE_LEN in chan_websocket.c)."""
LARGEST_SOUND: Final = 65_500
"""Bytes of the largest binary message that Asterisk promises to take (its documentation; beyond it hangs up)."""

START_BUFFERING: Final = '{"command":"START_MEDIA_BUFFERING"}'
FLUSH: Final = '{"command":"FLUSH_MEDIA"}'
"""Empties the queue with its marks, ends buffering, sends no completion; a pause stays (measured; the
documentation says otherwise)."""
PAUSE: Final = '{"command":"PAUSE_MEDIA"}'
CONTINUE: Final = '{"command":"CONTINUE_MEDIA"}'
GET_STATUS: Final = '{"command":"GET_STATUS"}'
HANG_UP: Final = '{"command":"HANGUP"}'
SOUND_BOTH_WAYS: Final = '{"command":"SET_MEDIA_DIRECTION","direction":"both"}'
SOUND_TO_CALLER_ONLY: Final = '{"command":"SET_MEDIA_DIRECTION","direction":"out"}'
"""No sound comes from the caller; keys still do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaStart:
    """The line is there. `format` and `frame_bytes` describe the sound both ways.

    The channel variables of the message are left out on purpose: they hold whatever the dialplan put there.
    """

    channel: str
    channel_id: str
    format: str
    frame_bytes: int


@dataclass(frozen=True, slots=True)
class MarkPassed:
    """Everything sent before the mark was played."""

    correlation_id: str


@dataclass(frozen=True, slots=True)
class BufferingCompleted:
    """Everything sent before the end of buffering was played."""

    correlation_id: str


@dataclass(frozen=True, slots=True)
class QueueFull:
    """MEDIA_XOFF: what is sent beyond 1,000 queued frames is dropped."""


@dataclass(frozen=True, slots=True)
class QueueFree:
    """MEDIA_XON: under 800 queued frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The answer to GET_STATUS: 20 ms frames that Asterisk has not yet played, and its three flags."""

    queued_frames: int
    queue_full: bool
    buffering: bool
    paused: bool


@dataclass(frozen=True, slots=True)
class Complaint:
    """ERROR: Asterisk refused a command of ours."""

    text: str


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event that this service has no use for (QUEUE_DRAINED, or one of a newer Asterisk)."""

    name: str


MediaEvent = (
    MediaStart | Key | MarkPassed | BufferingCompleted | QueueFull | QueueFree | Status | Complaint | OtherEvent
)


def decode(text: str) -> MediaEvent:
    """The event in one text message.

    Raises ValueError for anything that is no JSON event of chan_websocket (plain-text control messages too).
    """
    try:
        fields = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    match _text(fields, "event"):
        case "DTMF_END":
            digit = _text(fields, "digit")
            if digit not in KEYS:
                raise ValueError("not a key of a telephone")
            return Key(digit)
        case "MEDIA_MARK_PROCESSED":
            return MarkPassed(_text(fields, "correlation_id"))
        case "MEDIA_BUFFERING_COMPLETED":
            return BufferingCompleted(_text(fields, "correlation_id"))
        case "MEDIA_XOFF":
            return QueueFull()
        case "MEDIA_XON":
            return QueueFree()
        case "STATUS":
            return _status(fields)
        case "MEDIA_START":
            return MediaStart(
                channel=_text(fields, "channel"),
                channel_id=_text(fields, "channel_id"),
                format=_text(fields, "format"),
                frame_bytes=_count(fields, "optimal_frame_size"),
            )
        case "ERROR":
            return Complaint(_text(fields, "error_text").strip())
        case name:
            return OtherEvent(name)


def stop_buffering(correlation_id: str) -> str:
    """End of a prompt; BufferingCompleted with this id comes when it was played."""
    return _command("STOP_MEDIA_BUFFERING", correlation_id)


def mark(correlation_id: str) -> str:
    """A mark behind what was sent; MarkPassed with this id comes when playing reaches it."""
    return _command("MARK_MEDIA", correlation_id)


def _command(name: str, correlation_id: str) -> str:
    text = json.dumps({"command": name, "correlation_id": correlation_id}, separators=(",", ":"))
    if len(text) > LONGEST_COMMAND:
        raise ValueError(f"command of {len(text)} bytes: Asterisk drops what is longer than {LONGEST_COMMAND}")
    return text


def _status(fields: dict[str, Any]) -> Status:
    return Status(
        queued_frames=_count(fields, "queue_length"),
        queue_full=_flag(fields, "queue_full"),
        buffering=_flag(fields, "bulk_media"),
        paused=_flag(fields, "media_paused"),
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise ValueError(f"no text in field {name}")
    return value


def _count(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"no count in field {name}")
    return value


def _flag(fields: dict[str, Any], name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"no flag in field {name}")
    return value
