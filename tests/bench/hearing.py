"""Hearing offline: right, confirmed, refused, wrong; what confidence means; rejection; time and memory per model.

Every recording goes the product's own way: a pool of recognition processes, the places of the demo where something is
listened for, the meaning of what was heard and its band. Other models: ``IVR_BENCH_MODELS=folder:folder``.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.call import Heard, Means, Outcome
from ivr.dialogue import wording
from ivr.dialogue.manner import ACCEPT, CONFIRM, READ_BACK
from ivr.speech.models.model import BUNDLED, find_model
from ivr.speech.recognition.calibration import calibration_error, printed, reliability
from ivr.speech.recognition.recogniser_pool import RecogniserPool
from ivr.testing.sound import BYTES_PER_MS, speak
from tests.bench.figures import Aim, Figure, Measured, write
from tests.bench.machine import cpu_s
from tests.bench.spoken import BENCH_VOICES, HESITATING, Case, cases, places
from tests.bench.stage import VOICES

NEEDS_STAGE = False
AT_ONCE = 4
PIECE_BYTES = 40 * BYTES_PER_MS
FINISH_DEADLINE_S = 300.0
"""The machine may be busy, and no caller waits."""
BARS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
ONE_DIGIT = ("digits, people", "digits, synthetic")
MENUS = ("menus, synthetic",)
SENTENCES = ("menus in a sentence, synthetic",)
SILENCE_S = 0.3
"""After an answer, before the line replies (`Pauses.complete_s`)."""
REPLY_S = 0.8
"""A caller's "yes" with the moment before it."""
NOTICE_S = 3.0
"""Of a wrong menu, until a caller knows that it is wrong."""
TRUST = 2.0
"""A wrong action costs so many times its seconds: callers who were sent wrong trust nothing of the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one case."""

    case: Case
    confidence: float
    """Of its best meaning; 0 if there was none."""
    meant: tuple[str, str] | None

    @property
    def right(self) -> bool:
        """Whether its best meaning is what was said."""
        return self.meant is not None and self.meant == self.case.means

    @property
    def band(self) -> str:
        """right or wrong (acted on), confirmed (asked back, and so it is), refused; asked back in vain is refused.

        What is counted is always read back.
        """
        if self.meant is None or self.confidence < (READ_BACK if _counts(self.case) else CONFIRM):
            return "refused"
        if self.confidence >= ACCEPT and not _counts(self.case):
            return "right" if self.right else "wrong"
        return "confirmed" if self.right else "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All cases of one model, and what they cost."""

    judged: tuple[Judged, ...]
    real_time_factor: float
    memory_mb: float


async def measure(stage: object) -> Measured:
    """Every model. `stage` is not used."""
    said = await cases(BENCH_VOICES)
    accept, confirm = await _bands()
    told: dict[str, object] = {"accept from, by cost": round(accept, 3), "confirm from, by cost": round(confirm, 3)}
    figures: list[Figure] = []
    for setting in (BUNDLED, *filter(None, os.environ.get("IVR_BENCH_MODELS", "").split(os.pathsep))):
        name = setting if setting == BUNDLED else Path(setting).name
        heard = await _hear_all(setting, said)
        _print(f"\n{name}: real-time factor {heard.real_time_factor:.4f}, {heard.memory_mb:.0f} MB a process")
        _print(_by_set(heard.judged))
        for kind, of in (("menus", False), ("digits", True)):
            readings = [one for one in heard.judged if one.meant and _counts(one.case) == of]
            bins = reliability(*_pairs(readings))
            _print(f"\n{name}, {kind}: what confidence means\n{printed(bins)}")
            told[f"{name}, {kind}: calibration error"] = round(calibration_error(bins), 3)
        _print(f"\n{name}: rejection\n{_curve(heard.judged)}")
        figures += _figures(name, heard)
        write(f"hearing-{name}", _kept(heard))
    return Measured(figures=figures, evidence=told)


async def _hear_all(setting: str, said: Sequence[Case]) -> Result:
    pool = RecogniserPool(find_model(setting), workers=2, finish_deadline_s=FINISH_DEADLINE_S)
    await pool.start()
    try:
        before = sum(cpu_s(pid) for pid in pool.pids)
        here, slots = places(), asyncio.Semaphore(AT_ONCE)

        async def hear(case: Case) -> Judged:
            async with slots:
                utterance = await pool.open(here[case.place].phrases)
                for at in range(0, len(case.pcm), PIECE_BYTES):
                    utterance.feed(case.pcm[at : at + PIECE_BYTES])
                readings = await utterance.finish()
            heard = Heard(outcome=Outcome.MATCH, means=Means.VOICE, hypotheses=readings)
            understood = here[case.place].expectation.understand(heard)
            if understood is None:
                return Judged(case=case, confidence=0.0, meant=None)
            return Judged(case=case, confidence=understood.confidence, meant=understood.meaning)

        judged = await asyncio.gather(*(hear(case) for case in said))
        used_s = sum(cpu_s(pid) for pid in pool.pids) - before
        memory = [_resident_mb(pid) for pid in pool.pids]
    finally:
        await pool.close()
    sound_s = sum(len(case.pcm) for case in said) / BYTES_PER_MS / 1000
    return Result(judged=tuple(judged), real_time_factor=used_s / sound_s, memory_mb=max(memory))


