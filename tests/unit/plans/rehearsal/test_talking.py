"""A call by typing: answers, looks into the call, the way back, and the scenario that comes of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from ivr.plans.rehearsal.play import read_plan
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came, rehearse
from ivr.plans.rehearsal.scene import Scene
from ivr.plans.rehearsal.talking import Talk, Told
from tests.unit.plans.rehearsal.plans import plan_in


def talk_in(folder: Path, **scene: Any) -> Talk:
    talk = Talk(read_plan(plan_in(folder)), Scene(**scene))
    asyncio.run(talk.begin())
    return talk


def types(talk: Talk, *lines: str) -> Told:
    told = Told()
    for line in lines:
        told = asyncio.run(talk.line(line))
    return told


def test_the_line_answers_what_is_typed(tmp_path: Path) -> None:
    talk = talk_in(tmp_path)
    assert types(talk, "my keys").said == ("Which number has it?",)
    assert types(talk, "one two three @0.4").said == ("I have 1 2 3. Is that right?",)
    over = types(talk, "yes")
    assert (over.said, over.notes) == (("Goodbye.",), ("The call is over: hung_up.",))
    assert types(talk, "/facts").data == {"facts": {"number": "123"}}
    assert types(talk, "hello").wrong


def test_an_empty_line_is_silence_and_the_end_of_input_a_hang_up(tmp_path: Path) -> None:
    talk = talk_in(tmp_path)
    assert types(talk, "").said == ("Sorry, I did not hear you. Keys or lights?",)
    assert asyncio.run(talk.end()).data["over"] == "caller_left"
    assert asyncio.run(talk.end()) == Told()


def test_the_call_can_be_looked_into(tmp_path: Path) -> None:
    talk = talk_in(tmp_path)
    step = types(talk, "/step").data
    assert (step["step"], step["verb"], step["keys"]) == ("one", "menu", ["#", "*", "0", "1", "2"])
    assert "my keys" in step["phrases"]
    assert types(talk, "/timers").data["timers_s"]["first word or key within"] == 5.0
    assert types(talk, "/why").wrong
    why = types(talk, "lights @0.3", "/why").data
    assert (why["heard"], why["confidence"], why["failed"]) == ("lights", 0.3, ["not_understood"])
    kinds = [event["event"] for event in types(talk, "/events").data["events"]]
    assert kinds == ["StepEntered", "PromptPlayed", "CallerSpoke", "StepFailed", "PromptPlayed"]
    assert types(talk, "/pop").wrong
    assert types(talk, "2", "/pop").data["reason"] == "dark"
    assert types(talk, "/nonsense").wrong
    assert types(talk, "?").data["help"]
    assert types(talk, "/quit").quits


def test_back_undoes_the_last_act_and_again_all_of_them(tmp_path: Path) -> None:
    talk = talk_in(tmp_path)
    assert types(talk, "/back").wrong
    assert types(talk, "2").data["over"]
    assert types(talk, "/back").said == ("Keys or lights?",)
    assert types(talk, "1", "12", "/again").data == {"said": ["Keys or lights?"], "step": "one", "over": None}


def test_who_cuts_into_what_was_told_is_heard_then(tmp_path: Path) -> None:
    talk = talk_in(tmp_path)
    assert types(talk, "!0.3 2").data["over"] == "queue porter, reason dark"
    assert types(talk, "/back", "!0.3 mumble").notes == ("(the line took no notice, and goes on)",)


@pytest.mark.parametrize(
    "lines",
    [
        ("my keys", "123", "no", "", "0"),
        ("mumble", "!0.5 2"),
        ("hang up",),
        ("lights @0.6", "yes"),
        ("!0.2 hang up",),
        (),
    ],
)
def test_a_call_is_saved_as_a_scenario_that_passes(tmp_path: Path, lines: tuple[str, ...]) -> None:
    talk = talk_in(tmp_path, number="", closed=None, recogniser_down=False)
    types(talk, *lines)
    file = tmp_path / "new/saved.yaml"
    assert not types(talk, f"/save {file} a call: 'saved'").wrong
    there, plan = read_scenarios(file)
    assert [one.name for one in there.scenarios] == ["a call: 'saved'"]
    result = asyncio.run(rehearse(there.scenarios[0], plan))
    assert result.came is Came.PASSED, result.message()
    assert there.scenarios[0].scene.closed is None


def test_a_second_call_is_saved_after_the_first_whose_text_stays(tmp_path: Path) -> None:
    talk = talk_in(tmp_path, at=datetime(2026, 12, 25, 10))
    file = tmp_path / "saved.yaml"
    types(talk, "mumble", f"/save {file} first")
    kept = file.read_text() + "  # a remark\n"
    file.write_text(kept)
    assert types(talk, f"/save {file} first").wrong
    assert not types(talk, "2", f"/save {file} second").wrong
    assert file.read_text().startswith(kept)
    assert [one.name for one in read_scenarios(file)[0].scenarios] == ["first", "second"]
    assert "at:" not in file.read_text(), "nothing in the plan looks at the time"


def test_what_cannot_be_saved_leaves_the_file_alone(tmp_path: Path) -> None:
    talk = talk_in(tmp_path)
    file = tmp_path / "notes.txt"
    file.write_text("my notes")
    for line in ("/save", f"/save {file}", f"/save {tmp_path}"):
        assert types(talk, line).wrong, line
    assert file.read_text() == "my notes"


def test_a_turn_late_in_a_long_call_is_no_more_work_than_the_call_so_far(tmp_path: Path) -> None:
    """Counted in calls of functions; what it takes in milliseconds is told by the bench."""
    talk = talk_in(tmp_path)
    work = [_functions_called(lambda: types(talk, "*")) for _ in range(80)]
    a_turn = (work[39] - work[19]) / 20
    assert work[79] == pytest.approx(work[39] + 40 * a_turn, rel=0.1), "each turn adds as much as the one before"


def _functions_called(do: Callable[[], object]) -> int:
    counted = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        do()
    finally:
        sys.setprofile(before)
    return counted
