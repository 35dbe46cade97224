"""What the tools for plans take: loading, checking, proving 10 to 1,000 steps, typed turns, typed scenarios."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.dialogue import load_flow
from ivr.plans.proof import Proof, confusable, gate, prove
from ivr.plans.rehearsal.play import read_plan
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came, rehearse
from ivr.plans.rehearsal.scene import Scene
from ivr.plans.rehearsal.talking import Talk
from tests.bench.figures import Aim, Figure, Measured, Void
from tests.plan_of_size import plan_of_size

NEEDS_STAGE = False
SIZES = {10: 10, 100: 5, 1000: 2}
"""Steps → how often each is measured."""
LOADED_AND_CHECKED_MS, PROVEN_MS = 2_000.0, 10_000.0
"""For a thousand steps."""
TYPED = ("*",) * 12 + ("1",) * 6 + ("4", "2 7 4 5 9 1", "yes")
"""A call of `ivr talk`, which costs with each turn as much as the call so far."""
TYPED_TURN_MS = 50.0
RIVERTON = Path("dialplans/riverton.yaml")
LONG_CALL = ("*", "#") * 40
"""Eighty turns that lead out of no plan: once more, and the main menu."""
SHIPPED = ("riverton", "riverton-questions", "outage", "vaccination")
SCENARIOS = tuple(Path(f"dialplans/scenarios/{name}.yaml") for name in SHIPPED)


async def measure(stage: object) -> Measured:
    """Plans with menus, questions, digits and spelling; needs no Asterisk."""
    return await asyncio.to_thread(_measured)


def _measured() -> Measured:
    figures: list[Figure] = []
    evidence: dict[str, object] = {"espeak-ng": shutil.which("espeak-ng") or "not there: no words were compared"}
    with TemporaryDirectory() as folder:
        for size, times in SIZES.items():
            path = Path(folder) / f"{size}.yaml"
            path.write_text(plan_of_size(size), encoding="utf-8")
            runs = [_run(path) for _ in range(times)]
            proof = runs[0][3]
            if not proof.holds or proof.assumed:
                raise Void(f"the plan of {size} steps is not proven: {[str(one) for one in proof.findings]}")
            largest = size == max(SIZES)
            aims = [Aim(percentile=50, most=LOADED_AND_CHECKED_MS)] if largest else []
            proven = [Aim(percentile=50, most=PROVEN_MS)] if largest else []
            figures += [
                Figure(name=f"loading {size} steps", unit="ms", values=[run[0] for run in runs]),
                Figure(
                    name=f"loading and checking {size} steps",
                    unit="ms",
                    values=[sum(run[:2]) for run in runs],
                    aims=aims,
                ),
                Figure(name=f"proving {size} steps", unit="ms", values=[run[2] for run in runs], aims=proven),
            ]
            if largest:
                typed = [turn for _ in range(times) for turn in asyncio.run(_typed(path, TYPED))]
                figures.append(_turns(f"a typed turn, {size} steps", typed))
            evidence[f"{size} steps"] = f"{proof.states} questions, {proof.calls} calls"
    long_call = asyncio.run(_typed(RIVERTON, LONG_CALL))
    figures.append(_turns(f"ivr talk, a turn of {len(LONG_CALL)}", long_call))
    figures.append(Figure(name="a typed scenario", unit="ms", values=asyncio.run(_scenarios())))
    return Measured(figures=figures, evidence=evidence)


def _turns(name: str, values: list[float]) -> Figure:
    return Figure(name=name, unit="ms", values=values, aims=[Aim(percentile=95, most=TYPED_TURN_MS)])


async def _scenarios() -> list[float]:
    """Milliseconds of each scenario that is shipped, played for the second time: what is read once has been read."""
    took = []
    for file in SCENARIOS:
        there, plan = read_scenarios(file)
        for scenario in there.scenarios:
            await rehearse(scenario, plan)
            began = time.perf_counter()
            result = await rehearse(scenario, plan)
            took.append(1000 * (time.perf_counter() - began))
            if result.came is not Came.PASSED:
                raise Void(f"a scenario that was measured fails: {result.message()}")
    return took


async def _typed(path: Path, lines: Sequence[str]) -> list[float]:
    """Milliseconds of each turn of a call of `ivr talk`, which costs as much as the call so far."""
    talk = Talk(read_plan(path), Scene())
    await talk.begin()
    turns = []
    for line in lines:
        began = time.perf_counter()
        told = await talk.line(line)
        turns.append(1000 * (time.perf_counter() - began))
        if told.wrong:
            raise Void(f"'{line}' made no sense in the call that was typed")
    return turns


def _run(path: Path) -> tuple[float, float, float, Proof]:
    """Milliseconds to load, to check without the proof, to prove; and the proof."""
    began = time.perf_counter()
    flow = load_flow(path)
    loaded = time.perf_counter()
    proof = prove(flow)
    proven = time.perf_counter()
    gate(flow, proof)
    confusable(flow)
    checked = time.perf_counter()
    return 1000 * (loaded - began), 1000 * (checked - proven), 1000 * (proven - loaded), proof
