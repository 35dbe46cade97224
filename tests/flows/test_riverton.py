"""Riverton's helpline: every path by speech and by keys, and what the person who takes over gets to know."""

from __future__ import annotations

import dataclasses

import pytest

from ivr.call import (
    Answered,
    CallerSpoke,
    EndReason,
    FactLearnt,
    HandedOver,
    KeysPressed,
    PromptPlayed,
    Rang,
    Speaker,
    StepEntered,
    StepFailed,
)
from ivr.records.recall import recall
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, hangs_up, keeps_silent, mumbles, presses, says
from tests.flows.helplines import CALL, CALLER, call, riverton
from tests.flows.test_rings_again import InMind

DONE = says("no", expect="anything else")
HELPED = (says("yes", expect="Did that answer your question?"), says("no", expect="Related to this"))

PATHS: list[tuple[str, list[str], list[str], str]] = [
    ("bins", ["bin collection", "garden waste"], ["1", "3"], "brown bin"),
    ("bins", ["rubbish", "large items"], ["1", "4"], "large items for"),
    ("council tax", ["council tax", "payment", "ways to pay"], ["2", "2", "1"], "direct debit"),
    ("council tax", ["council tax", "payment", "instalments"], ["2", "2", "2"], "ten instalments"),
    ("council tax", ["council tax bill", "a lower bill", "tax bands"], ["2", "4", "2"], "Band D"),
    ("council tax", ["council tax", "moving house", "no"], ["2", "3", "2"], "within three weeks"),
    ("parking", ["something else", "parking", "a parking ticket"], ["4", "1", "4"], "within 14 days"),
    ("family", ["something else", "money and family", "school meals"], ["4", "2", "4"], "eat free"),
    ("health", ["something else", "health and schools", "travel"], ["4", "3", "4"], "six weeks before"),
]
GARDEN = (presses("1"), presses("3"))
"""The shortest way to an answer."""
LIST = (presses("4"), presses("4"), keeps_silent(expect="press 1 for a list"))
TEAMS = {
    "operator": "the council's operators",
    "housing": "the housing team",
    "environment": "the street and waste team",
    "council_tax": "the council tax team",
}


@pytest.mark.parametrize(("topic", "words", "keys", "answer"), PATHS)
def test_every_answer_is_reached_by_speech(topic: str, words: list[str], keys: list[str], answer: str) -> None:
    called = call(riverton(), *(says(text) for text in words), DONE)
    assert called.reason is EndReason.HUNG_UP
    assert any(answer in text for text in called.said)


@pytest.mark.parametrize(("topic", "words", "keys", "answer"), PATHS)
def test_every_answer_is_reached_by_keys(topic: str, words: list[str], keys: list[str], answer: str) -> None:
    called = call(riverton(), *(presses(key) for key in keys), presses("2", expect="anything else"))
    assert called.reason is EndReason.HUNG_UP
    assert any(answer in text for text in called.said)


REPAIR_BY_SPEECH = [
    says("housing repairs"),
    says("yes", expect="urgent"),
    says("one two three double four five", expect="danger"),
    says("yes", expect="1 2 3, 4 4 5"),
]
REPAIR_BY_KEYS = [presses("3"), presses("1"), presses("123445"), presses("1", expect="1 2 3, 4 4 5")]


@pytest.mark.parametrize("acts", [REPAIR_BY_SPEECH, REPAIR_BY_KEYS], ids=["speech", "keys"])
def test_a_repair_goes_to_housing_with_what_the_caller_said(acts: list[Act]) -> None:
    called = call(riverton(), *acts)
    assert called.reason is EndReason.HANDED_OVER
    over = called.hand_over
    assert (over.queue, over.reason) == ("housing", "plan")
    assert {fact.name: fact.value for fact in over.facts} == {"urgent": "yes", "tenancy_reference": "123445"}
    assert over.intent is not None
    assert over.intent.name == "housing_repairs"
    assert "They can see what you told me" in called.said[-1]
    assert called.feed.of(HandedOver)[0].queue == "housing"


