"""`ivr models` lists the models of the language that was asked for, and removes none that is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr import cli
from ivr.speech.models.model_catalogue import Offer

GERMAN, FRENCH = "vosk-model-small-de-0.15", "vosk-model-small-fr-0.22"

PLAN = """\
helpline: Bauhof
start: welcome
main_menu: welcome
person_queue: office
queues:
  office: das Büro
language: de
steps:
  welcome:
    say: Guten Tag.
    goto: bye
  bye:
    hang_up: Auf Wiedersehen.
"""


def offer(name: str, language: str) -> Offer:
    return Offer(
        name=name,
        language=language,
        language_name=language,
        kind="small",
        size_bytes=1_000_000,
        md5="0" * 32,
        url="https://models.example/model.zip",
        obsolete=False,
    )


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A German model on this machine; a German and a French one in the catalogue."""

    async def fetch(url: str) -> tuple[Offer, ...]:
        return offer(GERMAN, "de"), offer(FRENCH, "fr")

    monkeypatch.setattr(cli.models, "fetch_catalogue", fetch)
    monkeypatch.setenv("IVR_MODELS", str(tmp_path))
    (tmp_path / GERMAN).mkdir()
    (tmp_path / "unpacked-by-hand").mkdir()
    return tmp_path


def listed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The first word of every line below the heading."""
    return [line.split()[0] if line[0] != "(" else line for line in capsys.readouterr().out.splitlines()[1:]]


def test_all_languages_are_listed_unless_one_is_asked_for(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "list"]) == 0
    assert listed(capsys) == ["bundled", "unpacked-by-hand", GERMAN, FRENCH]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("de", [GERMAN]),
        ("de_AT", [GERMAN]),
        ("fr", ["(no model for 'fr' is on this machine)", FRENCH]),
        ("en-GB", ["bundled", "(the catalogue has no model for 'en-GB')"]),
    ],
)
def test_only_the_models_of_a_language_are_listed_and_what_is_missing_is_said(
    models: Path, capsys: pytest.CaptureFixture[str], language: str, lines: list[str]
) -> None:
    assert cli.main(["models", "list", "--language", language]) == 0
    assert listed(capsys) == lines


def test_a_language_without_any_model_is_one_line(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "list", "--language", "xx\x1b[2J"]) == 2
    told = capsys.readouterr()
    assert told.out.splitlines()[1:] == ["(no model for 'xx\\x1b[2J' is on this machine)"]
    assert told.err == (
        "ivr: no model for 'xx\\x1b[2J' in the catalogue either: 'ivr models list' shows all languages\n"
    )


@pytest.mark.parametrize("by", ["name", "folder", "language"])
def test_a_model_that_a_setting_names_is_not_removed(
    models: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "language":
        monkeypatch.setenv("IVR_LANGUAGE_MODELS", f'{{"de": "{GERMAN}"}}')
    else:
        monkeypatch.setenv("IVR_MODEL", GERMAN if by == "name" else str(models / "." / GERMAN))
    assert cli.main(["models", "remove", GERMAN]) == 2
    assert capsys.readouterr().err == (
        f"ivr: '{GERMAN}' is in use: change the settings or the plan that name it first\n"
    )
    assert (models / GERMAN).is_dir()


def test_a_model_that_the_plan_is_heard_by_is_not_removed(
    models: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = models / "plan.yaml"
    plan.write_text(PLAN)
    monkeypatch.setenv("IVR_HELPLINE", str(plan))
    assert cli.main(["models", "remove", GERMAN]) == 2
    assert "is in use" in capsys.readouterr().err
    assert (models / GERMAN).is_dir()


def test_a_model_that_nobody_uses_is_removed(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "remove", GERMAN]) == 0
    assert capsys.readouterr().out == f"{models / GERMAN} is removed\n"
    assert not (models / GERMAN).exists()
