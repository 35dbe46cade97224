"""The agents' page in a real headless Chromium, fed with real recorded events of app_queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from ivr.call import (
    Alert,
    AnswerHeard,
    Caller,
    CallEvent,
    CallId,
    Fact,
    HandOver,
    Identity,
    Intent,
    Level,
    Said,
    Speaker,
    TranscriptLine,
    Wrapped,
)
from ivr.console.passwords import hash_password
from ivr.console.server import Console
from ivr.handoff.agents import Agent
from ivr.handoff.desk import Desk
from ivr.testing.manager_line import ScriptedManagerLine, recorded_scene
from tests.chromium import CHROMIUM, MISSING, chromium

RECORDING = Path(__file__).parents[1] / "wire/recordings/app_queue.json"
ALICE = Agent(
    name="alice", display_name="Alice Carter", interface="Local/alice@agents/n", queues=("operator", "housing")
)
EVIL = "<img src=x onerror=document.title='owned'>"
HASHES = {"alice": hash_password("correct horse")}

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=MISSING),
]


def hand_over(call_id: str) -> HandOver:
    return HandOver(
        call_id=CallId(call_id),
        caller=Caller.presented("+441632960111", EVIL, "100"),
        queue="operator",
        reason="not_understood",
        intent=Intent(name="housing_repairs", confidence=0.91),
        facts=(Fact(name="postcode", value=EVIL, confidence=0.52),),
        answers_heard=(AnswerHeard(article="repairs", title=f"Repairs {EVIL}", heard_to_end=False),),
        failures=(f"menu 'main': {EVIL}",),
        transcript=(
            TranscriptLine(at_s=0.4, speaker=Speaker.HELPLINE, text="Riverton council. How can I help?"),
            TranscriptLine(at_s=4.0, speaker=Speaker.CALLER, text=EVIL, confidence=0.61),
        ),
        identity=Identity(level=Level.KNOWLEDGE, by="reference, date_of_birth", failed=1),
        record=(
            Said(name="street", value=f"1 High Street {EVIL}", source="residents", as_of="2026-03-01", counts=True),
            Said(name="street", value="7 Old Road", source="parking", counts=False, differs=True),
            Said(name="name", value="Bob", source="parking", counts=False, stranger=True),
        ),
        alerts=(Alert(kind="distress", text=EVIL), Alert(kind="failed_before")),
    )


@dataclass
class Stage:
    """A browser page that is logged in to a console, and what feeds it."""

    page: Page
    line: ScriptedManagerLine
    desk: Desk
    console: Console
    sessions: Path
    notes: list[CallEvent] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note(self, event: CallEvent) -> None:
        self.notes.append(event)

    async def start_console(self, port: int = 0) -> None:
        self.console = Console(self.desk, [ALICE], HASHES, "127.0.0.1", port, sessions=self.sessions)
        await self.console.start()

    def play(self, scene: str, *events: str) -> None:
        """Play the events of these names of a recorded scene (all without names)."""
        found = recorded_scene(RECORDING, scene)
        self.line.play(item for item in found if not events or item.get("Event") in events)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, browser: Browser) -> AsyncIterator[Stage]:
    page = await browser.new_page(viewport={"width": 1280, "height": 900})  # with cookies of its own
    stage = Stage(page=page, line=ScriptedManagerLine(), desk=None, console=None, sessions=None)  # type: ignore[arg-type]
    stage.desk = Desk(stage.line, queues=["operator"], agents=[ALICE], feed=stage, spool=tmp_path / "handovers")
    await stage.desk.start()
    await stage.line.log_in()
    stage.sessions = tmp_path / "sessions.json"
    await stage.start_console()
    page.on("console", lambda said: stage.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda fault: stage.complaints.append(str(fault)))
    await page.goto(f"http://127.0.0.1:{stage.console.port}/")
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("alice")  # the first field has the focus
    await page.keyboard.press("Tab")
    await page.keyboard.type("correct horse")
    await page.keyboard.press("Enter")
    await expect(page.locator("#link")).to_have_text("live")
    yield stage
    await page.close()
    await stage.console.close()
    await stage.desk.close()


async def test_a_call_from_ring_to_outcome_is_on_the_page_and_no_caller_text_runs(stage: Stage) -> None:
    page = stage.page
    await page.get_by_role("button", name="Available").press("Enter")
    await expect(page.get_by_role("button", name="Available")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#state-line")).to_have_text("Calls from housing and operator come to you.")

    stage.desk.expect(hand_over("call-1-b"))
    stage.play("answered_agent_hangs_up", "QueueCallerJoin", "AgentCalled")
    card = page.locator(".pop")
    await expect(card).to_have_attribute("data-state", "ringing")
    await expect(page.locator("#announce")).to_have_text(f"Incoming call from {EVIL}, about housing repairs.")
    await expect(card.locator(".name")).to_have_text(EVIL)
    await expect(card.locator(".number")).to_have_text("+441632960111")
    await expect(card.locator(".alerts li").first).to_have_text(f"Words of distress{EVIL}")
    await expect(card.locator(".alerts li").last).to_have_text("The last calls from this number failed, too")
    above = "card => card.firstElementChild.matches('.alerts') && getComputedStyle(card.firstElementChild).display"
    assert await card.evaluate(above) == "block"
    await expect(card.locator(".intent")).to_have_text("Housing repairs 91 % · sure")
    await expect(card.locator(".told dd")).to_contain_text("52 % · unsure")
    await expect(card.locator(".identity p")).to_have_text(
        "Identified by reference and date of birth. Failed the check once."
    )
    street, name = card.locator(".record dd").nth(0), card.locator(".record dd").nth(1)
    await expect(street).to_contain_text(f"1 High Street {EVIL} residents, 2026-03-01")
    await expect(street).to_contain_text("7 Old Road contradicts: parking")
    await expect(name).to_contain_text("Bob for somebody else: parking")
    await expect(card.locator(".answers li")).to_contain_text("cut short")
    await expect(card.locator(".failures li")).to_contain_text("menu 'main'")
    await expect(card.locator(".transcript li.caller p")).to_have_text(EVIL)
    await expect(card.locator(".outcome")).to_be_hidden()

    stage.play("answered_agent_hangs_up", "QueueCallerLeave", "AgentConnect")
    await expect(card).to_have_attribute("data-state", "talking")
    stage.play("answered_agent_hangs_up", "AgentComplete", "Hangup")
    await expect(card).to_have_attribute("data-state", "wrap_up")

    await card.get_by_label("Note").fill("new washer ordered")
    stage.play("nobody_free", "QueueCallerJoin")  # the page changes while the agent writes
    await expect(page.locator(".queue-line .count").first).to_have_text("1")
    await expect(card.get_by_label("Note")).to_have_value("new washer ordered")
    await card.get_by_label("Follow-up needed").check()
    await card.get_by_role("button", name="Save outcome").click()
    await expect(card).to_have_count(0)
    [wrapped] = [note for note in stage.notes if isinstance(note, Wrapped)]
    assert (wrapped.agent, wrapped.outcome, wrapped.note) == ("alice", "follow_up_needed", "new washer ordered")

    assert await page.locator("main img").count() == 0
    assert await page.title() == "Helpline desk"
    assert stage.complaints == []


async def test_a_pop_that_is_withdrawn_says_why(stage: Stage) -> None:
    stage.play("caller_gives_up_while_ringing", "QueueCallerJoin", "AgentCalled")
    await expect(stage.page.locator(".pop .why")).to_contain_text("The line failed")
    stage.play("caller_gives_up_while_ringing")
    await expect(stage.page.locator(".pop")).to_have_count(0)
    await expect(stage.page.locator("#notice")).to_contain_text("The caller hung up before you could answer.")


async def test_a_line_that_failed_says_whether_something_is_known(stage: Stage) -> None:
    why = stage.page.locator(".pop .why")
    stage.play("answered_agent_hangs_up", "QueueCallerJoin", "AgentCalled")
    await expect(why).to_have_text("The line failed: nothing more is known about this call")
    stage.play("answered_agent_hangs_up", "QueueCallerAbandon", "Hangup")
    stage.desk.expect(replace(hand_over("call-2-b"), reason="line_failed"))
    stage.play("answered_caller_hangs_up", "QueueCallerJoin", "AgentCalled")
    await expect(why).to_have_text("The line failed; what was said before stands below")


async def test_while_asterisk_is_away_the_page_says_stale_and_a_command_gives_one_line(stage: Stage) -> None:
    page = stage.page
    stage.line.lose()
    await expect(page.locator("#link")).to_contain_text("stale since")
    await expect(page.locator("#stale")).to_contain_text("No connection to Asterisk since")
    await page.get_by_role("button", name="Available").click()
    await expect(page.locator("#refusal")).to_contain_text("Asterisk did not answer")
    await stage.line.log_in()
    await expect(page.locator("#link")).to_have_text("live")
    await expect(page.locator("#stale")).to_be_hidden()


async def test_a_page_goes_on_by_itself_after_a_restart_and_shows_who_rings(stage: Stage) -> None:
    page, port = stage.page, stage.console.port
    await stage.console.close()
    await expect(page.locator("#link")).to_contain_text("stale since")
    await expect(page.locator("#stale")).to_contain_text("No connection to the helpline since")
    await expect(page.get_by_role("button", name="Available")).to_be_disabled()
    stage.desk.expect(hand_over("call-1-b"))
    stage.play("answered_agent_hangs_up", "QueueCallerJoin", "AgentCalled")
    await page.wait_for_timeout(2000)  # some attempts fail
    await expect(page.locator(".pop")).to_have_count(0)

    await stage.start_console(port)
    await expect(page.locator(".pop")).to_have_attribute("data-state", "ringing")  # within 5 s: the phone rings longer
    await expect(page.locator("#link")).to_have_text("live")
    await expect(page.locator("#stale")).to_be_hidden()
    assert page.url.endswith("/agent")
    await page.get_by_role("button", name="Available").click()
    await expect(page.get_by_role("button", name="Available")).to_have_attribute("aria-pressed", "true")

    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    await stage.console.close()
    await stage.start_console(port)
    await page.goto(f"http://127.0.0.1:{port}/agent")
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_page_whose_session_was_lost_in_a_restart_asks_for_a_log_in(stage: Stage) -> None:
    port = stage.console.port
    await stage.console.close()
    stage.sessions.write_text("{")
    await stage.start_console(port)
    await expect(stage.page.get_by_label("Password")).to_be_visible()


async def test_log_out_leads_to_the_door(stage: Stage) -> None:
    await stage.page.get_by_role("button", name="Log out").click()
    await expect(stage.page.get_by_label("Password")).to_be_visible()
    await stage.page.go_back()
    await expect(stage.page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("width", [400, 640, 1280])
async def test_no_width_makes_the_page_scroll_sideways(stage: Stage, width: int) -> None:
    """640 px is a 1280 px window at 200 % zoom."""
    stage.desk.expect(hand_over("call-1-b"))
    stage.play("answered_agent_hangs_up", "QueueCallerJoin", "AgentCalled")
    await stage.page.set_viewport_size({"width": width, "height": 800})
    await expect(stage.page.locator(".pop")).to_be_visible()
    assert await stage.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


CONTRAST = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return poor;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_has_the_contrast_of_wcag_aa(stage: Stage, scheme: str) -> None:
    await stage.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    stage.desk.expect(hand_over("call-1-b"))
    stage.play("nobody_free", "QueueCallerJoin")
    stage.play("answered_agent_hangs_up", "QueueCallerJoin", "AgentCalled", "AgentConnect")
    await expect(stage.page.locator(".pop")).to_have_attribute("data-state", "talking")
    for state in ("available", "pause"):
        await stage.page.locator(f"[data-do={state}]").click()
        await expect(stage.page.locator(f"[data-do={state}]")).to_have_attribute("aria-pressed", "true")
        assert await stage.page.evaluate(CONTRAST) == []
    stage.line.lose()
    await expect(stage.page.locator("#stale")).to_be_visible()
    assert await stage.page.evaluate(CONTRAST) == []


async def test_everything_can_be_reached_by_keyboard_with_a_visible_focus(stage: Stage) -> None:
    seen: list[str] = []
    for _ in range(6):
        await stage.page.keyboard.press("Tab")
        focused = stage.page.locator("*:focus")
        await expect(focused).to_have_css("outline-style", "solid")
        seen.append((await focused.inner_text()).strip().partition("\n")[0])
    assert seen[:5] == ["Skip to the call", "Log out", "Available", "Paused", "Signed off"]


async def test_in_a_narrow_window_the_call_comes_first_for_the_eye_and_the_keyboard(stage: Stage) -> None:
    page = stage.page
    stage.desk.expect(hand_over("call-1-b"))
    stage.play("answered_agent_hangs_up", "QueueCallerJoin", "AgentCalled")
    await expect(page.locator(".pop")).to_be_visible()
    narrow, wide = ("aside:last-child", ".transcript ol"), ("aside:first-child", "[data-do=available]")
    for width, (rearranged, first) in ((400, narrow), (1280, wide), (400, narrow)):
        await page.set_viewport_size({"width": width, "height": 800})
        await expect(page.locator(rearranged)).to_have_count(1)
        await page.get_by_role("button", name="Log out").focus()
        await page.keyboard.press("Tab")
        await expect(page.locator(first)).to_be_focused()
    call, state = await page.locator(".pop").bounding_box(), await page.locator("aside").bounding_box()
    assert call is not None and state is not None and call["y"] < state["y"]
