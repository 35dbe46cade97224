"""The frames between the recogniser pool and its worker processes, as a codec without I/O.

One frame is ``<payload length: u32 LE> <kind: u8> <utterance: u32 LE> <payload>``. Sound is carried raw (8 kHz,
16 bit, mono), everything else as JSON. Both ends are ours and of one version; the limits guard against a stray
write to a pipe, not against an enemy.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

_HEAD = struct.Struct("<IBI")
LONGEST_PAYLOAD = 1 << 20
"""Bytes; half a minute of sound is 480 kB."""


class FrameKind(IntEnum):
    """What a frame is; the first six go to the worker, the others come from it."""

    OPEN = 1
    """JSON list of phrases, or null for open vocabulary."""
    AUDIO = 2
    FINISH = 3
    ABANDON = 4
    PING = 5
    LOOK = 6
    """The words until here as if this were the end, as a PARTIAL, if there is time."""
    READY = 16
    PONG = 17
    """JSON ``{"rss_bytes": …, "behind": …}``: memory, and the pieces of sound of one utterance that wait."""
    PARTIAL = 18
    """JSON list ``[words, milliseconds]``: the words so far, and the length of the sound that they come from."""
    RESULT = 19
    """JSON list of ``[text, confidence]``, best first."""
    FAILED = 20
    """JSON string: why this utterance could not be decoded."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `utterance` is 0 where none is meant."""

    kind: FrameKind
    utterance: int = 0
    payload: bytes = b""

    @property
    def value(self) -> Any:
        """The JSON value of the payload. Raises FrameFault if it is none."""
        try:
            return json.loads(self.payload)
        except ValueError as fault:
            raise FrameFault(f"{self.kind.name} without JSON") from fault


class FrameFault(ValueError):
    """The bytes are not what the other end writes."""


def encode(kind: FrameKind, utterance: int = 0, payload: bytes = b"") -> bytes:
    """The bytes of one frame. Raises ValueError if `payload` is longer than LONGEST_PAYLOAD."""
    if len(payload) > LONGEST_PAYLOAD:
        raise ValueError(f"payload of {len(payload)} bytes")
    return _HEAD.pack(len(payload), kind, utterance) + payload


def encode_value(kind: FrameKind, utterance: int, value: object) -> bytes:
    """The bytes of one frame with a JSON payload."""
    return encode(kind, utterance, json.dumps(value, separators=(",", ":")).encode())


class FrameReader:
    """Bytes in any pieces → frames. Keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes. Raises FrameFault; nothing can be read after it."""
        self._kept += data
        frames = []
        start = 0
        while len(self._kept) - start >= _HEAD.size:
            length, kind, utterance = _HEAD.unpack_from(self._kept, start)
            if length > LONGEST_PAYLOAD:
                raise FrameFault(f"frame of {length} bytes")
            end = start + _HEAD.size + length
            if len(self._kept) < end:
                break
            try:
                known = FrameKind(kind)
            except ValueError as fault:
                raise FrameFault(f"frame of kind {kind}") from fault
            frames.append(Frame(known, utterance, bytes(self._kept[start + _HEAD.size : end])))
            start = end
        del self._kept[:start]
        return frames
