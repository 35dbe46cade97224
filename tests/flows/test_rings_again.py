"""Callers who ring again: cut off, about the same, with wishes, or after calls that failed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ivr.call import (
    Alert,
    Alerted,
    EarlierCall,
    EndReason,
    FactLearnt,
    IntentUnderstood,
    Preferences,
    Recalled,
    Remembered,
    StepEntered,
)
from ivr.dialogue import Flow, load_flow
from ivr.errors import FlowError
from ivr.knowledge import Knowledge
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, hangs_up, keeps_silent, mumbles, presses, says
from tests.flows.helplines import CALLER, Called, call, known_to, plan
from tests.flows.known_callers import ADA, HEAD, Residents, beside, world_of

NUMBER = "+447700900123"
CUT_OFF = "We were cut off."
STEPS = """
  one:
    say: Welcome.
    goto: again
  again:
    recall: We were cut off. Shall I go on where we were?
    keep: [bin, day]
    topics:
      missed:
        ask: Are you calling about the missed {bin} bin on {day} again?
        goto: about_missed
    person_first: person
    goto: main
  main:
    menu: Say missed, account, or feedback.
    choices:
      missed: {say: missed, key: 1, goto: bin}
      account: {say: account, key: 2, goto: pin}
      feedback: {say: feedback, key: 3, goto: stars}
      how: {say: preferences, key: 4, goto: how}
  bin:
    ask: Which bin was it?
    answer: one_of
    values:
      green: {say: green, key: 1}
      black: {say: black, key: 2}
    fact: bin
    goto: day
  day:
    ask: On which day was it?
    answer: one_of
    values:
      monday: {say: monday, key: 1}
      tuesday: {say: tuesday, key: 2}
    fact: day
    goto: right
  right:
    confirm: "The {bin} bin, on {day}. Is that right?"
    yes: reported
    no: bin
  reported:
    outcome: reported
    goto: more
  about_missed:
    say: It was the {bin} bin.
    goto: more
  pin:
    ask: Key your number.
    answer: digits
    digits: 4
    fact: pin
    sensitive: yes
    goto: balance
  balance:
    look_up: accounts
    with: {pin: "{pin}"}
    facts: balance
    found: told
    not_found: person
    failed: person
  told:
    confirm: "You owe {balance} pounds. Do you want to pay?"
    yes: pay
    no: more
  pay:
    confirm: Shall I send you a bill?
    yes: more
    no: more
  stars:
    ask: How many stars?
    answer: digits
    digits: 1
    fact: stars
    goto: why
  why:
    confirm: "{stars} stars. Is that right?"
    yes: more
    no: stars
  how:
    preferences: How shall I speak?
    goto: keep_it
  keep_it:
    remember: Shall I remember for your next call how I speak?
    goto: more
  more:
    confirm: Anything else?
    yes: main
    no: bye
  bye: {hang_up: Goodbye.}
  person: {transfer: office}
