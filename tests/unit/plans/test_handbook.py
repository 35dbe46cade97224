"""The handbook: up to date, and its examples of an article and of scenarios do what it says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.knowledge import load_articles
from ivr.plans.handbook import ARTICLE, SCENARIOS, handbook
from ivr.plans.proof.verdict import WAIVABLE
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came, rehearse
from tests.flows.helplines import ROOT


def test_it_is_up_to_date_and_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert (ROOT / "docs/reference.md").read_text() == handbook(), "run: ivr reference > docs/reference.md"
    assert main(["reference"]) == 0
    assert capsys.readouterr().out == handbook()


def village(folder: Path) -> Path:
    """The plan at the beginning of the handbook, with its article."""
    (folder / "village/knowledge").mkdir(parents=True)
    (folder / "village/knowledge/opening-hours.md").write_text(ARTICLE)
    plan = folder / "village.yaml"
    plan.write_text(handbook().partition("## A whole plan\n\n```yaml\n")[2].partition("```")[0])
    return plan


def test_its_article_is_one(tmp_path: Path) -> None:
    village(tmp_path)
    (article,) = load_articles(tmp_path / "village/knowledge")
    assert (article.title, article.topic, article.queue) == ("opening hours", "hours", "office")
    assert article.spoken == "The office is open in the morning from Monday to Friday."
    assert ARTICLE in handbook()


def test_its_scenarios_pass(tmp_path: Path) -> None:
    village(tmp_path)
    file = tmp_path / "scenarios/village.yaml"
    file.parent.mkdir()
    file.write_text(SCENARIOS)
    there, plan = read_scenarios(file)
    results = [asyncio.run(rehearse(one, plan)) for one in there.scenarios]
    assert [(one.name, one.came, one.failure) for one in results] == [
        (one.name, Came.PASSED, None) for one in there.scenarios
    ]
    assert SCENARIOS in handbook()


def test_it_tells_of_every_rule_that_a_plan_may_waive() -> None:
    for rule in WAIVABLE:
        assert f"| `{rule}` |" in handbook()