def test_the_transcript_tells_the_call_in_order_with_times() -> None:
    over = call(riverton(), *REPAIR_BY_SPEECH).hand_over
    speakers = [line.speaker for line in over.transcript]
    assert speakers == [Speaker.HELPLINE, Speaker.CALLER] * 4 + [Speaker.HELPLINE]
    assert over.transcript[1].text == "housing repairs"
    assert over.transcript[1].confidence == 0.95
    times = [line.at_s for line in over.transcript]
    assert times == sorted(times)
    assert over.transcript[0].text.startswith("Welcome to Riverton Council.")


def test_an_agent_can_be_had_at_every_turn() -> None:
    ways: list[list[Act]] = [
        [],
        [says("bin collection")],
        [says("council tax")],
        [says("another question")],
        [says("another question"), says("another question")],
        [says("housing repairs")],
        [says("housing repairs"), says("no"), says("a tap")],
        [says("housing repairs"), says("no"), says("a tap"), says("one two three four five six")],
        [*LIST, says("opening hours", expect="Here is a list.")],
        [says("housing repairs"), says("no")],
    ]
    for way in ways:
        for wish in ("agent", "operator", "a person", "speak to someone please"):
            called = call(riverton(), *way, says(wish))
            assert called.reason is EndReason.HANDED_OVER, (way, wish)
            assert called.hand_over.reason == "asked"
            team = TEAMS[called.hand_over.queue]
            assert called.said[-1].endswith(f"I will put you through to {team}. Please hold on.")


def test_key_0_is_an_agent_except_where_digits_are_entered() -> None:
    assert call(riverton(), presses("0")).hand_over.queue == "operator"
    called = call(riverton(), presses("3"), presses("1"), presses("000001"), presses("1"))
    assert called.hand_over.facts[1].value == "000001"


def test_an_agent_can_be_had_in_the_middle_of_an_answer() -> None:
    called = call(riverton(), *GARDEN, presses("0", expect="brown bin", cuts_in_after=0.5))
    assert called.hand_over.reason == "asked"
    (heard,) = called.hand_over.answers_heard
    assert (heard.article, heard.heard_to_end) == ("garden-waste", False), "it was being told then"


def test_an_answer_that_was_cut_counts_as_not_heard_to_its_end() -> None:
    called = call(riverton(), *GARDEN, presses("9", expect="brown bin", cuts_in_after=0.5), says("agent"))
    (heard,) = called.hand_over.answers_heard
    assert heard.article == "garden-waste"
    assert not heard.heard_to_end
    cut = called.feed.of(PromptPlayed)[2]
    assert cut.barged_in
    assert cut.heard_ms < cut.total_ms
    assert any(line.text.endswith("—") for line in called.hand_over.transcript)


def test_a_whole_answer_counts_as_heard() -> None:
    over = call(riverton(), *GARDEN, says("agent", expect="anything else")).hand_over
    assert over.answers_heard[0].heard_to_end


@pytest.mark.parametrize("cough", [says("repeat", 0.2, cuts_in_after=0.3), mumbles(cuts_in_after=0.3)])
def test_a_cough_in_an_answer_does_not_cost_the_caller_the_answer(cough: Act) -> None:
    called = call(riverton(), *GARDEN, cough, says("agent", expect="anything else"))
    assert sum("brown bin" in text for text in called.said) == 1
    assert called.hand_over.answers_heard[0].heard_to_end


@pytest.mark.parametrize("thanks", [says("thank you", cuts_in_after=1.0), mumbles(cuts_in_after=1.0)])
def test_a_voice_after_a_whole_answer_is_no_wish_to_hear_it_again(thanks: Act) -> None:
    called = call(riverton(), *GARDEN, thanks, says("agent", expect="anything else"))
    assert sum("brown bin" in text for text in called.said) == 1
    assert called.hand_over.answers_heard[0].heard_to_end
    assert not any(played.barged_in for played in called.feed.of(PromptPlayed))


