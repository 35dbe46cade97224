"""A letter over a real line: offered, sent to the number that rings, and told; nobody else's state is touched."""

from __future__ import annotations

import pytest

from ivr.call import ConsentGiven, Ended, EndReason, LetterSent
from tests.asterisk.helpline import Helpline

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_rules_are_texted_to_the_mobile_that_rings(helpline: Helpline) -> None:
    number = "07700900321"
    caller = await helpline.dial(number=number)
    await caller.at("main")
    await caller.presses("4")
    await caller.at("rules")
    await caller.hears_out()
    await caller.presses("2")
    await caller.at("rules_in_writing")
    await caller.hears_out()
    await caller.presses("1")
    assert (await caller.journal.next(ConsentGiven)).agreed
    sent = await caller.journal.next(LetterSent)
    assert (sent.by, sent.to, sent.fate) == ("sms", "+447700900321", "sent")
    assert (await caller.journal.next(Ended)).reason is EndReason.HUNG_UP
    texts = [file.read_text() for file in (helpline.stand.settings.state / "outbox/texts").iterdir()]
    assert f"To: {sent.to}\nDogs stay outside.\n\nLights off at ten.\n" in texts
