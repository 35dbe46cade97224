"""Who calls: what is asked, what is compared, and what callers of each kind get to hear."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.call import (
    FactLearnt,
    IdentityFailed,
    IdentityKnown,
    KeysPressed,
    Level,
    RecordSaid,
    StepEntered,
    event_to_dict,
)
from ivr.callers import Lock
from ivr.dialogue import Flow
from ivr.errors import FlowError
from ivr.knowledge import Knowledge
from ivr.testing.fixed_world import FixedWorld
from ivr.testing.scripted_caller import Act, presses, says
from tests.flows import helplines
from tests.flows.helplines import Called, call, plan
from tests.flows.known_callers import ADA, BOB, FILE, HEAD, Clock, Residents, beside, world_of

STEPS = """
  one:
    identify: knowledge
    find:
      reference: {ask: Your reference?, answer: digits, digits: 8}
    prove:
      date_of_birth: {ask: Your date of birth?, answer: date, direction: past}
    passed: tell
    failed: failed
    locked: locked
    unknown: unknown
  tell:
    say: "{caller.name}, you owe {caller.balance} pounds."
    goto: pin
  pin:
    identify: pin
    sensitive: yes
    prove:
      pin: {ask: Your PIN?, answer: digits, digits: 4}
    passed: bye
    failed: failed
    locked: locked
    unknown: unknown
  failed: {transfer: office, reason: failed}
  locked: {transfer: office, reason: locked}
  unknown: {transfer: office, reason: unknown}
  bye: {hang_up: Goodbye.}