"""


@dataclass
class InMind:
    """A `Memory` of several numbers."""

    kept: dict[str, Remembered] = field(default_factory=dict)

    async def recollect(self, number: str) -> Remembered:
        return self.kept.get(number, Remembered())

    def note_call(self, number: str, earlier: EarlierCall) -> None:
        before = self.kept.get(number, Remembered())
        self.kept[number] = replace(before, calls=(earlier, *before.calls))

    async def prefer(self, number: str, preferences: Preferences) -> bool:
        self.kept[number] = replace(self.kept.get(number, Remembered()), preferences=preferences)
        return True

    async def forget(self, number: str) -> bool:
        self.kept.pop(number, None)
        return True

    def ages(self, seconds: float) -> None:
        """Time passes."""
        for number, kept in self.kept.items():
            calls = tuple(replace(one, ended_at=one.ended_at - seconds) for one in kept.calls)
            self.kept[number] = replace(kept, calls=calls)


def helpline(folder: Path, steps: str = STEPS) -> tuple[Flow, Knowledge]:
    """The plan of `steps` with its main menu."""
    (folder / "sources.yaml").write_text("sources: {}\n")
    flow, _ = plan(folder, steps)
    flow.file.write_text(flow.file.read_text().replace("main_menu: one", "main_menu: main"))
    flow = load_flow(flow.file)
    return flow, known_to(flow)


class Caller:
    """Rings the same plan again and again, known to the same memory."""

    def __init__(self, folder: Path) -> None:
        self.helpline = helpline(folder)
        self.memory = InMind()
        self.world = FixedWorld(memory=self.memory, known={"accounts": {"balance": "12.50"}})

    def rings(self, *acts: Act, understands: bool = True) -> Called:
        return call(self.helpline, *acts, world=self.world, understands=understands)

    @property
    def last(self) -> EarlierCall:
        return self.memory.kept[NUMBER].calls[0]


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    return Caller(tmp_path)


def steps(called: Called) -> list[str]:
    return [event.step for event in called.feed.of(StepEntered)]


def cut_off_at_the_day(caller: Caller) -> None:
    called = caller.rings(says("missed"), says("green"), hangs_up(expect="On which day"))
    assert called.reason is EndReason.CALLER_LEFT


def test_a_dropped_call_goes_on_where_it_was_with_what_was_told(caller: Caller) -> None:
    cut_off_at_the_day(caller)
    again = caller.rings(
        says("yes", expect="Welcome. We were cut off."), says("monday", expect="On which day"), says("yes"), says("no")
    )
    assert steps(again)[:3] == ["one", "again", "day"]
    assert "The green bin, on monday. Is that right?" in again.said[2]
    assert [event.step for event in again.feed.of(Recalled)] == ["day"]
    assert again.feed.of(IntentUnderstood)[0].name == "missed"
    assert next((event.name, event.value) for event in again.feed.of(FactLearnt)) == ("bin", "green")


@pytest.mark.parametrize("act", [keeps_silent(), says("no"), mumbles(), presses("2")])
def test_anything_but_a_yes_costs_one_question(caller: Caller, act: Act) -> None:
    cut_off_at_the_day(caller)
    again = caller.rings(act, says("feedback", expect="Say missed"), presses("5"), says("yes"), says("yes"), says("no"))
    assert steps(again)[:3] == ["one", "again", "main"]
    assert again.feed.of(FactLearnt)[0].name != "bin"


def test_the_question_waits_shorter_than_others(caller: Caller) -> None:
    cut_off_at_the_day(caller)
    again = caller.rings(keeps_silent(), hangs_up())
    waits = [listening.first_input_s for _, listening in again.telephone.turns if listening is not None]
    assert waits == [3.0, 5.0]


def test_what_is_understood_everywhere_is_understood_there(caller: Caller) -> None:
    cut_off_at_the_day(caller)
    assert caller.rings(says("agent")).hand_over.reason == "asked"
    cut_off_at_the_day(caller)
    again = caller.rings(says("repeat"), says("yes", expect=CUT_OFF), hangs_up(expect="On which day"))
    assert steps(again)[-1] == "day"


def test_who_rings_later_is_asked_about_the_topic_if_all_its_words_are_known(caller: Caller) -> None:
    cut_off_at_the_day(caller)
    caller.memory.ages(700)
    assert CUT_OFF not in caller.rings(hangs_up(expect="Say missed")).said[0]
    caller.rings(says("missed"), says("green"), says("tuesday"), says("yes"), says("no"))
    again = caller.rings(says("yes", expect="about the missed green bin on tuesday again?"), says("no"))
    assert "It was the green bin." in again.said[1]
    assert again.feed.of(Recalled)[0].topic == "missed"


def test_a_topic_is_over_after_its_days(caller: Caller) -> None:
    caller.rings(says("missed"), says("green"), says("tuesday"), says("yes"), says("no"))
    caller.memory.ages(7 * 86_400 + 60)
    assert "again?" not in caller.rings(hangs_up()).said[0]


def test_a_fact_that_is_not_kept_is_not_there_and_its_step_is_not_gone_on_with(caller: Caller) -> None:
    caller.rings(says("feedback"), presses("5"), says("yes"), hangs_up(expect="5 stars"))
    assert caller.last.step == "stars"
    assert caller.last.facts == ()


@pytest.mark.parametrize("further", [(), (says("yes"),)])
def test_nothing_behind_a_secret_is_gone_on_with(caller: Caller, further: tuple[Act, ...]) -> None:
    caller.rings(says("account"), presses("1234"), *further, hangs_up())
    assert caller.last.step == ""
    assert "1234" not in str(caller.memory.kept)
    assert "12.50" not in str(caller.memory.kept)


def test_who_went_on_to_a_secret_goes_on_before_it(caller: Caller) -> None:
    caller.rings(says("missed"), says("green"), says("monday"), hangs_up(expect="Is that right?"))
    assert caller.last.step == "right"
    flow, _ = caller.helpline
    assert flow.resumable == {"bin", "day", "right", "pay", "stars", "more"}


SHARED = """
  one:
    recall: We were cut off. Shall I go on where we were?
    goto: main
  main:
    menu: Bins or lights.
    choices:
      bins: {say: bins, key: 1, goto: bins}
      lights: {say: lights, key: 2, goto: lights}
  bins:
    menu: Day or report.
    choices:
      day: {say: day, key: 1, goto: where_bin}
      report: {say: report, key: 2, goto: told}
  where_bin: {call: where, goto: told}
  lights:
    ask: How many?
    answer: number
    fact: number
    goto: really
  really:
    confirm: "{number}?"
    yes: where_light
    no: lights
  where_light: {call: where, goto: told_both}
  told: {hang_up: "At {place}."}
  told_both: {hang_up: "{number} at {place}."}
