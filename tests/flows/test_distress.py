"""Words of distress: whoever says them, wherever, is with a person at once; whoever does not is not bothered twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import Alert, Alerted, EndReason, Hypothesis
from ivr.dialogue import Flow, check_vocabulary
from ivr.dialogue.words.expectation import DISTRESS_FROM
from ivr.errors import FlowError
from ivr.handoff.screen_pop import screen_pop
from ivr.knowledge import Knowledge
from ivr.testing.scripted_caller import Act, Says, hangs_up, keeps_silent, mumbles, presses, says
from tests.flows.helplines import call, plan

HEAD = """
knowledge: knowledge
distress:
  say: [want to die, kill myself, (he|she) hits me]
  queue: porter
  before: I am putting you through. If you are in danger, hang up and dial 9 9 9.
"""
STEPS = """
  one:
    menu: Say bins, digits, or question.
    choices:
      bins: {say: [bins, my bins], key: 1, goto: sure}
      digits: {say: digits, key: 2, goto: digits}
      question: {say: question, key: 3, goto: question}
      telling: {say: telling, key: 4, goto: telling}
      open: {say: open, key: 5, goto: open}
  sure:
    confirm: Is that right?
    yes: bye
    no: one
  digits:
    ask: Which number?
    answer: digits
    digits: 6
    fact: number
    goto: bye
  question:
    question: What would you like to know?
    goto: bye
  open:
    question: Ask anything.
    listen: open
    goto: bye
  telling:
    say: {article: hours}
    goto: bye
  bye: {hang_up: Goodbye.}
