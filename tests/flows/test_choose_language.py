"""The choice of a language: offered in each, kept for the agent, and the plan goes on where it is spoken."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import EndReason
from ivr.errors import FlowError
from ivr.testing.scripted_caller import Act, presses, says
from tests.flows.helplines import call, plan

STEPS = """
  one:
    language: Welcome. For English, press 1.
    languages:
      en-GB: {say: English, key: 1, goto: bye}
      cy: {offer: ["I siarad Cymraeg, pwyswch 2."], say: [Welsh, (in) Welsh], key: 2, goto: people}
  people:
    transfer: office
    say: {text: Arhoswch., language: cy}
  bye:
    branch:
      - when: {fact: language, is: en-GB}
        goto: english
    else: people
  english:
    hang_up: Goodbye.
"""


@pytest.mark.parametrize("act", [presses("2"), says("in welsh")])
def test_a_language_is_chosen_by_key_or_word_and_the_agent_sees_it(tmp_path: Path, act: Act) -> None:
    called = call(plan(tmp_path, STEPS), act)
    assert called.said[0] == "Welcome. For English, press 1. I siarad Cymraeg, pwyswch 2."
    assert [(fact.name, fact.value) for fact in called.hand_over.facts] == [("language", "cy")]


def test_a_plan_can_decide_by_it(tmp_path: Path) -> None:
    called = call(plan(tmp_path, STEPS), says("english"))
    assert (called.reason, called.said[-1]) == (EndReason.HUNG_UP, "Goodbye.")


def test_each_prompt_says_in_which_language_it_is(tmp_path: Path) -> None:
    flow, _ = plan(tmp_path, STEPS)
    languages = {prompt.text: prompt.language for prompt in flow.prompts()}
    assert languages["Welcome. For English, press 1."] is None
    assert (languages["I siarad Cymraeg, pwyswch 2."], languages["Arhoswch."]) == ("cy", "cy")


@pytest.mark.parametrize(
    ("right", "wrong", "mending"),
    [
        ("cy: {offer", "CY: {offer", "'CY' is no language; did you mean 'cy'?"),
        ("key: 2", "key: 1", "the key '1' already means 'en-GB'"),
        ("Welsh, (in)", "English, (in)", "the phrase 'english' already means 'en-GB'"),
        ("language: cy}", "language: welsh}", "'welsh' is no language"),
    ],
)
def test_a_fault_is_told(tmp_path: Path, right: str, wrong: str, mending: str) -> None:
    with pytest.raises(FlowError) as fault:
        plan(tmp_path, STEPS.replace(right, wrong))
    assert mending in str(fault.value)