def test_a_wish_that_was_none_does_not_bring_a_whole_answer_again() -> None:
    doubtful = says("agent", 0.6, cuts_in_after=1.0)
    called = call(riverton(), *GARDEN, doubtful, says("no", expect="Did you say agent?"), DONE)
    assert sum("brown bin" in text for text in called.said) == 1


def test_repeat_says_the_same_again_also_an_answer_that_was_just_told() -> None:
    called = call(riverton(), says("repeat"), presses("*"), *GARDEN, says("say that again"), DONE)
    assert called.said[0] == called.said[1] == called.said[2]
    assert called.said[4] in called.said[6]
    assert "anything else" in called.said[6]
    assert not called.feed.of(StepFailed)


def test_main_menu_leads_back_from_everywhere() -> None:
    ways: list[list[Act]] = [[], [presses("1")], [presses("2")], [presses("3")], [presses("4")]]
    for way in ways:
        for act in (says("main menu"), presses("#")):
            called = call(riverton(), *way, act, presses("1", expect="bin collection, council tax"), presses("3"), DONE)
            assert called.reason is EndReason.HUNG_UP


def test_hash_ends_digits_and_is_not_the_main_menu_there() -> None:
    called = call(riverton(), presses("3"), presses("1"), presses("#"), presses("123456"), presses("1"))
    assert [event.failure for event in called.feed.of(StepFailed)] == ["not_understood"]
    assert called.hand_over.queue == "housing"


def test_a_hash_that_comes_after_all_digits_is_passed_over() -> None:
    read_back = "1 2 3, 4 5 6"
    acts = [
        presses("3"),
        presses("1"),
        presses("123456"),
        presses("#", expect=read_back),
        presses("1", expect=read_back),
    ]
    called = call(riverton(), *acts)
    assert called.hand_over.queue == "housing"
    assert not called.feed.of(StepFailed)


def test_silence_three_times_brings_a_person() -> None:
    called = call(
        riverton(),
        keeps_silent(),
        keeps_silent(expect="Sorry, I did not hear you."),
        keeps_silent(expect="Sorry, I still cannot hear you. Would you like to speak to a person?"),
    )
    assert called.reason is EndReason.HANDED_OVER
    assert called.hand_over.failures == ("menu 'main': silence twice",)
    assert [(event.failure, event.count) for event in called.feed.of(StepFailed)] == [("silence", 1), ("silence", 2)]


@pytest.mark.parametrize("unclear", [mumbles(), says("bin", 0.3), presses("9")], ids=["mumble", "low", "key"])
def test_not_understood_twice_offers_a_person(unclear: Act) -> None:
    called = call(riverton(), unclear, unclear, says("yes", expect="Would you like to speak to a person?"))
    assert called.hand_over.reason == "not_understood"
    assert called.hand_over.failures == ("menu 'main': not understood twice",)


def test_silence_and_not_understood_are_told_apart_and_counted_together() -> None:
    called = call(
        riverton(),
        keeps_silent(),
        mumbles(expect="I did not hear you"),
        says("yes", expect="I did not understand. Would you like to speak to a person?"),
    )
    assert called.hand_over.failures == ("menu 'main': silence once", "menu 'main': not understood once")


def test_who_wants_no_person_tries_on_and_is_offered_one_again_later() -> None:
    acts = [
        mumbles(),
        mumbles(),
        says("no", expect="speak to a person"),
        presses("1", expect="All right."),
        presses("3"),
        DONE,
    ]
    assert call(riverton(), *acts).reason is EndReason.HUNG_UP
    again = [mumbles(), mumbles(), says("no"), mumbles(), mumbles(), presses("1", expect="speak to a person")]
    assert call(riverton(), *again).hand_over.reason == "not_understood"


