"""Hearing over real calls: what became of what was said, how soon the reply came and why, alone and at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
import numpy as np

from ivr.dialogue import load_flow
from ivr.errors import HelplineError, LineError
from tests.bench.barge_in import interruptions
from tests.bench.figures import Aim, Figure, Measured
from tests.bench.machine import Meter, children
from tests.bench.samples import Sample, all_samples
from tests.bench.stage import Stage
from tests.bench.talkers import Became, CallLog, Spoken, Talker
from tests.bench.turn_parts import OfflineEar, Parts

LEVELS = (
    (1, {"words": 6, "digits": 7, "phrases": 5, "counted": 4}),
    (10, {"words": 2, "digits": 2, "phrases": 1, "counted": 1}),
    (25, {"words": 2, "digits": 2, "phrases": 1, "counted": 1}),
    (50, {"words": 3, "digits": 4, "phrases": 1, "counted": 1}),
    (10, {"questions": 2}),
    (20, {"questions": 1}),
)
"""Callers at once, and how often all of them say something of each set. Questions in free words cost a recogniser four
times as much as menus and digits, so they are levels of their own."""
SPREAD_S = 0.4
"""They begin within so long of each other: people who speak at once do not speak in step."""
DIAL_EVERY_S = 0.06
READY_S = 30.0
TAIL_S = 0.6
"""Replies come within so long after the last caller's end: the CPU until then is theirs."""
BEYOND = (Aim(percentile=50, most=100), Aim(percentile=95, most=200))
LAG_MOST_MS = 10.0


@dataclass(slots=True, kw_only=True)
class Level:
    """What so many callers at once brought."""

    name: str
    spoken: list[Spoken] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    """Samples that brought no reply, by fault."""
    at_once: list[int] = field(default_factory=list)
    """The most callers who spoke at the same moment, each round."""
    used_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """CPU seconds by process, while they speak and are answered."""
    measured_s: float = 0.0
    lag_ms: dict[str, float] = field(default_factory=dict)


async def measure(stage: Stage) -> Measured:
    """Interruptions, then levels from one caller to fifty; what is reckoned is reckoned when nobody speaks."""
    samples = await all_samples()
    ear = OfflineEar(load_flow(stage.stand.settings.helpline))
    cut, evidence = await interruptions(stage, ear, samples["phrases"])
    levels = [await _level(stage, callers, rounds, samples) for callers, rounds in LEVELS]
    figures: list[Figure] = []
    for level in levels:
        parts = _parts(stage, ear, level.spoken)
        figures += _level_figures(level, [part for _, part in parts])
        evidence[level.name] = {**_proof(level), "recognition, ms": _by_set(parts)}
    spoken = [one for level in levels for one in level.spoken]
    figures += [*cut, *_set_figures(spoken)]
    evidence["wrong"] = sorted(
        f"{one.sample.of}: {one.sample.text} taken as {one.text}" for one in spoken if one.became is Became.WRONG
    )
    return Measured(figures=figures, evidence=evidence)


async def _level(stage: Stage, callers: int, rounds_of: Mapping[str, int], samples: dict[str, list[Sample]]) -> Level:
    level = Level(name=f"{callers} at once" + (", free questions" if "questions" in rounds_of else ""))
    chance = random.Random(callers)
    talkers = [Talker(stage, chance) for _ in range(callers)]
    try:
        for name, rounds in rounds_of.items():
            chosen = samples[name]
            for number in range(rounds):
                first = number * callers + 7 * callers  # other samples at each level
                await _round(
                    stage, level, talkers, [chosen[(first + at) % len(chosen)] for at in range(callers)], chance
                )
        level.lag_ms = await _loop_lag_ms(stage)
    except LineError as fault:  # the watchdog has ended a service that stood still: that is this level's figure
        level.failed[str(fault)] += 1
    finally:
        for talker in talkers:
            await talker.leave()
    await _well_again(stage)
    return level


async def _well_again(stage: Stage) -> None:
    """Calls are over; a service that was ended is back."""
    await asyncio.sleep(0.5)
    async with asyncio.timeout(READY_S):
        while not await stage.stand.healthy():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def _round(
    stage: Stage, level: Level, talkers: Sequence[Talker], samples: Sequence[Sample], chance: random.Random
) -> None:
    """All of them are brought to the step, all speak, and then it is looked at what became of it."""

    async def ready(place: int) -> bool:
        await asyncio.sleep(DIAL_EVERY_S * place)
        try:
            async with asyncio.timeout(READY_S):
                await talkers[place].ready(samples[place].step)
        except (HelplineError, TimeoutError) as fault:
            return await _gave_up(level, talkers[place], "not ready", fault)
        return True

    there = [place for place, is_there in enumerate(await asyncio.gather(*map(ready, range(len(talkers))))) if is_there]
    began = asyncio.get_running_loop().time() + 0.05
    begins = {place: began + chance.uniform(0, SPREAD_S) for place in there}
    over = max((begins[place] + samples[place].ends_ms / 1000 for place in there), default=began) + TAIL_S

    async def say(place: int) -> Spoken | None:
        try:
            return await talkers[place].say(samples[place], begins[place])
        except (HelplineError, TimeoutError) as fault:
            await _gave_up(level, talkers[place], "no reply", fault)
            return None

    said, _ = await asyncio.gather(asyncio.gather(*map(say, there)), _metered(stage, level, over))
    await asyncio.sleep(0.1)  # what came of it is in the journal by now
    spoken = [(place, one) for place, one in zip(there, said, strict=True) if one is not None]
    for place, one in spoken:
        try:
            await talkers[place].settle(one)
        except (HelplineError, LookupError) as fault:
            await _gave_up(level, talkers[place], "not settled", fault)
    level.spoken += [one for _, one in spoken]
    level.at_once.append(_most_at_once([one for _, one in spoken]))


