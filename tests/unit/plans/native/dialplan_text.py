"""Plans as texts for the tests of native plans, and what every native dialplan must be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from ivr.call import Answer
from ivr.dialogue import load_flow
from ivr.plans.native import NativePlan, native_plan
from ivr.plans.native.lines import DIGITS
from ivr.plans.native.verbs import AFTER

SOUNDS = "/srv/native/sounds"
LABEL = r"[A-Za-z_][A-Za-z0-9_.-]*"
APPLICATION = "Answer|Goto|GotoIf|Hangup|NoOp|Playback|Queue|Read|Set"
ROW = re.compile(rf"(?:exten => (?:s|T|h),1| same => n)(?:\(({LABEL})\))?,({APPLICATION})\(([ -:<-~]*)\)")
HEAD = {
    "helpline": "Town",
    "start": "main",
    "main_menu": "main",
    "person_queue": "operator",
    "queues": {"operator": "the office", "repairs": "the repairs team"},
}


def compiled(folder: Path, steps: dict[str, object], answers: Iterable[Answer] = (), **head: object) -> NativePlan:
    """A native plan of `steps`; lines of `head` come before or instead of the usual ones. Raises FlowError."""
    file = folder / "town.yaml"
    file.write_text(json.dumps({**HEAD, **head, "steps": steps}, ensure_ascii=False), encoding="utf-8")
    return native_plan(load_flow(file), answers, sounds=SOUNDS)


def rows(plan: NativePlan) -> list[tuple[str, str, str]]:
    """Label, application and data of each line; asserts that the text is nothing but comments and such lines."""
    found = []
    for row in plan.text.rstrip("\n").split("\n"):
        if row.startswith("; ") or row in ("", ";", "[helpline-native]"):
            assert "\r" not in row
            assert row.isprintable()
            continue
        match = ROW.fullmatch(row)
        assert match, row
        assert len(row) < 2000
        found.append((match[1] or "", match[2], match[3]))
    return found


def assert_whole(plan: NativePlan) -> None:
    """Every label that is named stands once, every sound that is named is made, nothing falls through its end."""
    lines = rows(plan)
    labels = [label for label, _, _ in lines if label]
    assert len(labels) == len(set(labels))
    for _, application, data in lines:
        if application == "Goto" and data.startswith(f"${{{AFTER}"):
            kept = re.findall(rf"Set\({re.escape(data[2:-1])}=(.*)\)", plan.text)
            assert kept and set(kept) <= set(labels), data
        elif application in ("Goto", "GotoIf"):
            assert re.split(r"[?,]", data)[-1] in labels, data
        assert data.count("(") == data.count(")")
        assert data.count("{") == data.count("}")
    names = {sound.name for sound in plan.sounds}
    assert set(re.findall(r"\$\{IVR_SOUNDS\}/([0-9a-f]{16})", plan.text)) == names - {digit.name for digit in DIGITS}


def step_text(plan: NativePlan, step: str) -> str:
    """The lines of one step, without comments about sounds, as they stand."""
    after = plan.text.split(f"; -- {step}: ", 1)[1].split("; -- ", 1)[0]
    return "\n".join(row.strip() for row in after.splitlines()[1:] if not row.startswith(";"))


def said(plan: NativePlan) -> list[str]:
    """Every text that is said, in order."""
    return [prompt.text for sound in plan.sounds for prompt in sound.prompts if sound not in DIGITS]
