"""The scripted phone's sound: pace, keys as RFC 4733 says, and what was heard laid out in time."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.testing.rtp import PACKET_SAMPLES, RtpLine, key_packets, parse
from ivr.testing.sound import level_dbfs, silence, tone


async def pair() -> tuple[RtpLine, RtpLine]:
    one, other = RtpLine(), RtpLine()
    ports = await one.open("127.0.0.1"), await other.open("127.0.0.1")
    one.begin(("127.0.0.1", ports[1]))
    other.begin(("127.0.0.1", ports[0]))
    return one, other


async def test_what_is_said_is_heard_and_silence_goes_on_after_it():
    one, other = await pair()
    began = asyncio.get_running_loop().time()
    sent_at = await one.say(tone(440, 200))
    assert 0.16 < sent_at - began < 0.4
    await asyncio.sleep(0.1)
    one.close()
    other.close()
    heard = other.heard()
    assert level_dbfs(heard[: len(tone(440, 200))]) == pytest.approx(-22, abs=1)
    sequences = [packet.sequence for packet in other.packets]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    assert {b.timestamp - a.timestamp for a, b in zip(other.packets, other.packets[1:], strict=False)} == {
        PACKET_SAMPLES
    }
    assert other.packets[0].marker
    assert not any(packet.marker for packet in other.packets[1:])


async def test_keys_arrive_once_each_and_in_order():
    one, other = await pair()
    await one.press("1#0", duration_ms=60, pause_ms=40)
    await asyncio.sleep(0.05)
    assert [key for _, key in other.key_events] == ["1", "#", "0"]
    one.close()
    other.close()


async def test_a_line_that_closes_cancels_what_was_not_said():
    one, other = await pair()
    saying = one.say(silence(5000))
    one.close()
    other.close()
    assert saying.cancelled()
    assert one.say(silence(20)).cancelled()


async def test_a_phone_that_is_shifted_goes_on_at_its_pace_that_much_later():
    one, other = await pair()
    await one.say(silence(60))
    one.shift(0.013)
    sent_at = await one.say(silence(40))
    one.close()
    other.close()
    spacing_ms = [1000 * (b - a) for (a, _), (b, _) in zip(one.said, one.said[1:], strict=False)]
    assert max(spacing_ms) > 30, spacing_ms
    assert one.said[-1][0] == sent_at
    assert {b.timestamp - a.timestamp for a, b in zip(other.packets, other.packets[1:], strict=False)} <= {
        PACKET_SAMPLES
    }


def test_a_key_is_one_event_with_growing_duration_and_a_triple_end():
    steps = [step for step in key_packets("7", duration_ms=100, pause_ms=60) if step.event]
    durations = [struct.unpack("!BBH", step.payload) for step in steps]
    assert [event for event, _, _ in durations] == [7] * 5
    assert [duration for _, _, duration in durations] == [160, 320, 480, 640, 800]
    assert [bool(flags & 0x80) for _, flags, _ in durations] == [False] * 4 + [True]
    assert [step.copies for step in steps] == [1, 1, 1, 1, 3]
    assert [step.begins for step in steps] == [True, False, False, False, False]
    assert [step.into_event for step in steps] == [0, 160, 320, 480, 640]


def test_what_is_no_key_is_refused():
    with pytest.raises(ValueError, match="substring"):
        key_packets("x")


@given(st.binary(max_size=80))
def test_no_datagram_breaks_the_parser(datagram):
    packet = parse(datagram, 0.0)
    assert packet is None or packet.sequence < 65536


def test_gaps_in_what_was_heard_are_silence():
    async def main() -> bytes:
        line = RtpLine()
        header = struct.Struct("!BBHII")
        for at, sequence in ((10.0, 1), (10.02, 2), (11.0, 3)):
            packet = parse(header.pack(0x80, 0, sequence, 0, 1) + b"\x80" * PACKET_SAMPLES, at)
            assert packet is not None
            line.packets.append(packet)
        return line.heard()

    heard = asyncio.run(main())
    assert len(heard) == pytest.approx(2 * 8000 * 1.02, abs=320)
    assert level_dbfs(heard[800:15000]) < -60
