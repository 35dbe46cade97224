"""The prover finds who is left without an end, by really calling, and says by which way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import pytest

from ivr.call import Means
from ivr.dialogue import Flow, load_flow, wording
from ivr.dialogue.flow import Next, Verb
from ivr.plans.proof import Finding, Proof, Severity, SpeakingTime, prove
from ivr.plans.proof.accessibility import gate
from ivr.plans.proof.journeys import explore
from ivr.plans.proof.prover import days_of
from ivr.settings import Settings
from tests.flows.helplines import council, plan, riverton
from tests.plan_of_size import plan_of_size

if TYPE_CHECKING:
    from ivr.dialogue.conversation import Conversation

END = "\n  end:\n    hang_up: Goodbye."
MENU = """
  one:
    menu: Say bins or parking.
    choices:
      bins: {{say: bins, key: 1, goto: {bins}}}
      parking: {{say: parking, key: 2, goto: end}}
"""


def proven(folder: Path, steps: str, head: str = "", within_turns: int = 12) -> Proof:
    flow, knowledge = plan(folder, steps, head)
    return prove(flow, knowledge.answers(), within_turns=within_turns)


def blocking(proof: Proof) -> list[Finding]:
    return [finding for finding in proof.findings if finding.blocks]


def test_riverton_shuts_nobody_out_and_leaves_nobody_without_an_end() -> None:
    """The demo as it is shipped: proven, and without a finding of the accessibility gate, nor a rule that is waived."""
    flow, knowledge = riverton()
    proof = prove(flow, knowledge.answers())
    assert proof.holds
    assert proof.assumed == ()
    assert gate(flow, proof, SpeakingTime(rate_wpm=Settings().speech_rate_wpm)) == ()
    assert not flow.waivers
    assert not any(step.waivers for step in flow.steps.values())
    only_slower = {name for name, step in flow.steps.items() if step.verb.word == "remember"}
    """They ask who said "slower", which no caller of the prover says."""
    listening = {name for name, step in flow.steps.items() if step.verb.listens} - only_slower
    assert proof.only_by[Means.KEYS] == proof.only_by[Means.VOICE] == listening


def test_every_patient_caller_comes_to_a_person_within_four_questions() -> None:
    flow, knowledge = council()
    ways = prove(flow, knowledge.answers()).patient
    assert {way.move.label for way in ways} == {
        "says nothing",
        "is not understood",
        "presses a key that means nothing",
        "speaks, and nobody can hear it",
    }
    assert all(way.played.queue and way.played.patient_turns <= 4 for way in ways)


def test_a_silent_caller_who_goes_round_is_found_with_the_way_and_the_place(tmp_path: Path) -> None:
    steps = (
        MENU.format(bins="bins")
        + """
  bins:
    menu: Say green or black.
    on_silence: [{goto: again}]
    choices:
      green: {say: green, key: 1, goto: end}
      black: {say: black, key: 2, goto: end}
  again:
    say: Let us try again.
    goto: bins"""
        + END
    )
    (found,) = blocking(proven(tmp_path, steps))
    assert found.rule == "no-end"
    assert "says nothing is asked more than 12 times" in found.message
    assert "'bins'" in found.message
    lines = (tmp_path / "plan.yaml").read_text().splitlines()
    assert (found.step, lines[found.line - 1].strip()) == ("bins", "menu: Say green or black.")
    assert str(found).startswith(f"{tmp_path}/plan.yaml:{found.line}:5: ")
    assert found.trail[0] == "1. one: “Say bins or parking.” — caller presses 1"
    assert found.trail[1] == "2. bins: “Say green or black.” — caller says nothing"
    assert found.trail[2] == "3. bins: “Let us try again. Say green or black.” — caller says nothing"
    assert "more turns" in found.trail[6]


@pytest.mark.parametrize(
    ("event", "who"),
    [
        ("on_not_understood", "is not understood"),
        ("on_unheard", "speaks, and nobody can hear it"),
    ],
)
def test_who_is_not_heard_and_goes_round_is_found(event: str, who: str, tmp_path: Path) -> None:
    steps = f"""
  one:
    menu: Say bins or parking.
    {event}: [{{goto: one}}]
    choices:
      bins: {{say: bins, key: 1, goto: end}}
      parking: {{say: parking, key: 2, goto: end}}{END}"""
    found = blocking(proven(tmp_path, steps))
    assert any(who in one.message for one in found)
    assert not any("says nothing" in one.message for one in found)


def test_fewer_turns_are_held_to(tmp_path: Path) -> None:
    steps = MENU.format(bins="end") + END
    assert proven(tmp_path, steps, within_turns=4).holds
    assert not proven(tmp_path, steps, within_turns=2).holds


def test_a_person_who_is_offered_late_takes_more_turns(tmp_path: Path) -> None:
    late = proven(tmp_path, MENU.format(bins="end") + END, head="offer_person_after: 6")
    assert late.holds
    assert max(way.played.patient_turns for way in late.patient) > 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Verb):
    """A verb with a fault."""

    word: ClassVar[str] = "broken"

    async def run(self, conversation: Conversation) -> Next:
        raise ZeroDivisionError("by three pigs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spinning(Verb):
    """A verb that leads to itself."""

    word: ClassVar[str] = "spinning"

    async def run(self, conversation: Conversation) -> Next:
        return conversation.step.name


def with_verb(flow: Flow, name: str, verb: Verb) -> Flow:
    steps = {**flow.steps, name: replace(flow.steps[name], verb=verb)}
    return replace(flow, steps=MappingProxyType(steps))


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        (Broken(), "breaks with ZeroDivisionError: by three pigs"),
        (Spinning(), "goes round without ever waiting for the caller"),
    ],
)
def test_a_step_that_breaks_or_spins_is_a_finding_and_logs_nothing(
    verb: Verb, message: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flow, _ = plan(tmp_path, MENU.format(bins="bins") + "  bins: {goto: end}" + END)
    (found,) = blocking(prove(with_verb(flow, "bins", verb)))
    assert message in found.message
    assert (found.rule, found.step) == ("breaks", "bins")
    assert found.trail == ("1. one: “Say bins or parking.” — caller presses 1",) or len(found.trail) == 2
    assert caplog.records == []


def test_facts_that_a_branch_decides_by_are_told_apart(tmp_path: Path) -> None:
    steps = f"""
  one:
    ask: Is it urgent?
    answer: yes_or_no
    fact: urgent
    yes: two
    no: two
  two:
    ask: Do you live here?
    answer: yes_or_no
    yes: three
    no: three
  three:
    branch:
      - when: {{fact: urgent, is: "yes"}}
        goto: four
    else: end
  four:
    menu: Say bins or parking.
    on_silence: [{{goto: four}}]
    choices:
      bins: {{say: bins, key: 1, goto: end}}
      parking: {{say: parking, key: 2, goto: end}}{END}"""
    proof = proven(tmp_path, steps)
    assert proof.assumed == ()
    (found,) = blocking(proof)
    assert found.step == "four"
    assert found.trail[:2] == (
        "1. one: “Is it urgent?” — caller presses 1",
        "2. two: “Do you live here?” — caller presses 1",
    )


def test_a_queue_that_nobody_serves_is_told_unless_the_plan_asks_for_it(tmp_path: Path) -> None:
    steps = "  one:\n    transfer: office"
    (told,) = proven(tmp_path, steps).findings
    assert (told.rule, told.severity) == ("nobody-serves", Severity.WARNING)
    assert "'office'" in told.message
    asked = f"""
  one:
    branch:
      - when: {{queue: office, agents_at_least: 1}}
        goto: two
    else: end
  two:
    transfer: office{END}"""
    assert proven(tmp_path, asked).findings == ()


def test_who_goes_round_only_when_a_queue_is_closed_is_found(tmp_path: Path) -> None:
    steps = f"""
  one:
    menu: Say bins or parking.
    on_silence: [{{goto: two}}]
    choices:
      bins: {{say: bins, key: 1, goto: end}}
      parking: {{say: parking, key: 2, goto: end}}
  two:
    branch:
      - when: {{queue: office, agents_at_least: 1}}
        goto: three
    else: one
  three:
    transfer: office{END}"""
    found = blocking(proven(tmp_path, steps))
    assert found
    assert all("says nothing" in one.message for one in found)


def test_sub_flows_come_back_to_where_they_were_called(tmp_path: Path) -> None:
    steps = f"""
  one:
    menu: Say bins or parking.
    choices:
      bins: {{say: bins, key: 1, goto: two}}
      parking: {{say: parking, key: 2, goto: three}}
  two:
    call: sure
    goto: end
  three:
    call: sure
    goto: four
  four:
    ask: Anything else?
    answer: yes_or_no
    yes: one
    no: end{END}"""
    head = """flows:
  sure:
    start: ask
    steps:
      ask: {ask: "Are you sure?", answer: yes_or_no, yes: back, no: back}
      back: {return: }
