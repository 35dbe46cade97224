"""Play scenarios: what callers do and what must come of it, without sound in milliseconds, or with --sip for real."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import FlowError, UserError
from ivr.pbx import Ports
from ivr.plans.rehearsal.by_sip import Manner, RealLine, call_for_real
from ivr.plans.rehearsal.on_the_line import Scenes
from ivr.plans.rehearsal.play import Plan
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came, Result, as_json, as_junit, as_text, rehearse
from ivr.plans.rehearsal.scenario import Place, Scenario
from ivr.secrets_file import CALLER
from ivr.settings import LOOPBACK, Settings
from ivr.stand import Stand, free_settings

SCENARIOS = Path("dialplans/scenarios")
BUILD = Path("build")
MOST_CALLS = 200
"""Of one run with --sip: at half a minute each and four at once, less than half an hour."""
AT_ONCE = 4
NOISE_DB = (-10.0, 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A scenario that is to be tried."""

    scenario: Scenario
    plan: Plan


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("files", type=Path, nargs="*", help=f"scenario files (default: {SCENARIOS}/*.yaml)")
    parser.add_argument("--only", metavar="NAME", help="the scenarios whose name holds NAME")
    parser.add_argument("--format", choices=("text", "json", "junit"), default="text", help="junit: XML for CI")
    parser.add_argument("--sip", action="store_true", help="as real calls through Asterisk, with synthetic voices")
    parser.add_argument("--voices", default="en-gb", help="with --sip: espeak-ng voices, each speaks every scenario")
    parser.add_argument("--noise-db", type=float, help="with --sip: noise so many dB below the speech")


def main(given: argparse.Namespace) -> int:
    """0 if everything was as it should be, 1 if a scenario failed, 2 if something could not be read."""
    voices = [voice for voice in given.voices.split(",") if voice]
    if not voices:
        raise UserError("--voices: name at least one, such as en-gb,en-us")
    if given.noise_db is not None and not NOISE_DB[0] <= given.noise_db <= NOISE_DB[1]:
        raise UserError(f"--noise-db: must be from {NOISE_DB[0]:g} to {NOISE_DB[1]:g}")
    chosen, unread = _read(given.files or sorted(SCENARIOS.glob("*.yaml")), given.only or "")
    if not chosen and not unread:
        where = ", ".join(map(str, given.files or [f"{SCENARIOS} (the folder where you are is {Path.cwd()})"]))
        none = f"none has {given.only!r} in its name" if given.only else f"there is none in {where}; name their files"
        raise UserError(f"no scenario to play: {none}")
    if given.sip:
        manners = [Manner(voice=voice, noise_db=given.noise_db) for voice in voices]
        if len(chosen) * len(manners) > MOST_CALLS:
            raise UserError(f"{len(chosen) * len(manners)} calls are too many for one run ({MOST_CALLS}); use --only")
        results = asyncio.run(_really(chosen, manners))
    else:
        results = asyncio.run(_rehearsed(chosen))
    _show([*results, *unread], given.format)
    if unread:
        return 2
    return int(any(result.came in (Came.FAILED, Came.ERROR) for result in results))


def _read(files: Sequence[Path], only: str) -> tuple[list[Chosen], list[Result]]:
    """What can be tried, and what cannot be read: one bad file is not to hide what the others say."""
    chosen: list[Chosen] = []
    unread: list[Result] = []
    for file in files:
        try:
            there, plan = read_scenarios(file)
        except FlowError as fault:
            print(f"ivr: {fault}", file=sys.stderr)
            place = Place(file=fault.file, line=fault.line, column=fault.column)
            unread.append(Result(name=str(file), place=place, came=Came.ERROR, why=fault.message))
            continue
        chosen += [Chosen(scenario=one, plan=plan) for one in there.scenarios if only.lower() in one.name.lower()]
    return chosen, unread


async def _rehearsed(chosen: Sequence[Chosen]) -> list[Result]:
    return [await rehearse(one.scenario, one.plan) for one in chosen]


async def _really(chosen: Sequence[Chosen], manners: Sequence[Manner]) -> list[Result]:
    """Each plan on a helpline of its own, one after the other; AT_ONCE calls at a time."""
    results: list[Result] = []
    for file in dict.fromkeys(one.plan.file.resolve() for one in chosen):
        ports = Ports.free()
        folder = BUILD / "rehearsal"
        settings = free_settings(Settings.read(), ports, folder=folder, helpline=file, bind=LOOPBACK, sip_bind=LOOPBACK)
        log = BUILD / "log/rehearsal-service.log"
        stand = Stand(settings, name="rehearsal", ports=ports, scenes=folder / "scenes", log=log)
        own = [one.scenario for one in chosen if one.plan.file.resolve() == file]
        try:
            await stand.start(lambda text: print(text, file=sys.stderr))
            line = line_of(stand, evidence=BUILD / "evidence/scenarios")
            few = asyncio.Semaphore(AT_ONCE)

            async def one_call(
                scenario: Scenario, manner: Manner, line: RealLine = line, few: asyncio.Semaphore = few
            ) -> Result:
                async with few:
                    return await call_for_real(scenario, line, manner)

            calls = [one_call(scenario, manner) for scenario in own for manner in manners]
            results += await asyncio.gather(*calls)
        finally:
            await stand.stop()
    return results


def line_of(stand: Stand, *, evidence: Path) -> RealLine:
    """How scenarios reach the helpline of `stand`, which was started with `scenes`."""
    assert stand.scenes is not None
    return RealLine(
        pbx=(stand.pbx.ports.address, stand.pbx.ports.sip),
        user=CALLER,
        password=stand.secrets.sip[CALLER],
        journals=stand.settings.state / "calls",
        log=stand.log,
        evidence=evidence,
        scenes=Scenes(stand.scenes),
        voices=BUILD / "voices",
    )


def _show(results: Sequence[Result], form: str) -> None:
    if form == "text":
        print("\n".join(as_text(results)))
    else:
        print(as_json(results) if form == "json" else as_junit(results))
