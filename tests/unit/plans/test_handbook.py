"""The handbook: up to date, and its examples of an article and of scenarios do what it says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.callers_file import CallersFile, Kind, Use, read_callers
from ivr.cli import main
from ivr.dialogue import load_flow
from ivr.handoff.agents import load_agents
from ivr.plan_articles import articles_of
from ivr.plans.handbook import AGENTS, ARTICLE, FIGURES, SCENARIOS, handbook
from ivr.plans.proof.verdict import WAIVABLE
from ivr.plans.rehearsal.reading import read_scenarios
from ivr.plans.rehearsal.results import Came, rehearse
from ivr.settings import Settings
from tests.flows.helplines import ROOT


def test_it_is_up_to_date_and_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert (ROOT / "docs/reference.md").read_text() == handbook(), "run: ivr reference > docs/reference.md"
    assert main(["reference"]) == 0
    assert capsys.readouterr().out == handbook()


def village(folder: Path) -> Path:
    """The plan at the beginning of the handbook, with its article and its figures."""
    (folder / "village/knowledge").mkdir(parents=True)
    (folder / "village/knowledge/opening-hours.md").write_text(ARTICLE)
    other = (
        "---\ntitle: hall hire\ntopic: hire\nphrasings: [hire the hall]\n---\nCall {caretaker} before {new_prices}.\n"
    )
    (folder / "village/knowledge/hall-hire.md").write_text(other)
    (folder / "village/figures.yaml").write_text(FIGURES)
    plan = folder / "village.yaml"
    plan.write_text(handbook().partition("## A whole plan\n\n```yaml\n")[2].partition("```")[0])
    return plan


def test_its_article_is_one(tmp_path: Path) -> None:
    flow = load_flow(village(tmp_path))
    _, article = articles_of(flow)
    assert (article.title, article.topic, article.queue) == ("opening hours", "hours", "office")
    assert article.pieces == (
        "The office is open Monday to Friday, nine to midday and one to five in the afternoon.",
        "The hall can be hired for £24.50 an hour.",
    )
    assert ARTICLE in handbook()
    assert FIGURES in handbook()


def test_its_list_of_agents_is_one(tmp_path: Path) -> None:
    (tmp_path / "agents.yaml").write_text(AGENTS)
    (vera,) = load_agents(tmp_path / "agents.yaml")
    assert vera.queues == ("office", "operator")
    assert AGENTS in handbook()


def test_its_file_of_callers_is_one_and_says_what_holds_without_a_line(tmp_path: Path) -> None:
    section = handbook().partition("## The file of callers\n")[2].partition("\n## ")[0]
    (tmp_path / "callers.yaml").write_text(section.partition("```yaml\n")[2].partition("```")[0])
    callers = read_callers(tmp_path / "callers.yaml")
    usual = CallersFile(file=callers.file, fields={}, sources=())
    assert (callers.lock, callers.wait_s, callers.country) == (usual.lock, usual.wait_s, usual.country)
    assert {field.use for field in callers.fields.values()} == set(Use)
    assert all(f"| `{use.value}` |" in section for use in Use)
    assert all(kind.value in section for kind in Kind)


def test_each_setting_is_in_it_with_what_holds_without_it() -> None:
    for name, setting in Settings.model_fields.items():
        assert f"| `{name}` | {setting.description} |" in handbook()
    assert "| `sip_port` | Asterisk's SIP port (UDP). | `5060` |" in handbook()


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
