"""A table of eligibility in whole conversations: what is asked, what is not, and what is said of the result."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import AnswerTold, FactLearnt
from ivr.errors import FlowError
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, mumbles, presses, says
from tests.flows.helplines import Called, call, plan

QUESTIONS = """\
questions:
  savings:
    ask: How much do you have in savings?
    answer: money
    because: your savings are {savings}
  alone:
    ask: Do you live alone?
    answer: yes_or_no
    because: {yes: you live alone, no: you do not live alone}
  born:
    ask: What is your date of birth?
    answer: date
    direction: past
    because: you are {born}
"""
RULES = """\
rules:
  - when: {savings: {at_least: 16000}}
    result: looks_not
  - when: {alone: yes, savings: {under: 6000}}
    result: looks_eligible
  - when: {born: {age_at_least: 66}}
    result: looks_eligible
  - result: unclear
    because: it depends on more than I can ask
"""
RESULTS = "results: {looks_eligible: you may get help with your rent, looks_not: you may not get help with your rent}\n"
STEPS = """\
  one:
    eligibility: rent.yaml
    results: {looks_eligible: good, looks_not: bad}
    unclear: person
  good: {hang_up: Good.}
  bad: {hang_up: Bad.}
  person: {transfer: office}
"""
SAVINGS, ALONE, BORN = "How much do you have in savings?", "Do you live alone?", "What is your date of birth?"
SAVED = (says("two thousand pounds", expect=SAVINGS), says("yes", expect="£2,000"))


def talk(folder: Path, *acts: Act, table: str = RESULTS + QUESTIONS + RULES, steps: str = STEPS) -> Called:
    (folder / "rent.yaml").write_text(table, encoding="utf-8")
    return call(plan(folder, steps), *acts)


def test_it_says_how_it_looks_and_why_and_that_it_is_no_decision(tmp_path: Path) -> None:
    called = talk(tmp_path, *SAVED, says("yes", expect=ALONE))
    said = (
        "It looks as if you may get help with your rent, because you live alone and your savings are under £6,000. "
        "This is not a decision."
    )
    assert called.said[-2:] == [said, "Good."]
    assert {fact.name: fact.value for fact in called.feed.of(FactLearnt)} == {"savings": "2000.00", "alone": "yes"}
    assert [(told.article, told.title, told.heard_to_end) for told in called.feed.of(AnswerTold)] == [
        ("rent", said, True)
    ]


def test_nothing_is_asked_that_cannot_change_the_result(tmp_path: Path) -> None:
    called = talk(tmp_path, presses("20000#", expect=SAVINGS), presses("1", expect="£20,000"))
    assert called.said[-2].startswith("It looks as if you may not get help with your rent, because your savings are")
    assert "£16,000 or more" in called.said[-2]
    assert called.said[-1] == "Bad."


def test_keys_do_as_well_as_words(tmp_path: Path) -> None:
    called = talk(
        tmp_path,
        presses("2000#", expect=SAVINGS),
        presses("1"),
        presses("2", expect=ALONE),
        presses("03051950", expect=BORN),
        presses("1", expect="3 May 1950"),
    )
    assert "because you are 66 or over." in called.said[-2]


def test_what_stays_open_leads_to_a_person_without_a_result(tmp_path: Path) -> None:
    called = talk(
        tmp_path, *SAVED, says("no", expect=ALONE), says("the third of may nineteen eighty"), says("yes", expect="1980")
    )
    assert "It looks as if a person needs to look at this, because it depends on more" in " ".join(called.said)
    assert called.hand_over.queue == "office"


@pytest.mark.parametrize("unsure", [says("i don't know"), presses("3"), says("not sure")])
def test_who_does_not_know_one_answer_may_still_be_told_by_the_others(tmp_path: Path, unsure: Act) -> None:
    called = talk(
        tmp_path, *SAVED, unsure, says("the third of may nineteen fifty", expect=BORN), says("yes", expect="1950")
    )
    assert called.said[-1] == "Good."


def test_who_does_not_know_what_everything_depends_on_is_asked_no_more(tmp_path: Path) -> None:
    called = talk(tmp_path, says("i don't know", expect=SAVINGS))
    assert "Then I cannot tell how it looks." in " ".join(called.said)
    assert ALONE not in " ".join(called.said)
    assert called.hand_over.queue == "office"


def test_what_is_known_is_not_asked_and_what_makes_no_sense_is(tmp_path: Path) -> None:
    know = (
        "  one:\n    look_up: people\n    with: {number: x}\n    facts: [savings, alone, born]\n    found: rent\n"
        "    not_found: rent\n    failed: rent\n"
    )
    steps = know + STEPS.replace("  one:", "  rent:")
    (tmp_path / "rent.yaml").write_text(RESULTS + QUESTIONS + RULES, encoding="utf-8")
    world = FixedWorld(known={"people": {"savings": "2000.00", "alone": "yes", "born": "1950-05-03"}})
    assert call(plan(tmp_path, steps), world=world).said[-1] == "Good."
    world = FixedWorld(known={"people": {"savings": "much", "alone": "yes", "born": ""}})
    assert call(plan(tmp_path, steps), *SAVED, world=world).said[-1] == "Good."


def test_whom_nobody_understands_is_offered_a_person(tmp_path: Path) -> None:
    called = talk(tmp_path, mumbles(), mumbles(), says("yes", expect="to a person?"))
    assert called.hand_over.queue == "office"


def test_a_person_may_be_asked_for_at_any_question(tmp_path: Path) -> None:
    called = talk(tmp_path, *SAVED, presses("0", expect=ALONE))
    assert called.hand_over.queue == "office"
    assert {fact.name for fact in called.hand_over.facts} == {"savings"}


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        (STEPS.replace(", looks_not: bad", ""), "plan.yaml:10:14: 'looks_not' is missing in results"),
        (STEPS.replace("looks_not: bad", "looks_not: bad, other: bad"), "the table has no result 'other'"),
        (STEPS.replace("rent.yaml", "rents.yaml"), "there is no file"),
    ],
)
def test_a_step_that_does_not_fit_its_table_is_told_with_its_place(tmp_path: Path, steps: str, fault: str) -> None:
    with pytest.raises(FlowError) as found:
        talk(tmp_path, steps=steps)
    assert fault in str(found.value)
