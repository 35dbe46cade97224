"""From the answer of a call to the first sound of its first prompt."""

from __future__ import annotations

import asyncio

from tests.bench.figures import Figure, Measured
from tests.bench.stage import HELPLINE, NATIVE, Stage
from tests.bench.tones import first, loud

PAIRS = 30


async def measure(stage: Stage) -> Measured:
    """Calls one after the other, in turn to the service and to Asterisk alone."""
    stage.native_prompt("short")
    taken_ms: dict[str, list[float]] = {HELPLINE: [], NATIVE: []}
    rung_ms: dict[str, list[float]] = {HELPLINE: [], NATIVE: []}
    for _ in range(PAIRS):
        for number in (HELPLINE, NATIVE):
            call, _shown = await stage.dial(number)
            heard_at = await first(call, loud, since=call.answered_at)
            taken_ms[number].append(1000 * (heard_at - call.answered_at))
            rung_ms[number].append(1000 * (call.answered_at - call.started_at))
            await call.hang_up()
            await asyncio.sleep(0.1)
    figures = [
        Figure(
            name="dialled → answered",
            unit="ms",
            values=rung_ms[HELPLINE],
            floor=rung_ms[NATIVE],
            floor_is="native menu",
        ),
        Figure(
            name="answered → first sound",
            unit="ms",
            values=taken_ms[HELPLINE],
            floor=taken_ms[NATIVE],
            floor_is="native menu",
        ),
    ]
    return Measured(figures=figures, evidence={})
