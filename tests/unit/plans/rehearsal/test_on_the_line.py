"""Scenes of real calls: for one call of one name, and in no service but one that rehearses on this machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.call import Caller
from ivr.errors import LineBroken, LookUpFailed, SettingsError
from ivr.plans.rehearsal.on_the_line import Rehearsed, Scenes, scenes_in
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.settings import Settings

PLAN = """helpline: A hall
start: one
main_menu: one
person_queue: porter
queues: {porter: the porter, clerk: the clerk}
steps:
  one: {say: Hello., goto: end}
  end: {hang_up: Goodbye.}
"""
SCENARIOS = """plan: plan.yaml
scenarios:
  as usual: {talk: [wait]}
  at Christmas:
    at: 2026-12-25T23:00
    caller: withheld
    closed: [clerk]
    recogniser_down: yes
    look_ups: {bins: {day: Friday}, tax: fails}
    talk: [wait]
"""


def _caller(name: str) -> Caller:
    return Caller(number="", name=name, dialled="100")


async def _met(folder: Path, scenario: str, *, times: int = 1) -> list[Rehearsed | None]:
    """What so many calls of the name meet that is left for `scenario`."""
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "all.yaml").write_text(SCENARIOS)
    there, plan = read_scenarios(folder / "all.yaml")
    scenes = Scenes(folder / "scenes")
    name = scenes.leave_word(next(one for one in there.scenarios if one.name == scenario))
    return [await scenes.of_call(_caller(name), plan.flow) for _ in range(times)]


def test_a_call_meets_all_of_its_scene(tmp_path: Path) -> None:
    async def meet() -> None:
        (met,) = await _met(tmp_path, "at Christmas")
        assert met is not None
        world = met.world
        began = world.now()
        assert began.isoformat(timespec="minutes") == "2026-12-25T23:00+00:00"
        assert timedelta(0) <= world.now() - began < timedelta(minutes=1)
        clerk, porter = world.queue("clerk"), world.queue("porter")
        assert clerk is not None and clerk.agents == 0
        assert porter is not None and porter.agents > 0
        assert await world.look_up("bins", {}) == {"day": "Friday"}
        with pytest.raises(LookUpFailed):
            await world.look_up("tax", {})
        assert met.recogniser is not None
        with pytest.raises(LineBroken):
            await met.recogniser.open(None)

    asyncio.run(meet())


def test_a_name_holds_for_one_call(tmp_path: Path) -> None:
    first, second = asyncio.run(_met(tmp_path, "as usual", times=2))
    assert first is not None
    assert first.recogniser is None, "the helpline's own hears"
    assert second is None


@pytest.mark.parametrize("name", ["", "Ada", "Rehearsal", f"Rehearsal {'0' * 32}", "Rehearsal ../../plan.yaml"])
def test_nobody_else_has_a_scene(tmp_path: Path, name: str) -> None:
    async def meet() -> None:
        await _met(tmp_path, "as usual")
        _, plan = read_scenarios(tmp_path / "all.yaml")
        assert await Scenes(tmp_path / "scenes").of_call(_caller(name), plan.flow) is None

    asyncio.run(meet())


@pytest.mark.parametrize("setting", ["bind", "sip_bind"])
def test_a_service_that_others_can_call_does_not_rehearse(tmp_path: Path, setting: str) -> None:
    with pytest.raises(SettingsError, match=f"set '{setting}' to 127.0.0.1"):
        scenes_in(tmp_path, Settings.read(allow_public_bind=True, **{setting: "192.0.2.1"}))


def test_without_the_option_there_is_no_scene_for_any_name() -> None:
    assert not [name for name in Settings.model_fields if "rehears" in name or "scene" in name], "no setting does it"