"""
WHERE = """
flows:
  where:
    start: asked
    steps:
      asked: {ask: Where?, answer: digits, digits: 1, fact: place, goto: back}
      back: {return: }
"""


def test_what_a_sub_flow_learns_is_there_after_it_and_nothing_that_others_need_who_call_it(tmp_path: Path) -> None:
    steps = SHARED.replace("key: 2, goto: told}", "key: 2, goto: where_bin}")
    flow, _ = plan(tmp_path, steps, WHERE)
    assert flow.resumable == {"main", "bins", "lights"}, "'really' says a number that is not kept"
    early = WHERE.replace("goto: back}", "goto: back, on_silence: [{goto: back}]}")
    flow, _ = plan(tmp_path, steps, early)
    assert flow.resumable == frozenset(), "one way through the sub-flow learns no place"


def test_a_caller_whose_business_was_done_is_not_asked(caller: Caller) -> None:
    caller.rings(says("missed"), says("green"), says("monday"), says("yes"), hangs_up(expect="Anything else?"))
    assert caller.last.step == ""


def test_a_changed_plan_is_not_gone_on_with(caller: Caller, tmp_path: Path) -> None:
    cut_off_at_the_day(caller)
    caller.helpline = helpline(tmp_path, STEPS.replace("Goodbye.", "Good bye."))
    assert CUT_OFF not in caller.rings(hangs_up()).said[0]


def test_another_helpline_knows_nothing_of_it(caller: Caller) -> None:
    cut_off_at_the_day(caller)
    flow, knowledge = caller.helpline
    caller.helpline = (replace(flow, title="Another"), knowledge)
    assert CUT_OFF not in caller.rings(hangs_up()).said[0]


def test_of_a_withheld_number_nothing_is_kept(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.flows.helplines.CALLER", replace(CALLER, number=""))
    cut_off_at_the_day(caller)
    assert caller.memory.kept == {}


def test_numbers_do_not_know_of_each_other(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off_at_the_day(caller)
    monkeypatch.setattr("tests.flows.helplines.CALLER", replace(CALLER, number="07700900999"))
    assert CUT_OFF not in caller.rings(hangs_up()).said[0]


def test_a_fact_that_tells_the_number_is_not_kept(tmp_path: Path) -> None:
    own = STEPS.replace("keep: [bin, day]", "keep: [bin, day, phone]").replace(
        "fact: stars\n    goto: why", "fact: stars\n    goto: phone"
    )
    asked = "\n  phone:\n    ask: Which number?\n    answer: phone_number\n    fact: phone\n    goto: why\n"
    (tmp_path / "sources.yaml").write_text("sources: {}\n")
    ours, memory = plan(tmp_path, own + asked), InMind()
    world = FixedWorld(memory=memory)
    call(
        ours, says("feedback"), presses("5"), says("yes"), presses("07700900123#"), says("yes"), hangs_up(), world=world
    )
    assert memory.kept[NUMBER].calls[0].facts == ()
    memory.ages(700)
    call(
        ours, says("feedback"), presses("5"), says("yes"), presses("07700900125#"), says("yes"), hangs_up(), world=world
    )
    assert memory.kept[NUMBER].calls[0].facts == (("phone", "+447700900125"),)


# -- wishes -----------------------------------------------------------------------------------------------


def test_slower_is_remembered_with_consent_and_holds_from_the_first_word(caller: Caller) -> None:
    first = caller.rings(
        says("slower"),
        says("preferences"),
        says("no", expect="as usual again?"),
        says("slower"),
        says("yes", expect="Shall I remember that"),
        says("no"),
    )
    assert "I will remember that." in first.said[5]
    again = caller.rings(hangs_up())
    assert all(prompt.slowly for prompt in again.telephone.prompts)


def test_without_consent_it_holds_for_this_call_only_and_is_not_asked_twice(caller: Caller) -> None:
    first = caller.rings(says("preferences"), says("slower"), says("no", expect="Shall I remember"), says("no"))
    assert steps(first)[-3:] == ["keep_it", "more", "bye"]
    assert not caller.rings(hangs_up()).telephone.prompts[0].slowly


def test_remember_asks_who_said_slower_and_nobody_else(tmp_path: Path) -> None:
    ours = plan(
        tmp_path,
        """
  one:
    confirm: Are you there?
    yes: keep_it
    no: keep_it
  keep_it:
    remember: Shall I remember that you want it slower?
    goto: bye
  bye: {hang_up: Goodbye.}
