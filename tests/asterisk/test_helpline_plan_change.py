"""A plan is changed while the helpline runs: a wrong one never replaces the right one, a right one serves new calls."""

from __future__ import annotations

import pytest

from ivr.call import PromptPlayed
from tests.asterisk.helpline import Helpline, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_wrong_plan_is_refused_and_a_right_one_is_for_new_calls(rough: Helpline) -> None:
    plan = rough.stand.settings.helpline
    right = plan.read_text()
    told: list[str] = []
    rough.stand.say = told.append
    assert right.count("goto: resident\n") >= 1
    try:
        before = await rough.dial()
        await before.at("main")
        for wrong, says in (
            (right.replace("goto: resident\n", "goto: nowhere\n", 1), "nowhere"),
            ("helpline: [", "hall.yaml"),
            (
                right.replace("housing: the caretaker", "cellar: the caretaker").replace(": housing", ": cellar"),
                "cellar",
            ),
        ):
            since = rough.log_size()
            plan.write_text(wrong)
            rough.stand.read_plan_anew()
            refusal = await rough.log_says("the changed plan is not taken", since)
            assert says in refusal["fault"]
            refused = f"the changed plan is not taken: {refusal['fault']}"
            await eventually(lambda refused=refused: refused in told, what=refused)
            caller = await rough.dial()
            await caller.presses("1")
            await caller.at("resident")
            await caller.leaves()

        since = rough.log_size()
        plan.write_text(right.replace("Village hall.", "New hall.").replace("goto: resident\n", "goto: place\n", 1))
        rough.stand.read_plan_anew()
        await rough.log_says("the changed plan is taken: new calls get it", since)
        await eventually(lambda: told[-1] == "the changed plan is taken: new calls get it", what="the plan is told")
        after = await rough.dial()
        await after.presses("1")
        await after.at("place")
        assert "New hall" in after.journal.all(PromptPlayed)[0].text
        await before.presses("1")
        await before.at("resident")
    finally:
        since = rough.log_size()
        plan.write_text(right)
        rough.stand.read_plan_anew()
        await rough.log_says("the changed plan is taken: new calls get it", since)