def test_who_mumbles_at_the_offer_too_gets_a_person() -> None:
    called = call(riverton(), mumbles(), mumbles(), mumbles(), mumbles(expect="speak to a person"))
    assert called.reason is EndReason.HANDED_OVER


def test_between_sure_and_unsure_the_line_asks_back() -> None:
    called = call(
        riverton(), says("bin collection", 0.6), says("yes", expect="Did you say bin collection?"), presses("3"), DONE
    )
    assert called.reason is EndReason.HUNG_UP
    refused = call(
        riverton(),
        says("bin collection", 0.6),
        says("no", expect="Did you say bin collection?"),
        says("council tax", expect="Sorry, my mistake."),
        says("agent"),
    )
    assert refused.hand_over.failures == ("menu 'main': understood wrongly once",)
    assert refused.hand_over.intent is not None
    assert refused.hand_over.intent.name == "council_tax"


def test_an_agent_is_asked_back_too_when_hardly_heard() -> None:
    called = call(riverton(), says("agent", 0.6), says("no", expect="Did you say agent?"), *GARDEN, DONE)
    assert called.reason is EndReason.HUNG_UP


def test_wrong_digits_are_asked_again() -> None:
    called = call(
        riverton(),
        presses("3"),
        presses("1"),
        says("one two three four five", expect="six digit"),
        says("one two three four five six", expect="Sorry, I need six digits."),
        says("no", expect="1 2 3, 4 5 6"),
        says("speak to someone", expect="Would you like to speak to a person?"),
    )
    assert called.hand_over.queue == "housing", "the step's own person queue"
    assert [event.failure for event in called.feed.of(StepFailed)] == ["not_understood", "refused"]
    assert "tenancy_reference" not in [event.name for event in called.feed.of(FactLearnt)]


QUESTION = (says("another question"), says("another question"))


def test_a_sure_question_is_answered_at_once() -> None:
    called = call(riverton(), *QUESTION, says("how do i get a parking permit", expect="What would you"), *HELPED, DONE)
    assert any("£60" in text for text in called.said)
    spoken = called.feed.of(CallerSpoke)
    assert spoken[2].understood_as == "how do i get a parking permit"


def test_an_unsure_question_is_asked_back_and_the_second_guess_comes_after_the_first() -> None:
    called = call(
        riverton(),
        *QUESTION,
        says("i want to pay"),
        says("no", expect="Did you mean: paying council tax?"),
        says("yes", expect="Did you mean: paying council tax in instalments?"),
        says("agent"),
    )
    over = called.hand_over
    assert [heard.article for heard in over.answers_heard] == ["council-tax-instalments"]
    assert over.intent is not None
    assert over.intent.name == "council_tax"


def test_a_question_hardly_heard_is_asked_back_even_if_it_matches() -> None:
    sure = "how do i get a parking permit"
    asked_back = says("yes", expect="Did you mean: parking permits?")
    called = call(riverton(), *QUESTION, says(sure, 0.5), asked_back, *HELPED, DONE)
    assert any("£60" in text for text in called.said)


def test_a_question_without_an_answer_offers_a_person_or_another_try() -> None:
    unknown = says("nothing at all")
    person = call(riverton(), *QUESTION, unknown, says("yes", expect="I do not have an answer to that. Would you like"))
    assert (person.hand_over.queue, person.hand_over.reason) == ("operator", "not_known")
    assert person.hand_over.failures == ("question 'question': no answer known once",)
    in_other_words = says("visitor parking", expect="in other words")
    another = call(riverton(), *QUESTION, unknown, says("no"), in_other_words, *HELPED, DONE)
    assert another.reason is EndReason.HUNG_UP


