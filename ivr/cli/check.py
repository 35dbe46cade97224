"""Check a plan, its articles, its model, the pronunciations and the voice: errors as file:line:column, and warnings."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from ivr.app import hearing_of, prompts_of
from ivr.errors import UserError
from ivr.helpline import Helpline, load_helpline
from ivr.settings import Settings
from ivr.speech.prompts.saying.pronunciations import PRONUNCIATIONS


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")


def main(given: argparse.Namespace) -> int:
    """0 if the plan can be used, 1 if it, its model or its voice has an error."""
    settings = Settings.read()
    plan = given.plan or settings.helpline
    helpline = voice = None
    try:
        helpline = load_helpline(plan, hearing_of(settings), settings.prompts)
    except UserError as fault:
        print(f"error: {fault}", file=sys.stderr)
    try:
        voice = _voice(settings, helpline)
    except UserError as fault:  # told beside an error of the plan: neither has to wait for the other to be mended
        print(f"error: {fault}", file=sys.stderr)
    for warning in helpline.warnings if helpline is not None else ():
        print(f"warning: {warning}")
    if helpline is None or voice is None:
        return 1
    flow, articles = helpline.flow, helpline.articles
    print(f"{plan}: {flow.title}, {len(flow.steps)} steps, {len(articles)} articles, fit for use")
    print(f"its callers are heard by: {helpline.engine.description}")
    listed = len(helpline.saying.pronunciations.words)
    print(f"its prompts are said by: {voice}")
    print(f"its pronunciations: {listed}, in {settings.prompts / PRONUNCIATIONS}")
    return 0


def _voice(settings: Settings, helpline: Helpline | None) -> str:
    """The voice that speaks, tried. Raises SettingsError if it cannot, or a recording is wrong."""
    prompts = prompts_of(settings)
    if helpline is None:
        return asyncio.run(prompts.examine())
    return asyncio.run(prompts.examine(helpline.prompts(), saying=helpline.saying))
