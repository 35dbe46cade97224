"""A plan that names another model gets it when it is read anew; a call in progress keeps the one that hears it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ivr import app
from ivr.errors import FlowError, SettingsError
from ivr.helpline import Helpline
from ivr.plan_change import PLAN_CHANGE, noted_fault
from ivr.settings import Settings
from ivr.speech.models.model import BUNDLED_FOLDER
from ivr.speech.recognition.recogniser_pool import RecogniserPool

DIALPLANS = Path(__file__).parents[2] / "dialplans"
NAME = "vosk-model-small-de-0.15"


class EveryQueue:
    """A desk whose Asterisk has all queues."""

    async def check_queues(self, queues: object = None) -> None:
        """Nothing is missing."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(DIALPLANS, tmp_path / "dialplans")
    return Settings(
        helpline=tmp_path / "dialplans/riverton.yaml",
        state=tmp_path / "state",
        secrets=tmp_path / "secrets.json",
        models=tmp_path / "models",
        recogniser_workers=1,
    )


@pytest.fixture
async def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[app.Service]:
    service = app.Service(settings)

    async def no_sounds(helpline: Helpline) -> None:
        """Prompts are not what is tried here."""

    monkeypatch.setattr(service, "_desk", EveryQueue())
    monkeypatch.setattr(service, "_make_sounds", no_sounds)
    await service._engines.hold(service._helpline.model, service._helpline.engine)
    yield service
    await service._engines.close()


def rewrite(settings: Settings, *lines: str) -> None:
    plan = settings.helpline
    plan.write_text("\n".join([*lines, (DIALPLANS / plan.name).read_text()]))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # the end of a process sets no event of ours
            await asyncio.sleep(0.01)


async def test_a_changed_model_is_started_and_the_old_one_ends_after_its_last_call(
    service: app.Service, settings: Settings
) -> None:
    before = service._helpline.engine
    assert isinstance(before, RecogniserPool)
    shutil.copytree(BUNDLED_FOLDER, settings.models / NAME)
    rewrite(settings, f"model: {NAME}")
    async with service._engines.held(before):  # a call
        await service._reload()
        after = service._helpline.engine
        assert isinstance(after, RecogniserPool)
        assert NAME in after.description
        assert after.pids
        assert before.pids
        await (await before.open(None)).finish()
    await until(lambda: not before.pids)
    assert after.pids


async def test_a_changed_plan_with_the_same_model_keeps_its_processes(service: app.Service, settings: Settings) -> None:
    before = service._helpline.engine
    assert isinstance(before, RecogniserPool)
    pids = before.pids
    rewrite(settings, "language: en-US")
    await service._reload()
    assert service._helpline.flow.language == "en-US"
    assert service._helpline.engine is before
    assert before.pids == pids


async def test_a_changed_plan_that_nothing_can_hear_is_not_taken(
    service: app.Service, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    before = service._helpline
    rewrite(settings, "language: de")
    await service._reload()
    assert service._helpline is before
    assert "no speech model hears 'de'" in caplog.records[-1].__dict__["fault"]


async def test_a_changed_plan_whose_sounds_cannot_be_made_leaves_no_model_behind(
    service: app.Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = service._helpline
    shutil.copytree(BUNDLED_FOLDER, settings.models / NAME)
    rewrite(settings, f"model: {NAME}")
    tried: list[RecogniserPool] = []

    async def no_voice(helpline: Helpline) -> None:
        assert isinstance(helpline.engine, RecogniserPool)
        assert helpline.engine.pids, "what hears the plan is there before its sounds replace those of the old one"
        tried.append(helpline.engine)
        raise SettingsError("speech output: no engine")

    monkeypatch.setattr(service, "_make_sounds", no_voice)
    await service._reload()
    assert service._helpline is before
    await until(lambda: not tried[0].pids)
    assert isinstance(before.engine, RecogniserPool)
    assert before.engine.pids
    await (await before.engine.open(None)).finish()


async def test_a_model_that_does_not_start_costs_no_sound(
    service: app.Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = service._helpline
    shutil.copytree(BUNDLED_FOLDER, settings.models / NAME)
    (settings.models / NAME / "am/final.mdl").write_bytes(b"torn")
    rewrite(settings, f"model: {NAME}")

    async def made_too_early(helpline: Helpline) -> None:
        pytest.fail("the sounds of a plan that nothing can hear were made")

    monkeypatch.setattr(service, "_make_sounds", made_too_early)
    await service._reload()
    assert service._helpline is before


async def test_a_disk_that_takes_no_note_keeps_no_plan_from_being_taken(
    service: app.Service, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.state / PLAN_CHANGE).mkdir()
    rewrite(settings, "language: de")
    await service._reload()
    assert "cannot be noted" in caplog.records[-1].message
    rewrite(settings, "language: en-US")
    await service._reload()
    assert service._helpline.flow.language == "en-US"


async def test_a_fault_that_nobody_thought_of_is_told_and_the_next_change_is_taken(
    service: app.Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = asyncio.Event()
    read = service._read_helpline

    def broken(engine_for: object = None) -> Helpline:
        raise ZeroDivisionError

    monkeypatch.setattr(service, "_read_helpline", broken)
    following = asyncio.create_task(service._reload_when(changed))
    changed.set()
    await until(lambda: noted(settings) == "the service failed over it: see its log")
    monkeypatch.setattr(service, "_read_helpline", read)
    rewrite(settings, "language: en-US")
    changed.set()
    await until(lambda: noted(settings) == "")
    assert service._helpline.flow.language == "en-US"
    following.cancel()
    await asyncio.wait({following})


def noted(settings: Settings) -> str | None:
    return noted_fault(settings.state) if (settings.state / PLAN_CHANGE).exists() else None


def test_a_plan_that_nothing_can_hear_does_not_start(settings: Settings) -> None:
    rewrite(settings, "language: de")
    with pytest.raises(FlowError, match=r"riverton.yaml:1:11: no speech model hears 'de'"):
        app.Service(settings)
    rewrite(settings, "model: nowhere")
    with pytest.raises(FlowError, match=r"riverton.yaml:1:8: .*'nowhere' is neither installed nor a folder"):
        app.Service(settings)