def test_who_knows_the_way_answers_into_the_greeting() -> None:
    called = call(riverton(), presses("1", expect="Welcome", cuts_in_after=0.1), presses("3"), DONE)
    assert "bin collection" in called.said[0]
    assert called.feed.of(KeysPressed)[0].keys == "1"


def test_steps_are_noted_as_they_are_entered() -> None:
    called = call(riverton(), *GARDEN, DONE)
    steps = [(event.step, event.verb) for event in called.feed.of(StepEntered)]
    assert steps == [
        ("welcome", "say"),
        ("announcements", "notice"),
        ("again", "recall"),
        ("main", "menu"),
        ("bins", "menu"),
        ("garden_waste", "say"),
        ("anything_else", "ask"),
        ("last_wishes", "remember"),
        ("goodbye", "hang_up"),
    ]


STORIES: list[list[Act]] = [
    REPAIR_BY_SPEECH,
    REPAIR_BY_KEYS,
    [
        mumbles(),
        says("bin collection", 0.6),
        says("yes"),
        presses("3"),
        presses("9", cuts_in_after=0.5),
        keeps_silent(),
        says("agent"),
    ],
    [*QUESTION, says("i want to pay"), says("no"), says("yes"), says("agent")],
    [*QUESTION, says("nothing at all"), says("yes")],
    [says("bin collection", cuts_in_after=0.3), presses("3"), mumbles(), mumbles(), says("yes")],
]


@pytest.mark.parametrize("acts", STORIES, ids=["speech", "keys", "cut", "unsure", "not known", "mumbles"])
def test_the_journal_tells_the_same_story_as_the_live_call(acts: list[Act]) -> None:
    called = call(riverton(), *acts)
    live, began = called.hand_over, called.feed.events[0].at - 1
    switchboard = [
        Rang(call_id=CALL, at=began - 2, helpline="riverton", **dataclasses.asdict(CALLER)),
        Answered(call_id=CALL, at=began),
    ]
    told = recall([*switchboard, *called.feed.events], queue=live.queue)
    assert told is not None
    broken = "the helpline itself failed in this call"
    assert told == dataclasses.replace(live, reason="line_failed", failures=(*live.failures, broken))


LONG: list[list[Act]] = [
    REPAIR_BY_SPEECH,
    [mumbles(), mumbles(), keeps_silent()],
    [*QUESTION, says("i want to pay"), says("no"), says("yes"), *HELPED, says("yes"), *GARDEN, DONE],
    [presses("1"), presses("1"), says("agent", 0.6), says("yes")],
]


@pytest.mark.parametrize("acts", LONG, ids=["repair", "mumbles", "question", "bins"])
def test_a_caller_may_hang_up_at_every_turn(acts: list[Act]) -> None:
    turns = len(call(riverton(), *acts).said)
    for turn in range(1, turns + 1):
        called = call(riverton(), *acts, hang_up_at=turn, whole=False)
        assert called.reason is EndReason.CALLER_LEFT
        assert called.conclusion.hand_over is None
        assert len(called.said) == turn


def test_a_bin_that_was_reported_makes_no_hole_sound_reported() -> None:
    memory = InMind()
    world = FixedWorld(memory=memory, known={"missed_bins": dict.fromkeys(("report", "bin_report"), "4 1 7, 0 9 2")})
    bin_first = [
        presses("1"),
        presses("2"),
        says("rubbish yesterday"),
        says("yes"),
        presses("74416112122"),
        says("yes"),
    ]
    reported = [says("twelve", expect="house or flat"), says("yes"), says("no", expect="hear the number")]
    then_a_hole = [says("yes", expect="anything else"), presses("4"), presses("1"), presses("1"), hangs_up()]
    call(riverton(), *bin_first, *reported, *then_a_hole, world=world)
    memory.ages(700)
    again = call(riverton(), says("yes", expect="a hole in the road again?"), hangs_up(), world=world)
    assert "is not safe" in again.said[-1]
    assert "It is reported" not in " ".join(again.said)
