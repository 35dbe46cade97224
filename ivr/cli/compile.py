"""Write a plan as a native, keys-only Asterisk dialplan with its prompts: what answers when the service is down."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from ivr.adapters import prompts_of
from ivr.plans.native import CONTEXT, Compiled, compile_plan
from ivr.published import plan_of
from ivr.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where file and sounds are written")
    parser.add_argument(
        "--seen-as", metavar="PATH", help="that folder as Asterisk sees it, if it runs elsewhere (default: FOLDER)"
    )
    parser.add_argument("--context", default=CONTEXT, metavar="NAME", help=f"its context (default: {CONTEXT})")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def main(given: argparse.Namespace) -> int:
    """0 when it is written, with or without steps that need the service; what cannot be done is a UserError (2)."""
    settings = Settings.read()
    compiled = asyncio.run(
        compile_plan(
            plan_of(given.plan or settings.helpline),
            into=given.into,
            seen_as=given.seen_as or str(given.into.absolute()),
            recordings=settings.prompts,
            voice=prompts_of(settings),
            context=given.context,
        )
    )
    if given.format == "json":
        print(json.dumps(_as_json(compiled), indent=2, ensure_ascii=False))
        return 0
    for warning in compiled.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    written = compiled.written
    print(f"{written.file}: {compiled.title}, {compiled.steps} steps")
    print(
        f"{written.sounds} sounds, {written.seconds:.0f} s, {written.softest_dbfs:.1f} to "
        f"{written.loudest_dbfs:.1f} dBFS, as WAV of 8 kHz and 16 bit"
    )
    print(f'In extensions.conf: #include "{written.file.absolute()}" and Goto({given.context},s,1)')
    return 0


def _as_json(compiled: Compiled) -> dict[str, object]:
    written = compiled.written
    return {
        "file": str(written.file),
        "title": compiled.title,
        "steps": compiled.steps,
        "sounds": written.sounds,
        "seconds": round(written.seconds, 1),
        "softest_dbfs": round(written.softest_dbfs, 1),
        "loudest_dbfs": round(written.loudest_dbfs, 1),
        "warnings": list(compiled.warnings),
    }
