"""The screen pop on a real page in a real browser, while the agent's phone rings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from ivr.call import AgentAnswered, AgentRang, Wrapped
from ivr.testing.sound import tone
from tests.asterisk.helpline import Helpline

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = "<img src=x onerror=document.title='owned'>"
ODD = [
    # What the network presents: name, number; and what the agent sees of it.
    ("x,y,z", "+44 (1632) 960,111", "x,y,z", "+441632960111"),
    ("Smith (home", "01632960112", "Smith (home", "01632960112"),
    ('the "boss"', "01632960113", 'the "boss"', "01632960113"),
    ("${SHELL(touch /tmp/x)}", "${EXTEN}", "${SHELL(touch /tmp/x)}", "EXTEN"),
    ("red \x1b[31m alarm \x07", "01632960115", "red [31m alarm", "01632960115"),
    ("", "01632960116", "", "01632960116"),
    ("Anonymous", "anonymous", "", ""),
    ("n" * 80, "1" * 80, "n" * 79, "1" * 79),
    ("Zoë Łukasz 日本", "01632960119", "Zoë Łukasz 日本", "01632960119"),
]


@pytest_asyncio.fixture(loop_scope="session")
async def page(helpline: Helpline, browser: Browser) -> AsyncIterator[Page]:
    """Alice's page, logged in and available."""
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(20_000)
    await page.goto(helpline.stand.url)
    await page.get_by_label("Name").fill("alice")
    await page.get_by_label("Password").fill(helpline.stand.secrets.agents["alice"])
    await page.keyboard.press("Enter")
    await expect(page.locator("#link")).to_have_text("live")
    await page.get_by_role("button", name="Available").click()
    await expect(page.get_by_role("button", name="Available")).to_have_attribute("aria-pressed", "true")
    yield page
    await page.close()


async def test_the_pop_is_there_while_the_phone_rings_and_the_outcome_is_in_the_journal(
    helpline: Helpline, page: Page
) -> None:
    phone = await helpline.registered("alice")
    caller = await helpline.dial(name=EVIL, number="01632960018")
    await caller.at("main")
    await caller.interrupts("question")
    await caller.at("question")
    await caller.interrupts("speak to someone")
    ring = await phone.wait_for_call(20)
    card = page.locator(".pop")
    await expect(card).to_have_attribute("data-state", "ringing")
    assert not ring.cancelled.is_set()
    await expect(card.locator(".name")).to_have_text(EVIL)
    await expect(card.locator(".number")).to_have_text("01632960018")
    await expect(card.locator(".intent")).to_contain_text("Question")
    await expect(card.locator(".transcript li.caller p").last).to_contain_text("speak to someone")
    assert await page.locator("main img").count() == 0
    assert EVIL in await page.title(), "shown there, too, and not run"

    talk = await ring.answer()
    await expect(card).to_have_attribute("data-state", "talking")
    began = asyncio.get_running_loop().time()
    await asyncio.gather(talk.say(tone(500, 300)), caller.call.wait_for_sound(since=began))
    await talk.hang_up()
    await expect(card).to_have_attribute("data-state", "wrap_up")
    await card.get_by_label("Note").fill("hall key lent")
    await card.get_by_label("Follow-up needed").check()
    await card.get_by_role("button", name="Save outcome").click()
    await expect(card).to_have_count(0)
    wrapped = await caller.journal.next(Wrapped)
    assert (wrapped.agent, wrapped.outcome, wrapped.note) == ("alice", "follow_up_needed", "hall key lent")
    assert [event.agent for event in caller.journal.all(AgentRang)] == ["alice"]
    assert [event.agent for event in caller.journal.all(AgentAnswered)] == ["alice"]
    await caller.call.wait_for_end()


async def test_odd_names_and_numbers_go_the_whole_way_and_arrive_as_text(helpline: Helpline, page: Page) -> None:
    phone = await helpline.registered("alice")

    async def ask_for_an_agent(name: str, number: str) -> None:
        caller = await helpline.dial(name=name, number=number)
        await caller.presses("0")

    await asyncio.gather(*(ask_for_an_agent(name, number) for name, number, _, _ in ODD))
    seen = set()
    for _ in ODD:
        ring = await phone.wait_for_call(20)
        card = page.locator(".pop[data-state=ringing]")
        await expect(card).to_have_count(1)
        name, number = await card.locator(".name").inner_text(), await card.locator(".number").inner_text()
        seen.add((name, number))
        talk = await ring.answer()
        await expect(page.locator(".pop[data-state=talking]")).to_have_count(1)  # else the queue may try her again
        await talk.hang_up()
        await expect(card).to_have_count(0)
    assert seen == {_on_the_page(name, number) for _, _, name, number in ODD}
    assert await page.title() == "Helpline desk"


def _on_the_page(name: str, number: str) -> tuple[str, str]:
    shown = number or "Number withheld"
    return (name, shown) if name else (shown, "No name known")
