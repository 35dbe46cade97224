"""The fake telephone keeps the rules of the real one, so that a flow that passes with it is no surprise on the line."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from ivr.call import BargeIn, Heard, KeyPattern, Listening, Match, Means, Outcome, Prompt
from ivr.testing.fake_telephone import FakeTelephone
from ivr.testing.scripted_caller import Act, ScriptedCaller, hangs_up, keeps_silent, mumbles, presses, says

LISTENING = Listening(phrases=("yes please", "no"), keys=KeyPattern(options=frozenset({"1"})))


def turn(act: Act, listening: Listening | None = LISTENING, barge_in: BargeIn = BargeIn.BOTH) -> Heard:
    telephone = FakeTelephone(ScriptedCaller([act]))
    return asyncio.run(telephone.converse([Prompt(text="Yes or no?", barge_in=barge_in)], listening))


@pytest.mark.parametrize(
    ("act", "outcome", "means"),
    [
        (says("yes"), Outcome.MATCH, Means.VOICE),
        (says("perhaps"), Outcome.NO_MATCH, Means.VOICE),
        (mumbles(), Outcome.NO_MATCH, Means.VOICE),
        (presses("1"), Outcome.MATCH, Means.KEYS),
        (presses("2"), Outcome.NO_MATCH, Means.KEYS),
        (keeps_silent(), Outcome.NO_INPUT, None),
        (hangs_up(), Outcome.HANGUP, None),
    ],
)
def test_what_a_caller_does_has_the_outcome_of_the_line(act: Act, outcome: Outcome, means: Means | None) -> None:
    heard = turn(act)
    assert (heard.outcome, heard.means) == (outcome, means)


def test_words_outside_the_grammar_are_not_heard() -> None:
    assert turn(says("well yes then")).text == "yes"


def test_keys_only_hears_no_voice_and_speech_only_no_keys() -> None:
    assert turn(says("yes"), Listening(keys=LISTENING.keys)).outcome is Outcome.NO_INPUT
    assert turn(presses("1"), Listening(phrases=None)).outcome is Outcome.NO_INPUT


@pytest.mark.parametrize(
    ("act", "barge_in", "cut"),
    [
        (presses("1", cuts_in_after=0.5), BargeIn.KEYS, True),
        (presses("1", cuts_in_after=0.5), BargeIn.SPEECH, False),
        (says("yes", cuts_in_after=0.5), BargeIn.SPEECH, True),
        (says("yes", cuts_in_after=0.5), BargeIn.NONE, False),
        (says("yes"), BargeIn.BOTH, False),
        (says("yes", cuts_in_after=1.0), BargeIn.BOTH, False),
    ],
)
def test_a_prompt_is_cut_only_by_what_may_cut_it(act: Act, barge_in: BargeIn, cut: bool) -> None:
    heard = turn(act, barge_in=barge_in)
    assert heard.barged_in is cut
    assert (heard.prompt_heard_ms < heard.prompt_total_ms) is cut


class Yes:
    """Only "yes" means something."""

    def judge(self, text: str) -> Match:
        return Match.MAX_MATCH if text == "yes" else Match.NO_MATCH


@pytest.mark.parametrize(
    "nothing", [mumbles(cuts_in_after=0.5), says("no", cuts_in_after=0.5), says("yes", 0.1, cuts_in_after=0.5)]
)
def test_a_voice_into_a_prompt_that_means_nothing_is_passed_over(nothing: Act) -> None:
    listening = dataclasses.replace(LISTENING, words=Yes(), refuse_below=0.3)
    telephone = FakeTelephone(ScriptedCaller([nothing, says("yes")]))
    heard = asyncio.run(telephone.converse([Prompt(text="Yes or no?")], listening))
    assert (heard.outcome, heard.text, heard.barged_in) == (Outcome.MATCH, "yes", False)
    assert heard.prompt_heard_ms == heard.prompt_total_ms


def test_after_the_prompt_the_same_voice_is_not_understood() -> None:
    assert turn(mumbles(cuts_in_after=1.0)).outcome is Outcome.NO_MATCH


def test_a_voice_while_recognition_is_down_is_unheard_and_keys_are_not() -> None:
    telephone = FakeTelephone(ScriptedCaller([mumbles(cuts_in_after=0.5), presses("1")]), understands=False)
    heard = asyncio.run(telephone.converse([Prompt(text="Yes or no?")], LISTENING))
    assert (heard.outcome, heard.means, heard.barged_in) == (Outcome.UNHEARD, Means.VOICE, True)
    assert asyncio.run(telephone.converse([Prompt(text="Press 1.")], LISTENING)).keys == "1"


def test_how_much_was_heard_is_told_of_each_prompt() -> None:
    telephone = FakeTelephone(ScriptedCaller([presses("1", cuts_in_after=0.75)]))
    heard = asyncio.run(telephone.converse([Prompt(text="Hello you."), Prompt(text="Yes or no?")], LISTENING))
    assert heard.prompts_total_ms == (650, 650)
    assert heard.prompts_heard_ms == (650, 325)


def test_nothing_is_listened_for_while_the_line_only_speaks() -> None:
    telephone = FakeTelephone(ScriptedCaller([says("yes")]))
    assert asyncio.run(telephone.converse([Prompt(text="Goodbye.")], None)).outcome is Outcome.PLAYED
    assert not telephone.caller.finished


def test_an_act_at_the_end_of_a_prompt_is_played_even_where_the_line_only_tells() -> None:
    telling = dataclasses.replace(LISTENING, first_input_s=0.3)
    assert turn(mumbles(cuts_in_after=1.0), telling).means is Means.VOICE
    assert turn(mumbles(), telling).means is None


def test_who_expected_something_else_says_so() -> None:
    with pytest.raises(AssertionError, match="expected to hear 'maybe', but heard 'Yes or no"):
        turn(says("yes", expect="maybe"))


def test_a_caller_whose_script_is_over_hangs_up() -> None:
    assert asyncio.run(FakeTelephone(ScriptedCaller([])).converse([], LISTENING)).outcome is Outcome.HANGUP


def test_keys_of_an_impatient_caller_go_to_the_next_turn() -> None:
    telephone = FakeTelephone(ScriptedCaller([presses("112"), says("yes")]))
    heard = [asyncio.run(telephone.converse([Prompt(text="Yes or no?")], LISTENING)) for _ in range(4)]
    assert [one.keys for one in heard] == ["1", "1", "2", ""]
    assert [one.barged_in for one in heard] == [False, True, True, False]


def test_keys_pressed_ahead_mean_nothing_in_a_turn_that_takes_none() -> None:
    telephone = FakeTelephone(ScriptedCaller([presses("11"), says("yes")]))
    asyncio.run(telephone.converse([Prompt(text="Yes or no?")], LISTENING))
    uncut = [Prompt(text="Listen.", barge_in=BargeIn.NONE)]
    assert asyncio.run(telephone.converse(uncut, LISTENING)).text == "yes"


def test_who_cuts_in_after_some_time_does_so_over_several_turns() -> None:
    telling = dataclasses.replace(LISTENING, first_input_s=0.3)
    telephone = FakeTelephone(ScriptedCaller([presses("1", after_ms=1000), presses("1", after_ms=5000)]))
    first = asyncio.run(telephone.converse([Prompt(text="Hello you.")], telling))
    second = asyncio.run(telephone.converse([Prompt(text="Yes or no?")], LISTENING))
    assert (first.outcome, first.barged_in) == (Outcome.NO_INPUT, False)
    assert (second.keys, second.prompt_heard_ms) == ("1", 350)
    last = asyncio.run(telephone.converse([Prompt(text="Yes or no?")], LISTENING))
    assert (last.keys, last.barged_in) == ("1", False), "who is asked before that answers then"
