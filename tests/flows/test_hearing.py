"""What a caller meant when it was hardly heard, not heard at all, spelled, or wanted once more and slower."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import EndReason, FactLearnt, Hypothesis, IntentUnderstood, PromptPlayed, Speaker, StepFailed
from ivr.testing.scripted_caller import Act, Says, hangs_up, keeps_silent, mumbles, presses, says
from tests.flows.helplines import call, council, plan

DONE = says("no", expect="anything else")
WHICH = "Did you say housing repairs, or opening hours?"


def hears(*readings: tuple[str, float], expect: str = "") -> Says:
    """The caller says something that may have been any of `readings`."""
    return Says(readings=tuple(Hypothesis(text=text, confidence=sure) for text, sure in readings), expect=expect)


CLOSE = hears(("housing repairs", 0.5), ("opening hours", 0.42))
FAR = hears(("housing repairs", 0.6), ("opening hours", 0.3))


@pytest.mark.parametrize(
    "answer",
    [says("opening hours", expect=WHICH), says("the second", expect="Press 1 for the first"), presses("2")],
    ids=["phrase", "second", "key"],
)
def test_two_meanings_too_close_to_tell_are_asked_about_together(answer: Act) -> None:
    called = call(council(), CLOSE, answer, DONE)
    assert any("Bridge Street" in text for text in called.said)
    assert not called.feed.of(StepFailed)


def test_the_first_of_two_is_had_by_its_phrase_too_and_hardly_heard_is_enough() -> None:
    called = call(council(), CLOSE, says("housing repair", 0.5), presses("0", expect="Is your repair urgent"))
    assert called.hand_over.intent is not None
    assert called.hand_over.intent.name == "housing_repairs"


def test_a_plain_yes_to_two_meanings_is_asked_about_the_first() -> None:
    single = says("yes", expect="Did you say housing repairs? Please say yes or no.")
    called = call(council(), CLOSE, says("yes", expect=WHICH), single, presses("0", expect="Is your repair urgent"))
    assert called.hand_over.queue == "housing"


@pytest.mark.parametrize("affirmed", ["yeah", "yep", "yes please", "yes it is", "correct"])
def test_every_yes_to_two_meanings_asks_again(affirmed: str) -> None:
    again = says("no", expect="Did you say housing repairs? Please say yes or no.")
    then = says("yes", expect="Did you say opening hours? Please say yes or no.")
    called = call(council(), CLOSE, says(affirmed, expect=WHICH), again, then, DONE)
    assert any("Bridge Street" in text for text in called.said)


@pytest.mark.parametrize(
    "answer", ["second", "the second one", "the last one", "no the second one", "yes opening hours", "second please"]
)
def test_the_second_of_two_is_had_as_people_say_it(answer: str) -> None:
    called = call(council(), CLOSE, says(answer, expect=WHICH), DONE)
    assert any("Bridge Street" in text for text in called.said)


def test_the_first_of_two_is_had_as_people_say_it() -> None:
    for answer in ("first", "the first one", "yes the first", "uh the first one please"):
        called = call(council(), CLOSE, says(answer, expect=WHICH), presses("0", expect="Is your repair urgent"))
        assert called.hand_over.queue == "housing"


def test_a_single_word_may_follow_a_yes_or_no() -> None:
    close = hears(("recycling", 0.5), ("opening hours", 0.45))
    for answer in ("yes recycling", "no recycling", "recycling"):
        which = says(answer, expect="Did you say bin collection, or opening hours?")
        called = call(council(), close, which, presses("0", expect="Bins. You can say"))
        assert called.hand_over.intent is not None
        assert called.hand_over.intent.name == "bins"


def test_of_yes_and_no_their_own_words_are_the_answer() -> None:
    close = hears(("no", 0.5), ("yes", 0.45))
    which = says("yep", expect="Did you say no, or yes?")
    called = call(council(), presses("3"), close, which, hang_up_at=4, whole=False)
    assert "urgent" in [fact.name for fact in called.feed.of(FactLearnt)]
    assert [fact.value for fact in called.feed.of(FactLearnt)] == ["yes"]


@pytest.mark.parametrize("neither", ["no", "neither", "nope", "none of them", "no thank you"])
def test_a_no_to_two_meanings_refuses_both(neither: str) -> None:
    again = hears(("housing repairs", 0.7), ("opening hours", 0.7), ("council tax", 0.5), expect="my mistake")
    called = call(
        council(),
        CLOSE,
        says(neither, expect=WHICH),
        again,
        says("yes", expect="Did you say council tax?"),
        says("agent", expect="moving house"),
    )
    assert called.hand_over.failures == ("menu 'main': understood wrongly once",)


def test_who_wants_a_person_gets_one_at_the_question_which() -> None:
    assert call(council(), CLOSE, presses("0", expect=WHICH)).hand_over.reason == "asked"
    assert call(council(), CLOSE, says("agent", expect=WHICH)).hand_over.reason == "asked"
    close_to_agent = hears(("agent", 0.5), ("opening hours", 0.45))
    called = call(council(), close_to_agent, says("the first", expect="Did you say agent, or opening hours?"))
    assert called.hand_over.reason == "asked"
    repeated = hears(("opening hours", 0.5), ("repeat", 0.45))
    called = call(council(), repeated, says("the second", expect="or repeat?"), presses("0", expect="Welcome"))
    assert called.hand_over.reason == "asked"


def test_a_sure_meaning_is_not_asked_about_however_close_another_is() -> None:
    called = call(council(), hears(("opening hours", 0.9), ("housing repairs", 0.85)), DONE)
    assert called.reason is EndReason.HUNG_UP


def test_after_a_no_the_next_meaning_is_offered() -> None:
    called = call(
        council(),
        FAR,
        says("no", expect="Did you say housing repairs?"),
        says("yes", expect="Sorry, my mistake. Did you say opening hours?"),
        DONE,
    )
    assert any("Bridge Street" in text for text in called.said)


def test_what_was_refused_is_not_offered_again_in_the_step_but_comes_by_key() -> None:
    no = says("no", expect="Did you say housing repairs?")
    again = says("housing repairs", 0.7, expect="You can say")
    person = says("no", expect="Would you like to speak to a person?")
    called = call(council(), says("housing repairs", 0.6), no, again, person, presses("3"), presses("0"))
    assert [event.failure for event in called.feed.of(StepFailed)] == ["refused", "not_understood"]
    assert called.hand_over.queue == "housing", "the key led to the repairs"
    elsewhere = call(
        council(), says("housing repairs", 0.6), no, says("main menu"), says("housing repairs"), presses("0")
    )
    assert elsewhere.hand_over.queue == "housing", "the step was left"


def test_what_was_refused_counts_again_once_it_is_sure() -> None:
    no = says("no", expect="Did you say housing repairs?")
    called = call(council(), says("housing repairs", 0.6), no, says("housing repairs", 0.99), presses("0"))
    assert called.hand_over.queue == "housing"


def test_a_no_to_did_you_say_no_does_not_make_the_line_deaf_for_no() -> None:
    called = call(
        council(),
        presses("3"),
        says("no", 0.6, expect="Is your repair urgent"),
        says("no", expect="Did you say no?"),
        says("no", 0.99, expect="Is your repair urgent"),
        presses("0", expect="tenancy reference"),
    )
    assert called.feed.of(FactLearnt)[0].value == "no"


def test_a_yes_to_which_of_two_and_a_no_to_the_first_offers_the_second() -> None:
    called = call(
        council(),
        hears(("housing repairs", 0.5), ("opening hours", 0.45)),
        says("yes", expect="Did you say housing repairs, or opening hours?"),
        says("no", expect="Did you say housing repairs?"),
        says("yes", expect="Did you say opening hours?"),
        presses("0"),
    )
    assert called.feed.of(IntentUnderstood)[0].name == "opening_hours"


def test_a_person_who_was_refused_is_had_again_when_it_is_sure() -> None:
    called = call(
        council(),
        says("agent", 0.6),
        says("no", expect="Did you say agent?"),
        says("agent", 0.6),
        says("no", expect="Would you like to speak to a person?"),
        says("agent", 0.95, expect="You can say"),
    )
    assert called.hand_over.reason == "asked"


def test_the_next_digits_are_read_back_after_a_no() -> None:
    six = hears(("one two three four five six", 0.6), ("one two three four five nine", 0.3))
    called = call(
        council(),
        presses("3"),
        presses("2"),
        six,
        says("no", expect="Your reference is 1 2 3, 4 5 6"),
        says("yes", expect="Sorry, my mistake. Your reference is 1 2 3, 4 5 9"),
    )
    assert [event.value for event in called.feed.of(FactLearnt)] == ["no", "123459"]


def test_refused_digits_do_not_come_back_by_voice_but_by_keys() -> None:
    digits = says("one two three four five six", 0.9)
    called = call(
        council(),
        presses("3"),
        presses("2"),
        digits,
        says("no", expect="1 2 3, 4 5 6"),
        says("one two three four five six", 0.9, expect="six digit"),
        presses("2", expect="Would you like to speak to a person?"),
        presses("123456"),
        presses("1", expect="1 2 3, 4 5 6"),
    )
    assert called.hand_over.facts[-1].value == "123456"


SPELLING = """
  one:
    ask: Please spell your name.
    answer: spelling
    characters: 2-8
    fact: name
    goto: end
  end:
    hang_up: Goodbye {name}."""


def test_a_name_is_spelled_and_read_back_by_the_alphabet_the_second_time(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, SPELLING),
        says("l e v"),
        says("no", expect="I have L E V. Is that right?"),
        says("l double e", expect="Please spell your name."),
        says("yes", expect="I have L for Lima, E for Echo, E for Echo. Is that right?"),
    )
    assert called.said[-1] == "Goodbye L E E."


def test_a_spelled_zero_is_offered_as_a_letter_after_a_no(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, SPELLING),
        says("a six o"),
        says("no", expect="I have A 6 0."),
        says("yes", expect="I have A for Alpha, 6, O for Oscar."),
    )
    assert called.feed.of(FactLearnt)[0].value == "A6O"


def test_who_cannot_be_understood_spelling_is_offered_a_person(tmp_path: Path) -> None:
    called = call(plan(tmp_path, SPELLING), mumbles(), mumbles(), presses("1", expect="speak to a person"))
    assert called.hand_over.queue == "office"


def test_a_word_unknown_to_the_model_is_understood_and_noted_as_itself(tmp_path: Path) -> None:
    steps = """
  one:
    menu: What is it about?
    choices: {bins: {say: (my) bins, goto: end}}
  end:
    hang_up: Goodbye."""
    called = call(plan(tmp_path, steps, "sounds_like: {bins: beans}"), says("my beans"))
    assert called.reason is EndReason.HUNG_UP
    assert [event.text for event in called.feed.events if hasattr(event, "understood_as")] == ["my bins"]


def test_slower_says_the_same_again_slowly_and_stays_slow() -> None:
    called = call(council(), says("slow down"), presses("4", expect="Welcome"), DONE)
    assert called.said[0] == called.said[1]
    first = [prompt.text for prompt in called.telephone.prompts if not prompt.slowly]
    assert " ".join(first) == called.said[0]
    assert any("Bridge Street" in prompt.text and prompt.slowly for prompt in called.telephone.prompts)
    assert not called.feed.of(StepFailed)


def test_slower_in_an_answer_tells_it_again_slowly() -> None:
    called = call(council(), presses("4"), says("slower", cuts_in_after=0.5), DONE)
    told = [prompt.slowly for prompt in called.telephone.prompts if "Bridge Street" in prompt.text]
    assert told == [False, True]


UNHEARD = "Sorry, I cannot hear words just now."


def test_a_caller_whom_nobody_can_hear_is_told_the_keys_and_gets_on_by_them() -> None:
    called = call(
        council(),
        says("housing repairs"),
        presses("3", expect=f"{UNHEARD} For bin collection, press 1. For council tax, press 2."),
        says("yes", expect="Is your repair urgent"),
        presses("1", expect=f"{UNHEARD} Press 1 for yes or 2 for no."),
        says("one two three four five six", expect="six digit"),
        presses("123456", expect=f"{UNHEARD} Please press the digits on your phone."),
        says("yes", expect="1 2 3, 4 5 6"),
        presses("1", expect=f"{UNHEARD} Press 1 for yes or 2 for no."),
        understands=False,
    )
    assert called.hand_over.queue == "housing"
    assert {event.failure for event in called.feed.of(StepFailed)} == {"unheard"}
    assert "menu 'main': nobody to hear once" in called.hand_over.failures


def test_a_question_that_nobody_can_hear_leads_to_a_person_or_the_menu() -> None:
    question = [presses("5"), says("when is my bin collected", expect="What would you like to know?")]
    expect = "To speak to a person, press 0. For the main menu, press the hash key."
    asked = call(council(), *question, presses("0", expect=expect), understands=False)
    assert asked.hand_over.reason == "asked"
    back = call(
        council(), *question, presses("#"), presses("4"), presses("2", expect="anything else"), understands=False
    )
    assert back.reason is EndReason.HUNG_UP


def test_nobody_to_hear_is_not_the_callers_failure_but_the_second_time_offers_a_person() -> None:
    acts = [says("bin collection"), keeps_silent(expect=UNHEARD), hangs_up(expect="did not hear you")]
    once = call(council(), *acts, understands=False)
    assert once.reason is EndReason.CALLER_LEFT, "one silence offers nobody"
    twice = call(
        council(),
        says("bin collection"),
        says("bin collection", expect=UNHEARD),
        presses("2", expect=f"{UNHEARD} Would you like to speak to a person?"),
        presses("1", expect=f"All right. {UNHEARD} For bin collection, press 1."),
        presses("0"),
        understands=False,
    )
    assert [event.failure for event in twice.feed.of(StepFailed)] == ["unheard", "unheard"]
    speaker = call(council(), *[says("bin collection")] * 3, understands=False)
    assert (speaker.reason, speaker.hand_over.reason) == (EndReason.HANDED_OVER, "unheard")
    told = [line.text for line in speaker.hand_over.transcript if line.speaker is Speaker.CALLER]
    assert set(told) == {"(spoke, but nobody could hear it)"}


def test_an_answer_that_a_voice_cut_when_nobody_could_hear_it_is_told_once_more() -> None:
    called = call(
        council(),
        presses("4"),
        says("agent", expect="Bridge Street", cuts_in_after=0.4),
        presses("0", expect="anything else"),
        understands=False,
    )
    assert sum("Bridge Street" in text for text in called.said) == 2
    assert called.hand_over.answers_heard[0].heard_to_end


def test_what_reached_the_caller_of_each_prompt_is_recorded_in_words() -> None:
    called = call(council(), presses("4", expect="Welcome", cuts_in_after=0.5), DONE)
    heard = called.feed.of(PromptPlayed)[0]
    assert heard.text.startswith(heard.heard.removesuffix(" —"))
    assert heard.heard.startswith("Welcome to Riverton Council. I am an automatic service.")
    assert heard.heard.endswith(" —")


def test_every_prompt_of_a_doubt_is_known_beforehand() -> None:
    flow, knowledge = council()
    prepared = {prompt.text for prompt in flow.prompts(knowledge.answers())}
    doubtful = call(council(), CLOSE, says("no"), hears(("agent", 0.5), ("slower", 0.45)), presses("1"))
    unheard = call(
        council(), says("x"), presses("2"), says("x"), presses("1"), says("x"), presses("1"), understands=False
    )
    for said in (*doubtful.telephone.prompts, *unheard.telephone.prompts):
        assert said.text in prepared
