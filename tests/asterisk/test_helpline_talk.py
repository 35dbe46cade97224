"""What callers say and press is understood by the whole helpline, and what brings nothing leads to a person."""

from __future__ import annotations

import asyncio

import pytest

from ivr.call import (
    CallerSpoke,
    Ended,
    EndReason,
    FactLearnt,
    HandedOver,
    KeysPressed,
    PromptPlayed,
    StepEntered,
    StepFailed,
)
from tests.asterisk.helpline import Caller, Helpline

pytestmark = pytest.mark.asyncio(loop_scope="session")

YES, NO = "yes please", "no thanks"
NONSENSE = "elephants and giraffes"
OFFER = "Would you like to speak to a person?"
MENU = "Village hall."
SILENT = "02079460001"


async def test_a_call_by_speech_alone_reaches_the_agent_who_knows_everything(helpline: Helpline) -> None:
    bob = await helpline.agent("bob")
    caller = await helpline.dial(name="Ann Lee")
    await caller.says("parking")  # after the prompt, and from here on while it plays
    await caller.at("resident")
    await caller.interrupts(YES)
    await caller.at("place")
    await caller.interrupts("four two seven one")
    await caller.was_told("Four digits")
    await caller.interrupts(YES)
    ring, pop = await bob.rings()
    assert ring.name == "Ann Lee"
    assert {fact["name"]: fact["value"] for fact in pop["pop"]["facts"]} == {"resident": "yes", "place": "4271"}
    assert pop["pop"]["intent"]["name"] == "parking"
    said = [line["text"] for line in pop["pop"]["transcript"] if line["speaker"] == "caller"]
    assert said[:3] == ["parking", YES, "four two seven one"]
    await caller.leaves()
    assert [event.understood_as for event in caller.journal.all(CallerSpoke)] == ["parking", "yes", "4271", "yes"]
    assert {event.name for event in caller.journal.all(FactLearnt)} == {"resident", "place"}


async def test_keys_say_the_same_at_the_same_prompts_and_may_be_pressed_ahead(helpline: Helpline) -> None:
    async def one_by_one() -> list[StepEntered]:
        caller = await helpline.dial()
        for step, keys in (("main", "1"), ("resident", "1"), ("place", "4271")):
            await caller.at(step)
            await caller.presses(keys)
        await caller.was_told("Four digits")
        await caller.presses("1")
        await caller.journal.next(Ended, reason=EndReason.HANDED_OVER)
        assert {fact.name: fact.value for fact in caller.journal.all(FactLearnt)} == {
            "resident": "yes",
            "place": "4271",
        }
        assert not caller.journal.all(CallerSpoke)
        return caller.journal.all(StepEntered)

    async def all_ahead() -> list[StepEntered]:
        caller = await helpline.dial()
        await caller.presses("1142711")
        await caller.journal.next(Ended, reason=EndReason.HANDED_OVER)
        assert "".join(event.keys for event in caller.journal.all(KeysPressed)) == "1142711"
        return caller.journal.all(StepEntered)

    slow, fast = await asyncio.gather(one_by_one(), all_ahead())
    assert (
        [event.step for event in slow] == [event.step for event in fast] == ["main", "resident", "place", "caretaker"]
    )


async def test_an_open_question_is_answered_and_a_plan_may_say_goodbye(helpline: Helpline) -> None:
    caller = await helpline.dial()
    await caller.at("main")
    await caller.interrupts("question")
    await caller.at("question")
    await caller.interrupts("when are you open")
    answer = await caller.was_told("from nine in the morning")
    assert not answer.barged_in
    assert answer.heard_ms == answer.total_ms > 3000
    await caller.at("main")
    await caller.presses("9")
    await caller.at("goodbye")
    await caller.call.wait_for_end(10)
    assert (await caller.journal.next(Ended)).reason is EndReason.HUNG_UP
    assert caller.journal.all(PromptPlayed)[-1].text == "Goodbye."


async def test_what_brings_nothing_has_a_word_for_each_time_and_leads_to_a_person(helpline: Helpline) -> None:
    alice = await helpline.agent()

    async def keeps_silent() -> None:
        caller = await helpline.dial(number=SILENT)
        await caller.was_told(MENU)
        await caller.was_told("I did not hear you.")
        assert OFFER in (await caller.was_told("I still hear nothing.")).text
        await caller.journal.next(HandedOver, reason="not_understood", queue="operator")
        assert [event.failure for event in caller.journal.all(StepFailed)] == ["silence", "silence"]

    async def says_nothing_of_use(answer: str) -> Caller:
        caller = await helpline.dial()
        await caller.at("main")
        for count in (1, 2):
            await caller.interrupts(NONSENSE)
            await caller.journal.next(StepFailed, failure="not_understood", count=count)
        await caller.interrupts(answer)
        return caller

    accepts, declines, _ = await asyncio.gather(says_nothing_of_use(YES), says_nothing_of_use(NO), keeps_silent())
    await accepts.journal.next(HandedOver, reason="not_understood", queue="operator")
    await declines.was_told("All right.")
    assert not declines.journal.all(HandedOver)

    failures = {}
    for _ in range(2):
        ring, pop = await alice.rings()
        failures[ring.number] = pop["pop"]["failures"]
        await helpline.hang_up(ring.number)
    assert failures.pop(SILENT) == ["menu 'main': silence twice"]
    assert list(failures.values()) == [["menu 'main': not understood twice"]]


async def test_repeat_main_menu_and_an_agent_are_understood_everywhere(helpline: Helpline) -> None:
    async def by_speech() -> None:
        caller = await helpline.dial()
        await caller.at("main")
        await caller.interrupts("parking")
        await caller.at("resident")
        await caller.interrupts("say it again")
        await caller.journal.next(CallerSpoke, understood_as="repeat")
        await caller.interrupts("main menu")
        await caller.at("main")
        await caller.interrupts("agent")
        await caller.journal.next(HandedOver, reason="asked", queue="operator")
        assert sum("Do you live here?" in event.text for event in caller.journal.all(PromptPlayed)) == 2

    async def by_keys() -> None:
        caller = await helpline.dial()
        await caller.presses("3*#1")
        await caller.at("resident")
        await caller.presses("0")
        await caller.journal.next(HandedOver, reason="asked", queue="operator")
        assert [event.step for event in caller.journal.all(StepEntered)] == ["main", "question", "main", "resident"]

    async def beside_digits() -> None:
        """There the keys are digits, and the step has a queue of its own."""
        caller = await helpline.dial()
        await caller.presses("11")
        await caller.at("place")
        await caller.interrupts("operator")
        await caller.journal.next(HandedOver, reason="asked", queue="housing")

    await asyncio.gather(by_speech(), by_keys(), beside_digits())
