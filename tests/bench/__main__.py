"""`make bench`: measures the helpline beside its floors in one run, prints one table, keeps every figure as JSON.

Fails only if something could not be measured: first aims are told, never enforced.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import sys
import time
from contextlib import AsyncExitStack
from types import ModuleType

from ivr.errors import HelplineError
from tests.bench import answer, cpu, hearing, keys, live_hearing, matching, plans, pop, speaking, voice_activity
from tests.bench.figures import FOLDER, Figure, Measured, table, write
from tests.bench.machine import described, load
from tests.bench.stage import Stage

MEASUREMENTS = (cpu, answer, keys, hearing, live_hearing, pop, voice_activity, speaking, plans, matching)
LOCK = FOLDER / "lock"


def main() -> int:
    """0 if everything was measured."""
    names = [_name(module) for module in MEASUREMENTS]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*names, []], help="measure these only")
    only = parser.parse_args().only or names
    FOLDER.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("bench: another one runs here, and neither would tell the truth: wait for it", file=sys.stderr)
            return 2
        return _measured([module for module in MEASUREMENTS if _name(module) in only])


def _measured(modules: list[ModuleType]) -> int:
    try:
        return asyncio.run(_run(modules))
    except HelplineError as fault:
        print(f"bench: {fault}", file=sys.stderr)
        return 2


async def _run(modules: list[ModuleType]) -> int:
    began, load_before = time.monotonic(), load()
    figures: list[Figure] = []
    evidence: dict[str, dict[str, object]] = {}
    missing: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(Stage()) if any(map(_needs_stage, modules)) else None
        machine = described(stage.stand.pbx.installation.version if stage else "not needed")
        own_before, measuring = time.process_time(), time.monotonic()
        for module in modules:
            name = _name(module)
            print(f"{(module.__doc__ or name).splitlines()[0]} ...", flush=True)
            try:
                measured: Measured = await module.measure(stage)
            except (HelplineError, TimeoutError, LookupError) as fault:
                missing[name] = f"{type(fault).__name__}: {fault}"
                continue
            figures += measured.figures
            evidence[name] = measured.evidence
            write(name, {"figures": [f.as_dict() for f in measured.figures], "evidence": measured.evidence})
        own = (time.process_time() - own_before) / (time.monotonic() - measuring)
    run = {
        "machine": machine,
        "load before": load_before,
        "load after": load(),
        "seconds": round(time.monotonic() - began),
        "bench's own CPU, part of a core": round(own, 3),
        "not measured": missing,
    }
    write("run", run)
    _report(figures, run, evidence)
    return 1 if missing else 0


def _report(figures: list[Figure], run: dict[str, object], evidence: dict[str, dict[str, object]]) -> None:
    print()
    print(table(figures))
    print("\nWhat proves the instrument:")
    for name, facts in evidence.items():
        for fact, value in facts.items():
            print(f"  {name}: {fact}: {_flat(value)}")
    print("\nThe run:")
    for fact, value in run.items():
        print(f"  {fact}: {_flat(value)}")
    print(f"\nWritten to {FOLDER}/")


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {part}" for name, part in value.items()) or "nothing"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _needs_stage(module: ModuleType) -> bool:
    """A measurement says NEEDS_STAGE = False if it takes neither Asterisk nor the service."""
    return bool(getattr(module, "NEEDS_STAGE", True))


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


if __name__ == "__main__":
    sys.exit(main())
