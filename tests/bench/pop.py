"""From the ring of an agent's phone to the screen pop, at the page's feed and in a real browser."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from typing import Any

from playwright.async_api import Page, async_playwright

from ivr.testing.agent_page import AgentPage, View
from ivr.testing.sip_phone import SipPhone
from tests.bench.figures import Aim, Figure, Measured
from tests.bench.stage import HELPLINE, Stage, wall_clock_offset_s
from tests.bench.tones import asks, first

AGENT = "alice"
RINGS = 12
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WATCH = """() => {
  window.popped = [];
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes)
        if (node.classList?.contains("pop")) window.popped.push(performance.timeOrigin + performance.now());
  }).observe(document.body, { childList: true, subtree: true });
}"""


async def measure(stage: Stage) -> Measured:
    """One caller after the other asks for a person by key; the agent's phone rings and the caller leaves."""
    password = stage.stand.secrets.agents[AGENT]
    async with (
        SipPhone(AGENT, stage.stand.secrets.sip[AGENT], stage.pbx) as phone,
        AgentPage(stage.stand.url, AGENT, password) as page,
        _browser(stage.stand.url, password) as shown,
        _manager(stage) as told,
    ):
        await phone.register()
        await page.do("available")
        rang: list[float] = []
        feed: list[float] = []
        seen: set[str] = set()
        for _ in range(RINGS):
            at, popped_at = await _ring(stage, phone, page, seen)
            rang.append(at)
            feed.append(1000 * (popped_at - at))
        to_wall_s = wall_clock_offset_s()
        dom = await shown.evaluate("window.popped") if shown is not None else []
    floor = [1000 * (min((one for one in told if one > at - 0.5), key=lambda one: abs(one - at)) - at) for at in rang]
    shown_ms = [at_ms - 1000 * (at + to_wall_s) for at, at_ms in zip(rang, dom, strict=True)] if dom else []
    figures = [_figure("ring → pop at the page's feed", feed, floor)]
    if shown_ms:
        figures.append(_figure("ring → pop in the browser's page", shown_ms, floor))
    return Measured(figures=figures, evidence={"browser": "Chromium, headless" if shown else "none installed"})


def _figure(name: str, values: list[float], floor: list[float]) -> Figure:
    aims = [Aim(percentile=95, most=150)]
    return Figure(name=name, unit="ms", values=values, floor=floor, floor_is="bare AMI event", aims=aims)


async def _ring(stage: Stage, phone: SipPhone, page: AgentPage, seen: set[str]) -> tuple[float, float]:
    """One call: when the phone rang, and when the pop was there."""
    call, _ = await stage.dial(HELPLINE)
    try:
        await first(call, asks, since=call.answered_at)
        await asyncio.sleep(0.3)
        await call.press("9")
        ring = await phone.wait_for_call()
        popped_at, view = await page.wait_for(_new_pop(seen))
        seen |= {pop["call_id"] for pop in view["pops"]}
        await asyncio.sleep(0.2)
    finally:
        await call.hang_up()
    async with asyncio.timeout(5):
        await ring.cancelled.wait()
    await asyncio.sleep(0.3)
    return ring.rang_at, popped_at


def _new_pop(seen: set[str]) -> Callable[[View], bool]:
    return lambda view: any(pop["state"] == "ringing" and pop["call_id"] not in seen for pop in view["pops"])


@contextlib.asynccontextmanager
async def _browser(url: str, password: str) -> AsyncIterator[Page | None]:
    """The agent's page in Chromium, with a watch for pops; None where there is no Chromium."""
    program = shutil.which("chromium")
    if program is None:
        yield None
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_label("Name").fill(AGENT)
        await page.get_by_label("Password").fill(password)
        await page.keyboard.press("Enter")
        await page.locator("#link", has_text="live").wait_for()
        await page.evaluate(WATCH)
        yield page
        await browser.close()


@contextlib.asynccontextmanager
async def _manager(stage: Stage) -> AsyncIterator[list[float]]:
    """When AgentCalled events reached a manager connection that does nothing else."""
    settings, told = stage.stand.settings, list[float]()
    reader, writer = await asyncio.open_connection(settings.ami_host, settings.ami_port)
    secret = stage.stand.secrets.ami
    writer.write(f"Action: Login\r\nUsername: {settings.ami_user}\r\nSecret: {secret}\r\n\r\n".encode())

    async def read() -> Any:
        while line := await reader.readline():
            if line == b"Event: AgentCalled\r\n":
                told.append(asyncio.get_running_loop().time())

    reading = asyncio.create_task(read(), name="read the manager interface")
    try:
        yield told
    finally:
        reading.cancel()
        await asyncio.wait({reading})
        writer.close()
