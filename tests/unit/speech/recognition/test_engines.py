"""A plan is heard by the model of its language, and an engine runs for as long as somebody needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from ivr.errors import LineBroken, ModelError
from ivr.speech.models.languages import primary
from ivr.speech.models.model_store import ModelStore
from ivr.speech.recognition.engines import Hearing, RunningEngines
from ivr.speech.recognition.recogniser import Utterance
from ivr.speech.recognition.recogniser_pool import RecogniserPool
from ivr.speech.recognition.remote_recogniser import RemoteRecogniser
from ivr.testing.clock import run


def hearing(models: Path, *installed: str, model: str = "bundled", **by_language: str) -> Hearing:
    for name in installed:
        (models / name).mkdir(parents=True)
    return Hearing(
        model=model,
        language_models={tag.replace("_", "-"): name for tag, name in by_language.items()},
        store=ModelStore(models),
        workers=2,
        most_callers=10,
    )


@pytest.mark.parametrize(
    ("tag", "language"), [("en-GB", "en"), ("de", "de"), ("ua", "uk"), ("cn", "zh"), ("el-gr", "el"), ("pt_BR", "pt")]
)
def test_tags_of_plans_and_catalogue_name_one_language(tag: str, language: str) -> None:
    assert primary(tag) == language


def test_english_is_heard_by_the_bundled_model(tmp_path: Path) -> None:
    assert hearing(tmp_path).model_for("en-GB") == "bundled"


def test_the_plans_own_line_wins(tmp_path: Path) -> None:
    assert hearing(tmp_path, de="settled").model_for("de", "ws://recogniser:2700") == "ws://recogniser:2700"


def test_the_settings_name_a_model_per_language(tmp_path: Path) -> None:
    both = hearing(tmp_path, de="german", en_GB="british")
    assert [both.model_for(tag) for tag in ("de-AT", "de", "en-gb", "en-US")] == [
        "german",
        "german",
        "british",
        "bundled",
    ]


def test_an_installed_model_of_the_language_is_found(tmp_path: Path) -> None:
    both = hearing(tmp_path, "vosk-model-de-0.21", "vosk-model-small-de-0.15", "vosk-model-small-fr-0.22", ".downloads")
    assert both.model_for("de-DE") == "vosk-model-small-de-0.15"


def test_a_model_whose_language_nobody_knows_is_trusted(tmp_path: Path) -> None:
    assert hearing(tmp_path, model="/models/own").model_for("cy") == "/models/own"
    assert hearing(tmp_path, model="wss://recogniser").model_for("cy") == "wss://recogniser"


def test_a_language_without_a_model_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="'ivr models list --language cy' shows some, 'ivr models download") as fault:
        hearing(tmp_path).model_for("cy")
    assert "\n" not in str(fault.value)


def test_a_server_may_be_said_to_hear_with_a_model_that_is_here(tmp_path: Path) -> None:
    both = hearing(tmp_path, "vosk-model-small-de-0.15", model="ws://recogniser#bundled")
    assert both.model_for("en-GB") == "ws://recogniser#bundled"
    assert both.model_for("de") == "vosk-model-small-de-0.15", "the server is known to hear English"
    known = both.engine("ws://recogniser:2700#bundled")
    assert "'bundled'" in known.description
    assert known.unknown_words(["council", "xyzzy"]) == {"xyzzy"}
    unknown = both.engine("ws://recogniser:2700")
    assert "confidence are unknown" in unknown.description
    assert unknown.unknown_words(["xyzzy"]) == frozenset()
    with pytest.raises(ModelError, match="'nowhere' is neither installed nor a folder"):
        both.engine("ws://recogniser:2700#nowhere")


def test_the_setting_chooses_the_engine(tmp_path: Path) -> None:
    both = hearing(tmp_path)
    assert isinstance(both.engine("bundled"), RecogniserPool)
    remote = both.engine("ws://me:secret@recogniser:2700")
    assert isinstance(remote, RemoteRecogniser)
    assert "recogniser:2700" in remote.description
    assert "secret" not in remote.description
    assert remote.unknown_words(["anything"]) == frozenset()
    with pytest.raises(ModelError, match="no address of a recognition server"):
        both.engine("ws://")


class FakeEngine:
    """Counts its starts and ends."""

    def __init__(self, model: str) -> None:
        self.description = model
        self.ailment: str | None = None
        self.starts = 0
        self.closes = 0

    async def start(self) -> None:
        if self.description == "broken":
            raise ModelError("it cannot be used")
        self.starts += 1

    async def close(self) -> None:
        self.closes += 1

    async def open(self, phrases: tuple[str, ...] | None) -> Utterance:
        raise LineBroken("it only counts")

    def unknown_words(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset()


def test_an_engine_is_closed_when_neither_plan_nor_call_needs_it() -> None:
    async def main() -> None:
        made: list[FakeEngine] = []

        def make(model: str) -> FakeEngine:
            made.append(FakeEngine(model))
            return made[-1]

        engines = RunningEngines(make)
        old = engines.get("old")
        await engines.hold("old", old)
        assert engines.get("old") is old
        async with engines.held(old):  # a call
            new = engines.get("new")
            await engines.hold("new", new)
            engines.let_go(old)  # the plan
            await asyncio.sleep(0)
            assert made[0].closes == 0
        await asyncio.sleep(0)
        assert (made[0].starts, made[0].closes) == (1, 1)
        assert engines.get("old") is not old
        await engines.hold("new", new)
        engines.let_go(new)
        assert (made[1].starts, made[1].closes) == (1, 0)
        await engines.close()
        assert made[1].closes == 1

    run(main())


def test_an_engine_that_cannot_start_is_not_kept() -> None:
    async def main() -> None:
        engines = RunningEngines(FakeEngine)
        with pytest.raises(ModelError):
            await engines.hold("broken", engines.get("broken"))
        await engines.close()

    run(main())
