"""The reference: complete, and each of its examples is a plan that takes a call."""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.dialogue.language.head import Head
from ivr.dialogue.language.lines import lines_of
from ivr.dialogue.language.reference import reference
from ivr.dialogue.language.settings import SETTINGS
from ivr.dialogue.verbs import VERBS
from ivr.testing.fixed_world import FixedOutbox, FixedWorld
from ivr.testing.scripted_caller import Act, presses, says
from tests.flows.helplines import call, plan
from tests.flows.known_callers import ADA, Residents, beside, world_of
from tests.unit.dialogue.language.test_schema import faults

ENDS = {"main": "hang_up: Main menu.", "goodbye": "hang_up: Goodbye.", "to_people": "transfer: office"}
AROUND = """\
hours: {office: {monday-friday: 08:30-17:00}}
knowledge: knowledge
sources: sources.yaml
callers: callers.yaml
outbox: outbox.yaml
flows:
  identify:
    start: who
    steps:
      who: {ask: Say your number., answer: digits, digits: 3, fact: number, goto: done}
      done:
        return:
"""
AROUND_NOTICE = "notices: {roads: {until: 2099-12-31, say: The road is closed.}}"
AROUND_RETURN = "flows:\n  part:\n    start: done\n    steps:\n"
WORLD = FixedWorld(outbox=FixedOutbox(), known={"tenants": {"name": "Ada", "balance": "12.50"}})
CALLS: dict[str, tuple[list[Act], str]] = {
    "say": ([], "Goodbye."),
    "menu": ([says("book the big hall")], "Main menu."),
    "ask": ([presses("24122026#"), says("yes"), says("no")], "Goodbye."),
    "form": (
        [says("the blue one at s g twelve nine a b friday"), says("yes", expect="recycling, at")],
        "Goodbye.",
    ),
    "confirm": ([presses("7#"), says("yes"), says("yes", expect="table 7")], "Goodbye."),
    "question": ([says("when are you open"), says("yes")], "Goodbye."),
    "language": ([presses("2")], "Arhoswch os gwelwch yn dda."),
    "eligibility": ([presses("2000#"), says("yes"), says("yes")], "This is not a decision."),
    "hours": ([], "Main menu."),
    "notice": ([], "The road is closed. Main menu."),
    "branch": ([presses("60#"), says("yes")], "Main menu."),
    "set": ([], "Goodbye."),
    "outcome": ([], "Goodbye."),
    "split": ([], "Goodbye."),
    "call": ([presses("123"), says("yes")], "Goodbye."),
    "return": ([], "Goodbye."),
    "send": ([says("yes", expect="Shall I text you the details")], "I have sent it. Goodbye."),
    "look_up": ([presses("123456"), says("yes")], "Goodbye."),
    "identify": ([presses("03051970#"), says("yes")], "Ada, you owe 12.50 pounds. Goodbye."),
    "transfer": ([], "I will put you through. They can see what you told me."),
    "voicemail": ([says("no")], "Main menu."),
    "recall": ([presses("7#"), says("yes")], "Goodbye."),
    "preferences": ([says("forget me")], "I have deleted what I remembered of you. Goodbye."),
    "remember": ([], "Goodbye."),
    "goto": ([], "Main menu."),
    "hang_up": ([], "Goodbye."),
}
"""Verb → what a caller of its example does, and what they hear last."""


def test_it_tells_of_every_line() -> None:
    text = reference()
    for line in (*lines_of(Head), *SETTINGS, *(line for verb in VERBS.values() for line in lines_of(verb))):
        assert f"| `{line.name}` | {line.about}" in text
    assert all(f"\n### {word}\n" in text for word in VERBS)


def example(folder: Path, word: str) -> str:
    """The steps of the example with the ends that it leads to, and where it needs it, the part of a plan around it."""
    (folder / "knowledge").mkdir()
    article = "---\ntitle: opening hours\ntopic: hours\nphrasings: [when are you open]\n---\nWe are open on Monday.\n"
    (folder / "knowledge/opening-hours.md").write_text(article)
    beside(folder)
    (folder / "outbox.yaml").write_text("sms: {folder: texts}\n")
    (folder / "hall").mkdir()
    (folder / "hall/rent-help.yaml").write_text(table())
    return VERBS[word].example.strip()


def table() -> str:
    """That which the description of `eligibility` holds."""
    lines = (inspect.getdoc(VERBS["eligibility"]) or "").splitlines()
    return "\n".join(line for line in lines if line.startswith("    ") or not line.strip())


@pytest.mark.parametrize("word", VERBS)
def test_an_example_loads_and_takes_a_call(tmp_path: Path, word: str) -> None:
    steps, head = example(tmp_path, word), AROUND
    acts, last = CALLS[word]
    if word == "notice":
        head = AROUND_NOTICE
    if word == "return":
        head = AROUND_RETURN + textwrap.indent(steps, "      ")
        steps = "one: {call: part, goto: goodbye}"
    first = steps.partition(":")[0]
    ends = "".join(f"\n{name}: {{{line}}}" for name, line in ENDS.items() if f"\n{name}:" not in f"\n{steps}")
    begun = steps if first == "one" else f"one: {{goto: {first}}}\n{steps}"
    flow, knowledge = plan(tmp_path, textwrap.indent(begun + ends, "  "), head)
    assert not [warning for warning in flow.warnings if "no way leads" not in warning]
    assert faults(flow.file.read_text()) == []
    world = replace(WORLD, callers=world_of(tmp_path / "callers.yaml", Residents(ADA)).callers)
    called = call((flow, knowledge), *acts, world=world, whole=False)
    assert called.said[-1].endswith(last)