""",
    )
    world = FixedWorld(memory=InMind())
    assert steps(call(ours, says("yes"), world=world)) == ["one", "keep_it", "bye"]
    asked = call(ours, says("slower"), says("yes"), says("yes", expect="slower?"), world=world)
    assert "I will remember that." in asked.said[-1]
    quiet = call(ours, says("yes"), world=world)
    assert "slower?" not in " ".join(quiet.said)


def test_keys_only_listens_for_no_speech_and_tells_the_keys(caller: Caller) -> None:
    caller.rings(says("preferences"), presses("2"), presses("1", expect="Shall I remember"), presses("2"))
    again = caller.rings(presses("1", expect="For missed, press 1."), presses("1"), hangs_up())
    assert all(not listening.speech for _, listening in again.telephone.turns if listening is not None)


def test_a_person_first_comes_first(caller: Caller) -> None:
    caller.rings(says("preferences"), says("a person first"), says("yes"), says("no"))
    again = caller.rings()
    assert again.hand_over.queue == "office"
    assert again.hand_over.alerts == (Alert(kind="person_first"),)


def test_forget_me_takes_the_wishes_back(caller: Caller) -> None:
    caller.memory.kept[NUMBER] = Remembered(preferences=Preferences(slower=True))
    called = caller.rings(says("preferences"), says("no"), says("forget me"), says("no"))
    assert [prompt.slowly for prompt in called.telephone.prompts][-1] is False
    assert caller.memory.kept == {}


@pytest.mark.parametrize("wish", [Preferences(slower=True), Preferences(keys_only=True)])
def test_who_wants_it_as_usual_again_has_it_so_from_then_on(caller: Caller, wish: Preferences) -> None:
    caller.memory.kept[NUMBER] = Remembered(preferences=wish)
    asked = caller.rings(
        presses("4"),
        presses("1", expect="as usual again?"),
        presses("1", expect="Shall I remember that"),
        presses("2", expect="I will remember that."),
    )
    assert not asked.telephone.prompts[-1].slowly
    assert caller.memory.kept[NUMBER].preferences == Preferences()
    assert "as usual" not in " ".join(caller.rings(says("preferences"), says("slower"), says("no"), says("no")).said)


def test_as_usual_without_consent_holds_for_this_call(caller: Caller) -> None:
    caller.memory.kept[NUMBER] = Remembered(preferences=Preferences(slower=True))
    called = caller.rings(says("preferences"), says("yes"), says("no", expect="Shall I remember"), says("no"))
    assert [prompt.slowly for prompt in called.telephone.prompts][-1] is False
    assert caller.memory.kept[NUMBER].preferences.slower


def test_as_usual_takes_back_what_was_said_in_this_call_and_asks_nothing_more(caller: Caller) -> None:
    called = caller.rings(says("slower"), says("preferences"), says("yes", expect="as usual again?"), says("no"))
    assert "remember" not in " ".join(called.said)


def test_a_question_in_passing_that_was_not_understood_counts(caller: Caller) -> None:
    cut_off_at_the_day(caller)
    again = caller.rings(mumbles(), mumbles(expect="Say missed"), says("yes", expect="speak to a person"))
    assert again.hand_over.reason == "not_understood"


def test_forget_me_deletes_everything_and_keeps_nothing_of_this_call(caller: Caller) -> None:
    cut_off_at_the_day(caller)
    gone = caller.rings(says("no"), says("preferences"), presses("4"), hangs_up())
    assert "I have deleted" in gone.said[-1]
    assert caller.memory.kept == {}


# -- failures, and the record -----------------------------------------------------------------------------


def test_two_calls_that_failed_lead_to_a_person(caller: Caller) -> None:
    for _ in range(2):
        failed = caller.rings(mumbles(), mumbles(), hangs_up(expect="speak to a person"))
        assert not failed.feed.of(Alerted)
    assert caller.last.failed
    again = caller.rings()
    assert again.hand_over.alerts == (Alert(kind="failed_before"),)


def test_one_that_went_well_in_between_does_not(caller: Caller) -> None:
    caller.rings(mumbles(), mumbles(), keeps_silent(expect="speak to a person"))
    caller.rings(says("feedback"), presses("5"), says("yes"), says("yes"), says("no"))
    caller.rings(mumbles(), mumbles(), keeps_silent(expect="speak to a person"))
    assert "Say missed" in caller.rings(hangs_up()).said[0]


@pytest.mark.parametrize(("value", "first"), [("yes", True), ("no", False), ("", False)])
def test_a_flag_in_the_record_leads_to_a_person(tmp_path: Path, value: str, first: bool) -> None:
    (tmp_path / "sources.yaml").write_text("sources: {}\n")
    ours = plan(
        tmp_path,
        """
  one:
    look_up: people
    with: {x: "1"}
    facts: frail
    found: again
    not_found: again
    failed: again
  again:
    recall: Shall I go on?
    flag: frail
    person_first: person
    goto: bye
  bye: {hang_up: Goodbye.}
  person: {transfer: office}
