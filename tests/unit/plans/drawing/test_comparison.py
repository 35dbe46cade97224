"""Two plans compared by what was read of them: what changed is named, and what only looks different is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.dialogue import load_flow
from ivr.knowledge import load_articles
from ivr.plans.drawing import Change, Comparison, Difference, compared, differences
from ivr.plans.drawing.leaves import leaves

PLAN = """\
helpline: Village Hall
start: welcome
main_menu: welcome
person_queue: office
queues:
  office: the office
steps:
  welcome:
    menu: You can say hall hire or goodbye.
    choices:
      hire:
        say: [hall hire, hire the hall]
        key: 1
        goto: people
      bye:
        say: goodbye
        key: 2
        goto: bye
  people:
    ask: How many people will come?
    answer: digits
    digits: 2
    fact: people
    goto: office
  office:
    transfer: office
  bye:
    hang_up: Goodbye.
"""


@pytest.fixture
def against(tmp_path: Path):  # type: ignore[no-untyped-def]
    """PLAN, and PLAN with some of its text replaced, compared."""

    def compare(*replaced: tuple[str, str]) -> Comparison:
        text = PLAN
        for before, after in replaced:
            assert before in text
            text = text.replace(before, after)
        old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
        old.write_text(PLAN)
        new.write_text(text)
        return compared((load_flow(old), ()), (load_flow(new), ()))

    return compare


def test_comments_quotes_and_moved_lines_are_no_difference(against) -> None:  # type: ignore[no-untyped-def]
    found = against(("steps:\n", "# all of it\n\n\nsteps:\n"), ("goodbye.\n", '"goodbye."\n'.replace('"', "")))
    assert found.same
    assert "says the same as" in differences(found)[0]


@pytest.mark.parametrize(
    ("before", "after", "step", "change"),
    [
        ("hang_up: Goodbye.", "hang_up: Bye.", "bye", Change(what="prompt", where="", before="Goodbye.", after="Bye.")),
        (
            "goto: office",
            "goto: bye",
            "people",
            Change(what="target", where="", before="office", after="bye"),
        ),
        (
            "key: 2",
            "key: 3",
            "welcome",
            Change(what="setting", where="choices.bye.key", before="2", after="3"),
        ),
        (
            "hire the hall",
            "book the hall",
            "welcome",
            Change(what="phrase", where="hire", before=None, after="book the hall"),
        ),
        (
            "fact: people",
            "fact: people\n    confirm: 0.4",
            "people",
            Change(what="setting", where="confirm", before="0.5", after="0.4"),
        ),
    ],
)
def test_what_changed_is_named(against, before: str, after: str, step: str, change: Change) -> None:  # type: ignore[no-untyped-def]
    found = against((before, after))
    assert found.helpline == ()
    assert set(found.steps) == {step}
    how, changes = found.steps[step]
    assert how is Difference.CHANGED
    assert change in changes


def test_a_choice_that_comes_or_goes_is_one_change(against) -> None:  # type: ignore[no-untyped-def]
    found = against(("      bye:\n        say: goodbye", "      leave:\n        say: [goodbye, bye]"))
    changes = found.steps["welcome"][1]
    assert [(one.what, one.where, one.before, one.after) for one in changes] == [
        ("choice", "leave", None, "said: goodbye, bye; key 2; goto bye"),
        ("choice", "bye", "said: goodbye; key 2; goto bye", None),
    ]


def test_another_kind_of_answer_is_a_change(against) -> None:  # type: ignore[no-untyped-def]
    found = against(("answer: digits\n    digits: 2", "answer: spelling\n    characters: 2"))
    assert ("kind", "digit string", "spelling") in {
        (one.what, one.before, one.after) for one in found.steps["people"][1]
    }


def test_another_verb_is_a_change_and_steps_come_and_go(against) -> None:  # type: ignore[no-untyped-def]
    found = against(
        ("    transfer: office", "    say: One moment.\n    goto: desk\n  desk:\n    transfer: office"),
        ("  bye:\n    hang_up: Goodbye.", "  end:\n    hang_up: Goodbye."),
        ("goto: bye", "goto: end"),
    )
    assert found.steps["office"][1][0] == Change(what="verb", where="", before="transfer", after="say")
    assert found.steps["desk"] == (Difference.ADDED, ())
    assert found.steps["bye"] == (Difference.REMOVED, ())


def test_a_setting_of_the_helpline_is_told_once(against) -> None:  # type: ignore[no-untyped-def]
    found = against(("steps:\n", "accept: 0.8\nbarge_in: keys\non_silence: [I hear nothing.]\nsteps:\n"))
    assert found.steps == {}
    told = {(one.what, one.where, one.before, one.after) for one in found.helpline}
    assert ("setting", "accept", "0.75", "0.8") in told
    assert ("setting", "barge_in", "both", "keys") in told
    assert ("prompt", "on_silence.1", "Sorry, I did not hear you.", "I hear nothing.") in told
    assert not {where for _, where, _, _ in told if where.endswith(".barge_in")}


def test_queues_and_where_a_call_begins_are_told(against) -> None:  # type: ignore[no-untyped-def]
    found = against(
        ("start: welcome", "start: people"), ("  office: the office", "  office: the desk\n  porter: the porter")
    )
    assert found.helpline == (
        Change(what="target", where="start", before="welcome", after="people"),
        Change(what="queue", where="office", before="the office", after="the desk"),
        Change(what="queue", where="porter", before=None, after="the porter"),
    )


def test_articles_are_compared_by_name(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    flow = load_flow(plan)
    head = "---\ntitle: prices\ntopic: hire\nphrasings: [what does it cost, how much is it]\n---\n"
    for folder, answer in (("old", "It costs 40 pounds."), ("new", "It costs 50 pounds.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "prices.md").write_text(head + answer)
    (tmp_path / "new/hours.md").write_text(head.replace("cost, how much is it", "open, when is it open") + "At nine.")
    old, new = (load_articles(tmp_path / folder) for folder in ("old", "new"))
    found = compared((flow, old), (flow, new))
    assert found.articles["hours"] == (Difference.ADDED, ())
    assert found.articles["prices"][1] == (
        Change(what="prompt", where="", before="It costs 40 pounds.", after="It costs 50 pounds."),
    )
    assert "+ article 'hours' added" in differences(found)


def test_no_value_is_told_by_its_address_in_memory() -> None:
    flow = load_flow(Path(__file__).parents[4] / "dialplans/riverton.yaml")
    texts = [leaf.text for step in flow.steps.values() for _, leaf in leaves(step.verb)]
    assert not [text for text in texts if " at 0x" in text]
