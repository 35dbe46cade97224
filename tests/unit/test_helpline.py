"""A plan, its model, its language and its pronunciations are checked as one, each fault at the line that causes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.errors import FlowError, ModelError
from ivr.helpline import Helpline, load_helpline
from ivr.published import files_of
from ivr.speech.models.model import BUNDLED_FOLDER
from ivr.speech.models.model_store import ModelStore
from ivr.speech.recognition.engines import Hearing

GERMAN = "vosk-model-small-de-0.15"
PLAN = """\
helpline: Test
{line}
start: one
main_menu: one
person_queue: office
queues: {{office: the office}}
steps:
  one:
    menu: Choose.
    choices:
      tax: {{say: council tax, key: 1, goto: end}}
  end:
    hang_up: Goodbye.
"""

Load = Callable[..., Helpline]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a plan whose second line is `line` where the models `installed` are there."""

    def loaded(
        line: str = "",
        *,
        model: str = "bundled",
        language_models: Mapping[str, str] | None = None,
        installed: tuple[str, ...] = (),
        pronunciations: str = "",
        at: datetime | None = None,
        steps: str = "",
    ) -> Helpline:
        (tmp_path / "models").mkdir()
        for name in installed:
            (tmp_path / "models" / name).symlink_to(BUNDLED_FOLDER)
        (tmp_path / "pronunciations.yaml").write_text(pronunciations)
        (tmp_path / "plan.yaml").write_text(PLAN.format(line=line) + steps)
        hearing = Hearing(
            model=model,
            language_models=language_models or {},
            store=ModelStore(tmp_path / "models"),
            workers=1,
            most_callers=1,
        )
        return load_helpline(tmp_path / "plan.yaml", hearing, tmp_path, at=at)

    return loaded


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("model: nowhere", "2:8: speech model: 'nowhere' is neither installed nor a folder"),
        ("model: ws://", "2:8: speech model: no address of a recognition server"),
        ("language: de", "2:11: no speech model hears 'de' (those here hear en); write another language, or look"),
        ("language: xx-YY", "2:11: no speech model hears 'xx-YY' (those here hear en)"),
        ("language: english", "2:11: 'english' is no language; write its short name"),
    ],
)
def test_a_model_or_language_that_nobody_can_hear_is_told_at_its_line(load: Load, line: str, complaint: str) -> None:
    with pytest.raises(FlowError) as raised:
        load(line)
    message = str(raised.value)
    assert f"plan.yaml:{complaint}" in message
    assert "\n" not in message


def test_the_languages_of_installed_models_and_of_the_settings_are_named(load: Load) -> None:
    with pytest.raises(FlowError, match=r"those here hear de, en, fr\)"):
        load("language: it", installed=(GERMAN,), language_models={"fr": "somewhere"})


def test_a_model_of_the_settings_that_is_not_there_is_told_with_its_setting(load: Load) -> None:
    with pytest.raises(ModelError, match=r"'nowhere' is neither .* \(setting 'model', IVR_MODEL\)"):
        load(model="nowhere")


def test_a_model_for_a_language_that_is_not_there_is_told_with_its_setting(load: Load) -> None:
    with pytest.raises(ModelError, match=r"'nowhere' is neither .*IVR_LANGUAGE_MODELS\)"):
        load("language: de", language_models={"de": "nowhere"})


def test_a_model_that_hears_the_plans_language_is_no_matter_for_a_warning(load: Load) -> None:
    assert load("language: en-US").warnings == ()


def test_a_model_of_the_settings_that_is_passed_over_for_its_language_is_a_warning(load: Load) -> None:
    helpline = load("language: en-GB", model=GERMAN, installed=(GERMAN,))
    (warning,) = helpline.warnings
    assert "plan.yaml:2:11: setting 'model' (IVR_MODEL) is not used: " in warning
    assert f"'{GERMAN}' hears 'de', and this plan's 'en-GB' is heard by 'bundled'" in warning
    assert helpline.model == "bundled"


def test_without_a_line_about_the_language_the_warning_stands_at_the_top(load: Load) -> None:
    (warning,) = load(model=GERMAN).warnings
    assert "plan.yaml:1:1: setting 'model' (IVR_MODEL) is not used" in warning


@pytest.mark.parametrize("settings", [{}, {"model": "ws://127.0.0.1:1"}, {"language_models": {"en": "bundled"}}])
def test_what_the_settings_choose_is_no_warning(load: Load, settings: dict[str, object]) -> None:
    assert load("language: en-GB", **settings).warnings == ()


def test_a_model_in_the_plan_that_hears_another_language_is_a_warning(load: Load) -> None:
    warnings = load(f"model: {GERMAN}", installed=(GERMAN,)).warnings
    assert len(warnings) == 1
    assert f"plan.yaml:2:8: the model '{GERMAN}' hears 'de', but the language is 'en-GB'; change" in warnings[0]


