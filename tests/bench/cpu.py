"""CPU of a second of call: twenty calls at once in the same menu, in the service and in Asterisk alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import numpy as np

from ivr.errors import LineError
from ivr.testing.phone_call import PhoneCall
from ivr.testing.rtp import PACKET_S
from tests.bench.bare_media import bare_reader_ms
from tests.bench.figures import Aim, Figure, Measured, Void, percentile
from tests.bench.machine import Meter, children
from tests.bench.stage import HELPLINE, NATIVE, Stage
from tests.bench.tones import asks, first, line_noise

CALLS = 20
WINDOW_S = 18.0
KEY_EVERY_MS = 4500
KEYS = 5
BARE_S = 8.0
LAG_S = 5.0
LAG_EVERY_S = 0.04
SAME_PROMPT_S = 0.1
"""Packets that are further apart belong to two prompts."""
LOST_MOST = 0.002

_Then = Callable[[Stage], Awaitable[list[float]]]


async def measure(stage: Stage) -> Measured:
    """One run with the service, one without."""
    stage.native_prompt("spoken")
    ours, evidence, lag_ms = await _run(stage, HELPLINE, _health_ms)
    floor, floor_evidence, bare_ms = await _run(stage, NATIVE, _bare_ms)
    figures = [
        Figure(
            name="service CPU per call-second, outside recognition",
            unit="ms",
            values=[ours["service"]],
            floor=bare_ms,
            floor_is="bare aiohttp reader",
            aims=[Aim(percentile=50, most=2.0)],
        ),
        Figure(name="recogniser processes (nobody speaks)", unit="ms", values=[ours["recognition"]]),
        Figure(
            name="Asterisk CPU per call-second",
            unit="ms",
            values=[ours["asterisk"]],
            floor=[floor["asterisk"]],
            floor_is="native menu",
        ),
        Figure(name="service answers /health during 20 calls", unit="ms", values=lag_ms),
    ]
    return Measured(figures=figures, evidence={"service": evidence, "native": floor_evidence})


async def _run(stage: Stage, number: str, then: _Then) -> tuple[dict[str, float], dict[str, object], list[float]]:
    """The window, and `then` while the calls go on."""
    calls: list[PhoneCall] = []
    try:
        for _ in range(CALLS):
            calls.append((await stage.dial(number))[0])
        if number == HELPLINE:
            await asyncio.gather(*(_to_spoken_menu(call) for call in calls))
        for place, call in enumerate(calls):
            _script(call, place)
        await asyncio.sleep(1)
        meter = Meter(_pids(stage))
        cpu_before, began = time.process_time(), asyncio.get_running_loop().time()
        await asyncio.sleep(WINDOW_S)
        passed_s, used_s, others_s = meter.read()
        own = (time.process_time() - cpu_before) / passed_s
        if any(call.ended.is_set() for call in calls):
            raise LineError(f"a call to {number} ended by itself")
        evidence = _proof(calls, began, began + WINDOW_S, own, others_s / passed_s)
        more = await then(stage)
    finally:
        for call in calls:
            await call.hang_up()
    await asyncio.sleep(0.5)
    return {name: 1000 * seconds / passed_s / CALLS for name, seconds in used_s.items()}, evidence, more


async def _to_spoken_menu(call: PhoneCall) -> None:
    await first(call, asks, since=call.answered_at)
    await call.press("2")


def _script(call: PhoneCall, place: int) -> None:
    """Line noise with a key now and then, each call at another moment."""
    call.line.say(line_noise(KEY_EVERY_MS * (place + 1) // CALLS))
    for _ in range(KEYS):
        call.line.press("1")
        call.line.say(line_noise(KEY_EVERY_MS))


def _pids(stage: Stage) -> dict[str, list[int]]:
    service, asterisk = stage.stand.service_pid, stage.stand.pbx.pid
    if service is None or asterisk is None:
        raise LineError("the helpline ended by itself")
    workers = [pid for pid, command in children(service).items() if "vosk_worker" in command]
    return {"service": [service], "recognition": workers, "asterisk": [asterisk]}


def _proof(calls: Sequence[PhoneCall], since: float, until: float, own: float, others: float) -> dict[str, object]:
    """What proves that phones and lines kept the pace. Raises Void if they did not."""
    sent = [[at for at, _ in call.line.said if since <= at < until] for call in calls]
    spacing_ms = [1000 * gap for times in sent for gap in np.diff(times)]
    expected = received = lost = 0
    for call in calls:
        packets = [packet for packet in call.line.packets if since <= packet.arrived_at < until]
        arrived = np.array([packet.arrived_at for packet in packets])
        sequence = np.array([packet.sequence for packet in packets])
        steps = np.diff(sequence) % 65536
        lost += int(np.sum(steps - 1))
        gaps = np.diff(arrived)
        speaking_s = float(np.sum(gaps[gaps < SAME_PROMPT_S])) + PACKET_S * (1 + int(np.sum(gaps >= SAME_PROMPT_S)))
        expected += round(speaking_s / PACKET_S)
        received += len(packets)
    if received + lost == 0 or lost / (received + lost) > LOST_MOST or received < expected * (1 - LOST_MOST):
        raise Void(f"{received} frames came where {expected} should have, {lost} were lost: the run counts for nothing")
    sent_frames = sum(map(len, sent))
    due = round(len(calls) * (until - since) / PACKET_S)
    if sent_frames < due * 0.9:
        raise Void(f"the phones sent {sent_frames} of {due} frames: the run counts for nothing")
    return {
        "calls": len(calls),
        "seconds": until - since,
        "phones sent, spacing p50 ms": round(percentile(spacing_ms, 50), 2),
        "phones sent, spacing p99 ms": round(percentile(spacing_ms, 99), 2),
        "frames sent": sent_frames,
        "frames due, keys not counted": due,
        "frames heard": received,
        "frames due while prompts play": expected,
        "frames lost": lost,
        "bench's own CPU, part of a core": round(own, 3),
        "other CPU on the machine, about, part of a core": round(max(0.0, others - own), 2),
    }


async def _bare_ms(stage: Stage) -> list[float]:
    """The floor of the service, measured while Asterisk has as much to do: processes share the processor's caches."""
    return [await bare_reader_ms(CALLS, BARE_S)]


async def _health_ms(stage: Stage) -> list[float]:
    """How long the service's event loop takes to answer a small question: an upper bound of its lag."""
    clock = asyncio.get_running_loop().time
    taken = []
    async with aiohttp.ClientSession() as session:
        until = clock() + LAG_S
        while clock() < until:
            asked_at = clock()
            async with session.get(stage.stand.url + "health") as answer:
                await answer.read()
            taken.append(1000 * (clock() - asked_at))
            await asyncio.sleep(LAG_EVERY_S)
    return taken
