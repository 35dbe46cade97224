"""The verb `notice`: what is announced on the day, to everybody or by topic."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

import pytest

from ivr.dialogue.verbs.notice import SayNotices
from ivr.testing.clock import run
from tests.unit.dialogue.calendar.plans import SCOPE, at, notices, value
from tests.unit.dialogue.verbs.stage import Plan, Stage, Stopped

ANNOUNCED = """\
notices:
  snow:
    topic: bins
    from: 2026-12-01 06:00
    until: 2026-12-03
    say: Bins are collected a day late.
  calendars:
    topic: bins
    from: 2026-12-03
    until: 2026-12-31
    say: [New calendars are out., Ask at the library.]
  strike:
    from: 2026-12-03
    until: 2026-12-03 18:00
    say: There are few of us today.
"""


def said(topic: str, when: str) -> list[str]:
    scope = replace(SCOPE, steps=MappingProxyType({"main": "main"}))
    given = value(f"step:\n  notice: {topic}\n  goto: main\n", "step").fields()
    verb = SayNotices.read(given, scope)
    given.done()
    assert [(jump.text, jump.when) for jump in verb.jumps()] == [("main", "")]
    stage = Stage(flow=Plan(notices=notices(ANNOUNCED)), world=Stopped(at(when)))
    assert run(verb.run(cast(Any, stage))) == "main"
    return [prompt.text for prompt in stage.said]


@pytest.mark.parametrize(
    ("topic", "when", "texts"),
    [
        ("bins", "2026-12-01 05:59", []),
        ("bins", "2026-12-01 06:00", ["Bins are collected a day late."]),
        (
            "bins",
            "2026-12-03 12:00",
            ["Bins are collected a day late.", "New calendars are out.", "Ask at the library."],
        ),
        ("bins", "2026-12-04 00:00", ["New calendars are out.", "Ask at the library."]),
        ("all", "2026-12-03 12:00", ["There are few of us today."]),
        ("all", "2026-12-03 18:00", []),
        ("council_tax", "2026-12-03 12:00", []),
    ],
)
def test_the_notices_of_the_topic_and_the_day_are_said_in_their_order(topic: str, when: str, texts: list[str]) -> None:
    assert said(topic, when) == texts