""",
    )
    called = call(ours, world=FixedWorld(known={"people": {"frail": value}}))
    assert (called.reason is EndReason.HANDED_OVER) is first
    assert not first or called.hand_over.alerts == (Alert(kind="vulnerable"),)


RECORD = """
  one:
    recall: We were cut off. Shall I go on?
    flag: caller.vulnerable
    person_first: person
    goto: who
  who:
    confirm: Is it about your account?
    yes: proof
    no: bye
  proof:
    identify: knowledge
    prove:
      date_of_birth: {ask: Your date of birth?, answer: date, direction: past}
    passed: account
    failed: person
    locked: person
    unknown: person
  account:
    confirm: "{caller.name}, shall I tell you what you owe?"
    yes: bye
    no: bye
  bye: {hang_up: Goodbye.}
  person: {transfer: office}
"""


@pytest.mark.parametrize("flag", ["yes", "no"])
def test_a_flag_on_record_leads_to_a_person_before_anything_else(tmp_path: Path, flag: str) -> None:
    world = world_of(beside(tmp_path), Residents({**ADA, "vulnerable": flag}))
    called = call(plan(tmp_path, RECORD, HEAD), *([] if flag == "yes" else [says("no")]), world=world)
    assert (called.reason is EndReason.HANDED_OVER) is (flag == "yes")
    assert flag == "no" or called.hand_over.alerts == (Alert(kind="vulnerable"),)


def test_who_proved_who_they_are_proves_it_again(tmp_path: Path) -> None:
    world = replace(world_of(beside(tmp_path), Residents(ADA)), memory=InMind())
    ours = plan(tmp_path, RECORD, HEAD)
    assert "account" in ours[0].resumable
    told = [says("yes"), presses("03051970#"), says("yes")]
    assert steps(call(ours, *told, hangs_up(expect="Ada, shall I"), world=world))[-1] == "account"
    again = call(ours, says("yes", expect="We were cut off."), hangs_up(), world=world)
    assert steps(again)[-1] == "who"


# -- plans that cannot be ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("keep: [bin, day]", "keep: [bin, day, pin]", "'pin' is learnt in a sensitive step, so it is never kept"),
        ("keep: [bin, day]", "keep: [bin, day, bim]", "no step learns the fact 'bim'; did you mean 'bin'?"),
        ("keep: [bin, day]", "keep: [bin]", "'missed' says '{day}', which is not kept; add it to 'keep'"),
        ("  main:\n", "  more_again:\n    recall: Again?\n    goto: main\n  main:\n", "'again' is a 'recall', too"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(tmp_path: Path, before: str, after: str, said: str) -> None:
    (tmp_path / "sources.yaml").write_text("sources: {}\n")
    with pytest.raises(FlowError, match=r"plan\.yaml:\d+:\d+: ") as refused:
        plan(tmp_path, STEPS.replace(before, after, 1))
    assert said in str(refused.value)