"""
ADAS_BIRTH, BOBS_BIRTH, WRONG = "03051970", "01021980", "04051970"
ADAS, BOBS, NOBODYS = ADA["reference"], BOB["reference"], "00000000"


@pytest.fixture
def helpline(tmp_path: Path) -> tuple[Flow, Knowledge]:
    beside(tmp_path)
    return plan(tmp_path, STEPS, HEAD)


@pytest.fixture
def world(tmp_path: Path) -> FixedWorld:
    return world_of(beside(tmp_path), Residents(ADA, BOB))


@pytest.fixture
def withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helplines, "CALLER", replace(helplines.CALLER, number=""))


def keyed(*answers: str) -> list[Act]:
    """What is keyed, and a yes to each that is read back."""
    acts: list[Act] = []
    for answer in answers:
        acts += [presses(answer)] if len(answer) == 4 else [presses(answer), says("yes")]
    return acts


def steps(called: Called) -> list[str]:
    return [event.step for event in called.feed.of(StepEntered)]


def heard(called: Called) -> str:
    return " ".join(called.said)


def test_a_known_number_is_asked_only_for_what_proves_it(helpline: tuple[Flow, Knowledge], world: FixedWorld) -> None:
    called = call(helpline, *keyed(ADAS_BIRTH, "4711"), world=world)
    assert "reference" not in heard(called)
    assert "Ada, you owe 12.50 pounds." in heard(called)
    assert steps(called) == ["one", "tell", "pin", "bye"]
    assert [(one.level, one.by) for one in called.feed.of(IdentityKnown)] == [
        ("number", "number"),
        ("knowledge", "number, date_of_birth"),
        ("pin", "number, date_of_birth, pin"),
    ]


@pytest.mark.usefixtures("withheld")
def test_who_withholds_the_number_is_served_by_reference(helpline: tuple[Flow, Knowledge], world: FixedWorld) -> None:
    called = call(helpline, *keyed(BOBS, BOBS_BIRTH, "1234"), world=world)
    assert "Bob, you owe 99.99 pounds." in heard(called)
    assert [one.level for one in called.feed.of(IdentityKnown)] == ["knowledge", "pin"]


def test_somebody_elses_telephone_finds_the_caller_by_reference_at_the_second_try(
    helpline: tuple[Flow, Knowledge], world: FixedWorld
) -> None:
    called = call(helpline, *keyed(BOBS_BIRTH, BOBS, BOBS_BIRTH, "9999", "9998"), world=world)
    assert "does not match what we have. Your reference?" in heard(called)
    assert "Bob, you owe" in heard(called) and "Ada" not in heard(called) and "12.50" not in heard(called)
    over = called.hand_over
    assert (over.identity.level, over.identity.by) == (Level.KNOWLEDGE, "reference, date_of_birth")
    assert {one.value for one in over.record} == {"87654321", "Bob", "99.99", "1980-02-01", "yes"}


@pytest.mark.usefixtures("withheld")
@pytest.mark.parametrize("tries", [[ADAS, WRONG], [NOBODYS, ADAS_BIRTH], [BOBS, ADAS_BIRTH]])
def test_a_wrong_answer_and_a_record_that_there_is_not_sound_alike(
    helpline: tuple[Flow, Knowledge], world: FixedWorld, tries: list[str]
) -> None:
    called = call(helpline, *keyed(*tries, *tries), world=world)
    asked = [said for said in called.said if "Is that right" not in said]
    assert asked == [
        "Your reference?",
        "Your date of birth?",
        "Sorry, that does not match what we have. Your reference?",
        "Your date of birth?",
        "Sorry, that does not match what we have.",
    ]
    assert called.hand_over.reason == "failed"
    assert called.hand_over.identity.failed == 2
    assert called.hand_over.record == ()


def test_three_failures_lock_over_calls_and_restarts(helpline: tuple[Flow, Knowledge], tmp_path: Path) -> None:
    kept, clock = tmp_path / "failed.json", Clock()
    callers = beside(tmp_path)

    def ring(*answers: str) -> Called:
        lock = Lock(kept, "key", clock)
        called = call(helpline, *keyed(*answers), world=world_of(callers, Residents(ADA, BOB), lock), whole=False)
        asyncio.run(lock.close())
        return called

    assert ring(WRONG, ADAS, WRONG).hand_over.reason == "failed"
    third = ring(WRONG)
    assert third.hand_over.reason == "locked" and third.hand_over.identity.locked
    asked_nothing = ring(ADAS_BIRTH)
    assert asked_nothing.hand_over.reason == "locked" and "birth" not in heard(asked_nothing)
    clock.now += 31 * 60
    assert "you owe" in heard(ring(ADAS_BIRTH, "4711"))


@pytest.mark.usefixtures("withheld")
def test_a_record_that_there_is_not_is_locked_like_one_that_there_is(
    helpline: tuple[Flow, Knowledge], tmp_path: Path
) -> None:
    reasons = {}
    for reference in (ADAS, NOBODYS):
        lock = Lock(None, "key", Clock())
        world = world_of(beside(tmp_path), Residents(ADA), lock)
        reasons[reference] = [
            call(helpline, *keyed(*[reference, WRONG] * 2), world=world, whole=False).hand_over.reason for _ in range(3)
        ]
    assert reasons[ADAS] == reasons[NOBODYS] == ["failed", "locked", "locked"]


def test_hanging_up_during_the_check_gives_no_further_try(tmp_path: Path) -> None:
    lock = Lock(None, "key", Clock())
    callers = world_of(beside(tmp_path), Residents(ADA), lock).callers

    async def rings() -> None:
        for _ in range(3):
            record = callers.ring(helplines.CALLER)
            await record.ready()
            check = asyncio.ensure_future(record.check(Level.KNOWLEDGE, {}, {"date_of_birth": "1"}))
            await asyncio.sleep(0)
            check.cancel()
            await asyncio.gather(check, return_exceptions=True)
            await record.close()
        record = callers.ring(helplines.CALLER)
        await record.ready()
        assert record.locked()

    asyncio.run(rings())


def test_sources_that_are_away_lead_on_and_count_nothing(helpline: tuple[Flow, Knowledge], tmp_path: Path) -> None:
    lock = Lock(None, "key", Clock())
    world = world_of(beside(tmp_path), Residents(ADA, away=True), lock)
    for _ in range(4):
        called = call(helpline, *keyed(ADAS, ADAS_BIRTH), world=world)
        assert called.hand_over.reason == "unknown"
        assert called.hand_over.identity.failed == 0


def test_without_a_way_to_find_a_record_an_unknown_number_is_asked_nothing(tmp_path: Path) -> None:
    beside(tmp_path)
    no_find = STEPS.replace("    find:\n      reference: {ask: Your reference?, answer: digits, digits: 8}\n", "")
    called = call(plan(tmp_path, no_find, HEAD), world=world_of(tmp_path / "callers.yaml", Residents(BOB)))
    assert (
        called.hand_over.reason == "unknown"
        and called.said == ["I will put you through to the office. Please hold on."]
    ) or (called.said == [])


def test_who_is_known_well_enough_is_asked_nothing(tmp_path: Path) -> None:
    beside(tmp_path)
    knows = (
        "  knows: {identify: knowledge, prove: {date_of_birth: {ask: Again., answer: date}}, "
        "passed: bye, failed: failed, locked: locked, unknown: unknown}\n"
    )
    twice = STEPS.replace("passed: bye", "passed: knows") + knows
    called = call(
        plan(tmp_path, twice, HEAD),
        *keyed(ADAS_BIRTH, "4711"),
        world=world_of(tmp_path / "callers.yaml", Residents(ADA)),
    )
    assert steps(called) == ["one", "tell", "pin", "knows", "bye"] and "Again" not in heard(called)


def test_a_secret_stands_in_no_event(helpline: tuple[Flow, Knowledge], world: FixedWorld) -> None:
    called = call(helpline, *keyed(ADAS_BIRTH, "4712", "4711"), world=world)
    told = [event_to_dict(event) for event in called.feed.events]
    assert "4711" not in str(told) and "4712" not in str(told)
    assert [one.keys for one in called.feed.of(KeysPressed)] == [ADAS_BIRTH, "kept secret", "kept secret"]
    assert "pin" not in [one.name for one in (*called.feed.of(RecordSaid), *called.feed.of(FactLearnt))]
    assert [one.outcome for one in called.feed.of(IdentityFailed)] == ["wrong"]


DECIDING = """
  one:
    branch:
      - when: {fact: caller.vulnerable, is: "yes"}
        goto: people
      - when: [{identity: knowledge}, {fact: caller.balance, at_least: 1}]
        goto: owes
      - when: {caller: unknown}
        goto: stranger
    else: known
  people: {transfer: office, reason: vulnerable}
  owes: {hang_up: You owe.}
  stranger: {hang_up: Who are you?}
  known: {hang_up: "Hello {caller.name}."}
