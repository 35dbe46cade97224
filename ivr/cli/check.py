"""Check a plan and what it needs: articles, model, voice; callers' journeys, accessibility, words that sound alike."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ivr.adapters import hearing_of, prompts_of
from ivr.call import Prompt
from ivr.cli.progress import Progress
from ivr.errors import FlowError, UserError
from ivr.helpline import Helpline, load_helpline
from ivr.plans.proof import WITHIN_TURNS, SpeakingTime, Verdict, judge
from ivr.plans.rehearsal.reading import scene_time
from ivr.published import plan_of
from ivr.settings import Settings
from ivr.speech.prompts.levels import RATE_HZ
from ivr.speech.prompts.recordings import find_recording
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS


@dataclass(slots=True)
class Checked:
    """What was found."""

    plan: Path
    errors: list[str] = field(default_factory=list)
    """What keeps the helpline from starting, as ``file:line:column: …``."""
    helpline: Helpline | None = None
    voice: str | None = None
    verdict: Verdict | None = None
    """None if the plan cannot be read."""

    @property
    def fit(self) -> bool:
        """Whether the plan may go live."""
        return not self.errors and self.verdict is not None and not self.verdict.blocks


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--at", type=_time, metavar="TIME", help="judge dates as of then, as 2026-12-25T10:00 (default: now)"
    )
    parser.add_argument(
        "--within-turns",
        type=_turns,
        default=WITHIN_TURNS,
        metavar="N",
        help=f"whatever callers do, they come to a person or a proper end within N turns (default {WITHIN_TURNS})",
    )


def main(given: argparse.Namespace) -> int:
    """0 if the plan can be used, 1 if it, its model or its voice has an error; raises UserError if there is no plan."""
    settings = Settings.read()
    checked = examined(given.plan or settings.helpline, settings, within_turns=given.within_turns, at=given.at)
    if given.format == "json":
        print(json.dumps(_as_dict(checked), indent=2, ensure_ascii=False))
    else:
        tell(checked, settings)
    return 0 if checked.fit else 1


def _turns(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 2 to 100")
    return int(text)


def _time(text: str) -> datetime:
    try:
        return scene_time(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def examined(
    plan: Path, settings: Settings, *, within_turns: int = WITHIN_TURNS, at: datetime | None = None
) -> Checked:
    """Everything that `plan` is held against, `at` a time by the clocks where the helpline is (None: now).

    A terminal is told what takes so long. Raises UserError if there is no plan.
    """
    checked = Checked(plan_of(plan))
    if not checked.plan.is_file():
        raise FlowError("there is no such file; check the name", file=str(checked.plan))
    with Progress() as progress:
        _examine(checked, settings, within_turns, at, progress)
    return checked


def _examine(checked: Checked, settings: Settings, within_turns: int, at: datetime | None, progress: Progress) -> None:
    progress("reading the plan")
    try:
        checked.helpline = load_helpline(checked.plan, hearing_of(settings), settings.prompts, at=at)
    except UserError as fault:
        checked.errors.append(str(fault))
    try:
        checked.voice = _voice(settings, checked.helpline)
    except UserError as fault:  # told beside an error of the plan: neither has to wait for the other to be mended
        checked.errors.append(str(fault))
    if checked.helpline is not None:

        def tell(explored: int, known: int, calls: int) -> None:
            progress(f"calling it in every way: {calls:,} calls, {explored:,} of the {known:,} questions found so far")

        checked.verdict = judge(
            checked.helpline.flow,
            checked.helpline.knowledge.answers(),
            time=SpeakingTime(rate_wpm=settings.speech_rate_wpm, real=_Lengths(settings)),
            within_turns=within_turns,
            at=checked.helpline.flow.local(at),
            tell=tell,
        )


def _voice(settings: Settings, helpline: Helpline | None) -> str:
    """The voice that speaks, tried. Raises SettingsError if it cannot, or a recording is wrong."""
    prompts = prompts_of(settings)
    if helpline is None:
        return asyncio.run(prompts.examine())
    return asyncio.run(prompts.examine(helpline.prompts(), saying=helpline.saying))


class _Lengths:
    """Seconds of recordings, each looked up once."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.prompts
        self._known: dict[str, float | None] = {}

    def __call__(self, prompt: Prompt) -> float | None:
        """Seconds of the recording of `prompt`; None if there is none."""
        name = prompt.recording
        if name is None:
            return None
        if name not in self._known:
            self._known[name] = self._length(name)
        return self._known[name]

    def _length(self, name: str) -> float | None:
        try:
            sound = find_recording(self._folder, name)
        except UserError:  # told by the voice already
            return None
        return len(sound) / 2 / RATE_HZ if sound else None


def _as_dict(checked: Checked) -> dict[str, object]:
    helpline, verdict = checked.helpline, checked.verdict
    return {
        "plan": str(checked.plan),
        "fit": checked.fit,
        "errors": checked.errors,
        "warnings": list(helpline.warnings) if helpline is not None else [],
        **(verdict.as_dict() if verdict is not None else {"findings": [], "proof": None}),
    }


def tell(checked: Checked, settings: Settings) -> None:
    """Print what was found."""
    for fault in checked.errors:
        print(f"error: {fault}", file=sys.stderr)
    helpline, verdict = checked.helpline, checked.verdict
    for warning in helpline.warnings if helpline is not None else ():
        print(f"warning: {warning}")
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    for line in verdict.lines(colour=coloured) if verdict is not None else ():
        print(line)
    if not checked.fit or helpline is None:
        return
    flow, articles = helpline.flow, helpline.articles
    print(f"{checked.plan}: {flow.title}, {len(flow.steps)} steps, {len(articles)} articles, fit for use")
    print(f"its callers are heard by: {helpline.engine.description}")
    print(f"its prompts are said by: {checked.voice}")
    print(f"its pronunciations: {len(helpline.saying.pronunciations.words)}, in {settings.prompts / PRONUNCIATIONS}")