"""
WORDS = "i want to die"
ASKED = "Would you like to speak to somebody right now?"


@pytest.fixture
def helpline(tmp_path: Path) -> tuple[Flow, Knowledge]:
    (tmp_path / "knowledge").mkdir()
    article = (
        "---\ntitle: hours\ntopic: hours\nphrasings: [when are you open]\n---\nWe are open on Monday and Tuesday.\n"
    )
    (tmp_path / "knowledge" / "hours.md").write_text(article)
    return plan(tmp_path, STEPS, HEAD)


@pytest.mark.parametrize(
    "before",
    [
        [],
        [says("bins")],
        [says("question")],
        [says("open")],
        [mumbles(), mumbles()],  # "would you like to speak to a person?"
        [says("digits"), says("one two three four five six")],  # read back
    ],
)
def test_it_is_understood_wherever_the_line_listens(helpline: tuple[Flow, Knowledge], before: list[Act]) -> None:
    called = call(helpline, *before, says(WORDS))
    assert called.hand_over.queue == "porter"
    assert called.hand_over.reason == "distress"
    assert called.said[-1].startswith("I am putting you through. If you are in danger")
    (alert,) = called.hand_over.alerts
    assert alert.kind == "distress"
    assert "die" in alert.text


@pytest.mark.parametrize("said", ["kill myself", "please he hits me"])
def test_beside_digits_those_phrases_are_understood_that_sound_like_no_digit(
    helpline: tuple[Flow, Knowledge], said: str
) -> None:
    called = call(helpline, says("digits"), says(said))
    assert called.hand_over.reason == "distress"
    heard = called.telephone.turns[1][1]
    assert heard is not None
    assert heard.phrases is not None
    assert not any("want" in phrase.split() for phrase in heard.phrases)


def test_it_is_understood_while_something_is_told(helpline: tuple[Flow, Knowledge]) -> None:
    assert call(helpline, says("telling"), says(WORDS, cuts_in_after=0.5)).hand_over.reason == "distress"


@pytest.mark.parametrize(
    "said", ["well i think i want to die you know", "last night he hits me again", "um kill um myself"]
)
def test_it_is_found_within_longer_words(helpline: tuple[Flow, Knowledge], said: str) -> None:
    assert call(helpline, says("open"), says(said)).hand_over.reason == "distress"


@pytest.mark.parametrize("said", ["when are you open", "he hits the bins", "i want to know"])
def test_other_words_are_none(helpline: tuple[Flow, Knowledge], said: str) -> None:
    assert not call(helpline, says("open"), says(said), hangs_up()).feed.of(Alerted)


@pytest.mark.parametrize("sure", [0.5, 0.75, 1.0])
def test_who_was_understood_is_not_asked_again(helpline: tuple[Flow, Knowledge], sure: float) -> None:
    called = call(helpline, says(WORDS, sure))
    assert called.hand_over.reason == "distress"
    assert ASKED not in " ".join(called.said)


@pytest.mark.parametrize("answer", [says("yes"), presses("1"), keeps_silent(), mumbles(), says(WORDS, 0.3)])
def test_who_was_hardly_understood_is_asked_and_anything_but_a_no_leads_to_a_person(
    helpline: tuple[Flow, Knowledge], answer: Act
) -> None:
    called = call(helpline, says(WORDS, DISTRESS_FROM), answer)
    assert ASKED in called.said[1]
    assert called.hand_over.reason == "distress"


def test_who_says_no_goes_on_and_is_not_asked_again_but_believed_if_sure(helpline: tuple[Flow, Knowledge]) -> None:
    called = call(helpline, says(WORDS, 0.3), says("no", expect=ASKED), says("bins"), says(WORDS, 0.3), says("yes"))
    assert called.reason is EndReason.HUNG_UP
    assert sum(ASKED in text for text in called.said) == 1
    assert call(helpline, says(WORDS, 0.3), says("no"), says(WORDS)).hand_over.reason == "distress"


def test_what_is_hardly_anything_is_nothing(helpline: tuple[Flow, Knowledge]) -> None:
    called = call(helpline, says(WORDS, DISTRESS_FROM - 0.01), hangs_up(expect="Sorry"))
    assert not called.feed.of(Alerted)


def test_a_second_reading_counts_unless_the_first_is_sure(helpline: tuple[Flow, Knowledge]) -> None:
    def both(first: float) -> Says:
        return Says(readings=(Hypothesis(text="my bins", confidence=first), Hypothesis(text=WORDS, confidence=0.3)))

    assert ASKED in call(helpline, both(0.6), says("yes")).said[1]
    assert "Is that right?" in call(helpline, both(0.9), says("yes")).said[1]
    after_no = call(helpline, both(0.6), says("no"), says("yes", expect="Did you say bins"), says("yes"))
    assert after_no.reason is EndReason.HUNG_UP


def test_it_cuts_a_prompt_though_it_was_hardly_heard(helpline: tuple[Flow, Knowledge]) -> None:
    called = call(helpline, says(WORDS, 0.3, cuts_in_after=0.5), says("yes"))
    assert ASKED in called.said[1]
    coughed = call(helpline, says("bins", 0.3, cuts_in_after=0.5), hangs_up(), whole=False)
    assert "Sorry" not in " ".join(coughed.said)


def test_the_agent_sees_it_first(helpline: tuple[Flow, Knowledge]) -> None:
    over = call(helpline, says(WORDS)).hand_over
    assert screen_pop(over, queue="porter", wait_s=0, made_at=0)["alerts"] == [
        {"kind": "distress", "text": "i want to die"}
    ]
    assert Alert(kind="distress", text="i want to die") in over.alerts


def test_its_words_are_held_against_the_recogniser(helpline: tuple[Flow, Knowledge]) -> None:
    warnings = check_vocabulary(helpline[0], lambda words: {"hits"} & set(words))
    assert any("does not know 'hits' of 'he hits me'" in warning for warning in warnings)


def test_words_that_mean_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    with pytest.raises(FlowError, match="'want to die' is also what callers say in step 'one'"):
        plan(tmp_path, STEPS.replace("[bins, my bins]", "[bins, want to die]"), HEAD)
