"""The prover rings again: cut off at every step, about every topic, after failures; all of it must come to an end."""

from __future__ import annotations

from pathlib import Path

from ivr.plans.proof import Finding, Proof, prove
from ivr.plans.proof.scene import Before, befores
from tests.flows.helplines import plan

STEPS = """
  one:
    say: Welcome.
    goto: again
  again:
    recall: We were cut off. Shall I go on?
    keep: bin
    topics:
      bins: {ask: About bins again?, goto: about_bins}
    person_first: person
    goto: main
  main:
    menu: Say bins or leave.
    choices:
      bins: {say: bins, key: 1, goto: bin}
      leave: {say: leave, key: 2, goto: bye}
  bin:
    ask: Which bin?
    answer: digits
    digits: 1
    fact: bin
    goto: right
  right:
    confirm: "Bin {bin}. Is that right?"
    yes: bye
    no: bin
  about_bins:
    confirm: Is it still there?
    yes: person
    no: bye
  bye: {hang_up: Goodbye.}
  person: {transfer: office}
"""


def proven(folder: Path, steps: str, head: str = "") -> Proof:
    flow, knowledge = plan(folder, steps, head)
    return prove(flow, knowledge.answers())


def blocking(proof: Proof) -> list[Finding]:
    return [finding for finding in proof.findings if finding.blocks]


def test_everything_that_may_be_kept_is_tried(tmp_path: Path) -> None:
    flow, _ = plan(tmp_path, STEPS)
    assert flow.resumable == {"bin", "right", "main", "about_bins"}
    assert befores(flow) == (
        Before(step="about_bins"),
        Before(step="bin"),
        Before(step="main"),
        Before(step="right"),
        Before(topic="bins"),
        Before(failed=True),
        Before(person_first=True),
    )
    proof = prove(flow)
    assert proof.holds
    assert proof.assumed == ()
    asked = [way.origin for way in proof.patient if way.origin.question.step == "again"]
    assert {state.scene.before for state in asked} == set(befores(flow)[:5])


def test_a_plan_that_keeps_nothing_is_called_as_before(tmp_path: Path) -> None:
    flow, _ = plan(tmp_path, "\n  one:\n    hang_up: Goodbye.")
    assert befores(flow) == ()
    assert prove(flow).calls == 1


def test_a_dead_end_that_only_who_rings_again_comes_to_is_found_with_the_way(tmp_path: Path) -> None:
    circle = "    on_silence: [{goto: circle}]\n  circle: {goto: about_bins}\n"
    broken = STEPS.replace("    confirm: Is it still there?\n    yes: person\n    no: bye\n",
                           "    confirm: Is it still there?\n    yes: person\n    no: bye\n" + circle)  # fmt: skip
    (found,) = blocking(proven(tmp_path, broken))
    assert found.rule == "no-end"
    assert "'about_bins'" in found.message
    assert any("the call before" in line for line in found.trail)


def test_a_step_that_breaks_without_what_was_said_before_is_not_gone_on_with(tmp_path: Path) -> None:
    flow, _ = plan(tmp_path, STEPS.replace("    keep: bin\n", ""))
    assert flow.resumable == {"bin", "main", "about_bins"}


def test_words_of_distress_are_proven_to_lead_to_a_person(tmp_path: Path) -> None:
    head = "distress: {say: want to die, queue: porter, before: I am putting you through.}"
    flow, knowledge = plan(tmp_path, STEPS, head)
    proof = prove(flow, knowledge.answers())
    assert proof.holds
    assert proof.calls > prove(plan(tmp_path, STEPS)[0]).calls
