"""Tasks: one an article, counted, private, bounded, closed by who has renewed it; and the command that lists them."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from ivr.call import Answered, AnswerWithheld, CallId
from ivr.cli import main
from ivr.records import tasks as module
from ivr.records.feeds import Feeds
from ivr.records.tasks import Tasks

CALL = CallId("1.1")


def asked(article: str = "spring", *, at: float = 1_767_225_600.0, owner: str = "the waste team") -> AnswerWithheld:
    return AnswerWithheld(call_id=CALL, at=at, article=article, title=f"About {article}", owner=owner)


def test_each_article_is_one_task_that_counts_its_callers(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path / "tasks")
    tasks.note(Answered(call_id=CALL, at=0.0))
    assert tasks.open() == ()
    for event in (asked(), asked("fees"), asked("fees", at=1_767_229_200.0)):
        tasks.note(event)
    fees, spring = tasks.open()
    assert (fees.article, fees.title, fees.owner, fees.callers) == ("fees", "About fees", "the waste team", 2)
    assert (fees.first, fees.last) == ("2026-01-01T00:00:00+00:00", "2026-01-01T01:00:00+00:00")
    assert spring.callers == 1
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "tasks", *(tmp_path / "tasks").iterdir())}
    assert modes == {0o700, 0o600}


def test_a_closed_task_begins_anew_with_the_next_caller(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path)
    tasks.note(asked())
    tasks.note(asked())
    assert tasks.close("spring")
    assert not tasks.close("spring")
    assert tasks.open() == ()
    tasks.note(asked())
    assert tasks.open()[0].callers == 1


def test_they_do_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MOST_TASKS", 2)
    tasks = Tasks(tmp_path)
    with caplog.at_level(logging.ERROR):
        for article in ("a", "b", "c", "a"):
            tasks.note(asked(article))
    assert {task.article: task.callers for task in tasks.open()} == {"a": 2, "b": 1}
    assert [record.message for record in caplog.records] == ["a task could not be kept"]


def test_no_article_leads_out_of_the_folder_and_a_broken_file_is_no_task(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path / "tasks")
    tasks.note(asked("../../x"))
    (tmp_path / "tasks/half.json").write_text('{"article": "half"')
    assert [task.article for task in tasks.open()] == ["../../x"]
    assert not list(tmp_path.glob("*.json"))


def test_a_feed_of_several_gives_each_event_to_all(tmp_path: Path) -> None:
    one, other = Tasks(tmp_path / "one"), Tasks(tmp_path / "other")
    Feeds(one, other).note(asked())
    assert one.open() == other.open() != ()


def test_the_command_lists_and_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_STATE", str(tmp_path))
    assert main(["tasks"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    tasks = Tasks(tmp_path / "tasks")
    tasks.note(asked())
    tasks.note(asked("fees", owner=""))
    assert main(["tasks"]) == 0
    told = capsys.readouterr().out
    assert "spring: 'About spring' is out of date; 1 caller asked, the last at 2026-01-01T00:00:00+00:00; " in told
    assert "fees: 'About fees' is out of date; 1 caller asked" in told
    assert "for nobody: add 'owner: …' to the article" in told
    assert main(["tasks", "--close", "spring", "--format", "json"]) == 0
    (left,) = json.loads(capsys.readouterr().out)["tasks"]
    assert (left["article"], left["callers"]) == ("fees", 1)
    assert main(["tasks", "--close", "fee"]) == 2
    assert capsys.readouterr().err == "ivr: there is no task for the article 'fee'; did you mean 'fees'?\n"