"""
    proof = proven(tmp_path, steps, head)
    assert blocking(proof) == []
    assert proof.assumed == ()
    assert "four" in proof.only_by[Means.KEYS]


def test_what_is_too_much_to_prove_is_said(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(plan_of_size(20))
    flow = load_flow(path)
    proof = prove(flow, most_states=10)
    assert [one.rule for one in proof.findings if one.blocks] == ["not-proved"]
    assert "more than 10 questions" in proof.findings[-1].message


def test_a_plan_of_a_hundred_steps_takes_no_more_than_thirty_calls_a_step(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(plan_of_size(100))
    proof = prove(load_flow(path))
    assert proof.holds
    assert proof.calls < 30 * 100, "the figure that keeps a thousand steps below ten seconds"


def test_who_goes_round_only_on_a_bank_holiday_is_found(tmp_path: Path) -> None:
    head = """hours:
  office: {monday-sunday: 00:00-24:00, holidays: GB-ENG, bank_holidays: closed}"""
    steps = f"""
  one:
    menu: Say bins or parking.
    on_silence: [{{goto: two}}]
    choices:
      bins: {{say: bins, key: 1, goto: end}}
      parking: {{say: parking, key: 2, goto: end}}
  two:
    hours: office
    open: end
    closed: one{END}"""
    (found,) = blocking(proven(tmp_path, steps, head))
    assert "says nothing" in found.message


def test_a_look_up_that_fails_is_played_too(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("tenants: {csv: tenants.csv}\n")
    steps = f"""
  one:
    menu: Say bins or parking.
    on_silence: [{{goto: two}}]
    choices:
      bins: {{say: bins, key: 1, goto: end}}
      parking: {{say: parking, key: 2, goto: end}}
  two:
    look_up: tenants
    with: {{name: "x"}}
    found: end
    not_found: end
    failed: one{END}"""
    (found,) = blocking(proven(tmp_path, steps, "sources: sources.yaml"))
    assert "says nothing" in found.message


def test_what_a_look_up_is_asked_about_tells_no_questions_apart(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("tenants: {csv: tenants.csv}\n")

    def questions(asked: str) -> int:
        steps = f"""
  one:
    ask: Please say your reference.
    answer: digits
    digits: 6
    fact: reference
    goto: two
  two:
    look_up: tenants
    with: {{name: "{asked}"}}
    found: three
    not_found: three
    failed: three
  three:
    ask: Is that all?
    answer: yes_or_no
    yes: end
    no: end{END}"""
        return proven(tmp_path, steps, "sources: sources.yaml").states

    assert questions("{reference}") == questions("x")


ANSWERS = {
    "plain": "answer: So it is.",
    "long": "answer: [One., Two., Three.]",
    "dated": "answer: It is spring.\nvalid_from: 2027-03-01\nvalid_until: 2027-05-31\nqueue: porter",
    "more": "answer: There is more.\nrelated: [plain, long]",
}


def test_answers_in_pieces_out_of_date_and_with_more_to_come_are_gone_through(tmp_path: Path) -> None:
    (tmp_path / "k").mkdir()
    for name, lines in ANSWERS.items():
        text = f"---\ntitle: {name}\ntopic: {name}\nphrasings: [{name}]\n{lines}\n---\n"
        (tmp_path / f"k/{name}.md").write_text(text)
    steps = (
        """
  one: {question: What?, goto: told}
  told:
    say: {article: dated, did_that_help: yes}
    goto: end"""
        + END
    )
    flow, knowledge = plan(tmp_path, steps, "knowledge: k\n")
    found = asyncio.run(
        explore(flow, knowledge.answers(), within_turns=12, instants=tuple(days_of(knowledge.answers())))
    )
    asked = {state.question.asked for state in found.states}
    assert {wording.SHALL_I_GO_ON, wording.DID_THAT_HELP, wording.OTHER_WORDS_OR_PERSON, wording.ONE_OF_THEM} <= asked
    expired = [way for way in found.ways if way.played.queue == "porter" and way.scene.at.year == 2027]
    assert {(way.scene.at.month, way.scene.at.day) for way in expired} >= {(2, 28), (6, 1)}
    assert blocking(prove(flow, knowledge.answers())) == []


TABLE = """\
results: {good: you may, bad: you may not}
questions:
  savings: {ask: How much?, answer: money, because: "your savings are {savings}"}
  born: {ask: When were you born?, answer: date, direction: past, because: "you are {born}"}
