"""Print how to write a plan: every line that it may have, with examples; articles, scenarios, agents, settings."""

from __future__ import annotations

import argparse

from ivr.plans.handbook import handbook


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes: nothing."""


def main(given: argparse.Namespace) -> int:
    """Always 0."""
    print(handbook(), end="")
    return 0