def test_a_language_that_texts_are_not_put_into_words_in_is_a_warning(load: Load) -> None:
    warnings = load("language: de", installed=(GERMAN,)).warnings
    assert len(warnings) == 1
    assert "plan.yaml:2:11: numbers, dates and abbreviations are put into words in en only; in 'de'" in warnings[0]


def test_a_pronunciation_list_with_a_fault_is_told_at_its_line(load: Load) -> None:
    with pytest.raises(FlowError, match=r"pronunciations.yaml:2:1: 'leigh' stands here twice"):
        load(pronunciations="Leigh: Lee\nleigh: Lay\n")


def test_the_pronunciations_are_those_of_the_sounds(load: Load) -> None:
    assert load(pronunciations="Leigh: Lee\n").saying.spoken("Leigh Road") == "Lee Road"


ARTICLE = """\
---
title: the fee
topic: fee
phrasings: [what is the fee]
owner: the clerk
valid_until: 2030-06-30
---
It costs {fee}.
"""


def test_one_change_of_a_figure_changes_what_is_said_and_is_noticed(load: Load, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/fee.md").write_text(ARTICLE)
    figures = tmp_path / "figures.yaml"
    figures.write_text("fee: £40\n")
    before = load("knowledge: articles\nfigures: figures.yaml")
    assert "It costs £40." in {prompt.text for prompt in before.prompts()}
    assert figures in files_of(tmp_path / "plan.yaml", before.parts())
    figures.write_text("fee: £45\n")
    (tmp_path / "models").rmdir()
    after = load("knowledge: articles\nfigures: figures.yaml")
    assert {"It costs £45."} == {prompt.text for prompt in after.prompts()} - {one.text for one in before.prompts()}


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        (datetime(2030, 5, 30), False),
        (datetime(2030, 5, 31), True),
        (datetime(2030, 7, 1, 0, 0), True),
        (datetime(2030, 6, 30, 23, 30, tzinfo=UTC), True),
    ],
)
def test_what_is_out_of_date_is_judged_as_of_any_day(load: Load, tmp_path: Path, at: datetime, warned: bool) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles/fee.md").write_text(ARTICLE.replace("{fee}", "£40"))
    warnings = load("knowledge: articles", at=at).warnings
    assert bool(warnings) is warned
    if at.month != 5:
        assert (
            "fee.md:6:14: 'the fee' expired on 2030-06-30, so its callers go to a person; ask the clerk" in warnings[0]
        )


def test_what_a_plan_is_made_of_has_its_tables_and_gateways(load: Load, tmp_path: Path) -> None:
    (tmp_path / "outbox.yaml").write_text("sms: {folder: texts}\n")
    (tmp_path / "table.yaml").write_text(
        "results: {good: 'you may have {fee}', bad: you may not}\n"
        "questions:\n  alone: {ask: Alone?, answer: yes_or_no, because: {yes: so, no: not so}}\n"
        "rules: [{when: {alone: yes}, result: good}, {when: {alone: no}, result: bad}]\n"
    )
    more = "  two: {eligibility: table.yaml, results: {good: end, bad: end}, unclear: end}\n"
    (tmp_path / "figures.yaml").write_text("fee: £40\n")
    helpline = load("outbox: outbox.yaml\nfigures: figures.yaml", steps=more)
    assert helpline.parts() == (tmp_path / "figures.yaml", tmp_path / "outbox.yaml", tmp_path / "table.yaml")
    assert not any("nothing says" in one for one in helpline.warnings), "a table's figure is used, too"
    assert any("you may have £40" in prompt.text for prompt in helpline.prompts())
    assert any("outbox.yaml:1:15: what is sent is only written to a folder" in one for one in helpline.warnings)


def test_a_topic_that_no_call_is_about_is_told_with_the_one_that_was_meant(load: Load) -> None:
    recall = """\
  again:
    recall: Shall I go on?
    topics:
      {topic}: {{ask: About your tax again?, goto: one}}
    goto: one
"""
    told = load(steps=recall.format(topic="taxes")).warnings
    (about,) = [warning for warning in told if "'taxes'" in warning]
    assert "plan.yaml:17:7: no choice of a menu and no article's topic is called 'taxes'" in about
    assert about.endswith("did you mean 'tax'?")


def test_a_topic_that_calls_are_about_is_no_matter(load: Load) -> None:
    recall = "  again:\n    recall: Go on?\n    topics: {tax: {ask: About tax?, goto: one}}\n    goto: one\n"
    assert not [warning for warning in load(steps=recall).warnings if "nobody is asked" in warning]