async def _bands() -> tuple[float, float]:
    """From which probability on it is cheaper for the caller to be believed, and to be asked back.

    In seconds of the caller: asking back costs `ask`; being refused `again`; a wrong action `wrong`. With the
    probability p of being right, believing costs (1-p) wrong, asking back ask + (1-p) again, refusing `again`. So
    believe from 1 - ask / (wrong - again) on, and ask back from ask / again on.
    """
    menu = "You can say bin collection, council tax, housing repairs, or opening hours."
    saying = await _length_s("council tax") + SILENCE_S
    ask = await _length_s(wording.did_you_say("council tax")) + REPLY_S + SILENCE_S
    again = await _length_s(wording.ON_NOT_UNDERSTOOD[0]) + await _length_s(menu) + saying
    back = NOTICE_S + await _length_s("main menu") + SILENCE_S + await _length_s(menu) + saying
    wrong = TRUST * back
    _print(f"seconds of the caller: asked back {ask:.1f}, refused {again:.1f}, sent wrong {wrong:.1f}")
    accept, confirm = 1 - ask / (wrong - again), ask / again
    _print(f"so believe from {accept:.2f} on, ask back from {confirm:.2f} on (in force: {ACCEPT}, {CONFIRM})")
    return accept, confirm


async def _length_s(text: str) -> float:
    return len(await speak(text, cache=VOICES)) / BYTES_PER_MS / 1000


def _by_set(judged: Sequence[Judged]) -> str:
    rows = [f"{'set':30} {'place':12} {'noise':14} {'n':>5} {'right':>7} {'confirmed':>9} {'refused':>8} {'wrong':>6}"]
    for key in sorted({(one.case.of, one.case.place, one.case.noise) for one in judged}):
        inside = [one for one in judged if (one.case.of, one.case.place, one.case.noise) == key]
        share = _shares(inside)
        rows.append(
            f"{key[0]:30} {key[1]:12} {key[2]:14} {len(inside):5d} {share['right']:6.1f}% {share['confirmed']:8.1f}% "
            f"{share['refused']:7.1f}% {share['wrong']:5.1f}%"
        )
    return "\n".join(rows)


def _shares(judged: Sequence[Judged]) -> dict[str, float]:
    counted = Counter(one.band for one in judged)
    return {band: 100 * counted[band] / max(1, len(judged)) for band in ("right", "confirmed", "refused", "wrong")}


def _curve(judged: Sequence[Judged]) -> str:
    """Right ones kept, against what was said beside the grammar and believed, by a bar on the confidence."""
    inside = [one for one in judged if one.case.means is not None]
    outside = [one for one in judged if _beside(one.case)]
    rows = ["  bar  right and kept  beside it and believed"]
    for bar in BARS:
        kept = sum(one.right and one.confidence >= bar for one in inside) / max(1, len(inside))
        believed = sum(one.meant is not None and one.confidence >= bar for one in outside) / max(1, len(outside))
        rows.append(f"{bar:5.2f}  {100 * kept:13.1f}%  {100 * believed:20.1f}%")
    return "\n".join(rows)


def _figures(name: str, heard: Result) -> list[Figure]:
    quiet = [one for one in heard.judged if one.case.noise == "quiet"]
    digits = [one for one in quiet if one.case.of in ONE_DIGIT]
    menus = [one for one in quiet if one.case.of in MENUS]
    sentences = [one for one in quiet if one.case.of in SENTENCES]
    people = [one for one in digits if one.case.of == ONE_DIGIT[0]]
    not_right = {
        f"{name}: single digits of people not understood (quiet)": (people, 3.0),
        f"{name}: single digits not understood (quiet)": (digits, 3.0),
        f"{name}: menu phrases not understood (quiet)": (menus, 3.0),
        f"{name}: menu phrases in a sentence not understood (quiet)": (sentences, 3.0),
    }
    figures = [
        Figure(
            name=what,
            unit="%",
            values=[100 * sum(one.band not in ("right", "confirmed") for one in found) / max(1, len(found))],
            aims=[Aim(percentile=50, most=most)],
        )
        for what, (found, most) in not_right.items()
        if found
    ]
    for what, found in (
        ("answers, sent wrong", [one for one in heard.judged if one.case.means is not None]),
        ("off-topic speech and noise, sent wrong", [one for one in heard.judged if _beside(one.case)]),
        ("hesitations alone, sent wrong", [one for one in heard.judged if one.case.of == HESITATING]),
    ):
        wrong = [_shares(found)["wrong"]]
        figures.append(Figure(name=f"{name}: {what}", unit="%", values=wrong, aims=[Aim(percentile=50, most=1.0)]))
    figures.append(Figure(name=f"{name}: CPU of a second of sound", unit="ms", values=[1000 * heard.real_time_factor]))
    figures.append(Figure(name=f"{name}: memory of a process", unit="MB", values=[heard.memory_mb]))
    return figures


def _kept(heard: Result) -> list[dict[str, object]]:
    return [
        {
            "set": one.case.of,
            "place": one.case.place,
            "noise": one.case.noise,
            "speaker": one.case.speaker,
            "said": one.case.text,
            "wanted": one.case.means,
            "meant": one.meant,
            "confidence": round(one.confidence, 4),
        }
        for one in heard.judged
    ]


def _pairs(judged: Sequence[Judged]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([one.confidence for one in judged]), np.array([float(one.right) for one in judged])


def _beside(case: Case) -> bool:
    """Whether it is speech or noise that is no answer; hesitations are counted by themselves."""
    return case.means is None and case.of != HESITATING


def _counts(case: Case) -> bool:
    return case.place in ("one digit", "reference")


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
