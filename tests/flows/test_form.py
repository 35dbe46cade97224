"""A form in whole conversations: all at once, some of it, nothing; refused, by keys, in silence, and secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call import EndReason, FactLearnt, Hypothesis, StepFailed
from ivr.dialogue.words.types.code import keys_for
from ivr.errors import FlowError
from ivr.testing.scripted_caller import Act, Says, keeps_silent, mumbles, presses, says
from tests.flows.helplines import Called, call, plan

BIN = """      bin:
        ask: Which bin was it?
        answer: one_of
        values:
          recycling: {say: [recycling, the blue bin], key: 1}
          rubbish: {say: [rubbish, the black bin], key: 2}
"""
POSTCODE = "      postcode: {ask: What is your postcode?, answer: postcode}\n"
DAY = "      day: {ask: On which day?, answer: date, direction: past}\n"
BACK = '    read_back: "{bin}, at {postcode}, on {day}. Is that right?"\n'
OPEN = "What was missed, where, and when?"
FRIDAY = "Friday 20 November 2026"
ALL = {"bin": "recycling", "postcode": "SG12 9AB", "day": "2026-11-20"}


def steps(facts: str = BIN + POSTCODE + DAY, more: str = BACK, end: str = "hang_up: Goodbye.") -> str:
    return f"  one:\n    form: {OPEN}\n    facts:\n{facts}{more}    goto: end\n  end: {{{end}}}"


def learnt(called: Called) -> dict[str, str]:
    return {fact.name: fact.value for fact in called.feed.of(FactLearnt)}


def failures(called: Called) -> list[str]:
    return [event.failure for event in called.feed.of(StepFailed)]


@pytest.mark.parametrize(
    "said",
    [
        "the recycling at s g twelve nine a b on friday",
        "on friday the blue bin at sierra golf twelve nine alpha bravo",
        "um s g twelve nine a b the recycling on the twentieth of november",
    ],
)
def test_one_sentence_gives_all_in_any_order_and_one_question_reads_it_back(tmp_path: Path, said: str) -> None:
    called = call(
        plan(tmp_path, steps()),
        says(said, 0.6, expect=OPEN),
        says("yes", expect=f"recycling, at SG12 9AB, on {FRIDAY}. Is that right?"),
    )
    assert learnt(called) == ALL
    assert called.said[2:] == ["Goodbye."]
    assert failures(called) == []


def test_what_is_missing_is_asked_for_by_itself(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, steps()),
        says("the blue bin on friday"),
        says("yes", expect=f"I have recycling, {FRIDAY}. Is that right?"),
        says("s g twelve nine a b", expect="What is your postcode?"),
        says("yes", expect="I have SG12 9AB. Is that right?"),
    )
    assert learnt(called) == ALL
    assert failures(called) == []


@pytest.mark.parametrize("nothing", [keeps_silent(), says("well it was"), mumbles(), presses("7")])
def test_nothing_told_is_no_failure_and_each_is_asked_for(tmp_path: Path, nothing: Act) -> None:
    called = call(
        plan(tmp_path, steps()),
        nothing,
        presses("1", expect="Which bin was it?"),
        presses(keys_for("SG12 9AB"), expect="What is your postcode?"),
        presses("1", expect="I have SG12 9AB."),
        presses("20112026", expect="On which day?"),
        presses("1", expect=f"I have {FRIDAY}."),
    )
    assert learnt(called) == ALL
    assert failures(called) == []


def test_what_was_hardly_heard_is_not_read_back_but_asked_for(tmp_path: Path) -> None:
    readings = (
        Hypothesis(text="the recycling at s g twelve nine a b friday", confidence=0.4),
        Hypothesis(text="the recycling at s g twelve nine a d friday", confidence=0.3),
    )
    called = call(
        plan(tmp_path, steps()),
        Says(readings=readings),
        says("yes", expect=f"I have recycling, {FRIDAY}. Is that right?"),
        presses(keys_for("SG12 9AB"), expect="What is your postcode?"),
        says("yes", expect="SG12 9AB"),
    )
    assert learnt(called) == ALL


def test_what_is_refused_is_asked_for_by_itself_and_may_be_the_same_again(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, steps(BIN + DAY, "")),
        says("the black bin on friday"),
        says("no", expect=f"I have rubbish, {FRIDAY}. Is that right?"),
        says("recycling", expect="Sorry, my mistake. Which bin was it?"),
        says("friday", expect="On which day?"),
        says("yes", expect=f"I have {FRIDAY}."),
    )
    assert learnt(called) == {"bin": "recycling", "day": "2026-11-20"}
    assert failures(called) == ["refused"]


def test_a_value_refused_for_one_fact_counts_for_the_next(tmp_path: Path) -> None:
    facts = "      begun: {ask: When did it begin?, answer: date}\n      over: {ask: When was it over?, answer: date}\n"
    called = call(
        plan(tmp_path, steps(facts, "")),
        keeps_silent(),
        says("today", expect="When did it begin?"),
        says("no", expect="Is that right?"),
        says("yesterday", expect="When did it begin?"),
        says("yes", expect="Sunday 22 November 2026. Is that right?"),
        says("today", expect="When was it over?"),
        says("yes", expect="Monday 23 November 2026. Is that right?"),
    )
    assert learnt(called) == {"begun": "2026-11-22", "over": "2026-11-23"}


def test_what_may_be_either_of_two_facts_is_not_guessed(tmp_path: Path) -> None:
    facts = "      begun: {ask: When did it begin?, answer: date}\n      over: {ask: When was it over?, answer: date}\n"
    called = call(plan(tmp_path, steps(facts, "")), says("friday"), says("today", expect="did it begin"), whole=True)
    assert learnt(called) == {}
    assert called.reason is EndReason.CALLER_LEFT


def test_a_wish_for_a_person_help_and_repeat_work_at_the_open_question(tmp_path: Path) -> None:
    flow = plan(tmp_path, steps())
    asked = call(flow, says("repeat"), says("help", expect=OPEN), presses("0", expect=OPEN))
    assert asked.hand_over.queue == "office"
    assert "You can answer in words" in asked.said[2]
    assert failures(asked) == []
    unsure = call(flow, says("agent", 0.6), says("yes", expect="Did you say agent?"))
    assert unsure.hand_over.queue == "office"


def test_keys_get_through_while_recognition_is_down(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, steps(BIN + DAY, "")),
        says("recycling on friday"),
        presses("1", expect="Which bin was it?"),
        says("friday", expect="On which day?"),
        presses("20112026", expect="I cannot hear words just now. Please press two digits for the day"),
        presses("1", expect=f"I have {FRIDAY}."),
        understands=False,
    )
    assert learnt(called) == {"bin": "recycling", "day": "2026-11-20"}


def test_whom_nobody_understands_is_offered_a_person_at_the_second_question(tmp_path: Path) -> None:
    called = call(plan(tmp_path, steps()), mumbles(), mumbles(expect="Which bin"), says("yes", expect="to a person?"))
    assert called.hand_over.queue == "office"
    silent = call(plan(tmp_path, steps()), keeps_silent(), keeps_silent(), keeps_silent(), says("no", expect="person?"))
    assert failures(silent) == ["silence", "silence"]


def test_what_cannot_be_is_told_so_when_it_is_asked_for(tmp_path: Path) -> None:
    called = call(
        plan(tmp_path, steps(BIN + DAY, "")),
        says("recycling tomorrow"),
        says("yes", expect="I have recycling. Is that right?"),
        says("tomorrow", expect="On which day?"),
        says("friday", expect="That day is still to come. On which day?"),
        says("yes", expect=FRIDAY),
    )
    assert learnt(called) == {"bin": "recycling", "day": "2026-11-20"}


def test_what_is_known_is_not_asked_for_again_unless_the_plan_says_so(tmp_path: Path) -> None:
    know = "  one:\n    set: {bin: rubbish}\n    goto: report\n"
    form = steps(BIN + DAY, "{more}").replace("  one:", "  report:")
    called = call(
        plan(tmp_path, know + form.replace("{more}", "")),
        says("recycling on friday", expect=OPEN),
        says("yes", expect=f"I have {FRIDAY}."),
    )
    assert learnt(called) == {"bin": "rubbish", "day": "2026-11-20"}
    called = call(
        plan(tmp_path, know + form.replace("{more}", "    ask_again: yes\n")),
        says("recycling on friday", expect=OPEN),
        says("yes", expect=f"I have recycling, {FRIDAY}."),
    )
    assert learnt(called)["bin"] == "recycling"


def test_a_secret_form_takes_keys_alone_one_fact_after_the_other(tmp_path: Path) -> None:
    facts = (
        "      pin: {ask: Your PIN., answer: digits, digits: 4}\n      born: {ask: When were you born?, answer: date}\n"
    )
    called = call(
        plan(tmp_path, steps(facts, "    sensitive: yes\n")),
        presses("1234", expect="Your PIN."),
        presses("03051984", expect="When were you born?"),
    )
    assert OPEN not in " ".join(called.said)
    assert not any(value in repr(called.feed.events) for value in ("1234", "1984"))


def test_texts_after_it_say_its_facts_as_they_were_read_back(tmp_path: Path) -> None:
    flow = plan(tmp_path, steps(BIN + DAY, "", end='hang_up: "{bin}, {day}."'))
    called = call(flow, says("recycling on friday"), says("yes"))
    assert called.said[-1] == f"recycling, {FRIDAY}."


@pytest.mark.parametrize(
    ("facts", "more", "fault"),
    [
        (BIN + DAY, '    read_back: "{bin}?"\n', "'read_back' must hold every fact, '{day}' too; add it"),
        (BIN + DAY.replace("day", "Day", 1), "", "'Day' must be a name of lower-case letters"),
        (DAY.replace("}", ", goto: end}"), "", "'goto' is not known here"),
        (DAY.replace("date", "yes_or_no"), "", "'answer' cannot be 'yes_or_no'"),
        (DAY.replace("}", ', read_back: "Right?"}'), "", "'read_back' must be one text that holds '{day}'"),
        (
            "      name: {ask: Spell it., answer: spelling, characters: 4}\n",
            "    sensitive: yes\n",
            "a sensitive step takes keys only, and 'name' cannot be keyed",
        ),
    ],
)
def test_a_mistake_in_a_form_is_told_with_its_place(tmp_path: Path, facts: str, more: str, fault: str) -> None:
    with pytest.raises(FlowError, match=r"plan.yaml:\d+:\d+") as found:
        plan(tmp_path, steps(facts, more))
    assert fault in str(found.value)


def test_a_circle_through_a_form_that_may_find_everything_known_is_refused(tmp_path: Path) -> None:
    circle = steps(BIN, "", end="say: Again., goto: one")
    with pytest.raises(FlowError, match="go round without ever waiting"):
        plan(tmp_path, circle)
    plan(tmp_path, circle.replace("    goto: end", "    ask_again: yes\n    goto: end"))
