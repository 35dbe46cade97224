"""Whom a helpline's Asterisk has to know, which queues nobody answers, and what is told of a changed plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.handoff.agents import Agent
from ivr.pbx import Installation
from ivr.plan_change import PLAN_CHANGE, note_change
from ivr.settings import Settings
from ivr.stand import Stand, environment, people_of, unserved

VERA = Agent(name="vera", display_name="Vera", interface="PJSIP/vera", queues=("reception", "nurses"))
DESK = Agent(name="desk", display_name="Desk", interface="PJSIP/desk-2", queues=("nurses",))


def test_asterisk_has_to_know_the_queues_of_plan_and_agents_and_telephones_named_like_their_agent() -> None:
    people = people_of((VERA, DESK), ("reception", "vets"))
    assert people.queues == ("reception", "vets", "nurses")
    assert people.telephones == ("vera",)


def test_a_queue_that_nobody_answers_is_told_and_so_is_the_safety_net_s() -> None:
    assert list(unserved((VERA,), {"reception": "our reception"})) == [
        "no agent answers 'operator', where callers go if the service fails; add it to somebody's 'queues'"
    ]
    assert list(unserved((VERA,), {"operator": "us", "nurses": "the nurses"})) == [
        "no agent answers the queue 'operator'; add it to somebody's 'queues'"
    ]


def test_a_service_that_is_started_beside_us_reads_the_same_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        state=tmp_path,
        watch=True,
        memory_days=1.5,
        language_models={"de": "vosk-model-small-de-0.15", "cy": 'a "model"'},
        language_voices={"cy": "rhvoice:nia"},
    )
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings.read() == settings


class NetOf(Stand):
    """A stand whose safety net meets a `fault`, or none."""

    fault: Exception | None = None

    async def lay_net(self) -> None:
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def stand(tmp_path: Path) -> NetOf:
    settings = Settings(state=tmp_path, secrets=tmp_path / "secrets.json")
    return NetOf(settings, installation=Installation(binary=Path("/usr/sbin/asterisk")))


async def told(stand: Stand) -> list[str]:
    lines: list[str] = []
    stand.say = lines.append
    await stand.tell_change()
    return lines


async def test_what_became_of_a_changed_plan_is_told(stand: NetOf, tmp_path: Path) -> None:
    note_change(tmp_path, "plan.yaml:3:1: 'stepz' is not known here")
    assert await told(stand) == ["the changed plan is not taken: plan.yaml:3:1: 'stepz' is not known here"]
    note_change(tmp_path, "")
    assert await told(stand) == ["the changed plan is taken: new calls get it"]
    assert {file.name for file in tmp_path.iterdir()} == {PLAN_CHANGE, "secrets.json"}


@pytest.mark.parametrize("fault", [SettingsError("no voice"), OSError("no voice"), ValueError("no voice")])
async def test_a_safety_net_that_is_still_the_former_plan_is_told(
    stand: NetOf, tmp_path: Path, fault: Exception
) -> None:
    note_change(tmp_path, "")
    stand.fault = fault
    assert await told(stand) == [
        "the changed plan is taken: new calls get it; when the service is down, callers still get the former one: "
        "no voice"
    ]


async def test_nothing_is_told_while_nothing_is_noted(stand: NetOf) -> None:
    assert await told(stand) == []
