"""Print the JSON Schema of a plan, for completion and faults in an editor."""

from __future__ import annotations

import argparse

from ivr.dialogue.language.schema import as_json, schema


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes: nothing."""


def main(given: argparse.Namespace) -> int:
    """Always 0."""
    print(as_json(schema()), end="")
    return 0
