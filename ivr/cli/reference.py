"""Print how to write a plan: every line that it may have, what it is for, and an example of each verb."""

from __future__ import annotations

import argparse

from ivr.dialogue.language.reference import reference


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes: nothing."""


def main(given: argparse.Namespace) -> int:
    """Always 0."""
    print(reference(), end="")
    return 0