rules:
  - {when: {savings: {at_least: 16000}}, result: bad}
  - {when: {savings: {under: 6000}}, result: good}
  - {when: {born: {age_under: 66}}, result: bad}
  - {when: {born: {age_at_least: 66}}, result: unclear}
"""


def test_every_result_of_a_table_is_reached_by_answering(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TABLE)
    proof = proven(
        tmp_path,
        "  one:\n    eligibility: t.yaml\n    results: {good: good, bad: bad}\n    unclear: person\n"
        "  good: {hang_up: Good.}\n  bad: {hang_up: Bad.}\n  person: {transfer: office}",
    )
    assert proof.holds
    assert proof.assumed == (), "calls came to each of them"


def test_a_postcode_can_be_keyed(tmp_path: Path) -> None:
    steps = (
        "  one:\n    ask: Which postcode?\n    answer: postcode\n    fact: postcode\n    goto: two\n"
        "  two:\n    menu: Say on.\n    choices: {on: {say: on, key: 1, goto: end}}" + END
    )
    proof = proven(tmp_path, steps)
    assert proof.only_by[Means.KEYS] == {"one", "two"}


def test_a_number_that_was_told_for_one_letter_doubles_nothing_before_the_next(tmp_path: Path) -> None:
    (tmp_path / "outbox.yaml").write_text("sms: {folder: texts}")
    menu = "  one:\n    menu: First or second.\n    choices:\n"
    menu += "".join(
        f"      {way}: {{say: {way}, key: {key}, goto: {way}}}\n" for key, way in ((1, "first"), (2, "second"))
    )
    sends = "".join(
        f"  {way}:\n    send: Details.\n    sent: one\n    not_sent: one\n    declined: one\n"
        for way in ("first", "second")
    )
    proof = proven(tmp_path, menu + sends, "outbox: outbox.yaml")
    assert proof.holds
    asked = [way.origin for way in proof.patient if way.origin.question.asked == "First or second."]
    assert len(set(map(id, asked))) == 1


def test_letters_that_are_sent_and_not_sent_and_numbers_that_take_none_are_tried(tmp_path: Path) -> None:
    (tmp_path / "outbox.yaml").write_text("sms: {folder: texts}")
    steps = (
        "  one:\n    send: Details.\n    sent: done\n    not_sent: failed\n    declined: none\n"
        "  done: {hang_up: Done.}\n  failed: {hang_up: Failed.}\n  none: {hang_up: None.}"
    )
    proof = proven(tmp_path, steps, "outbox: outbox.yaml")
    assert proof.holds
    assert proof.assumed == (), "calls came to each of them"
    asked = {turn.said for way in proof.patient for turn in way.trail()}
    assert any("number you are calling from?" in said for said in asked)
    assert any(said.endswith("Shall I text you the details?") for said in asked)
    assert any("Which mobile number is it?" in said for said in asked)
