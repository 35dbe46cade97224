"""From callers whom no article answers to what the admin is offered: kept without who asked, grouped, seen to."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.call import CallId, Ended, EndReason, QuestionMissed, Rang
from ivr.cli import main
from ivr.records.feeds import Feeds
from ivr.records.misses import Misses
from ivr.testing.scripted_caller import Act, hangs_up, says
from tests.flows.helplines import Called, call, plan

STEPS = """
  one:
    question: What would you like to know?
    listen: open
    goto: bye
  bye:
    say: Goodbye.
    goto: end
  end:
    hang_up: yes
"""
ARTICLES = {
    "garden-waste": ("garden waste", ["how do i get a garden waste bin", "how much is the garden waste collection"]),
    "opening-hours": ("opening hours", ["when are you open", "are you open on saturday", "what are your hours"]),
}
ASKED = (
    "can i keep chickens in the back garden of my flat",
    "my name is margaret hill am i allowed to keep hens",
    "can i keep chickens at forty two bridge street",
    "where do i register to vote",
)
NOW = time.time()
"""Old questions are not told, so these are of today."""


@pytest.fixture
def helpline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan with two articles, and the service's state beside it."""
    (tmp_path / "articles").mkdir()
    for name, (title, phrasings) in ARTICLES.items():
        lines = "".join(f"  - {text}\n" for text in phrasings)
        text = f"---\ntitle: {title}\ntopic: {name}\nphrasings:\n{lines}---\nSo it is.\n"
        (tmp_path / "articles" / f"{name}.md").write_text(text)
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("IVR_HELPLINE", str(tmp_path / "plan.yaml"))
    return tmp_path


def rings(folder: Path, number: int, acts: Sequence[Act]) -> Called:
    """One call by Margaret, all of whose events the service's feed gets."""
    feed = Feeds(Misses(folder / "state" / "misses"))
    call_id = CallId(f"1790000000.{number}")
    dialled = Rang(call_id=call_id, at=NOW, number="07700900123", name="Margaret Hill", dialled="100", helpline="plan")
    feed.note(dialled)
    called = call(plan(folder, STEPS, "knowledge: articles"), *acts, whole=False)
    for event in called.feed.events:
        feed.note(replace(event, call_id=call_id, at=NOW))
    feed.note(Ended(call_id=call_id, at=NOW, reason=EndReason.CALLER_LEFT))
    return called


def misses(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["misses", *words]) == 0
    return capsys.readouterr().out


def test_what_nobody_answered_is_offered_in_groups(helpline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, question in enumerate(ASKED):
        called = rings(helpline, number, [says(question), hangs_up()])
        assert [missed.reason for missed in called.feed.of(QuestionMissed)] == ["not_known"]
    hens, vote = json.loads(misses("--format", "json", capsys=capsys))
    assert (hens["callers"], hens["questions"], vote["callers"]) == (3, 3, 1)
    assert vote["examples"] == ["where do i register to vote"]
    assert (vote["offer"], vote["article"]) == ("new_article", None)
    told = misses(capsys=capsys)
    assert "plan: 4 questions that nobody answered, in 2 groups" in told
    assert f"{hens['id']}  3 callers asked about" in told


def test_nothing_personal_of_a_caller_survives(helpline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, question in enumerate(ASKED):
        rings(helpline, number, [says(question), hangs_up()])
    kept = "".join(file.read_text() for file in (helpline / "state" / "misses").iterdir()).lower()
    shown = misses(capsys=capsys) + misses("--format", "json", capsys=capsys)
    for own in ("margaret", "hill", "forty", "bridge", "07700", "1790000000"):
        assert own not in kept and own not in shown.lower()


def test_a_question_whose_offers_were_refused_may_be_a_phrasing(
    helpline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "can i put grass in the bin"
    called = rings(helpline, 1, [says(question), says("no", expect="Did you mean"), hangs_up()])
    assert [missed.reason for missed in called.feed.of(QuestionMissed)] == ["refused"]
    (gap,) = json.loads(misses("--format", "json", capsys=capsys))
    assert (gap["offer"], gap["article"]) == ("phrasing", "garden-waste")
    assert "a phrasing of “garden waste” (" in misses(capsys=capsys)


def test_what_is_seen_to_is_told_no_more_and_says_so_if_it_is_answered(
    helpline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, question in enumerate(ASKED):
        rings(helpline, number, [says(question), hangs_up()])
    article = "---\ntitle: voting\ntopic: vote\nphrasings:\n  - where do I register to vote\n---\nAt the hall.\n"
    (helpline / "articles" / "voting.md").write_text(article)
    hens, vote = json.loads(misses("--format", "json", capsys=capsys))
    assert (vote["offer"], vote["article"]) == ("answered", "voting")
    assert misses("--done", vote["id"], capsys=capsys) == "1 seen to, 1 left\n"
    assert [gap["id"] for gap in json.loads(misses("--format", "json", capsys=capsys))] == [hens["id"]]


def test_a_mistake_is_one_line(helpline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rings(helpline, 1, [says(ASKED[0]), hangs_up()])
    assert main(["misses", "--done", "nonsense"]) == 2
    assert capsys.readouterr().err == "ivr: there is no group 'nonsense'; 'ivr misses' lists them\n"
    assert main(["misses", str(helpline / "nowhere.yaml")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_a_helpline_that_answers_everything_says_so(helpline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rings(helpline, 1, [says("when are you open"), hangs_up()])
    assert misses(capsys=capsys) == "plan: no question without an answer is kept\n"
