"""The sound of one scripted telephone: a packet every 20 ms, keys as RFC 4733 events, every packet heard kept.

Times are seconds of the event loop's clock (monotonic), taken when a packet is sent or arrives.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ivr.testing.pace import GRAIN_S, Pace
from ivr.testing.sound import SOUND_DBFS, pcm_from_ulaw, ulaw_from_pcm, ulaw_level_dbfs

PACKET_S = 0.02
PACKET_SAMPLES = 160
PCMU = 0
EVENTS = 101
"""Payload type under which keys are sent; the usual one, and the one we offer."""
KEYS = "0123456789*#ABCD"
_SILENCE = b"\xff" * PACKET_SAMPLES
_HEADER = struct.Struct("!BBHII")
_LATE_MOST = 10
"""A loop that was held up sends up to so many packets at once, as a phone's buffer would; older ones are skipped."""
_GAP_S = 0.06
"""Packets that are less apart than this are one stream; a longer gap is silence in what was heard."""
_KEY_VOLUME = 10


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet as it arrived."""

    arrived_at: float
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    payload: bytes
    level_dbfs: float


@dataclass(slots=True)
class _Outgoing:
    """One 20 ms step: sound, or one packet of a key event (sent `copies` times, RFC 4733 2.5.1.4)."""

    payload: bytes
    event: bool = False
    begins: bool = False
    into_event: int = 0
    copies: int = 1
    sent: asyncio.Future[float] | None = field(default=None)


_QUIET = _Outgoing(_SILENCE)


def parse(datagram: bytes, arrived_at: float) -> Packet | None:
    """The packet in `datagram`, or None if it is no RTP (version 2, no extension, at most 2 kB)."""
    if not _HEADER.size <= len(datagram) <= 2048 or datagram[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, _ = _HEADER.unpack_from(datagram)
    begin = _HEADER.size + 4 * (first & 0x0F)
    payload = datagram[begin:]
    sound = second & 0x7F == PCMU
    return Packet(
        arrived_at=arrived_at,
        payload_type=second & 0x7F,
        marker=bool(second & 0x80),
        sequence=sequence,
        timestamp=timestamp,
        payload=payload,
        level_dbfs=ulaw_level_dbfs(payload) if sound else float("-inf"),
    )


def key_packets(key: str, duration_ms: int = 100, pause_ms: int = 60) -> list[_Outgoing]:
    """The steps of pressing `key`: its event every 20 ms, the end three times, and silence after it.

    Raises ValueError for what is no key.
    """
    number = KEYS.index(key.upper())
    steps = max(duration_ms // 20, 1)
    out = []
    for step in range(steps):
        last = step == steps - 1
        payload = struct.pack("!BBH", number, (0x80 if last else 0) | _KEY_VOLUME, (step + 1) * PACKET_SAMPLES)
        out.append(
            _Outgoing(payload, event=True, begins=step == 0, into_event=step * PACKET_SAMPLES, copies=3 if last else 1)
        )
    return out + [_Outgoing(_SILENCE) for _ in range(pause_ms // 20)]


class RtpLine(asyncio.DatagramProtocol):
    """One end of a call's sound, sending from `begin` until `close`.

    Silence is sent when there is nothing to say: Asterisk's Answer() waits for sound (up to 500 ms), and real phones
    send all the time.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        self.packets: list[Packet] = []
        self.said: list[tuple[float, bytes]] = []
        self.key_events: list[tuple[float, str]] = []
        self.last_sound_at = float("-inf")
        self.background: list[bytes] = []
        """What a phone in no quiet place sends while nothing is said: packets of µ-law, over and over."""
        self._background_at = 0
        self._loop = asyncio.get_running_loop()
        self._outgoing: deque[_Outgoing] = deque()
        self._listeners: list[Callable[[Packet], None]] = []
        self._pace = pace or Pace()
        self._reading: asyncio.DatagramTransport | None = None
        self._socket: socket.socket | None = None
        self._peer: tuple[str, int] | None = None
        self._due_at = 0.0
        self._sequence = random.getrandbits(15)
        self._timestamp = random.getrandbits(31)
        self._source = random.getrandbits(32)
        self._talking = False

    async def open(self, address: str) -> int:
        """Bind a free port of `address` and return it."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((address, 0))
        self._reading, _ = await self._loop.create_datagram_endpoint(lambda: self, sock=self._socket)
        return int(self._socket.getsockname()[1])

    def begin(self, peer: tuple[str, int]) -> None:
        """Send to `peer` from now on."""
        self._peer = peer
        self._due_at = self._loop.time()
        self._pace.keep(self._due_at, self._tick)

    def shift(self, later_s: float) -> None:
        """Send everything so much later from now on: a phone ticks at no fixed distance to the PBX's own clock."""
        self._due_at += later_s

    def close(self) -> None:
        """Stop sending and listening; what was heard stays."""
        self._socket = None
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        while self._outgoing:
            step = self._outgoing.popleft()
            if step.sent is not None and not step.sent.done():
                step.sent.cancel()

    def say(self, pcm: bytes) -> asyncio.Future[float]:
        """Queue `pcm` after what is still to be said; the future holds when its last packet was sent.

        It is cancelled if the line closes before.
        """
        ulaw = ulaw_from_pcm(pcm)
        steps = [
            _Outgoing(ulaw[at : at + PACKET_SAMPLES].ljust(PACKET_SAMPLES, b"\xff"))
            for at in range(0, len(ulaw), PACKET_SAMPLES)
        ]
        return self._send(steps or [_Outgoing(_SILENCE)])

    def press(self, keys: str, *, duration_ms: int = 100, pause_ms: int = 60) -> asyncio.Future[float]:
        """Queue `keys`; the future holds when the end of the last one was sent: only then does Asterisk tell of it."""
        steps: list[_Outgoing] = []
        for key in keys:
            steps += key_packets(key, duration_ms, pause_ms)
        end = max(index for index, step in enumerate(steps) if step.event)
        pressed = self._send(steps[: end + 1])
        self._outgoing.extend(steps[end + 1 :])
        return pressed

    def fall_silent(self) -> None:
        """Say nothing of what is still queued (the caller stops in the middle of a word)."""
        for step in self._outgoing:
            if step.sent is not None and not step.sent.done():
                step.sent.cancel()
        self._outgoing.clear()

    def on_packet(self, listener: Callable[[Packet], None]) -> Callable[[], None]:
        """Have `listener` called for each packet that arrives; what is returned stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def heard(self, since: float = float("-inf"), until: float = float("inf")) -> bytes:
        """What arrived from `since` to `until` as pcm, gaps as silence."""
        return _laid_out([(p.arrived_at, p.payload) for p in self.packets if p.payload_type == PCMU], since, until)

    def spoken(self, since: float = float("-inf"), until: float = float("inf")) -> bytes:
        """What we sent in that time as pcm (keys as silence)."""
        return _laid_out(self.said, since, until)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep what arrives (asyncio's callback)."""
        packet = parse(data, self._loop.time())
        if packet is None:
            return
        self.packets.append(packet)
        if packet.level_dbfs > SOUND_DBFS:
            self.last_sound_at = packet.arrived_at
        if packet.payload_type == EVENTS and len(packet.payload) >= 4 and packet.marker:
            self.key_events.append((packet.arrived_at, KEYS[packet.payload[0] % len(KEYS)]))
        for listener in list(self._listeners):
            listener(packet)

    def error_received(self, exc: Exception) -> None:
        """The other side's port is closed (asyncio's callback): between goodbye and our own closing, no fault."""

    def _send(self, steps: list[_Outgoing]) -> asyncio.Future[float]:
        done: asyncio.Future[float] = self._loop.create_future()
        if self._socket is None:
            done.cancel()
            return done
        steps[-1].sent = done
        self._outgoing.extend(steps)
        return done

    def _tick(self) -> float | None:
        """Send everything that is due; the next deadline counts from the last one, so the pace never drifts."""
        if self._socket is None:
            return None
        now = self._loop.time()
        late = int((now - self._due_at) / PACKET_S)
        if late > _LATE_MOST:
            self._due_at += (late - _LATE_MOST) * PACKET_S
            self._timestamp = (self._timestamp + (late - _LATE_MOST) * PACKET_SAMPLES) & 0xFFFFFFFF
        while self._due_at <= now + GRAIN_S:
            self._send_step(self._outgoing.popleft() if self._outgoing else self._quiet(), now)
            self._timestamp = (self._timestamp + PACKET_SAMPLES) & 0xFFFFFFFF
            self._due_at += PACKET_S
        return self._due_at

    def _quiet(self) -> _Outgoing:
        """What is sent while nothing is said: the background from where it was, or silence."""
        if not self.background:
            return _QUIET
        at = self._background_at
        self._background_at = (at + 1) % len(self.background)
        return _Outgoing(self.background[at])

    def _send_step(self, step: _Outgoing, now: float) -> None:
        timestamp = (self._timestamp - step.into_event) & 0xFFFFFFFF
        marker = step.begins if step.event else not self._talking
        self._talking = not step.event
        for _ in range(step.copies):
            second = (0x80 if marker else 0) | (EVENTS if step.event else PCMU)
            header = _HEADER.pack(0x80, second, self._sequence, timestamp, self._source)
            self._sequence = (self._sequence + 1) & 0xFFFF
            if self._socket is not None and self._peer is not None:
                with suppress(OSError):  # full, or the other side's port is closed: lost as on any network
                    self._socket.sendto(header + step.payload, self._peer)
        if not step.event:
            self.said.append((now, step.payload))
        if step.sent is not None and not step.sent.done():
            step.sent.set_result(now)


def _laid_out(pieces: list[tuple[float, bytes]], since: float, until: float) -> bytes:
    """µ-law `pieces` (time, 20 ms) as pcm: one after the other, real gaps filled with silence."""
    out = bytearray()
    begin: float | None = since if since > float("-inf") else None
    for at, piece in pieces:
        if not since <= at < until:
            continue
        if begin is None:
            begin = at
        gap_s = at - begin - len(out) / 8000
        if gap_s > _GAP_S:
            out += b"\xff" * int(gap_s * 8000)
        out += piece
    return pcm_from_ulaw(bytes(out))
