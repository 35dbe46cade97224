"""A scripted caller and a scripted agent over real SIP with real sound: the whole way of a call, printed."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.call import (
    AgentAnswered,
    CallerSpoke,
    CallEvent,
    CallId,
    HandedOver,
    PromptPlayed,
    Wrapped,
    event_to_dict,
)
from ivr.errors import HelplineError
from ivr.pbx import Ports
from ivr.plans.rehearsal.telling import told
from ivr.records.journal import Journal
from ivr.secrets_file import CALLER
from ivr.settings import Settings
from ivr.stand import Stand, free_settings
from ivr.testing.agent_page import AgentPage, pop_in
from ivr.testing.phone_call import PhoneCall
from ivr.testing.sip_phone import SipPhone
from ivr.testing.sound import speak

RESULT = Path("build/demo.json")
VOICES = Path("build/voices")
CALLER_NAME = "Margaret Hill"
CALLER_NUMBER = "02079460018"
"""From the range that Ofcom keeps for fiction."""
VOICE = "en-gb"
AGENT = "alice"
QUESTION = ("something else", "another question", "how do i pay my council tax")
WISH = "speak to someone"
RINGS_S = 1.5
"""A person needs a moment to pick up."""
PAUSE_S = 0.7
"""A prompt is over for the caller when nothing was heard for this long."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes: nothing."""


def main(given: argparse.Namespace) -> int:
    """0 if everything happened, 1 if something did not."""
    settings = Settings.read()
    ports = Ports.free()
    stand = Stand(
        free_settings(settings, ports, folder=Path("build/demo")),
        name="demo",
        ports=ports,
        log=Path("build/log/demo-service.log"),
    )
    proof = Proof()
    asyncio.run(_run(stand, proof))
    events = _events(stand.settings)
    _judge(events, proof)
    _report(stand, events, proof)
    return 0 if proof.whole else 1


@dataclass
class Proof:
    """What must have happened, and whether it did."""

    points: dict[str, bool] = field(default_factory=dict)

    def hold(self, point: str, happened: bool) -> None:
        """Note `point`."""
        self.points[point] = happened

    @property
    def whole(self) -> bool:
        """Whether everything happened."""
        return bool(self.points) and all(self.points.values())


async def _run(stand: Stand, proof: Proof) -> None:
    try:
        await stand.start(print)
        try:
            await _call(stand, proof)
        except (HelplineError, TimeoutError) as fault:
            proof.hold(f"the call went through ({type(fault).__name__}: {fault})", False)
    finally:
        await stand.stop()


def _report(stand: Stand, events: Sequence[CallEvent], proof: Proof) -> None:
    print("\nThe conversation, as the journal has it:\n")
    print("\n".join(told(events)))
    print("\nWhat had to happen:\n")
    for point, happened in proof.points.items():
        print(f"  {'yes' if happened else 'NO ':3}  {point}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(
        json.dumps({"conversation": [event_to_dict(event) for event in events], "proof": proof.points}, indent=1)
    )
    print(f"\nWritten to {RESULT}")
    if not proof.whole:
        print(f"Not everything happened: see {stand.log} and {stand.pbx.log_path}", file=sys.stderr)


async def _call(stand: Stand, proof: Proof) -> None:
    pbx = (stand.pbx.ports.address, stand.pbx.ports.sip)
    secrets = stand.secrets
    async with (
        SipPhone(AGENT, secrets.sip[AGENT], pbx) as agents_phone,
        SipPhone(CALLER, secrets.sip[CALLER], pbx) as callers_phone,
        AgentPage(stand.url, AGENT, secrets.agents[AGENT]) as page,
    ):
        await agents_phone.register()
        await page.do("available")
        print(f"{AGENT} is available; {CALLER_NAME} dials 100 ...")
        call = await callers_phone.dial("100", name=CALLER_NAME, number_shown=CALLER_NUMBER)
        try:
            for words in (*QUESTION, WISH):
                await _say(call, words)
            ring = await agents_phone.wait_for_call(20)
            popped_at, view = await page.wait_for(pop_in("ringing"))
            proof.hold("the agent's phone rang", True)
            proof.hold("the screen pop was on the agent's page while it rang", not ring.cancelled.is_set())
            _check_pop(view["pops"][0]["pop"], proof)
            print(f"  screen pop {1000 * (popped_at - ring.rang_at):+.0f} ms after the phone began to ring")
            await asyncio.sleep(RINGS_S)
            talk = await ring.answer()
            await page.wait_for(pop_in("talking"))
            greeting = await speak("Good morning, this is Alice. I see you asked how to pay your council tax.", VOICE)
            before = asyncio.get_running_loop().time()
            await talk.say(greeting)
            heard_at = await call.wait_for_sound(since=before)
            proof.hold("the caller heard the agent", heard_at >= before)
            await talk.hang_up()
            await page.wait_for(pop_in("wrap_up"))
            await page.do("wrap_up", call_id=view["pops"][0]["call_id"], outcome="resolved", note="Demo")
        finally:
            await call.hang_up()
            call.save(Path("build/demo-call.wav"))


async def _say(call: PhoneCall, words: str) -> None:
    """Wait until the line has finished, then say `words`."""
    await call.wait_for_sound(timeout_s=15)
    await call.wait_for_silence(PAUSE_S, timeout_s=40)
    await call.say(await speak(words, VOICE, cache=VOICES))


def _check_pop(pop: dict[str, Any], proof: Proof) -> None:
    proof.hold("the pop says who rings", pop["caller"]["name"] == CALLER_NAME)
    said = [line["text"] for line in pop["transcript"] if line["speaker"] == "caller"]
    proof.hold("the pop tells what the caller said", all(words in said for words in (*QUESTION, WISH)))
    proof.hold("the pop says what it is about", (pop["intent"] or {}).get("name") == "council_tax")
    proof.hold("the pop names the answer that was heard", any(one["heard_to_end"] for one in pop["answers_heard"]))


def _events(settings: Settings) -> list[CallEvent]:
    """The events of the newest call."""
    folder = settings.state / "calls"
    files = sorted(folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime)
    return Journal(folder).events(CallId(files[-1].stem)) if files else []


def _judge(events: Sequence[CallEvent], proof: Proof) -> None:
    spoken = [event for event in events if isinstance(event, CallerSpoke)]
    proof.hold("the question was understood", any(event.text == QUESTION[-1] for event in spoken))
    answers = [event for event in events if isinstance(event, PromptPlayed) and event.heard_ms > 3000]
    proof.hold("an answer was heard to its end", any(event.heard_ms >= event.total_ms for event in answers))
    proof.hold("the caller was handed over as asked", any(isinstance(event, HandedOver) for event in events))
    proof.hold("the agent answered", any(isinstance(event, AgentAnswered) for event in events))
    proof.hold("the outcome was noted", any(isinstance(event, Wrapped) for event in events))
