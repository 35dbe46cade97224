"""Show what holds at the steps of a plan, and where each setting comes from."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ivr.dialogue import Flow
from ivr.dialogue.language.showing import Setting, Shown, settings_of, shown
from ivr.errors import SettingsError
from ivr.knowledge import Knowledge
from ivr.plans.plan_file import read_plan
from ivr.settings import Settings
from ivr.yaml_file import read_text, suggestion

MOST_PHRASES = 12
"""Shown as text; JSON holds all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    parser.add_argument("plan", type=Path, nargs="?", help="the flow file (default: the helpline of the settings)")
    parser.add_argument("step", nargs="?", help="one step, with all its settings (default: all, with their own)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def main(given: argparse.Namespace) -> int:
    """0; a plan that cannot be read and a step that is not there are UserErrors (2)."""
    flow, articles = read_plan(given.plan or Settings.read().helpline)
    phrasings = Knowledge(articles).phrasings()
    if given.step is not None and given.step not in flow.steps:
        raise SettingsError(f"there is no step '{given.step}' in {flow.file}; {suggestion(given.step, flow.steps)}")
    steps = flow.steps.values() if given.step is None else (flow.steps[given.step],)
    text = read_text(flow.file)
    found = [shown(flow, step, text, phrasings) for step in steps]
    if given.format == "json":
        whole = [_setting(flow, one) for one in settings_of(flow.manner)]
        print(json.dumps({"settings": whole, "steps": [_data(flow, one) for one in found]}, indent=1))
    else:
        if given.step is None:
            print(f"{flow.title}\n  settings\n" + "\n".join(_told(flow, one) for one in settings_of(flow.manner)))
        print("\n".join(_text(flow, one, whole=given.step is not None) for one in found))
    return 0


def _text(flow: Flow, one: Shown, *, whole: bool) -> str:
    step = one.step
    common = set(settings_of(flow.manner))
    settings = [setting for setting in one.settings if whole or setting not in common]
    lines = [f"\n{step.name}  ({flow.file.name}:{step.line}:{step.column})", *(f"  | {line}" for line in one.lines)]
    lines += ["  settings", *(_told(flow, setting) for setting in settings)] if settings else []
    lines += ["  goes on", *(f"    {jump.when or 'always'} → {jump.text}" for jump in one.jumps)] if one.jumps else []
    if one.phrases is None:
        lines += ["  listens for", "    anything"]
    elif one.phrases:
        left = len(one.phrases) - MOST_PHRASES
        more = [f"    … and {left} more ('--format json' lists them)"] if left > 0 else []
        lines += ["  listens for", *(f"    {phrase}" for phrase in one.phrases[:MOST_PHRASES]), *more]
    if one.keys:
        lines += [f"  keys\n    {', '.join(one.keys)}"]
    return "\n".join(lines)


def _told(flow: Flow, one: Setting) -> str:
    origin = one.origin
    where = "built in" if origin is None else f"{flow.file.name}:{origin.line}:{origin.column}, {origin.text}"
    return f"    {one.name} {one.value or '–'}  ({where})"


def _setting(flow: Flow, one: Setting) -> dict[str, Any]:
    at = one.origin
    origin = None if at is None else {"file": str(flow.file), "line": at.line, "column": at.column, "layer": at.text}
    return {"name": one.name, "value": one.value, "origin": origin}


def _data(flow: Flow, one: Shown) -> dict[str, Any]:
    step = one.step
    return {
        "step": step.name,
        "verb": step.verb.word,
        "line": step.line,
        "column": step.column,
        "lines": list(one.lines),
        "settings": [_setting(flow, setting) for setting in one.settings],
        "jumps": [{"to": jump.text, "when": jump.when} for jump in one.jumps],
        "phrases": None if one.phrases is None else list(one.phrases),
        "keys": list(one.keys),
        "waive": dict(step.waivers),
    }
