"""The prover and callers who are known, unknown, identified, wrong, locked out, or whose sources are away."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.dialogue import load_flow
from ivr.plans.proof import prove
from tests.flows.helplines import plan
from tests.flows.known_callers import HEAD, beside

STEPS = """
  one:
    branch: [{when: {caller: known}, goto: who}]
    else: stranger
  stranger: {say: Hello., goto: who}
  who:
    identify: pin
    sensitive: yes
    find:
      reference: {ask: Your reference?, answer: digits, digits: 2}
    prove:
      pin: {ask: Your PIN?, answer: digits, digits: 1}
    passed: owes
    failed: wrong
    locked: locked
    unknown: unknown
  owes:
    branch: [{when: {fact: caller.balance, at_least: 1}, goto: again}]
    else: never
  again:
    branch: [{when: {identity: pin}, goto: bye}]
    else: never
  never: {hang_up: Nobody.}
  wrong: {transfer: office, reason: wrong}
  locked: {transfer: office, reason: locked}
  unknown: {transfer: office, reason: unknown}
  bye: {hang_up: "Goodbye {caller.name}."}
"""
ROUND = """\
  round:
    menu: Round.
    choices: {again: {say: again, key: 3, goto: round}}
    on_silence: {goto: round}
    on_not_understood: {goto: round}
    on_unheard: {goto: round}
"""


def proven(folder: Path, steps: str) -> tuple[list[str], tuple[str, ...]]:
    """What blocks, and the steps that no call came to."""
    beside(folder)
    flow, _ = plan(folder, steps, HEAD)
    proof = prove(load_flow(flow.file))
    return [one.message for one in proof.findings if one.blocks], proof.assumed


FLAGGED = """
  one:
    recall: We were cut off. Shall I go on?
    topics:
      bins: {ask: About bins again?, goto: bins}
    flag: caller.vulnerable
    person_first: at_once
    goto: menu
  menu:
    menu: Say bins.
    choices: {bins: {say: bins, key: 1, goto: bins}}
  bins: {hang_up: Goodbye.}
  at_once: {transfer: office}
"""


def test_who_is_flagged_and_who_is_known_but_not_flagged_are_both_tried(tmp_path: Path) -> None:
    beside(tmp_path)
    flow, _ = plan(tmp_path, FLAGGED, HEAD)
    proof = prove(load_flow(flow.file))
    assert proof.holds
    assert proof.assumed == (), "at_once by the flag, the rest without it"
    asked = {way.origin.scene.before.topic for way in proof.patient if way.origin.scene.before is not None}
    assert "bins" in asked


def test_every_outcome_of_a_check_is_walked_and_none_that_there_is_not(tmp_path: Path) -> None:
    blocking, assumed = proven(tmp_path, STEPS)
    assert blocking == []
    assert assumed == ("never",)


@pytest.mark.parametrize("way", ["failed: wrong", "locked: locked", "unknown: unknown", "passed: owes"])
def test_an_outcome_that_leads_into_a_circle_is_found(tmp_path: Path, way: str) -> None:
    blocking, _ = proven(tmp_path, STEPS.replace(way, f"{way.partition(':')[0]}: round") + ROUND)
    assert any("'round'" in one for one in blocking)