async def _gave_up(level: Level, talker: Talker, what: str, fault: Exception) -> bool:
    level.failed[f"{what}: {type(fault).__name__} {fault}"] += 1
    await talker.leave()
    return False


def _most_at_once(spoken: Sequence[Spoken]) -> int:
    edges = sorted([(one.began_at, 1) for one in spoken] + [(one.ended_at, -1) for one in spoken])
    return int(max(np.cumsum([step for _, step in edges]), default=0))


async def _metered(stage: Stage, level: Level, until: float) -> None:
    """CPU while they speak and are answered."""
    meter, own = Meter(_pids(stage)), time.process_time()
    await asyncio.sleep(max(0.0, until - asyncio.get_running_loop().time()))
    try:
        passed_s, used_s, others_s = meter.read()
    except FileNotFoundError:
        level.failed["CPU of a round not known: a process ended"] += 1
        return
    phones_s = time.process_time() - own
    level.used_s["phones"] += phones_s
    level.used_s["everything else on the machine"] += max(0.0, others_s - phones_s)
    for name, seconds in used_s.items():
        level.used_s[name] += seconds
    level.measured_s += passed_s


def _pids(stage: Stage) -> dict[str, list[int]]:
    service, asterisk = stage.stand.service_pid, stage.stand.pbx.pid
    if service is None or asterisk is None:
        raise LineError("the helpline ended by itself")
    workers = [pid for pid, command in children(service).items() if "vosk_worker" in command]
    return {"service": [service], "recognition": workers, "asterisk": [asterisk]}


async def _loop_lag_ms(stage: Stage) -> dict[str, float]:
    try:
        async with aiohttp.ClientSession() as session, session.get(stage.stand.url + "health") as answer:
            told: dict[str, float] = (await answer.json())["loop_lag_ms"]
    except aiohttp.ClientError as fault:
        raise LineError(f"the service does not tell its health: {fault}") from None
    return told


def _level_figures(level: Level, parts: Sequence[Parts]) -> list[Figure]:
    figures = (
        [
            Figure(
                name=f"{level.name}: end of speech → reply, beyond the silence",
                unit="ms",
                values=[part.beyond for part in parts],
                floor=[part.ear for part in parts],
                floor_is="the ear alone",
                aims=BEYOND,
            ),
            Figure(name="  the silence as configured", unit="ms", values=[part.silence for part in parts]),
            Figure(name="  recognition", unit="ms", values=[part.recognition for part in parts]),
            Figure(name="  dialogue", unit="ms", values=[part.dialogue for part in parts]),
            Figure(name="  media", unit="ms", values=[part.media for part in parts]),
        ]
        if parts
        else []
    )
    if level.lag_ms:
        figures.append(
            Figure(
                name="  loop lag of the service, p99",
                unit="ms",
                values=[level.lag_ms["p99"]],
                aims=[Aim(percentile=50, most=LAG_MOST_MS)],
            )
        )
    for name, used_s in sorted(level.used_s.items()):
        figures.append(
            Figure(name=f"  CPU while they speak: {name}", unit="cores", values=[used_s / max(level.measured_s, 0.01)])
        )
    return figures


def _parts(stage: Stage, ear: OfflineEar, spoken: Sequence[Spoken]) -> list[tuple[Spoken, Parts]]:
    found = []
    folder = stage.stand.settings.state / "calls"
    logs: dict[str, CallLog] = {}
    for one in spoken:
        if one.became in (Became.UNNOTICED, Became.UNHEARD) or one.cut_off:
            continue
        log = logs.get(one.number) or CallLog(folder, one.number)
        logs[one.number] = log
        log.read()
        try:
            found.append((one, ear.split(one, log.events)))
        except LookupError:
            continue
    return found


def _by_set(parts: Sequence[tuple[Spoken, Parts]]) -> dict[str, str]:
    """Set → how long recognition took, half of the time and at most 1 time in 20."""
    took: defaultdict[str, list[float]] = defaultdict(list)
    for spoken, part in parts:
        took[spoken.sample.of].append(part.recognition)
    return {name: "{:.0f}/{:.0f}".format(*np.percentile(values, [50, 95])) for name, values in sorted(took.items())}


def _proof(level: Level) -> dict[str, object]:
    became = Counter(one.became.value for one in level.spoken)
    return {
        "said": len(level.spoken),
        **became,
        "cut off": sum(one.cut_off for one in level.spoken),
        "spoke at the same moment, most, each round": "/".join(map(str, level.at_once)),
        "loop lag": level.lag_ms,
        "failed": dict(level.failed),
    }


def _set_figures(spoken: Sequence[Spoken]) -> list[Figure]:
    """Of each set, what became of it, in percent of what was said."""
    by_set: defaultdict[str, list[Spoken]] = defaultdict(list)
    for one in spoken:
        by_set[one.sample.of].append(one)
    figures = []
    for name, said in sorted(by_set.items()):
        counted = Counter(one.became for one in said)
        for became in Became:
            if counted[became] or became in (Became.RIGHT, Became.WRONG):
                share = 100 * counted[became] / len(said)
                figures.append(Figure(name=f"{name} ({len(said)} said): {became.value}", unit="%", values=[share]))
        cut = 100 * sum(one.cut_off for one in said) / len(said)
        figures.append(Figure(name=f"{name}: cut off before the end", unit="%", values=[cut]))
    return figures