"""


@pytest.mark.parametrize(
    ("record", "said"),
    [(ADA, "Hello ."), ({**ADA, "vulnerable": "yes"}, ""), (BOB, "Who are you?")],
)
def test_a_branch_decides_by_the_record_and_nothing_is_said_by_the_number_alone(
    tmp_path: Path, record: dict[str, str], said: str
) -> None:
    beside(tmp_path)
    called = call(plan(tmp_path, DECIDING, HEAD), world=world_of(tmp_path / "callers.yaml", Residents(record)))
    assert heard(called) == said
    assert said or called.hand_over.reason == "vulnerable"


WRONG_STEPS = {
    STEPS.replace(
        "reference: {ask", "refrence: {ask"
    ): "a caller's record has no 'refrence'; did you mean 'reference'?",
    STEPS.replace("    sensitive: yes\n", ""): "'pin' is secret, so nobody may say it aloud; add 'sensitive: yes'",
    STEPS.replace("pin: {ask", "reference: {ask"): "'pin' needs a field of the level 'secret' below 'prove'",
    STEPS.replace("date_of_birth: {ask", "reference: {ask"): "'reference' finds the record, so it does not prove",
    STEPS.replace("      reference: {", "      pin: {"): "'pin' is secret, so nobody may say it aloud",
    STEPS.replace("identify: knowledge", "identify: number"): "'identify' cannot be 'number'",
    STEPS.replace(
        "identify: knowledge", "identify: knowledge\n    tries: 9"
    ): "'tries' must be a whole number from 1 to 5",
    STEPS.replace("    failed: failed\n", "", 1): "'failed' is missing",
}


@pytest.mark.parametrize("text", WRONG_STEPS)
def test_what_cannot_work_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    beside(tmp_path)
    with pytest.raises(FlowError) as told:
        plan(tmp_path, text, HEAD)
    assert WRONG_STEPS[text] in str(told.value)
    assert str(told.value).startswith(f"{tmp_path / 'plan.yaml'}:")


def test_it_needs_a_file_of_callers(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="'identify' needs a file of callers; add 'callers: …' at the top"):
        plan(tmp_path, STEPS)
    with pytest.raises(FlowError, match="asks who calls, which needs a file of callers"):
        plan(tmp_path, "  one: {branch: [{when: {caller: known}, goto: one}], else: bye}\n  bye: {hang_up: Bye.}")


def test_levels_are_proven_along_every_way(tmp_path: Path) -> None:
    beside(tmp_path, FILE)

    def warned(steps: str) -> list[str]:
        return [one for one in plan(tmp_path, steps, HEAD)[0].warnings if "not known who calls" in one]

    assert warned(STEPS) == []
    assert len(warned(STEPS.replace("failed: failed", "failed: tell", 1))) == 1
    by_branch = "  one: {branch: [{when: {identity: knowledge}, goto: tell}], else: bye}\n"
    tell = '  tell: {say: "{caller.name}.", goto: bye}\n  bye: {hang_up: Bye.}\n'
    assert warned(by_branch + tell) == []
    assert len(warned(by_branch.replace("knowledge", "number") + tell)) == 1
