"""Check a plan and its articles: errors as file:line:column, warnings after them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ivr.app import hearing_of, load_helpline
from ivr.errors import FlowError
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")


def main(given: argparse.Namespace) -> int:
    """0 if the plan can be used, 1 if it has an error."""
    settings = Settings.read()
    plan = given.plan or settings.helpline
    try:
        helpline = load_helpline(plan, hearing_of(settings))
    except FlowError as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    for warning in helpline.warnings:
        print(f"warning: {warning}")
    flow, articles = helpline.flow, helpline.articles
    print(f"{plan}: {flow.title}, {len(flow.steps)} steps, {len(articles)} articles, fit for use")
    print(f"its callers are heard by: {helpline.engine.description}")
    return 0
